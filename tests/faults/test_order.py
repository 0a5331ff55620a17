"""Order within a chat and peace between chats, whatever a platform answers; and people who are gone or have moved."""

import asyncio
import time

from sandbox.faults import rate_limited
from sandbox.telegram.seeing import View
from sandbox.telegram.world import Chat
from tests.e2e.chats import card_of, complains
from tests.faults.evidence import Database
from tests.stage import Stage


async def met(stage: Stage) -> None:
    """Wait until the bot has met the fault prepared for it."""
    async with asyncio.timeout(5):
        while stage.telegram.faults.waiting("sendMessage"):
            await asyncio.sleep(0.02)


async def test_two_quick_messages_keep_their_order_over_a_429(stage: Stage) -> None:
    anna = stage.customer("Anna")
    await anna.starts()
    await anna.sees("How likely")
    stage.telegram.faults.next("sendMessage", rate_limited(1))
    await anna.says("9")
    await anna.says("Delivery")
    await anna.sees("How satisfied")
    asked = [message.text for message in anna.answers if "?" in message.text]
    order = [
        next(n for n, text in enumerate(asked) if part in text)
        for part in ("How likely", "reason", "How satisfied")
    ]
    assert order == sorted(order)
    await stage.quiet()
    await stage.holds()


async def test_one_chat_s_429_does_not_delay_another(stage: Stage) -> None:
    anna, ben = stage.customer("Anna"), stage.customer("Ben")
    for one in (anna, ben):
        await one.starts()
        await one.sees("How likely")
    stage.telegram.faults.next("sendMessage", rate_limited(2))
    began = time.monotonic()
    await anna.says("9")
    await met(stage)
    await ben.says("9")
    await ben.sees("main reason")
    assert time.monotonic() - began < 1.5
    assert "main reason" not in anna.transcript
    await anna.sees("main reason")
    assert time.monotonic() - began >= 2


async def test_whoever_blocked_us_is_not_written_to_and_the_case_says_so(stage: Stage) -> None:
    anna = stage.customer("Anna")
    number = await complains(anna)
    card = await card_of(stage, number)
    await stage.deniz.presses("Annehmen", in_=card)
    await anna.sees("has taken on")
    await stage.quiet()  # until the card shows it too
    anna.chat.blocked = True  # and the update that says so got lost
    await stage.deniz.presses("Antworten", in_=card)
    await stage.deniz.sees_modal("Antworten")
    await stage.deniz.submits({"text": "Wo sind Sie?"})
    await stage.delivery.sees("nicht zugestellt", thread=card)
    await stage.delivery.sees("den Bot blockiert", thread=card)
    await stage.quiet()
    database = Database(stage.database)
    assert database.rows(f"SELECT reachable FROM conversation WHERE chat = '{anna.id}'") == [(0,)]
    assert database.rows("SELECT delivery FROM case_message WHERE direction = 'out'") == [("failed",)]
    await anna.unblocks()
    await anna.says("I am back")
    await stage.delivery.sees("I am back", thread=card)
    assert database.rows(f"SELECT reachable FROM conversation WHERE chat = '{anna.id}'") == [(1,)]


async def test_a_message_to_a_chat_that_moved_arrives_at_its_new_place(stage: Stage) -> None:
    anna = stage.customer("Anna")
    await anna.starts()
    await anna.sees("How likely")
    await stage.quiet()
    world = stage.telegram.world
    there = Chat(-1001234567890, {"id": -1001234567890, "type": "supergroup", "title": "Annas"}, started=True)
    world.chats[there.id] = there
    anna.chat.migrated_to = there.id
    await anna.says("9")
    await View(world, there).sees("main reason")
    await stage.quiet()
    assert len(there.messages) == 1
    assert Database(stage.database).rows("SELECT chat FROM conversation") == [(str(there.id),)]
    await stage.holds()


async def test_a_mistake_in_what_follows_from_a_send_holds_up_nobody(stage: Stage) -> None:
    """The case of a reply is damaged while the reply is on its way: it arrives once, and others are answered."""
    anna, ben = stage.customer("Anna"), stage.customer("Ben")
    card = await card_of(stage, await complains(anna))
    await stage.deniz.presses("Annehmen", in_=card)
    await anna.sees("has taken on")
    await stage.quiet()
    stage.telegram.faults.next("sendMessage", rate_limited(1))
    await stage.deniz.presses("Antworten", in_=card)
    await stage.deniz.sees_modal("Antworten")
    await stage.deniz.submits({"text": "Gleich."})
    await met(stage)
    database = Database(stage.database)
    await asyncio.to_thread(database.write, "UPDATE case_ SET state = 'nonsense'")
    await anna.sees("Gleich.")
    await ben.starts()
    await ben.sees("How likely")
    await stage.quiet()
    assert sum("Gleich." in message.text for message in anna.answers) == 1
    assert database.rows("SELECT state, uncertain FROM outbox WHERE case_message > 0") == [("sent", 0)]
