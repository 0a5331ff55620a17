"""Walk through a dialogue here in the terminal; nothing is stored."""

import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from bot.app import library_of, load_dialogues, organisation_of
from bot.channels.console import ConsoleChannel, raw_body
from bot.clock import SystemClock, TimeOrderedIds
from bot.command_line.groups import Group
from bot.command_line.opening import run, settings_of
from bot.command_line.options import Config
from bot.process.failure import Failure, no_dialogue
from bot.settings.config import Settings
from conversations.cases.policy import Policy, Route, Staff
from conversations.events import Commanded
from conversations.frozen import frozen, replace
from conversations.kinds import StaffId, people
from handlers.customers import dialogues
from handlers.files.fetching import attachments_of
from handlers.intake.inbox import Inbox
from handlers.sending.outbox import Outbox
from handlers.sending.perishables import Perishables
from handlers.turn.organisation import Organisation
from handlers.turn.turn import Turn
from storage.interface.inbox import RawBody
from storage.interface.store import Store
from storage.open import open_store

GROUP = Group.START
RANK = 40

SOMEBODY: Final = Policy(
    {"mia": Staff(StaffId("mia"), "", "Mia")}, (Route(people("mia", "mia", "mia"), "#complaints"),)
)
"""Who answers where no configuration says so: a complaint must have an owner, also one that nobody will read."""

SECONDS: Final = 10.0
"""More than printing a message or reading a file ever takes."""

SAMPLES: Final = {
    "case": "1",
    "number": "A-2026-000001",
    "author": "Mia",
    "proposal": "We send you a new one, and you keep the old one.",
}
"""What a dialogue is given that cannot begin without; any other binding is given its own name."""


def chat(
    dialogue: Annotated[str, typer.Argument(help="The dialogue's name, for example survey.")],
    language: Annotated[str, typer.Option(help="The language you speak, for example de.")] = "",
    config: Config = None,
) -> None:
    """Talk until the end of the input, `/quit` or Ctrl-C. Raises Failure for a dialogue that does not exist.

    It is the real service around one terminal; what it stores is gone when it ends.
    """
    run(_chat(settings_of(config), dialogue, language))


async def _chat(settings: Settings, dialogue: str, language: str) -> None:
    organisation = _organisation(settings, dialogue)
    with tempfile.TemporaryDirectory(prefix="anliegen-") as folder:
        store = await open_store(f"sqlite:///{folder}/chat.db", zone=organisation.zone, serve=True)
        try:
            talk = Talk.around(store, organisation, language)
            await talk.begin(dialogue)
            await talk.channel.listen(talk.receive)
        finally:
            await store.close()


def _organisation(settings: Settings, dialogue: str) -> Organisation:
    found, problems = load_dialogues(settings)
    known = {one.name for one in found}
    if dialogue not in known:
        wrong = [str(one) for one in problems if Path(one.file).stem == dialogue]
        raise Failure("\n".join(wrong) or no_dialogue(dialogue, known))
    organisation = organisation_of(settings, library_of(settings, found))
    return organisation if settings.routes else replace(organisation, policy=SOMEBODY)


@frozen
class Talk:
    """The use cases around a terminal: a line is stored, applied and answered before the next one is read."""

    store: Store
    organisation: Organisation
    channel: ConsoleChannel
    inbox: Inbox
    outbox: Outbox
    perishables: Perishables
    clock: SystemClock
    ids: TimeOrderedIds

    @classmethod
    def around(cls, store: Store, organisation: Organisation, language: str) -> "Talk":
        """Put it together."""
        clock, ids = SystemClock(), TimeOrderedIds(0)
        channel = ConsoleChannel(_typed(), _show, attachments_of(store), language=language)
        channels = {channel.account: channel}
        outbox, perishables = Outbox(store, channels, organisation, clock, ids), Perishables(channels)
        inbox = Inbox(store, channels, organisation, outbox, perishables, clock, ids)
        return cls(store, organisation, channel, inbox, outbox, perishables, clock, ids)

    async def begin(self, dialogue: str) -> None:
        """Open the dialogue as if somebody had been invited to it."""
        needs = self.organisation.library.current[dialogue].needs
        start = self.channel.read(raw_body(0, Commanded("start")), self.clock.now())
        async with self.store.transaction() as tx:
            turn = Turn(tx, self.organisation, self.ids, self.clock.now())
            await turn.load([start])
            if (you := turn.at(start.address)) is not None:
                await dialogues.begin(turn, you, dialogue, {name: SAMPLES.get(name, name) for name in needs})
            await turn.write()
        await self._settle()

    async def receive(self, bodies: Sequence[RawBody]) -> None:
        """Take in lines and answer them."""
        await self.inbox.receive(bodies)
        await self._settle()

    async def _settle(self) -> None:
        """Go on until nothing is left to do."""
        busy = True
        while busy:
            applied = await self.inbox.apply()
            started = await self.outbox.deliver_due()
            await self.outbox.drain(SECONDS)
            await self.perishables.drain()
            busy = bool(applied.handled or started)


def _typed() -> Iterator[str]:
    """Yield what is typed, or piped in; then it is shown, so that the output reads as a conversation."""
    # asyncio keeps the first Ctrl-C for itself; here it shall end the waiting for a line.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    while True:
        try:
            line = input("\n> ")
        except (EOFError, KeyboardInterrupt):
            _show("\n")
            return
        if not sys.stdin.isatty():
            _show(f"{line}\n")
        yield line


def _show(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
