"""Dead letters in somebody's hands: applied or sent anew, or dropped; both only as long as they lie dead."""

from collections.abc import Collection, Iterable

from handlers.turn.bodies import body_of
from handlers.turn.ports import Clock, Download
from storage.interface.dead_letters import Letter
from storage.interface.store import Store, Transaction

MOST = 10_000
_TOGETHER = 100  # letters of one unit: others want to write as well


async def retry(store: Store, clock: Clock, wanted: int | None) -> list[Letter]:
    """Let one letter wait once more, or all that are dead; return which. What may have arrived is asked for one by one.

    A body is applied in its lane, after all that was applied since. A message goes out in its lane, before all that
    still waits there; one that may have arrived is looked for first where its platform can be asked.
    """
    done: list[Letter] = []
    for numbers in _some(await _wanted(store, wanted, {"dead"})):
        async with store.transaction() as tx:
            for number in numbers:
                letter = await tx.dead_letters.find(number)
                if letter is not None and await tx.dead_letters.retry(letter, clock.now()):
                    await _expect_file(tx, letter)
                    done.append(letter)
    return done


async def drop(store: Store, wanted: int | None) -> list[Letter]:
    """Empty one letter, or all of them: the rows stay, with the reason they had; return which."""
    done: list[Letter] = []
    for numbers in _some(await _wanted(store, wanted, {"dead", "unknown"})):
        async with store.transaction() as tx:
            for number in numbers:
                letter = await tx.dead_letters.find(number)
                if letter is not None and await tx.dead_letters.drop(
                    letter, f"dropped by hand: {letter.reason}"
                ):
                    done.append(letter)
    return done


async def _wanted(store: Store, wanted: int | None, states: Collection[str]) -> list[int]:
    if wanted is not None:
        return [wanted]
    async with store.reading() as tx:
        return [letter.id for letter in await tx.dead_letters.oldest(MOST) if letter.state in states]


def _some(numbers: list[int]) -> Iterable[list[int]]:
    return (numbers[at : at + _TOGETHER] for at in range(0, len(numbers), _TOGETHER))


async def _expect_file(tx: Transaction, letter: Letter) -> None:
    """The place of a file that is fetched once more was given up with it."""
    if letter.kind != "download":
        return
    try:
        body = body_of(letter.kind, letter.body)
    except ValueError:
        return  # what it was broken for is told anew when it is sent
    if isinstance(body, Download):
        await tx.attachments.expect_again(body.attachment)
