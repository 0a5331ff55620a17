"""What storage promises, in the product's own nouns: the use cases know this folder and nothing else of storage.

A `Transaction` is one unit of work: everything in it is committed together when the block ends, or not at all. Units
are shielded: a cancelled caller waits for the commit. All times are UTC microseconds of the program's `Clock`, except
leases and retry moments, which are real time of the database (PostgreSQL) or machine (SQLite).
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from storage.interface.alarms import AlarmsArea
from storage.interface.answers import AnswersArea
from storage.interface.attachments import AttachmentsArea
from storage.interface.cards import CardsArea
from storage.interface.cases import CasesArea
from storage.interface.claims import ClaimsArea
from storage.interface.conversations import ConversationsArea
from storage.interface.dead_letters import DeadLettersArea
from storage.interface.dialogues import DialoguesArea
from storage.interface.facts import FactsArea
from storage.interface.figures import FiguresArea
from storage.interface.inbox import InboxArea
from storage.interface.invitations import InvitationsArea
from storage.interface.leases import LeasesArea
from storage.interface.messages import MessagesArea
from storage.interface.outbox import OutboxArea
from storage.interface.people import PeopleArea
from storage.interface.repeats import RepeatsArea
from storage.interface.seen import SeenArea
from storage.interface.sessions import SessionsArea
from storage.interface.shut_places import ShutPlacesArea
from storage.interface.timers import TimersArea
from storage.interface.work import Heed, WorkHint


class Transaction(Protocol):
    """One unit of work, in areas. Rows asked for by id that do not exist are simply missing from the answer."""

    @property
    def inbox(self) -> InboxArea:
        """Bodies that came in, kept until they are applied."""

    @property
    def outbox(self) -> OutboxArea:
        """What goes out, and how it ended."""

    @property
    def claims(self) -> ClaimsArea:
        """Which rows of the outbox are leased to whoever sends them."""

    @property
    def dead_letters(self) -> DeadLettersArea:
        """What could not be handled, until somebody tries it again or drops it."""

    @property
    def shut_places(self) -> ShutPlacesArea:
        """Places that take no posts, and what waits for them."""

    @property
    def conversations(self) -> ConversationsArea:
        """The conversations held with people, by address."""

    @property
    def people(self) -> PeopleArea:
        """Persons: found, and erased."""

    @property
    def dialogues(self) -> DialoguesArea:
        """Definitions of dialogues, kept as long as a conversation may walk through them."""

    @property
    def facts(self) -> FactsArea:
        """What happened, for good."""

    @property
    def sessions(self) -> SessionsArea:
        """Walks of dialogues."""

    @property
    def repeats(self) -> RepeatsArea:
        """Answers that the same person has given again."""

    @property
    def answers(self) -> AnswersArea:
        """Answers of customers."""

    @property
    def timers(self) -> TimersArea:
        """Deadlines."""

    @property
    def leases(self) -> LeasesArea:
        """What only one of several workers may do, and which workers there are."""

    @property
    def cases(self) -> CasesArea:
        """Cases and their numbers."""

    @property
    def messages(self) -> MessagesArea:
        """What is said within cases."""

    @property
    def cards(self) -> CardsArea:
        """Where the cards of cases lie."""

    @property
    def attachments(self) -> AttachmentsArea:
        """Files that were sent."""

    @property
    def invitations(self) -> InvitationsArea:
        """Invitations to a dialogue."""

    @property
    def figures(self) -> FiguresArea:
        """Figures that reports and status are made of."""

    @property
    def alarms(self) -> AlarmsArea:
        """What is looked at to raise alarms, and those that stand."""

    @property
    def seen(self) -> SeenArea:
        """How far the history of each chat was read."""


class Gauged(Protocol):
    """How busy a store was."""

    @property
    def units(self) -> int:
        """Units of work begun that may write."""

    @property
    def busy(self) -> float:
        """Seconds spent in them, the wait for their turn included."""

    @property
    def refused(self) -> float | None:
        """Since when every one of them has failed, by `time.monotonic()`; None when the last one went well."""


class Store(Gauged, Protocol):
    """A database."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a unit of work that writes (BEGIN IMMEDIATE on SQLite). Raises StoreUnavailable."""

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a unit that only reads."""

    heed: Heed
    """Is told of the work that each committed transaction of this store left."""

    async def try_to_write(self) -> None:
        """Change something and change it back: ends `refused` where the disk takes it. Raises StoreUnavailable."""

    @property
    def several(self) -> bool:
        """Whether other workers may use this database at the same time."""

    def hint(self, hint: WorkHint) -> None:
        """Tell the other workers that there is something to look for; it may get lost."""

    async def give_hints(self) -> None:
        """Say at once what `hint` was asked to, where nobody hears. Raises StoreUnavailable."""

    async def hear(self, wake: Callable[[str], None]) -> None:
        """Call `wake` with the hints of other workers, until cancelled. Raises StoreUnavailable."""

    async def broken_invariants(self) -> list[str]:
        """Sentences about every invariant I1 to I8 that does not hold; empty when all is well."""

    async def close(self) -> None:
        """Checkpoint and let go."""
