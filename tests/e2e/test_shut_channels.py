"""A channel of staff takes no posts: those addressed get it directly, everything waits and appears in order."""

import asyncio

import pytest

from sandbox.slack.channels import Channel
from sandbox.slack.member import Member
from storage.interface.alarms import Backlog
from tests.e2e.chats import JPEG, begins_to_complain, complains, press
from tests.e2e.test_watching import ask
from tests.stage import Stage


async def look(stage: Stage) -> Backlog:
    """Let the watch look once."""
    assert stage.service is not None
    await stage.service.watch.look()
    assert stage.service.watch.backlog is not None
    return stage.service.watch.backlog


async def try_now(stage: Stage) -> None:
    """As after the pause between two tries, which is of real time."""
    assert stage.service is not None
    async with stage.service.store.transaction() as tx:
        await tx.shut_places.try_again(stage.service.organisation.staff_account)


async def settled(stage: Stage, waiting: int) -> None:
    """Until no more rows than these wait."""
    assert stage.service is not None
    async with asyncio.timeout(10):
        while True:
            async with stage.service.store.reading() as tx:
                if (await tx.figures.counts())["outbox_waiting"] <= waiting:
                    return
            await asyncio.sleep(0.02)


def directly(member: Member, words: str) -> int:
    """How often somebody was sent these words directly."""
    return sum(message.shows(words) for message in member.dm.messages)


def directs(stage: Stage) -> int:
    """How many direct messages there are in all."""
    return sum(len(one.dm.messages) for one in (stage.maria, stage.deniz, stage.ruth))


async def has_opened(stage: Stage, *channels: Channel) -> None:
    """The channels take posts again, and all that waited has come."""
    for channel in channels:
        stage.slack.unarchive(channel)
    await try_now(stage)
    await stage.quiet()
    await stage.holds()


async def test_a_card_goes_to_its_owner_and_appears_when_the_channel_is_back(stage: Stage) -> None:
    stage.slack.archive(stage.delivery)
    ben = stage.customer("Ben")
    number = await complains(ben)
    card = await stage.deniz.sees(number)
    assert card.shows(
        "#lieferung nimmt gerade keine Beiträge an. Sobald es wieder geht, erscheint diese Karte dort."
    )
    assert card.shows("The parcel never came.")
    await press(stage.deniz, "Annehmen", card)
    await ben.sees("Deniz has taken on your case")
    await press(stage.deniz, "Antworten", card)
    await stage.deniz.sees_modal("Antworten")
    await stage.deniz.submits({"text": "I am looking for it."})
    await ben.sees("I am looking for it.")
    assert "Annehmen" not in card.labels, "the card in the direct message shows what became of the case"
    assert card.shows("#lieferung nimmt gerade keine Beiträge an")
    assert not stage.delivery.messages
    await has_opened(stage, stage.delivery)
    shown, *thread = stage.delivery.messages
    assert shown.shows(number)
    assert "Annehmen" not in shown.labels
    assert {one.thread_ts for one in thread} == {shown.ts}
    assert [one.words.split()[0] for one in thread] == ["Deniz", "Deniz"]
    assert thread[0].shows("hat den Fall angenommen")
    assert thread[1].shows("I am looking for it.")
    assert directly(stage.deniz, number) == 1
    assert directs(stage) == 1


@pytest.mark.parametrize("how", ["archived", "bot removed", "private and bot removed"])
async def test_whatever_keeps_us_out_the_next_card_is_told_too_and_only_once(stage: Stage, how: str) -> None:
    room = stage.delivery
    if how == "archived":
        stage.slack.archive(room)
    else:
        room.kind = "group"  # into a public one the bot goes by itself
        stage.slack.remove_bot(room)
    first = await complains(stage.customer("Ben"), words="The parcel never came.")
    await stage.deniz.sees(first)
    await look(stage)
    await try_now(stage)
    second = await complains(stage.customer("Cleo"), words="The vase is broken.")
    await stage.deniz.sees(second)
    await look(stage)
    assert [directly(stage.deniz, number) for number in (first, second)] == [1, 1]
    other = await complains(stage.customer("Dora"), about="Product")
    await stage.desk.sees(other)  # others go on
    stage.slack.invite_bot(room)
    await has_opened(stage, room)
    assert [one.words.split()[0] for one in room.top()] == [first, second]


async def test_evidence_comes_along_and_is_on_the_card_in_the_end(stage: Stage) -> None:
    stage.slack.archive(stage.delivery)
    ben = stage.customer("Ben")
    await begins_to_complain(ben)
    await ben.sends_photo(JPEG)
    await ben.presses("Done")
    await ben.sees("put it right")
    await ben.presses("Refund")
    await ben.sees("Is everything right?")
    await ben.presses("Right, send it")
    await ben.sees("Your number is")
    card = await stage.deniz.sees("The parcel never came.")
    async with asyncio.timeout(10):
        while not [block for block in card.every_block if block["type"] == "image"]:
            await asyncio.sleep(0.02)
    await has_opened(stage, stage.delivery)
    shown = stage.delivery.top()[0]
    assert [block for block in shown.every_block if block["type"] == "image"]


async def test_a_long_story_is_readable_directly_as_a_whole(stage: Stage) -> None:
    stage.slack.archive(stage.delivery)
    story = " ".join(f"Sentence {number} of a long story." for number in range(110))
    card = await stage.deniz.sees(await complains(stage.customer("Ben"), words=story))
    await stage.deniz.sees("Sentence 109 of a long story.")
    assert not card.shows("Sentence 109")
    assert any(one.shows("Sentence 109") for one in stage.deniz.dm.thread(card))
    await has_opened(stage, stage.delivery)


async def test_an_escalation_is_sent_to_those_it_names_with_a_card(stage: Stage) -> None:
    stage.slack.archive(stage.delivery)
    ben = stage.customer("Ben")
    number = await complains(ben)
    await stage.deniz.sees(number)
    stage.wait("PT4H")
    async with asyncio.timeout(10):
        while (await look(stage)).timers:
            await asyncio.sleep(0.02)
    told = await stage.maria.sees("has not been accepted in time")
    assert told.shows(number)
    assert told.shows("#lieferung takes no posts at the moment, so you get this directly.")
    card = await stage.maria.sees("this card appears there")
    await press(stage.maria, "Accept", card)
    await ben.sees("Maria has taken on your case")
    await has_opened(stage, stage.delivery)
    assert directly(stage.maria, "has not been accepted in time") == 1, (
        "once, although it stands in two places"
    )
    rest = stage.delivery.messages[1:]
    assert [one.shows("has not been accepted in time") for one in rest] == [True, True, False]


async def test_what_a_customer_adds_calls_the_owner_directly_and_lines_for_nobody_do_not(
    stage: Stage,
) -> None:
    ben = stage.customer("Ben")
    number = await complains(ben)
    card = await stage.delivery.sees(number)
    stage.slack.archive(stage.delivery)
    await ben.says("And it was a present.")
    await stage.deniz.sees("And it was a present.")
    copy = await stage.deniz.sees("erscheint diese Karte dort")
    before = directs(stage)
    assert before == 2
    await press(stage.deniz, "Annehmen", copy)
    await ben.sees("has taken on")
    await look(stage)
    assert directs(stage) == before, "that somebody accepted calls nobody"
    await has_opened(stage, stage.delivery)
    assert "Annehmen" not in card.labels
    lines = [one.words for one in stage.delivery.thread(card)]
    assert "And it was a present." in lines[0]
    assert "angenommen" in lines[1]


async def test_a_file_for_a_thread_comes_directly_and_then_there(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await stage.delivery.sees(await complains(ben))
    stage.slack.archive(stage.delivery)
    await ben.sends_photo(JPEG, caption="Look at this.")
    await stage.deniz.sees("Look at this.")
    await look(stage)
    await has_opened(stage, stage.delivery)
    there = stage.delivery.thread(card)
    assert any(one.shows("Look at this.") for one in there)
    assert any(one.files for one in there)


async def test_an_alarm_names_the_channel_and_is_over_when_it_takes_posts(stage: Stage) -> None:
    stage.slack.archive(stage.delivery)
    number = await complains(stage.customer("Ben"))
    await stage.deniz.sees(number)
    await look(stage)
    alarm = await stage.desk.sees("#lieferung takes no posts")
    assert alarm.shows("Slack says is_archived. 1 card waits for it, 1 post in all.")
    assert alarm.shows("Unarchive or create it, invite the bot, or change the route")
    assert stage.service is not None
    assert await ask(stage, "/readyz") == (
        200,
        "ok\nstaff channels that take no posts, so that what is meant for them waits: 1",
    )
    assert 'anliegen_alarm{alarm="channel",subject="#lieferung"} 1.0' in (await ask(stage, "/metrics"))[1]
    await settled(stage, waiting=1)
    stage.wait("PT10M")
    for _ in range(2):
        await look(stage)
    found = stage.service.watch._found
    assert found["channel", "#lieferung"] is not None
    assert found["outbox", stage.service.organisation.staff_account] is None, "it is not late: it waits"
    await has_opened(stage, stage.delivery)
    stage.service.watch._seen.clear()  # as after the minute in which it must be gone
    await look(stage)
    await stage.desk.sees("Over: #lieferung takes no posts")


async def test_with_every_channel_archived_managers_are_told_directly(stage: Stage) -> None:
    for room in (stage.delivery, stage.desk, stage.board):
        stage.slack.archive(room)
    number = await complains(stage.customer("Ben"))
    await stage.deniz.sees(number)
    await look(stage)
    alarm = await stage.ruth.sees("#lieferung takes no posts")
    assert alarm.shows("#service takes no posts at the moment, so you get this directly.")
    await look(stage)
    await stage.ruth.sees("⚠ #service takes no posts")
    stage.wait("P6D")  # Monday, the digest is due, and so is everything else
    digest = await stage.ruth.sees("Möbel Nord", timeout=30)
    assert digest.blocks
    await look(stage)
    assert directly(stage.ruth, "⚠ #lieferung takes no posts\n") == 1
    await has_opened(stage, stage.delivery, stage.desk, stage.board)
    assert len([one for one in stage.board.top() if one.shows("Möbel Nord")]) == 1


async def test_nothing_is_given_up_after_a_day(stage: Stage) -> None:
    stage.slack.archive(stage.delivery)
    number = await complains(stage.customer("Ben"))
    await stage.deniz.sees(number)
    stage.wait("P3D")
    await try_now(stage)
    await look(stage)
    await has_opened(stage, stage.delivery)
    assert stage.delivery.top()[0].shows(number)


async def test_a_shut_channel_is_asked_by_one_post_at_a_time(stage: Stage) -> None:
    stage.slack.archive(stage.delivery)
    numbers = [await complains(stage.customer(name)) for name in ("Ben", "Cleo", "Dora")]
    for number in numbers:
        await stage.deniz.sees(number)
    refused = [call for call in stage.slack.called("chat.postMessage") if not call.ok]
    assert stage.service is not None
    async with stage.service.store.reading() as tx:
        assert [one.rows for one in (await tx.shut_places.all()).values()] == [3]
    assert 3 <= len(refused) <= 6


async def test_a_new_card_in_a_channel_that_is_back_brings_all_that_waited(stage: Stage) -> None:
    stage.slack.archive(stage.delivery)
    first = await complains(stage.customer("Ben"))
    await stage.deniz.sees(first)
    assert stage.service is not None
    async with stage.service.store.transaction() as tx:  # the next try is far away
        (place,) = await tx.shut_places.all()
        await tx.shut_places.refuse(0, 0, place, 600.0, "is_archived")
    stage.slack.unarchive(stage.delivery)
    second = await complains(stage.customer("Cleo"))
    await stage.delivery.sees(first)
    await stage.delivery.sees(second)


async def test_a_customer_who_says_the_same_twice_is_heard_twice(stage: Stage) -> None:
    ben = stage.customer("Ben")
    await stage.delivery.sees(await complains(ben))
    await stage.quiet()
    stage.slack.archive(stage.delivery)
    for count in (1, 2):
        await ben.says("Hello?")
        async with asyncio.timeout(10):
            while directly(stage.deniz, "Hello?") < count:
                await look(stage)
                await asyncio.sleep(0.02)


async def test_a_digest_asked_for_where_the_bot_is_not_comes_directly(stage: Stage) -> None:
    secret = stage.slack.channel("geheim", private=True, bot=False)
    stage.slack.invite(secret, stage.maria)
    await stage.maria.commands("/anliegen", "digest", channel=secret)
    await stage.maria.sees("Möbel Nord", timeout=30)
    await stage.quiet()
    assert (await look(stage)).shut == {}
    assert not stage.ruth.dm.messages
    await stage.holds()


async def test_words_that_go_on_reach_whoever_was_called(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await stage.delivery.sees(await complains(ben))
    await stage.quiet()
    stage.slack.archive(stage.delivery)
    await ben.says(
        " ".join(f"Sentence {number} of more." for number in range(180))
    )  # more than one post holds
    async with asyncio.timeout(10):
        while not directly(stage.deniz, "Sentence 179"):
            await look(stage)
            await asyncio.sleep(0.02)
    await press(stage.deniz, "Annehmen", await stage.deniz.sees("erscheint diese Karte dort"))
    await ben.sees("has taken on")
    await press(stage.deniz, "Lösung vorschlagen", await stage.deniz.sees("Stand"))
    await stage.deniz.sees_modal("Lösung")
    await stage.deniz.submits({"text": "Ten percent off."})
    await ben.presses("No, not like this")
    await ben.sees("What is missing")
    await ben.says("I want the parcel itself.")
    await ben.sees("I have passed on")
    async with asyncio.timeout(10):
        while not all(directly(one, "I want the parcel itself.") for one in (stage.deniz, stage.ruth)):
            await look(stage)
            await asyncio.sleep(0.02)
    assert not directly(stage.ruth, "Sentence 0 of more."), "the manager was not called then"
    await has_opened(stage, stage.delivery)
    assert any(one.shows("I want the parcel itself.") for one in stage.delivery.thread(card))


async def test_whoever_a_case_is_handed_to_reads_why(stage: Stage) -> None:
    ben = stage.customer("Ben")
    card = await stage.delivery.sees(await complains(ben))
    await press(stage.deniz, "Annehmen", card)
    await ben.sees("has taken on")
    await stage.quiet()
    stage.slack.archive(stage.delivery)
    await press(stage.deniz, "Übergeben", card)
    await stage.deniz.sees_modal("Übergeben")
    await stage.deniz.submits({"to": "maria", "text": "You know the carrier."})
    await ben.sees("Maria now takes care")
    async with asyncio.timeout(10):
        while not directly(stage.maria, "You know the carrier."):
            await look(stage)
            await asyncio.sleep(0.02)
    await has_opened(stage, stage.delivery)
