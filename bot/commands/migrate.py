"""Bring the database to this program's schema (serve does it by itself on SQLite)."""

from bot.command_line.groups import Group
from bot.command_line.opening import settings_of
from bot.command_line.options import Config
from storage.migrate import head
from storage.migrate import migrate as bring_up

GROUP = Group.DATA
RANK = 30


def migrate(config: Config = None) -> None:
    """Raises StoreError."""
    settings = settings_of(config)
    changed = bring_up(settings.storage.url, settings.organisation.zone)
    print(
        f"The database is now at schema {head()}."
        if changed
        else f"The database was at schema {head()} already."
    )
