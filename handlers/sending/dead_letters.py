"""Dead letters handled by an operator: retried or dropped, both only while they are dead."""

from collections.abc import Collection, Iterable

from handlers.turn.bodies import body_of
from handlers.turn.ports import Clock, Download
from storage.interface.dead_letters import Letter
from storage.interface.outbox import BodyKind, OutboxState
from storage.interface.store import Store, Transaction

MOST = 10_000
_TOGETHER = 100  # dead letters per unit: others must be able to write


async def retry(store: Store, clock: Clock, wanted: int | None) -> list[Letter]:
    """Retry one dead letter, or all of them; return which. One that may have arrived must be named individually.

    A body is applied in its lane, after everything applied since. A message is sent in its lane, before everything that
    still waits there; one that may have arrived is looked up first where its platform can be asked.
    """
    done: list[Letter] = []
    for numbers in _some(await _wanted(store, wanted, {OutboxState.DEAD})):
        async with store.transaction() as tx:
            for number in numbers:
                letter = await tx.dead_letters.find(number)
                if letter is not None and await tx.dead_letters.retry(letter, clock.now()):
                    await _expect_file(tx, letter)
                    done.append(letter)
    return done


async def drop(store: Store, wanted: int | None) -> list[Letter]:
    """Drop the content of one dead letter, or of all; the rows stay, with their reason; return which."""
    done: list[Letter] = []
    for numbers in _some(await _wanted(store, wanted, {OutboxState.DEAD, OutboxState.UNKNOWN})):
        async with store.transaction() as tx:
            for number in numbers:
                letter = await tx.dead_letters.find(number)
                if letter is not None and await tx.dead_letters.drop(
                    letter, f"dropped by hand: {letter.reason}"
                ):
                    done.append(letter)
    return done


async def _wanted(store: Store, wanted: int | None, states: Collection[OutboxState]) -> list[int]:
    if wanted is not None:
        return [wanted]
    async with store.reading() as tx:
        return [letter.id for letter in await tx.dead_letters.oldest(MOST) if letter.state in states]


def _some(numbers: list[int]) -> Iterable[list[int]]:
    return (numbers[at : at + _TOGETHER] for at in range(0, len(numbers), _TOGETHER))


async def _expect_file(tx: Transaction, letter: Letter) -> None:
    """Restore the attachment row of a file that is fetched again; it was given up with the download."""
    if letter.kind != BodyKind.DOWNLOAD:
        return
    try:
        body = body_of(letter.kind, letter.body)
    except ValueError:
        return  # a new failure will report the reason again
    if isinstance(body, Download):
        await tx.attachments.expect_again(body.attachment)
