"""Where copies of a database lie and what they are called: in a folder `backups`, by the moment they were made."""

import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from conversations.events import SECOND, Instant
from storage.sqlite_file.plain import remove

FOLDER: Final = "backups"
_MOMENT: Final = "%Y%m%dT%H%M%SZ"
_NAMED: Final = re.compile(r"-\d{8}T\d{6}Z\.(db|dump)")


def folder_beside(database: Path) -> Path:
    """Where copies of a SQLite file lie when nobody says otherwise."""
    return database.parent / FOLDER


def name_at(stem: str, now: Instant, suffix: str) -> str:
    """The name of a copy made now: names in order are moments in order."""
    return f"{stem}-{datetime.fromtimestamp(now // SECOND, UTC).strftime(_MOMENT)}{suffix}"


def free_name(folder: Path, stem: str, now: Instant, suffix: str) -> Path:
    """The file for a copy made now, or a second later where there is one of now."""
    while (path := folder / name_at(stem, now, suffix)).exists():
        now += SECOND
    return path


def copies(folder: Path, stem: str) -> list[Path]:
    """The copies in a folder, oldest first."""
    return sorted(_copies(folder, stem))


def _copies(folder: Path, stem: str) -> Iterator[Path]:
    for path in folder.glob("*"):
        if path.name.startswith(stem) and _NAMED.fullmatch(path.name, len(stem)):
            yield path


def last_copied(database: Path) -> Instant | None:
    """When the newest copy of a SQLite file was made; None where no copies lie."""
    copy = newest(database)
    if copy is None:
        return None
    return int(datetime.strptime(copy.stem[-16:], "%Y%m%dT%H%M%S%z").timestamp()) * SECOND


def newest(database: Path) -> Path | None:
    """The last copy of a SQLite file, where copies lie when nobody says otherwise."""
    return next(reversed(copies(folder_beside(database), database.stem)), None)


def part_of(copy: Path) -> Path:
    """The file in which this process makes a copy; what a killed one left in that folder goes."""
    for path in copy.parent.glob("*.part"):
        maker = path.suffixes[-2].removeprefix(".")
        if maker.isdecimal() and not _is_there(int(maker)):
            remove(path)
    return copy.with_name(f"{copy.name}.{os.getpid()}.part")


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # somebody else's
    return True


def drop_older(folder: Path, stem: str, keep: int) -> list[Path]:
    """Remove all but the newest copies; return which."""
    gone = copies(folder, stem)[:-keep]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone
