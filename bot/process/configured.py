"""Records configuration and program version at the start as a fact, so that it is known later what was running."""

from importlib.metadata import version

from bot.settings.config import Settings
from conversations.definition.dialogue import digest
from conversations.facts import Configured
from conversations.question import Ids
from handlers.turn.ports import Clock
from storage.interface.facts import FactRow
from storage.interface.store import Store


async def note_configuration(settings: Settings, store: Store, clock: Clock, ids: Ids) -> None:
    """Record it if it differs from the last start."""
    said = settings.model_dump_json(
        exclude={"storage", "http"}
    )  # not the machine's settings; tokens are masked
    present = Configured(digest(said), version("anliegen"))
    async with store.transaction() as tx:
        if present != await tx.facts.configured():
            await tx.facts.record([FactRow(ids.next(), clock.now(), present)])
