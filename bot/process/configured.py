"""With which configuration and program the service started: a fact, so that what ran later can be told by it."""

from importlib.metadata import version

from bot.settings.config import Settings
from conversations.definition.dialogue import digest
from conversations.facts import Configured
from conversations.question import Ids
from handlers.turn.ports import Clock
from storage.interface.facts import FactRow
from storage.interface.store import Store


async def note_configuration(settings: Settings, store: Store, clock: Clock, ids: Ids) -> None:
    """Keep it where it is not as it was before."""
    said = settings.model_dump_json(
        exclude={"storage", "http"}
    )  # where it runs is not what it does; tokens are masked
    present = Configured(digest(said), version("anliegen"))
    async with store.transaction() as tx:
        if present != await tx.facts.configured():
            await tx.facts.record([FactRow(ids.next(), clock.now(), present)])
