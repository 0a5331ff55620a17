"""How much each fault test does: little in `./run test`, more in `./run faults`, everything with `--nightly`.

    @settings(max_examples=figure("F16"))

A row that is not here does the same always. A row with several figures has a word behind its number (`F27 customers`).
"""

import os
from dataclasses import dataclass
from enum import StrEnum

VARIABLE = "FAULTS"


class Size(StrEnum):
    """How much is wanted; the names are what the environment variable may say."""

    QUICK = "quick"
    CI = "ci"
    NIGHTLY = "nightly"


@dataclass(frozen=True, slots=True)
class Figure:
    """How many of what, for each size."""

    what: str
    quick: int
    ci: int
    nightly: int


FIGURES = {
    "F1": Figure("random kills on each engine", 20, 60, 1_000),
    "F2": Figure("syncs at which the process is killed, from the first on", 5, 40, 400),
    "F2 survey": Figure("syncs at which the service is killed during a survey", 2, 10, 60),
    "F3": Figure("writes that fail, from the first on", 5, 40, 400),
    "F5": Figure("seconds for which another program locks the database", 7, 30, 30),
    "F7": Figure("statements at which a change of the schema is killed, from the first on", 6, 100, 100),
    "F10": Figure("updates that wait after a day", 600, 2_000, 100_000),
    "F10 customers": Figure("who wrote them", 30, 100, 5_000),
    "F12": Figure("restarts of the database", 3, 3, 20),
    "F14": Figure("people who talk while the network is cut", 6, 40, 400),
    "F15": Figure("jumps of the machine's clock", 1, 4, 4),
    "F16": Figure("examples of updates in a wrong order", 20, 200, 10_000),
    "F17": Figure("steps of a rude person", 500, 3_000, 50_000),
    "F18": Figure("broken bodies on each platform", 300, 4_000, 100_000),
    "F19": Figure("examples of awkward text", 60, 500, 20_000),
    "F24": Figure("cancelled units", 50, 200, 1_000),
    "F28": Figure("copies made while somebody writes", 5, 20, 100),
    "F25": Figure("conversations inside when a dialogue changes", 60, 1_000, 1_000),
    "F27": Figure("messages of a customer who floods", 100, 1_000, 1_000),
    "F27 customers": Figure("new customers at the same time", 60, 300, 1_000),
    "order": Figure("examples of sends that end in any way", 25, 300, 5_000),
    "guesses": Figure("invented links", 2_000, 10_000, 1_000_000),
}


def size() -> Size:
    """What this run wants. Raises ValueError for a word that is no size."""
    return Size(os.environ.get(VARIABLE, Size.QUICK))


def figure(row: str) -> int:
    """How many, in this run. Raises KeyError for a row without a figure."""
    found = FIGURES[row]
    match size():
        case Size.QUICK:
            return found.quick
        case Size.CI:
            return found.ci
        case Size.NIGHTLY:
            return found.nightly
