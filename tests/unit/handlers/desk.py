"""The use cases around a terminal whose lines are applied when a test says so."""

from dataclasses import dataclass, replace

from bot.app import library_of, load_dialogues, organisation_of
from bot.channels.console import ADDRESS, ConsoleChannel, raw_body
from bot.clock import TimeOrderedIds
from bot.settings.config import Settings
from conversations.cases.case import Case
from conversations.cases.policy import Policy, Route, Staff
from conversations.events import Attached, Commanded, Instant, Pressed, Said
from conversations.kinds import StaffId, people
from conversations.session import Conversation
from handlers.intake.inbox import Inbox
from handlers.sending.outbox import Outbox
from handlers.sending.perishables import Perishables
from handlers.turn.organisation import Organisation
from storage.interface.inbox import RawBody
from storage.interface.messages import CaseMessage
from storage.interface.store import Store
from storage.interface.timers import Timer
from tests.stores import NOW

MIA = Policy({"mia": Staff(StaffId("mia"), "U0MIA", "Mia")}, (Route(people("mia", "mia", "mia"), "C1"),))


@dataclass
class Clock:
    """A clock that tests move."""

    at: Instant = NOW

    def now(self) -> Instant:
        return self.at


@dataclass
class Desk:
    """The use cases around a terminal whose lines are applied when the test says so."""

    store: Store
    inbox: Inbox
    outbox: Outbox
    clock: Clock
    lines: list[str]
    organisation: Organisation
    ids: TimeOrderedIds
    _number: int = 0

    async def hears(self, *events: Said | Pressed | Commanded | Attached) -> None:
        """Take in lines without applying them."""
        await self.inbox.receive([self._body(event) for event in events])

    async def takes(self, *events: Said | Pressed | Commanded | Attached) -> int:
        """Take in lines as the service does; return how many were applied at once."""
        return (await self.inbox.take([self._body(event) for event in events])).handled

    def _body(self, event: Said | Pressed | Commanded | Attached) -> RawBody:
        self._number += 1
        return raw_body(self._number, event)

    async def works(self) -> int:
        """Apply what waits, and say what there is to say; return how much was handled."""
        handled = (await self.inbox.apply()).handled
        while await self.outbox.deliver_due():
            await self.outbox.drain(5)
        return handled

    async def conversation(self) -> Conversation:
        async with self.store.reading() as tx:
            return (await tx.conversations.at([ADDRESS]))[ADDRESS]

    async def counts(self) -> dict[str, int]:
        async with self.store.reading() as tx:
            return await tx.figures.counts()

    async def cases(self) -> list[Case]:
        """Open cases, the oldest first."""
        async with self.store.reading() as tx:
            return sorted(await tx.cases.still_open(), key=lambda case: case.id)

    async def messages(self, case: Case) -> list[CaseMessage]:
        async with self.store.reading() as tx:
            return await tx.messages.of(case.id)

    async def sets(self, *timers: Timer) -> None:
        async with self.store.transaction() as tx:
            await tx.timers.set(timers)

    async def timers(self, owner: str) -> list[Timer]:
        async with self.store.reading() as tx:
            return await tx.timers.of(owner)

    @property
    def shown(self) -> str:
        return "".join(self.lines)


def organisation(policy: Policy) -> Organisation:
    settings = Settings()
    dialogues, problems = load_dialogues(settings)
    assert not problems
    return replace(organisation_of(settings, library_of(settings, dialogues)), policy=policy)


def desk_of(store: Store, policy: Policy, terminal: type[ConsoleChannel] = ConsoleChannel) -> Desk:
    async def nothing(attachment: int) -> tuple[bytes, str, str]:
        raise LookupError(attachment)

    clock, ids, lines = Clock(), TimeOrderedIds(0), list[str]()
    channel = terminal(iter(()), lines.append, nothing, language="en")
    channels, company = {channel.account: channel}, organisation(policy)
    outbox, perishables = Outbox(store, channels, company, clock, ids), Perishables(channels)
    inbox = Inbox(store, channels, company, outbox, perishables, clock, ids)
    return Desk(store, inbox, outbox, clock, lines, company, ids)
