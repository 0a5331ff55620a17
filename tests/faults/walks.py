"""Walks: what customers do, chosen by chance from what they see; noted once, and done again word by word."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from sandbox.telegram.people import Customer
from tests.e2e.chats import JPEG
from tests.faults.running import Supervisor, World
from tests.faults.story import LONG, Told, left_behind, settled

PEOPLE = (("Anna", "en"), ("Ben", "de"), ("Cem", "de"))
WORDS = ("The table has a scratch.", "4711", "7", "Bitte <b>schnell</b> & leise 🙂", "yes", "no", "?")
COMMANDS = ("/start", "/complain", "/status", "/help", "/cancel", "/language")


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody does: `says`, `presses` or `shows` something."""

    kind: str
    what: str = ""

    async def by(self, who: Customer) -> None:
        """Do it; a button is waited for."""
        match self.kind:
            case "says":
                await who.says(self.what)
            case "presses":
                await who.presses(self.what, timeout=LONG)
            case _:
                await who.sends_photo(JPEG)


Walk = Sequence[Sequence[Deed]]
"""Rounds; in each, everybody of PEOPLE does one thing."""


async def wander(
    around: World, supervisor: Supervisor, rounds: int, chance: random.Random
) -> tuple[Walk, Told]:
    """Let everybody walk about, one thing after the other, and note what they did."""
    await supervisor.ready()
    people = _people(around)
    walk: list[list[Deed]] = []
    for _ in range(rounds):
        walk.append([_choice(who, chance) for who in people])
        await supervisor.tell(_round(around, people, walk[-1]))
    return walk, await left_behind(around)


async def follow(around: World, supervisor: Supervisor, walk: Walk) -> Told:
    """Do the same again."""
    await supervisor.ready()
    people = _people(around)
    for deeds in walk:
        await supervisor.tell(_round(around, people, deeds))
    return await left_behind(around)


def _people(around: World) -> list[Customer]:
    return [
        around.telegram.customer(1001 + number, name, language)
        for number, (name, language) in enumerate(PEOPLE)
    ]


async def _round(around: World, people: Sequence[Customer], deeds: Sequence[Deed]) -> None:
    for who, deed in zip(people, deeds, strict=True):
        await deed.by(who)
    await settled(around)


def _choice(who: Customer, chance: random.Random) -> Deed:
    """Mostly an answer to what was asked last, sometimes something else."""
    labels = who.answers[-1].labels if who.answers else []
    drawn = chance.random()
    if labels and drawn < 0.75:
        return Deed("presses", chance.choice(labels))
    if drawn < 0.9:
        return Deed("says", chance.choice(WORDS))
    return Deed("shows") if drawn < 0.94 else Deed("says", chance.choice(COMMANDS))
