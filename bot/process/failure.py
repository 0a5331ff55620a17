"""Every failure as one clear sentence with its remedy, and the exit code it leads to."""

import errno
from collections.abc import Iterable

from bot.exits import Exit
from bot.loops import DatabaseGone, GiveUp, Stuck
from conversations.problem import nearest
from storage.interface.errors import AlreadyServed, StoreError


class Failure(Exception):
    """A request cannot be carried out; the text says why and what helps."""

    def __init__(self, text: str, code: Exit = Exit.PROBLEM) -> None:
        super().__init__(text)
        self.code = code


def no_dialogue(name: str, known: Iterable[str]) -> str:
    """Say that a dialogue does not exist, and which one may have been meant."""
    known = sorted(known)
    return f"there is no dialogue '{name}'; {nearest(name, known) or 'there are: ' + ', '.join(known)}"


def explain(error: Exception) -> tuple[str, Exit]:
    """Describe an exception."""
    # The settings take a while to import; most failures have nothing to do with them.
    from bot.settings.config import ConfigProblems  # noqa: PLC0415

    match error:
        case Failure():
            return str(error), error.code
        case ConfigProblems():
            return str(error), Exit.USAGE
        case AlreadyServed():
            return str(error), Exit.SERVED
        case StoreError() | DatabaseGone():
            return str(error), Exit.STORAGE
        case Stuck():
            return str(error), Exit.STUCK
        case OSError() if error.errno == errno.EADDRINUSE:
            return f"{error.strerror}: change [http] listen, or stop what listens there", Exit.PROBLEM
        case OSError() if error.filename is not None:
            return f"{error.filename}: {error.strerror}", Exit.PROBLEM
        case GiveUp() | PermissionError() | ConnectionError():
            return str(error), Exit.PLATFORM
        case OSError():
            return str(error), Exit.PROBLEM
    kind = type(error).__name__
    return f"a mistake in the program ({kind}): ANLIEGEN_DEBUG=1 shows where; please report it", Exit.DEFECT
