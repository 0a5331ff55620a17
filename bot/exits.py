"""How a command may end: the exit codes that scripts rely on."""

from enum import IntEnum


class Exit(IntEnum):
    """An exit code."""

    DONE = 0
    PROBLEM = 1
    USAGE = 2
    STORAGE = 3
    SERVED = 4
    PLATFORM = 5
    STUCK = 6
    DEFECT = 70  # EX_SOFTWARE of sysexits.h
    INTERRUPTED = 130  # as shells report SIGINT


MEANING = {
    Exit.DONE: "done",
    Exit.PROBLEM: "a problem was found, or what was asked for is not possible",
    Exit.USAGE: "the command line or the configuration is wrong",
    Exit.STORAGE: "the database cannot be used",
    Exit.SERVED: "another process serves this database",
    Exit.PLATFORM: "a platform refuses us or does not answer",
    Exit.STUCK: "the service stood still and ended itself, to be started anew",
    Exit.DEFECT: "a mistake in the program",
    Exit.INTERRUPTED: "interrupted",
}
