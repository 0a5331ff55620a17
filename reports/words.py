"""How a digest speaks: texts of one language; numbers, shares and times the way its readers write them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_interval, format_skeleton, format_time
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from conversations.events import DAY, HOUR, MINUTE, SECOND, Instant
from reports.data import Period
from reports.statistics import Interval


class Wording(Protocol):
    """Where texts come from; `conversations.texts.texts.Texts` is one."""

    def plain(self, key: str, language: str, **values: object) -> str:
        """Return a text without markup, not escaped. Raises for an unknown key or a missing value."""
        ...

    def __contains__(self, key: str, /) -> bool:
        """Whether there is such a text."""
        ...


@dataclass(frozen=True, slots=True)
class Words:
    """One reader's way of saying things; `language` is a tag such as `de-formal`, `zone` an IANA name."""

    texts: Wording
    language: str
    zone: str
    labels: Mapping[str, str] = field(default_factory=dict)

    def say(self, key: str, **values: object) -> str:
        """Return the text `digest.<key>`."""
        return self.texts.plain(f"digest.{key}", self.language, **values)

    def label(self, kind: str, name: str) -> str:
        """Return the display name of a dialogue, category, state ...; without one, its id made readable."""
        if given := self.labels.get(f"{kind}:{name}"):
            return given
        for key in (f"case.{kind}.{name}", f"digest.{kind}.{name}"):
            if key in self.texts:
                return self.texts.plain(key, self.language)
        readable = name.replace("_", " ").replace("-", " ").strip()
        return readable[:1].upper() + readable[1:] or self.say("unnamed")

    def number(self, value: float, digits: int = 0) -> str:
        """Return a number, rounded half to even, with a real minus sign."""
        return _minus(format_decimal(round(value, digits) + 0.0, locale=self.locale))

    def percent(self, share: float) -> str:
        """Return a share as whole percent."""
        return _minus(format_percent(round(share, 2) + 0.0, locale=self.locale))

    def range(self, interval: Interval, *, share: bool = False) -> str:
        """Return `29 to 52`, as percent for shares."""
        low, high = (
            self.percent(end) if share else self.number(end) for end in (interval.low, interval.high)
        )
        return self.say("range", low=low, high=high)

    def day(self, at: Instant) -> str:
        """Return the day of a moment, short: `Nov 18` or `18. Nov.`."""
        return self._short(self._local(at).date())

    def week(self, monday: str) -> str:
        """Return a week by its Monday, short."""
        return self._short(date.fromisoformat(monday))

    def moment(self, at: Instant) -> str:
        """Return weekday, day and time, local."""
        local = self._local(at)
        day = format_skeleton("MMMEd", local, locale=self.locale)
        return f"{day}, {format_time(local, 'short', tzinfo=local.tzinfo, locale=self.locale)}"

    def period(self, period: Period) -> str:
        """Return the days of a period, first to last."""
        first, last = self._local(period.start).date(), self._local(period.end - 1).date()
        return format_interval(first, last, "yMMMd", locale=self.locale)

    def week_number(self, monday: str) -> int:
        """Return the ISO week number."""
        return date.fromisoformat(monday).isocalendar().week

    def duration(self, length: Instant) -> str:
        """Return a duration in its fitting unit: minutes below an hour, hours below two days, else days."""
        if length < HOUR:
            return self._unit(round(length / MINUTE), "minute")
        if length < 2 * DAY:
            return self._unit(_one_digit(length / HOUR), "hour")
        return self._unit(_one_digit(length / DAY), "day")

    @property
    def locale(self) -> Locale:
        """The Babel locale behind the language tag: `de` for `de-formal`."""
        return Locale.parse(self.language.split("-")[0])

    def _unit(self, amount: float, unit: str) -> str:
        return format_unit(amount, f"duration-{unit}", length="long", locale=self.locale)

    def _short(self, day: date) -> str:
        return format_skeleton("MMMd", datetime.combine(day, time()), locale=self.locale)

    def _local(self, at: Instant) -> datetime:
        return datetime.fromtimestamp(at // SECOND, UTC).astimezone(ZoneInfo(self.zone))


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")


def _one_digit(amount: float) -> float:
    return round(amount, 1) if amount < 10 else round(amount)
