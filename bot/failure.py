"""How a command ends: documented exit codes, and every failure as one clear line with its remedy."""

from enum import IntEnum

from bot.loops import GiveUp
from storage.interface import AlreadyServed, StoreError


class Exit(IntEnum):
    """What scripts may rely on."""

    DONE = 0
    PROBLEM = 1  # something is wrong, or what was asked for is not possible
    USAGE = 2  # the command or the configuration is wrong
    STORAGE = 3
    SERVED = 4
    PLATFORM = 5
    DEFECT = 70  # sysexits' EX_SOFTWARE
    INTERRUPTED = 130


MEANING = {
    Exit.DONE: "done",
    Exit.PROBLEM: "a problem was found, or what was asked for is not possible",
    Exit.USAGE: "the command line or the configuration is wrong",
    Exit.STORAGE: "the database cannot be used",
    Exit.SERVED: "another process serves this database",
    Exit.PLATFORM: "a platform refuses us, or the clock must not be shifted",
    Exit.DEFECT: "a mistake in the program",
    Exit.INTERRUPTED: "interrupted",
}


class Failure(Exception):
    """A command cannot do what it was asked for; the text says why and what helps."""

    def __init__(self, text: str, code: Exit = Exit.PROBLEM) -> None:
        super().__init__(text)
        self.code = code


def explain(error: Exception) -> tuple[str, Exit]:
    """Put an exception into words, with the exit code it leads to."""
    # Only a command that read the configuration can fail with it: no need to import pydantic for all others.
    from bot.config import ConfigProblems  # noqa: PLC0415

    match error:
        case Failure():
            return str(error), error.code
        case ConfigProblems():
            return str(error), Exit.USAGE
        case AlreadyServed():
            return str(error), Exit.SERVED
        case StoreError():
            return str(error), Exit.STORAGE
        case GiveUp() | PermissionError() | ConnectionError():
            return str(error), Exit.PLATFORM
        case OSError():
            return f"{error.filename or 'the system'}: {error.strerror or error}", Exit.PROBLEM
    kind = type(error).__name__
    return f"a mistake in the program ({kind}): ANLIEGEN_DEBUG=1 shows where; please report it", Exit.DEFECT
