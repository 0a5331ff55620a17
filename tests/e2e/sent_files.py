"""What became of files that customers sent: kept, shown to staff, waited for."""

import asyncio

from sandbox.slack.messages import Message
from tests.faults.evidence import Database
from tests.stage import Stage

PDF = b"%PDF-1.7\n" + bytes(300)
RECEIPT = "I have added this"


def stored(stage: Stage) -> set[int]:
    """The files of cases that came and are kept."""
    rows = Database(stage.database).rows(
        "SELECT id FROM attachment WHERE state = 'stored' AND case_id IS NOT NULL AND person_id IS NOT NULL"
    )
    return {int(number) for (number,) in rows}


def shown(stage: Stage) -> list[int]:
    """The files that stand in some post, each as often as it does."""
    found: list[int] = []
    for message in stage.slack.messages:
        if message.author.is_bot:
            found += [int(file.name.partition("-")[0]) for file in message.files]
            blocks = (str(block.get("block_id", "")) for block in message.every_block)
            found += [int(name.removeprefix("photo.")) for name in blocks if name.startswith("photo.")]
    return found


def lines_of(stage: Stage, card: Message) -> list[Message]:
    """What the customer's words made in the thread, without Slack's own posts of shared files."""
    thread = stage.delivery.thread(card)
    return [line for line in thread if line.text and ("Customer" in line.words or "Kundin" in line.words)]


async def settled(stage: Stage) -> None:
    """Everything came, and nothing is waited for any more."""
    async with asyncio.timeout(10):
        while stage.telegram.pending:
            await asyncio.sleep(0.02)
    await stage.quiet()
    stage.wait("PT5S")
    await stage.quiet()
    stage.wait("PT1M")
    await stage.quiet()


async def arrived(stage: Stage, number: int) -> None:
    """So many files of cases are stored."""
    async with asyncio.timeout(10):
        while len(stored(stage)) < number:
            await asyncio.sleep(0.05)


async def nothing_due(stage: Stage) -> None:
    """What fell due by now is done."""
    assert stage.service is not None
    async with asyncio.timeout(10):
        while True:
            async with stage.service.store.reading() as tx:
                if not await tx.timers.due(stage.clock.now(), 1):
                    return
            await asyncio.sleep(0.02)
