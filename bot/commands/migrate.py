"""`anliegen migrate`: bring the database to this program's schema."""

from pathlib import Path

from bot.commands.opening import settings_of
from storage.migrate import head
from storage.migrate import migrate as bring_up


def migrate(config: Path | None) -> None:
    """Raises StoreError."""
    settings = settings_of(config)
    changed = bring_up(settings.storage.url, settings.organisation.zone)
    print(
        f"The database is now at schema {head()}."
        if changed
        else f"The database was at schema {head()} already."
    )
