"""A day, in figures (24.12.2026, 2026-12-24) or in words (`gestern`, `March 3`). The value is its ISO form."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache

from conversations.events import Attached, Said
from conversations.frozen import frozen
from conversations.problem import Problem
from conversations.question import (
    Accepted,
    Ask,
    Choice,
    Chosen,
    Declined,
    Example,
    Prompt,
    Question,
    Rejection,
    Reply,
    Result,
    Setting,
    folded,
)
from conversations.session import Answer
from conversations.texts.vocabulary import Vocabulary

NEAR = {"before_yesterday": -2, "yesterday": -1, "today": 0, "tomorrow": 1, "after_tomorrow": 2}
"""Days that have names: phrases of the languages, `day.today` and so on."""

# Matched against a folded reply: dots and commas have become spaces.
ISO = re.compile(r"(\d{4})[-/ ](\d{1,2})[-/ ](\d{1,2})")
DAY_FIRST = re.compile(r"(\d{1,2})[-/ ](\d{1,2})(?:[-/ ](\d{2}|\d{4}))?")
PHRASES = ("reject", "past", "future", "today", "yesterday", "shown")


class Day:
    """A day without a year is the nearest one that `past` and `future` allow."""

    settings: Mapping[str, Setting] = {"past": True, "future": True}
    labels = ()
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        """One direction must be open."""
        if not (question.settings.get("past") or question.settings.get("future")):
            yield Problem("future", "neither past nor future days are allowed", "allow one")

    def prompt(self, ask: Ask) -> Prompt:
        """Offer today and yesterday where past days are allowed."""
        if not ask.question.settings.get("past"):
            return Prompt()
        return Prompt((tuple(Choice(key, ask.phrase(key)) for key in ("today", "yesterday")),))

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Accept a day in any usual notation."""
        match reply:
            case Said(text) if ask.question.optional and ask.declines(text):
                return Declined()
            case Said(text) | Chosen(text):
                day = _parse(text, ask)
            case _:
                day = None
        if day is None:
            return Rejection(ask.phrase("reject"))
        today = ask.today()
        if day < today and not ask.question.settings.get("past"):
            return Rejection(ask.phrase("past"))
        if day > today and not ask.question.settings.get("future"):
            return Rejection(ask.phrase("future"))
        return Accepted(day.isoformat())

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return the day in the person's language."""
        return ask.phrase("shown", day=date.fromisoformat(str(answer.value)))


@frozen
class _Names:
    """Names of days and of months (their first three letters), and how a day with its month is written."""

    near: dict[str, int]
    months: dict[str, int]
    day_first: re.Pattern[str]
    month_first: re.Pattern[str]


@lru_cache(maxsize=8)
def _names(vocabulary: Vocabulary) -> _Names:
    ordinals = vocabulary.pattern("day.ordinals")
    of = "|".join(map(re.escape, vocabulary.listed("day.of"))) or "(?!)"
    return _Names(
        {
            folded(name): days
            for key, days in NEAR.items()
            for name in (*vocabulary.listed(f"day.{key}"), key)  # a button's key is the key itself
        },
        {name: month for month, names in enumerate(vocabulary.ordered("day.months"), 1) for name in names},
        re.compile(rf"(\d{{1,2}})(?:{ordinals})? (?:(?:{of}) )?([^\W\d]{{3,9}})(?: (\d{{4}}|\d{{2}}))?"),
        re.compile(rf"([^\W\d]{{3,9}}) (\d{{1,2}})(?:{ordinals})?(?: (\d{{4}}|\d{{2}}))?"),
    )


def _parse(text: str, ask: Ask) -> date | None:
    said, names = folded(text), _names(ask.vocabulary)
    if said in names.near:
        return ask.today() + timedelta(days=names.near[said])
    if found := ISO.fullmatch(said):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := DAY_FIRST.fullmatch(said):
        return _full(found[3], int(found[2]), int(found[1]), ask)
    if (found := names.day_first.fullmatch(said)) and (month := names.months.get(found[2][:3])):
        return _full(found[3], month, int(found[1]), ask)
    if (found := names.month_first.fullmatch(said)) and (month := names.months.get(found[1][:3])):
        return _full(found[3], month, int(found[2]), ask)
    return None


def _full(year: str | None, month: int, day: int, ask: Ask) -> date | None:
    if year:
        return _day(int(year) + (2000 if len(year) == 2 else 0), month, day)
    today = ask.today()
    near = [one for year in range(today.year - 1, today.year + 2) if (one := _day(year, month, day))]
    past, future = bool(ask.question.settings.get("past")), bool(ask.question.settings.get("future"))
    fitting = [one for one in near if (past and one <= today) or (future and one >= today)]
    return min(fitting, key=lambda one: abs(one - today), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


question = Day()
EXAMPLES = (
    Example(
        {"type": "date", "future": False},
        (
            ((Said("24.12.2024"),), "2024-12-24"),
            ((Said("24.12.24"),), "2024-12-24"),
            ((Said("2024-12-24"),), "2024-12-24"),
            ((Said("3. März 2025"),), "2025-03-03"),
            ((Said("March 3rd, 2025"),), "2025-03-03"),
            ((Said("3 of March 2025"),), "2025-03-03"),
        ),
        (Said("31.02.2025"), Said("neulich"), Said("24.12.2999"), Said("1" * 500), Said(""), Attached(())),
    ),
)
