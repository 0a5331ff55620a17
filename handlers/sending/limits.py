"""How much may leave at once and how fast; what a platform's "too fast" and its silence mean for everybody else.

Nothing waits in here: a row that may not go is put off in the table. What is kept is a few numbers per account and per
chat that is limited, and after a restart they start gently. Seconds are real time of the event loop.

- Answers to people are not slowed down in advance where a platform has no rule for them: its refusal (429) is the only
  authority, and holds one chat. Several chats refused within a moment, or a refusal that names no chat, hold all.
- A platform that refuses us as a whole or does not answer is asked again by one row at a time; with every good answer
  twice as many may be under way.
- What nobody waits for, and posts, changes and overviews where the platform has a rule, go at their rates. Who must
  wait stands in line: those who have waited go before those who come.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from conversations.frozen import frozen
from handlers.turn.ports import Later, Outcome, Unknown
from storage.interface.claims import Claimed, Freight
from storage.interface.outbox import OutboxRow

GENTLE: Final = 25  # sends under way at the same time before anything was answered
CROWD: Final = 3  # chats that are refused, or lanes without an answer: then it is not their fault
MOMENT: Final = 2.0  # seconds within which a crowd comes together
LONGEST_PAUSE: Final = 60.0
LONGEST_LINE: Final = 300.0  # seconds after which a row asks again although others stand before it
_REMEMBERED: Final = 1_000

Key: TypeAlias = tuple[str, str, str]
"""What a rate belongs to: account, kind of call, and for posts the chat."""


@frozen
class Rate:
    """So many a second, and so many at once after a while of silence."""

    per_second: float
    burst: float

    def times(self, factor: float) -> "Rate":
        """As much faster."""
        return Rate(self.per_second * factor, self.burst * factor)


@frozen
class Allowance:
    """What one account may send; a rate that is None is left to the platform's refusals.

    `post` is per chat, `edit` (of a message) and `draw` (an overview) are of all together, and so is `bulk`. `together`
    are the sends under way at the same time, `fetching` the files: each may hold 20 MB.
    """

    post: Rate | None = None
    edit: Rate | None = None
    draw: Rate | None = None
    bulk: Rate | None = None
    together: int = 200
    fetching: int = 4


class Bucket:
    """A token bucket with a line before it."""

    def __init__(self, rate: Rate, now: float) -> None:
        self._rate = rate
        self._tokens = min(1.0, rate.burst)
        self._at = now
        self._line = now  # when the last one in line will go
        self._held = now

    def hold(self, until: float) -> None:
        """Give nothing before this moment."""
        self._held = max(self._held, until)

    def whole(self, now: float) -> int:
        """How many could go now."""
        self._fill(now)
        return int(self._tokens) if self._held <= now else 0

    def next_in(self, now: float) -> float | None:
        """Seconds until there is a whole one; None when there is."""
        self._fill(now)
        rest = max(self._held - now, (1.0 - self._tokens) / self._rate.per_second)
        return rest if rest > 0 else None

    def take(self, now: float, *, returned: bool = True) -> float:
        """Take one, return 0; or return after how many seconds to ask again."""
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
        """Whether to forget it would change nothing."""
        self._fill(now)
        return self._tokens >= self._rate.burst and self._held <= now and self._line <= now

    def _fill(self, now: float) -> None:
        self._tokens = min(self._tokens + (now - self._at) * self._rate.per_second, self._rate.burst)
        self._at = now


@dataclass(slots=True)
class _Account:
    """How it stands with one account."""

    allowance: Allowance
    room: int  # sends that may be under way at the same time
    opens: float = 0.0  # the moment until which nothing may go
    flying: int = 0
    fetching: int = 0
    stops: int = 0  # since the last good answer
    silent: set[str] = field(
        default_factory=set
    )  # lanes whose answers were not seen, since the last good one
    refused: deque[tuple[float, str, float]] = field(default_factory=lambda: deque(maxlen=CROWD))


class Limiter:
    """Asked before every claim, told of every send."""

    def __init__(self, allowances: Mapping[str, Allowance], now: Callable[[], float] | None = None) -> None:
        self._now = now or (lambda: asyncio.get_running_loop().time())
        self._accounts: dict[str, _Account] = {}
        self.allow(allowances)
        self._buckets: dict[Key, Bucket] = {}
        self._held: dict[Key, float] = {}
        self.put_off = 0  # rows that were not let go, ever

    def allow(self, allowances: Mapping[str, Allowance]) -> None:
        """Say how fast accounts may send; they start gently."""
        for account, allowance in allowances.items():
            self._accounts[account] = _Account(allowance, min(GENTLE, allowance.together))

    # before a claim

    def room(self, account: str, freight: Freight = Freight.PROMPT) -> int:
        """How many more sends of a kind may begin now."""
        one, now = self._accounts[account], self._now()
        if one.opens > now:
            return 0
        if freight is Freight.FILES:
            return min(one.allowance.fetching, one.room) - one.fetching
        room = one.room - one.flying
        if freight is Freight.BULK and one.allowance.bulk is not None:
            return min(room, self._bucket((account, "bulk", ""), one.allowance.bulk, now).whole(now))
        return room

    def opens_in(self, account: str) -> float | None:
        """Seconds until more may go whatever ends meanwhile; None where time alone changes nothing."""
        one, now = self._accounts[account], self._now()
        if one.opens > now:
            return one.opens - now
        if one.allowance.bulk is None:
            return None
        return self._bucket((account, "bulk", ""), one.allowance.bulk, now).next_in(now)

    @property
    def is_full(self) -> bool:
        """Whether some account has as much under way as may be."""
        return any(one.flying >= one.allowance.together for one in self._accounts.values())

    def is_free(self, row: OutboxRow) -> bool:
        """Whether nothing limits a row: it has no rate, and was not refused."""
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
        """Sends begin as soon as their rows are leased."""
        for claimed in rows:
            row, one = claimed.row, self._accounts[claimed.row.address.account]
            if row.kind == "download":
                one.fetching += 1
                continue
            one.flying += 1
            if row.bulk and one.allowance.bulk is not None:
                now = self._now()
                self._bucket((row.address.account, "bulk", ""), one.allowance.bulk, now).take(now)

    def returned(self, rows: Sequence[Claimed]) -> None:
        """They were not sent after all."""
        for claimed in rows:
            one = self._accounts[claimed.row.address.account]
            if claimed.row.kind == "download":
                one.fetching -= 1
            else:
                one.flying -= 1

    def ended(self, claimed: Claimed, outcome: Outcome) -> None:
        """A send is over; a file is still held until it is `stored`."""
        row = claimed.row
        one = self._accounts[row.address.account]
        one.flying -= row.kind != "download"
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
        """What became of a send is recorded."""
        if claimed.row.kind == "download":
            self._accounts[claimed.row.address.account].fetching -= 1

    # the parts

    def _stop(self, one: _Account, seconds: float) -> None:
        """Let nothing go for a while, and then one row to see."""
        one.opens = max(one.opens, self._now() + seconds)
        one.room = 1

    def _slow_down(self, one: _Account, row: OutboxRow, seconds: float) -> None:
        """The platform refused one call for now: hold what it belongs to, or all when it is not alone."""
        now, key = self._now(), _key(row)
        one.refused.append((now, row.address.chat, seconds))
        recent = [refused for refused in one.refused if now - refused[0] <= MOMENT]
        if one.opens > now:
            pass  # it was under way when the others were refused
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

    def _doubt(self, one: _Account, lane: str) -> None:
        """An answer was not seen. With several lanes it is the platform: do not use up what they may repeat."""
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
            case "post":
                return allowance.post
            case "edit":
                return allowance.edit
            case "draw":
                return allowance.draw
        return None

    def _bucket(self, key: Key, rate: Rate, now: float) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= _REMEMBERED:
                self._buckets = {one: kept for one, kept in self._buckets.items() if not kept.is_idle(now)}
            bucket = self._buckets[key] = Bucket(rate, now)
        return bucket


def _key(row: OutboxRow) -> Key:
    account = row.address.account
    if row.kind == "download":
        return (account, "fetch", "")
    if row.kind == "overview":
        return (account, "draw", "")
    return (account, "edit", "") if row.edits else (account, "post", row.address.chat)
