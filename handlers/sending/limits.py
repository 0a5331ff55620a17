"""Rate and concurrency limits of sending, and the reaction to a platform's 429 and timeouts.

Nothing waits in here: a row that may not be sent is postponed in the table. The state is a few numbers per account and
per limited chat; after a restart they begin low. Seconds are real time of the event loop.

- Answers to people are not throttled in advance where a platform has no rule for them: its refusal (429) is the only
  authority, and holds one chat. Several chats refused within a moment, or a refusal that names no chat, hold all.
- A platform that refuses us as a whole or does not answer is probed with one row at a time; every success doubles the
  number that may be in flight.
- Bulk messages, and posts, edits and overviews where the platform has a rule, are sent at their rates. Those that
  must wait queue: rows that have waited go before new ones.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, TypeAlias, assert_never

from conversations.frozen import frozen
from conversations.lanes import Lane
from handlers.turn.ports import Later, Outcome, Unknown
from storage.interface.claims import Claimed, Freight
from storage.interface.outbox import BodyKind, OutboxRow

GENTLE: Final = 25  # sends in flight before the first response
CROWD: Final = 3  # this many refused chats, or lanes without a response, point to the account, not to a chat
MOMENT: Final = 2.0  # the window in seconds for counting a crowd
LONGEST_PAUSE: Final = 60.0
LONGEST_LINE: Final = 300.0  # seconds after which a row asks again even if others are before it
_REMEMBERED: Final = 1_000


class Use(StrEnum):
    """What a call to a platform does: each may have a rate of its own."""

    POST = "post"
    EDIT = "edit"
    DRAW = "draw"  # an overview
    FETCH = "fetch"
    BULK = "bulk"  # any of it, for nobody who waits


Key: TypeAlias = tuple[str, Use, str]
"""What a rate belongs to: account, what the call does, and for posts the chat."""


@frozen
class Rate:
    """A rate per second, and a burst after idle time."""

    per_second: float
    burst: float

    def times(self, factor: float) -> "Rate":
        """Return the rate multiplied."""
        return Rate(self.per_second * factor, self.burst * factor)


@frozen
class Allowance:
    """What one account may send; a rate that is None is left to the platform's refusals.

    `post` is per chat; `edit` (of a message), `draw` (an overview) and `bulk` are per account. `together` is the number
    of sends in flight, `fetching` that of downloads: each may hold 20 MB.
    """

    post: Rate | None = None
    edit: Rate | None = None
    draw: Rate | None = None
    bulk: Rate | None = None
    together: int = 200
    fetching: int = 4


class Bucket:
    """A token bucket with a queue."""

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = min(1.0, rate.burst)
        self._at = now
        self._line = now  # when the last one in the queue will go
        self._held = now

    def hold(self, until: float) -> None:
        """Give no token before this moment."""
        self._held = max(self._held, until)

    def whole(self, now: float) -> int:
        """Return how many could go now."""
        self._fill(now)
        return int(self._tokens) if self._held <= now else 0

    def next_in(self, now: float) -> float | None:
        """Return the seconds until there is a whole token; None when there is one."""
        self._fill(now)
        rest = max(self._held - now, (1.0 - self._tokens) / self._rate.per_second)
        return rest if rest > 0 else None

    def take(self, now: float, *, returned: bool = True) -> float:
        """Take a token and return 0; or return after how many seconds to ask again."""
        self._fill(now)
        step = 1.0 / self._rate.per_second
        next_one = max(self._held - now, (1.0 - self._tokens) * step, 0.0)
        if next_one <= 0 and (returned or self._line <= now):
            self._tokens -= 1.0
            return 0.0
        if returned:
            return next_one or step
        self._line = max(self._line + step, now + next_one)
        return min(self._line - now, max(LONGEST_LINE, next_one))

    def is_idle(self, now: float) -> bool:
        """Return whether the bucket is in its initial state and can be dropped."""
        self._fill(now)
        return self._tokens >= self._rate.burst and self._held <= now and self._line <= now

    def _fill(self, now: float) -> None:
        self._tokens = min(self._tokens + (now - self._at) * self._rate.per_second, self._rate.burst)
        self._at = now


@dataclass(slots=True)
class _Account:
    """The state of one account."""

    allowance: Allowance
    room: int  # sends that may be in flight
    opens: float = 0.0  # the moment before which nothing may be sent
    flying: int = 0
    fetching: int = 0
    stops: int = 0  # since the last success
    silent: set[Lane] = field(default_factory=set)  # lanes with lost responses since the last success
    refused: deque[tuple[float, str, float]] = field(default_factory=lambda: deque(maxlen=CROWD))


class Limiter:
    """Asked before every claim, told of every send."""

    def __init__(self, allowances: Mapping[str, Allowance], now: Callable[[], float] | None = None) -> None:
        self._now = now or (lambda: asyncio.get_running_loop().time())
        self._accounts: dict[str, _Account] = {}
        self.allow(allowances)
        self._buckets: dict[Key, Bucket] = {}
        self._held: dict[Key, float] = {}
        self.put_off = 0  # rows postponed since the start

    def allow(self, allowances: Mapping[str, Allowance]) -> None:
        """Set the allowances of accounts; they begin low."""
        for account, allowance in allowances.items():
            self._accounts[account] = _Account(allowance, min(GENTLE, allowance.together))

    # before a claim

    def room(self, account: str, freight: Freight = Freight.PROMPT) -> int:
        """Return how many more sends of a kind may begin now."""
        one, now = self._accounts[account], self._now()
        if one.opens > now:
            return 0
        if freight is Freight.FILES:
            return min(one.allowance.fetching, one.room) - one.fetching
        room = one.room - one.flying
        if freight is Freight.BULK and one.allowance.bulk is not None:
            return min(room, self._bucket((account, Use.BULK, ""), one.allowance.bulk, now).whole(now))
        return room

    def opens_in(self, account: str) -> float | None:
        """Return the seconds until time alone lets more go; None where it does not."""
        one, now = self._accounts[account], self._now()
        if one.opens > now:
            return one.opens - now
        if one.allowance.bulk is None:
            return None
        return self._bucket((account, Use.BULK, ""), one.allowance.bulk, now).next_in(now)

    @property
    def is_full(self) -> bool:
        """Return whether some account has reached its concurrency limit."""
        return any(one.flying >= one.allowance.together for one in self._accounts.values())

    def is_free(self, row: OutboxRow) -> bool:
        """Return whether nothing limits a row: it has no rate, and was not refused."""
        key = _key(row)
        return self._rate(key) is None and self._held.get(key, 0.0) <= self._now()

    def admit(self, row: OutboxRow, *, returned: bool) -> float:
        """Return 0 when a row may go now (`storage.interface.store.outbox.Admit`)."""
        key, now = _key(row), self._now()
        wait = self._held.get(key, 0.0) - now if self._held else 0.0
        rate = self._rate(key)
        if rate is not None:
            wait = self._bucket(key, rate, now).take(now, returned=returned)
        if wait > 0:
            self.put_off += 1
        return max(wait, 0.0)

    # around a send

    def claimed(self, rows: Sequence[Claimed]) -> None:
        """Count sends as begun, as soon as their rows are leased."""
        for claimed in rows:
            row, one = claimed.row, self._accounts[claimed.row.address.account]
            if row.kind is BodyKind.DOWNLOAD:
                one.fetching += 1
                continue
            one.flying += 1
            if row.bulk and one.allowance.bulk is not None:
                now = self._now()
                self._bucket((row.address.account, Use.BULK, ""), one.allowance.bulk, now).take(now)

    def returned(self, rows: Sequence[Claimed]) -> None:
        """Undo `begin` for rows that were not sent after all."""
        for claimed in rows:
            one = self._accounts[claimed.row.address.account]
            if claimed.row.kind is BodyKind.DOWNLOAD:
                one.fetching -= 1
            else:
                one.flying -= 1

    def ended(self, claimed: Claimed, outcome: Outcome) -> None:
        """Count a send as over; a file is held until it is `stored`."""
        row = claimed.row
        one = self._accounts[row.address.account]
        one.flying -= row.kind is not BodyKind.DOWNLOAD
        match outcome:
            case Later(whole=True):
                self._stop(one, outcome.seconds)
            case Later(limited=True):
                self._slow_down(one, row, outcome.seconds)
            case Unknown():
                self._doubt(one, row.lane)
            case _:
                one.room = min(one.room * 2, one.allowance.together)
                one.stops = 0
                one.silent.clear()

    def stored(self, claimed: Claimed) -> None:
        """Count the result of a send as recorded."""
        if claimed.row.kind is BodyKind.DOWNLOAD:
            self._accounts[claimed.row.address.account].fetching -= 1

    # the parts

    def _stop(self, one: _Account, seconds: float) -> None:
        """Hold everything for a while, then let one row probe."""
        one.opens = max(one.opens, self._now() + seconds)
        one.room = 1

    def _slow_down(self, one: _Account, row: OutboxRow, seconds: float) -> None:
        """The platform throttled a call: hold its scope, or everything if several scopes are refused."""
        now, key = self._now(), _key(row)
        one.refused.append((now, row.address.chat, seconds))
        recent = [refused for refused in one.refused if now - refused[0] <= MOMENT]
        if one.opens > now:
            pass  # it was in flight when the others were refused
        elif key[1] == "fetch":
            self._stop(one, seconds)
        elif len({chat for _, chat, _ in recent}) >= CROWD:
            self._stop(one, min(wait for _, _, wait in recent))
        elif one.room == 1:
            self._stop(one, min(seconds, LONGEST_PAUSE))
        rate = self._rate(key)
        if rate is not None:
            self._bucket(key, rate, now).hold(now + seconds)
            return
        if len(self._held) >= _REMEMBERED:
            self._held = {held: until for held, until in self._held.items() if until > now}
        self._held[key] = now + seconds

    def _doubt(self, one: _Account, lane: Lane) -> None:
        """A response was lost. If several lanes are affected, it is the platform: do not use up their retries."""
        if one.opens > self._now():
            return
        one.silent.add(lane)
        if len(one.silent) >= CROWD or one.room == 1:
            one.stops += 1
            one.silent.clear()
            self._stop(one, min(2.0**one.stops, LONGEST_PAUSE))

    def _rate(self, key: Key) -> Rate | None:
        allowance = self._accounts[key[0]].allowance
        match key[1]:
            case Use.POST:
                return allowance.post
            case Use.EDIT:
                return allowance.edit
            case Use.DRAW:
                return allowance.draw
            case Use.FETCH | Use.BULK:
                return None  # bulk has a rate of its own, beside that of what it does
            case _:
                assert_never(key[1])

    def _bucket(self, key: Key, rate: Rate, now: float) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= _REMEMBERED:
                self._buckets = {one: kept for one, kept in self._buckets.items() if not kept.is_idle(now)}
            bucket = self._buckets[key] = Bucket(rate, now)
        return bucket


def _key(row: OutboxRow) -> Key:
    account = row.address.account
    if row.kind is BodyKind.DOWNLOAD:
        return (account, Use.FETCH, "")
    if row.kind is BodyKind.OVERVIEW:
        return (account, Use.DRAW, "")
    return (account, Use.EDIT, "") if row.edits else (account, Use.POST, row.address.chat)
