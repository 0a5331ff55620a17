"""What storage promises, in the product's own nouns. The use cases know this file and nothing else of storage.

A `Transaction` is one unit of work: everything in it is committed together when the block ends, or not at all. Units
are shielded: a cancelled caller waits for the commit. All times are UTC microseconds of the program's `Clock`, except
leases and retry moments, which are real time of the database (PostgreSQL) or machine (SQLite).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from conversations.cases.case import Case
from conversations.events import Address, Instant
from conversations.facts import Fact
from conversations.frozen import dataclass
from conversations.session import Answer, CaseId, Conversation, ConversationId, PersonId
from conversations.tallies import TallyKey
from storage.interface.outbox import Sending
from storage.interface.shut import AtShutPlaces
from storage.interface.watching import Gauged, Watched


class StoreError(Exception):
    """Storage could not do it."""


class Conflict(StoreError):
    """Somebody else changed the row since it was read; start again from the beginning of the unit."""


class StoreUnavailable(StoreError):
    """The database does not answer; try again later."""


class SchemaTooNew(StoreError):
    """The database was written by a newer program; nothing was changed."""


class AlreadyServed(StoreError):
    """Another process owns this SQLite database; the message names it."""


@dataclass(frozen=True, slots=True)
class RawBody:
    """What a platform handed over, untouched. `lane` orders: bodies of a lane keep their order.

    A body whose `key` was stored before is the same one again, unless that was longer ago than `reused_after`
    microseconds: then the platform gave the key to something new. 0 for platforms that never do.
    `chat` and `message` are the platform's ids, given only where the platform can be asked later what came after it.
    """

    key: str
    account: str
    lane: str
    body: bytes
    chat: str = ""
    message: str = ""
    reused_after: Instant = 0


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A stored body waiting to be applied."""

    id: int
    raw: RawBody
    received: Instant


@dataclass(frozen=True, slots=True)
class Timer:
    """A deadline. (`owner`, `kind`) is unique; owner is `session:<id>`, `case:<id>` or `digest:<channel>`."""

    owner: str
    kind: str
    due: Instant
    conversation: ConversationId | None = None
    case: CaseId | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class FactRow:
    """A fact with its context. Tallies move with it in the same transaction."""

    id: int
    at: Instant
    fact: Fact
    person: PersonId | None = None
    conversation: ConversationId | None = None
    case: CaseId | None = None


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """An answer as given (or corrected: same session and question replace)."""

    session: int
    dialogue: str
    question: str
    person: PersonId
    conversation: ConversationId
    answer: Answer


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """A message within a case. `direction` is in (customer), out (to the customer), note (internal).

    `author` is a staff id or empty; `delivery` is none, waiting, sent or failed; `log` is the outbox row of its line in
    the card's thread, 0 if it has none.
    """

    id: int
    case: CaseId
    at: Instant
    direction: str
    author: str
    text: str
    attachments: tuple[int, ...] = ()
    delivery: str = "none"
    log: int = 0


@dataclass(frozen=True, slots=True)
class Attachment:
    """A stored file; `state` is waiting, stored or refused (with `reason`)."""

    id: int
    person: PersonId | None
    name: str
    mime: str
    size: int
    state: str
    reason: str = ""
    case: CaseId | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation; `digest` is the SHA-256 of its secret, hex. `chat` is empty until first used."""

    id: int
    digest: str
    dialogue: str
    order: str
    touchpoint: str
    language: str
    created: Instant
    expires: Instant
    chat: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """A comment its author allows to be shown."""

    at: Instant
    dialogue: str
    score: str
    words: str


class Transaction(Sending, Watched, AtShutPlaces, Protocol):
    """One unit of work. Rows asked for by id that do not exist are simply missing from the answer."""

    # inbox
    async def receive(self, bodies: Sequence[RawBody], ids: Sequence[int], now: Instant) -> None:
        """Insert bodies, passing over keys already there and not reused since."""

    async def claim_inbox(self, limit: int) -> list[InboxRow]:
        """Pending rows in order of arrival, locked against other workers, never skipping within a lane."""

    async def finish_inbox(self, ids: Mapping[int, ConversationId | None], now: Instant) -> None:
        """Mark rows applied, each with the conversation it changed and the version that now has."""

    async def bury_inbox(self, inbox: int, reason: str, now: Instant) -> None:
        """Make a row a dead letter, if it still waits."""

    # people and conversations
    def expect_conversations(self, addresses: Iterable[Address]) -> Callable[[], dict[Address, Conversation]]:
        """Load (and lock) the conversations at these addresses together with the next thing asked for.

        What is returned tells them afterwards.
        """

    async def conversations(self, addresses: Iterable[Address]) -> dict[Address, Conversation]:
        """Load (and lock) the conversations at these addresses."""

    async def conversations_by_id(self, ids: Iterable[ConversationId]) -> dict[ConversationId, Conversation]:
        """Load (and lock) conversations."""

    async def create_conversations(
        self, new: Sequence[tuple[Conversation, str]], now: Instant
    ) -> list[Conversation]:
        """Insert conversations (version 0) with person and address rows; the text is the platform's user id.

        The person is found by (account, user id) or made with the conversation's `person` id; return what is stored.
        """

    async def save_conversations(self, changed: Sequence[Conversation]) -> None:
        """Write conversations, each with `version` one above the stored one. Raises Conflict."""

    async def move_chat(self, old: Address, new: str) -> None:
        """The platform gave a chat a new id."""

    # dialogues
    async def keep_dialogues(self, revisions: Mapping[str, tuple[str, str]], now: Instant) -> None:
        """Store definitions: hash -> (name, JSON); known hashes are left alone."""

    async def dialogues(self) -> list[tuple[str, str]]:
        """Return (name, JSON) of every stored definition, the oldest first."""

    # what happened
    async def record(self, facts: Sequence[FactRow]) -> None:
        """Append facts and move their tallies."""

    async def keep_answers(self, answers: Sequence[AnswerRow]) -> None:
        """Insert answers; an answer to the same question of the same session is replaced."""

    async def answers_begun(self, case: Case, dialogue: str, moment: Instant) -> list[AnswerRow]:
        """Answers in the session of a dialogue that was begun by what happened to a case at that moment."""

    # timers
    async def set_timers(self, timers: Sequence[Timer]) -> None:
        """Insert or move timers."""

    async def drop_timers(self, timers: Iterable[tuple[str, str]]) -> None:
        """Delete timers by (owner, kind); kind `*` deletes all of the owner."""

    async def due_timers(self, now: Instant, limit: int) -> list[Timer]:
        """Timers due at `now`, oldest first, locked against other workers."""

    async def timers(self, owner: str) -> list[Timer]:
        """All timers of an owner."""

    # several workers
    async def take_leases(self, names: Iterable[str], holder: str, seconds: float) -> dict[str, int]:
        """Renew what `holder` has and take what is free; return name -> term of those it holds now (real time)."""

    async def take_place(self, holder: str, seconds: float) -> str:
        """Take a free worker's lease, return its name. Raises Conflict, and StoreError when there is no room."""

    async def drop_leases(self, holder: str) -> None:
        """End all that `holder` has."""

    async def ended_workers(self) -> list[str]:
        """Holders whose place ran out without a farewell; each is told once."""

    async def real_time(self) -> Instant:
        """What the database's clock says."""

    # cases
    async def next_number(self, year: int) -> int:
        """Take the next case number of a year; never reused."""

    async def create_case(self, case: Case) -> None:
        """Insert a case (version 0)."""

    async def save_case(self, case: Case) -> None:
        """Write a case with `version` one above the stored one. Raises Conflict."""

    async def cases(self, ids: Iterable[CaseId]) -> dict[CaseId, Case]:
        """Load (and lock) cases."""

    async def case_by_number(self, number: str) -> Case | None:
        """Find a case by its number, in any letter case."""

    async def case_by_card(self, address: Address, message: str) -> Case | None:
        """The case whose card is this platform message."""

    async def open_cases(
        self, *, person: PersonId | None = None, staff: str = "", limit: int = 100
    ) -> list[Case]:
        """Open cases of a person, of an owner, or of all; by next deadline."""

    async def closed_cases(self, person: PersonId, since: Instant) -> list[Case]:
        """Cases of a person that were closed at `since` or later and still are, the latest first."""

    async def add_message(self, message: CaseMessage) -> None:
        """Append to a case's messages."""

    async def extend_message(self, message: int, text: str, attachments: Sequence[int]) -> None:
        """More of an album came: the message has this text and these files now."""

    async def show_messages(self, messages: Sequence[int], log: int) -> None:
        """These messages stand in the thread, in the line of this outbox row."""

    async def message(self, message: int) -> CaseMessage | None:
        """One message by its id."""

    async def messages(self, case: CaseId) -> list[CaseMessage]:
        """All messages of a case, oldest first."""

    async def unshown(self, case: CaseId, since: Instant) -> list[CaseMessage]:
        """What the customer said since and stands in no line of the thread; not what is on the card, the first one."""

    # attachments
    async def expect_attachment(self, attachment: Attachment) -> None:
        """Reserve a place for a file that is being fetched."""

    async def store_attachment(self, attachment: int, content: bytes, mime: str, name: str = "") -> None:
        """Put the bytes in (SHA-256 is computed here)."""

    async def refuse_attachment(self, attachment: int, reason: str) -> None:
        """The file could not or must not be stored."""

    async def expect_again(self, attachment: int) -> None:
        """A file that was refused is being fetched once more; one that was erased stays so."""

    async def attach_to_case(self, attachments: Iterable[int], case: CaseId) -> None:
        """Tie stored files to a case."""

    async def attachment(self, attachment: int) -> tuple[Attachment, bytes] | None:
        """A file and its bytes (empty while waiting)."""

    async def attachments(self, attachments: Iterable[int]) -> list[Attachment]:
        """Files without their bytes, the oldest first."""

    async def fetched(self, person: PersonId, since: Instant) -> list[int]:
        """The files of a person whose download was asked for since."""

    # invitations
    async def invite(self, invitation: Invitation) -> Invitation:
        """Insert, or replace the secret of, the invitation with the same (dialogue, order); return what is stored."""

    async def invitation(self, digest: str) -> Invitation | None:
        """Find by SHA-256 of the secret."""

    async def bind_invitation(self, invitation: int, chat: str, session: int, now: Instant) -> bool:
        """Bind to its first chat; False when it was used before."""

    # reports
    async def tallies(self, first_week: str, last_week: str) -> dict[TallyKey, int]:
        """All tallies of these weeks (Mondays, inclusive), zero counts left out."""

    async def cases_between(self, start: Instant, end: Instant) -> list[Case]:
        """Cases opened or closed within [start, end), or still open at `end`."""

    async def voices(self, start: Instant, end: Instant, limit: int) -> list[Voice]:
        """Comments given within [start, end) whose author said yes to being quoted, newest first."""

    async def mark_digest(self, kind: str, period: str, now: Instant) -> bool:
        """Note that the digest of a period was made; False when it had been."""

    # upkeep
    async def find_person(self, wanted: str) -> list[PersonId]:
        """Persons by id, `account/user`, or a case number."""

    async def erase(self, person: PersonId, now: Instant) -> dict[str, int]:
        """Empty every word, name, body and file of a person; return how many rows of each table."""

    async def drop_bodies(self, before: Instant) -> int:
        """Empty the bodies of some rows applied, sent or given up before; return how many, 0 when none is left."""

    async def counts(self) -> dict[str, int]:
        """Figures for doctor and status: inbox_pending, inbox_dead, outbox_waiting, outbox_unknown, outbox_dead, ..."""


class Store(Gauged, Protocol):
    """A database."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a unit of work that writes (BEGIN IMMEDIATE on SQLite). Raises StoreUnavailable."""

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a unit that only reads."""

    async def try_to_write(self) -> None:
        """Change something and change it back: ends `refused` where the disk takes it. Raises StoreUnavailable."""

    @property
    def several(self) -> bool:
        """Whether other workers may use this database at the same time."""

    def hint(self, word: str) -> None:
        """Tell the other workers that there is something to look for; it may get lost."""

    async def hear(self, wake: Callable[[str], None]) -> None:
        """Call `wake` with the hints of other workers, until cancelled. Raises StoreUnavailable."""

    async def broken_invariants(self) -> list[str]:
        """Sentences about every invariant I1 to I8 that does not hold; empty when all is well."""

    async def close(self) -> None:
        """Checkpoint and let go."""
