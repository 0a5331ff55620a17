"""Escalation as rows of the configuration; what a running case was promised stays as it was."""

import pytest

from tests.e2e.chats import card_of, complains, press
from tests.stage import Stage

BOARD = """
[[escalation]]
clock = "accept"
after = "PT10H"
tell = ["maria", "#leitung"]
repeat = "PT2H"
"""

SHORT = """
[deadlines.normal]
accept = "PT1H"
deputy = "PT2H"
answer = "PT3H"
solve = "PT4H"
"""

LONG = SHORT.replace("PT", "P1DT")


async def test_a_row_more_is_a_level_more_in_a_channel_of_its_own_again_and_again(stage: Stage) -> None:
    stage.more = BOARD
    await stage.restart()
    ben = stage.customer("Ben")
    number = await complains(ben)
    card = await card_of(stage, number)
    stage.wait("PT8H")
    await stage.delivery.sees("goes to the manager", thread=card)
    for _ in range(2):
        before = len(stage.board.messages)
        stage.wait("PT2H")
        await stage.quiet()
        assert [
            f"{number} has still not been accepted" in one.words for one in stage.board.messages[before:]
        ] == [True]
    assert "U0MARIA0001" in str(stage.delivery.thread(card)[-1].blocks)
    await press(stage.maria, "Annehmen", card)
    await ben.sees("has taken on your case")
    told = len(stage.board.messages)
    stage.wait("PT6H")
    await stage.quiet()
    assert len(stage.board.messages) == told
    await stage.holds()


@pytest.mark.parametrize("other", [SHORT, LONG], ids=["shorter", "longer"])
async def test_other_deadlines_after_a_restart_are_for_new_cases_only(stage: Stage, other: str) -> None:
    ben, ada = stage.customer("Ben"), stage.customer("Ada")
    first = await complains(ben)
    before = await promised(stage, first)
    stage.more = other
    await stage.restart()
    second = await complains(ada)
    assert await promised(stage, first) == before
    assert await promised(stage, second) != before
    card = await card_of(stage, first)
    await press(stage.deniz, "Annehmen", card)
    await ben.sees("has taken on your case")
    await press(stage.deniz, "Einstufen", card)
    await stage.deniz.sees_modal("Einstufen")
    await stage.deniz.submits({"severity": "critical"})
    await stage.quiet()
    assert await promised(stage, first) == before, "critical cases had no deadlines of their own then"
    await stage.holds()


async def promised(stage: Stage, number: str) -> tuple[int, list[int]]:
    """By when a case should be answered, and when its clocks will look, counted from its opening."""
    assert stage.service is not None
    async with stage.service.store.reading() as tx:
        case = await tx.cases.by_number(number)
        assert case is not None
        timers = await tx.timers.of(f"case:{case.id}")
    waits = [one.due - case.opened for one in timers if one.kind in ("answer", "decide")]
    return case.due - case.opened, waits
