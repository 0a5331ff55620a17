"""Every failure has words and a code."""

import errno

import pytest

from bot.exits import Exit
from bot.loops import GiveUp
from bot.process.control import Refused
from bot.process.failure import Failure, explain
from bot.settings.config import ConfigProblems
from conversations.problem import Problem
from storage.interface.errors import AlreadyServed, SchemaTooNew, StoreUnavailable


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (Failure("no such case"), Exit.PROBLEM, "no such case"),
        (Failure("add --yes", Exit.USAGE), Exit.USAGE, "add --yes"),
        (Refused("come tomorrow"), Exit.PROBLEM, "come tomorrow"),
        (ConfigProblems((Problem("a", "b"), Problem("c", "d", "e"))), Exit.USAGE, "a: b\nc: d (e)"),
        (AlreadyServed("process 7"), Exit.SERVED, "process 7"),
        (SchemaTooNew("too new"), Exit.STORAGE, "too new"),
        (StoreUnavailable("does not answer"), Exit.STORAGE, "does not answer"),
        (GiveUp("no channel"), Exit.PLATFORM, "no channel"),
        (PermissionError("Telegram refuses the token"), Exit.PLATFORM, "Telegram refuses the token"),
        (
            PermissionError(errno.EACCES, "Permission denied", "code.png"),
            Exit.PROBLEM,
            "code.png: Permission denied",
        ),
        (
            OSError(errno.EADDRINUSE, "address already in use"),
            Exit.PROBLEM,
            "address already in use: change [http] listen, or stop what listens there",
        ),
        (
            KeyError("a customer's words"),
            Exit.DEFECT,
            "a mistake in the program (KeyError): ANLIEGEN_DEBUG=1 shows where; please report it",
        ),
    ],
)
def test_a_failure_is_explained(error: Exception, code: Exit, text: str) -> None:
    assert explain(error) == (text, code)
