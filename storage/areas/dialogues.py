"""Definitions of dialogues, kept as long as a session may use them."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from conversations.events import Instant
from storage.engines.sql import Area
from storage.tables import dialogue

_KEEP_DIALOGUE = insert(dialogue).on_conflict_do_nothing(index_elements=["revision"])
_DIALOGUES = select(dialogue.c.name, dialogue.c.definition).order_by(dialogue.c.kept)


class SqlDialogues(Area):
    """Every revision of a dialogue that was ever in use."""

    __slots__ = ()

    async def keep(self, revisions: Mapping[str, tuple[str, str]], now: Instant) -> None:
        """Store definitions: hash -> (name, JSON); known hashes are skipped."""
        self._unit.later(
            _KEEP_DIALOGUE,
            [
                {"revision": revision, "name": name, "definition": definition, "kept": now}
                for revision, (name, definition) in revisions.items()
            ],
        )

    async def all(self) -> list[tuple[str, str]]:
        """Return (name, JSON) of every stored definition, oldest first."""
        return [(name, definition) for name, definition in await self._unit.fetch(_DIALOGUES)]
