"""The interface of storage, in the product's own nouns: the handlers know only this folder of storage.

A `Transaction` is one unit of work: everything in it is committed together when the block ends, or not at all. Units
are shielded: a cancelled caller waits for the commit. All times are UTC microseconds of the service's `Clock`, except
leases and retry times, which are real time of the database (PostgreSQL) or machine (SQLite).
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
    """One unit of work, in areas. Rows requested by id that do not exist are missing from the result."""

    @property
    def inbox(self) -> InboxArea:
        """Received bodies, kept until they are applied."""

    @property
    def outbox(self) -> OutboxArea:
        """Rows to send, and their results."""

    @property
    def claims(self) -> ClaimsArea:
        """Leases of outbox rows to their senders."""

    @property
    def dead_letters(self) -> DeadLettersArea:
        """Rows that could not be handled, until somebody retries or drops them."""

    @property
    def shut_places(self) -> ShutPlacesArea:
        """Places that accept no posts, and what waits for them."""

    @property
    def conversations(self) -> ConversationsArea:
        """The conversations with people, by address."""

    @property
    def people(self) -> PeopleArea:
        """Persons: finding and erasing them."""

    @property
    def dialogues(self) -> DialoguesArea:
        """Definitions of dialogues, kept as long as a session may use them."""

    @property
    def facts(self) -> FactsArea:
        """Facts: what happened, append-only."""

    @property
    def sessions(self) -> SessionsArea:
        """Sessions of dialogues."""

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
        """Leases of tasks that only one worker may do, and the membership of workers."""

    @property
    def cases(self) -> CasesArea:
        """Cases and their numbers."""

    @property
    def messages(self) -> MessagesArea:
        """The messages of cases."""

    @property
    def cards(self) -> CardsArea:
        """Where the cards of cases are posted."""

    @property
    def attachments(self) -> AttachmentsArea:
        """Files that were sent."""

    @property
    def invitations(self) -> InvitationsArea:
        """Invitations to a dialogue."""

    @property
    def figures(self) -> FiguresArea:
        """Figures for reports and status."""

    @property
    def alarms(self) -> AlarmsArea:
        """The data behind alarms, and the current alarms."""

    @property
    def seen(self) -> SeenArea:
        """How far the history of each chat has been read."""


class Gauged(Protocol):
    """How busy a store was."""

    @property
    def units(self) -> int:
        """Units of work begun that may write."""

    @property
    def busy(self) -> float:
        """Seconds spent in them, including the wait for the lock."""

    @property
    def refused(self) -> float | None:
        """Since when all of them have failed, by `time.monotonic()`; None when the last one succeeded."""


class Store(Gauged, Protocol):
    """A database."""

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a unit of work that writes (BEGIN IMMEDIATE on SQLite). Raises StoreUnavailable."""

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a unit that only reads."""

    heed: Heed
    """Called with the work that each committed transaction of this store leaves."""

    async def try_to_write(self) -> None:
        """Probe with a write that is undone: ends `refused` if it succeeds. Raises StoreUnavailable."""

    @property
    def several(self) -> bool:
        """Whether other workers may use this database concurrently."""

    def hint(self, hint: WorkHint) -> None:
        """Notify the other workers that there is work; the hint may get lost."""

    async def give_hints(self) -> None:
        """Send pending hints now, for a process that does not listen. Raises StoreUnavailable."""

    async def hear(self, wake: Callable[[str], None]) -> None:
        """Listen and call `wake` with the hints of other workers, until cancelled. Raises StoreUnavailable."""

    async def broken_invariants(self) -> list[str]:
        """Return a sentence for every breach of the invariants I1 to I8; empty when there is none."""

    async def close(self) -> None:
        """Checkpoint and close."""
