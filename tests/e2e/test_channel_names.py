"""Which channel a configured name means: renamed, no longer listed, or never made."""

import pytest

from tests.e2e.chats import complains, press
from tests.e2e.test_shut_channels import directly, directs, look, try_now
from tests.stage import CONFIG, Stage


async def test_a_renamed_channel_is_the_same_channel(stage: Stage) -> None:
    first = await complains(stage.customer("Ben"))
    room = stage.delivery
    await room.sees(first)
    stage.slack.rename(room, "versand")
    await stage.restart()
    await room.sees(await complains(stage.customer("Cleo")))
    assert directs(stage) == 0


async def test_a_channel_that_slack_does_not_list_any_more_is_the_one_its_cards_lie_in(stage: Stage) -> None:
    first = await complains(stage.customer("Ben"))
    room = stage.delivery
    await room.sees(first)
    room.kind = "group"
    stage.slack.remove_bot(room)
    stage.slack.rename(room, "versand")
    room.previous_names.clear()
    await stage.restart()
    second = await complains(stage.customer("Cleo"))
    card = await stage.deniz.sees(second)
    assert card.shows("#lieferung nimmt gerade keine Beiträge an")
    stage.slack.invite_bot(room)
    await try_now(stage)
    await room.sees(second)
    await stage.quiet()
    await stage.holds()


async def test_what_waits_for_a_channel_nobody_made_follows_the_corrected_route(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.delivery.sees(await complains(stage.customer("Anna")))
    monkeypatch.setattr("tests.stage.CONFIG", CONFIG.replace('"lieferung"', '"lieverung"'))
    await stage.restart()
    number = await complains(stage.customer("Ben"))
    card = await stage.deniz.sees(number)
    assert card.shows("#lieverung nimmt gerade keine Beiträge an")
    await look(stage)
    await stage.desk.sees("#lieverung takes no posts")
    assert len(stage.delivery.messages) == 1, "nobody said that cards go there"
    monkeypatch.setattr("tests.stage.CONFIG", CONFIG)
    await stage.restart()
    shown = await stage.delivery.sees(number)
    await look(stage)
    await stage.desk.sees("Over: #lieverung takes no posts")
    await stage.deniz.says(stage.delivery, "I know the driver.", thread=shown)
    await press(stage.deniz, "Annehmen", shown)
    await stage.delivery.sees("angenommen", thread=shown)
    await stage.quiet()
    assert stage.service is not None
    async with stage.service.store.reading() as tx:
        case = await tx.cases.by_number(number)
        assert case is not None
        assert case.channel == stage.delivery.id
        assert [one.text for one in await tx.messages.of(case.id)][1:] == ["I know the driver."]
    assert directly(stage.deniz, number) == 1
    await stage.holds()
