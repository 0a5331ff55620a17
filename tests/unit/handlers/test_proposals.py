"""A proposal waits for its customer on the clock of its case, whatever becomes of the dialogue that asks."""

import asyncio
from dataclasses import replace

from conversations.cases.case import Case, State
from conversations.cases.deadlines import REMIND
from conversations.cases.elapsed import LAPSE
from conversations.cases.moves import PROPOSAL, Move
from conversations.cases.step import step
from conversations.effects import Kind, Message
from conversations.events import DAY, HOUR, Commanded, Pressed, Said
from handlers.cases import opening
from handlers.customers import dialogues, proposals
from handlers.turn.turn import Turn
from storage.interface.messages import CaseMessage, DeliveryState, Direction
from storage.interface.timers import Timer
from tests.unit.handlers.desk import Desk


async def called(desk: Desk) -> Case:
    await desk.hears(Commanded("human"))
    await desk.works()
    return (await desk.cases())[-1]


async def proposes(desk: Desk, case: Case, text: str) -> Case:
    """What the handlers of staff do when somebody proposes a solution."""
    async with desk.store.transaction() as tx:
        turn = Turn(tx, desk.organisation, desk.ids, desk.clock.at)
        present = await turn.case(case.id)
        who = await turn.find(case.conversation)
        assert present is not None
        assert who is not None
        for action in ("accept", "propose"):
            moved = step(present, desk.organisation.policy, Move(action, "mia"), desk.clock.at)
            if not moved.refused:
                await opening.carry_out(turn, moved)
                present = moved.case
        message = CaseMessage(
            desk.ids.next(),
            case.id,
            desk.clock.at,
            Direction.OUT,
            "mia",
            text,
            delivery=DeliveryState.WAITING,
        )
        await tx.messages.add(message)
        bindings = opening.bindings_of(turn, present) | {"proposal": text, "author": "Mia"}
        await dialogues.begin(turn, who, PROPOSAL, bindings, case_message=message.id)
        await turn.write()
    await desk.works()
    return await now(desk, case)


async def replies(desk: Desk, case: Case, text: str) -> None:
    async with desk.store.transaction() as tx:
        turn = Turn(tx, desk.organisation, desk.ids, desk.clock.at)
        who = await turn.find(case.conversation)
        assert who is not None
        message = CaseMessage(
            desk.ids.next(),
            case.id,
            desk.clock.at,
            Direction.OUT,
            "mia",
            text,
            delivery=DeliveryState.WAITING,
        )
        await tx.messages.add(message)
        turn.say(who, Message(text, kind=Kind.NOTICE), case_message=message.id)
        await turn.write()
    await desk.works()


async def now(desk: Desk, case: Case) -> Case:
    async with desk.store.reading() as tx:
        return (await tx.cases.load([case.id]))[case.id]


async def passes(desk: Desk, time: int) -> str:
    """Let time pass; return what was shown meanwhile."""
    await settles(desk)
    seen = len(desk.lines)
    desk.clock.at += time
    await settles(desk)
    return "".join(desk.lines[seen:])


async def settles(desk: Desk) -> None:
    """Work until all is said, also what nobody waits for."""
    async with asyncio.timeout(10):
        await desk.works()
        while (await desk.counts())["outbox_waiting"]:
            await desk.works()


async def clocks(desk: Desk, case: Case) -> dict[str, int]:
    return {one.kind: one.due for one in await desk.timers(f"case:{case.id}") if one.kind != "lines"}


async def test_the_promise_ends_when_the_proposal_was_shown(desk: Desk) -> None:
    case = await proposes(desk, await called(desk), "A voucher.")
    assert (case.answered, case.solved, case.due) == (desk.clock.at, desk.clock.at, 0)
    assert await clocks(desk, case) == {"remind": desk.clock.at + REMIND}


async def test_silence_closes_the_case_and_one_tap_opens_it(desk: Desk) -> None:
    case = await proposes(desk, await called(desk), "A voucher.")
    reminded = await passes(desk, REMIND)
    assert "I will close the case on" in reminded
    assert "A voucher." in reminded
    assert not (await desk.conversation()).stack[0].trail
    said = await passes(desk, LAPSE)
    assert "I have not heard from you about our proposal" in said
    assert "Reopen" in said
    assert "How satisfied" not in said
    assert (await desk.conversation()).stack == ()
    assert (await now(desk, case)).state is State.CLOSED
    await desk.hears(Pressed(f"case:reopen:{case.id}", "callback", "1"))
    await desk.works()
    assert (await now(desk, case)).state is State.REOPENED


async def test_words_of_the_customer_make_it_our_turn_until_staff_have_answered(desk: Desk) -> None:
    case = await proposes(desk, await called(desk), "A voucher.")
    await desk.hears(Said("cancel"), Said("What about the 500 euro?"))
    await desk.works()
    assert (await now(desk, case)).due_kind == "answer"
    assert "close the case" not in await passes(desk, 3 * LAPSE)
    await replies(desk, case, "They come on top.")
    assert (await now(desk, case)).due == 0
    assert await clocks(desk, case) == {"remind": desk.clock.at + REMIND}
    assert "A voucher." in await passes(desk, REMIND), "the reminder repeats the proposal, not the last words"


async def test_nothing_is_reminded_of_while_there_is_no_room_for_a_question(desk: Desk) -> None:
    first = await proposes(desk, await called(desk), "A voucher.")
    await desk.hears(Said("cancel"))
    await desk.works()
    for command in ("start", "complain", "idea"):
        await desk.hears(Commanded(command))
        await desk.works()
    assert len((await desk.conversation()).stack) == 3
    async with desk.store.transaction() as tx:
        await tx.timers.drop([(f"session:{one.id}", "*") for one in (await desk.conversation()).stack])
    assert "voucher" not in await passes(desk, REMIND)
    await desk.hears(Said("cancel"))
    await desk.works()
    assert "A voucher." in await passes(desk, DAY)
    assert (await now(desk, first)).is_open


async def test_a_no_without_a_reason_counts_after_an_hour(desk: Desk) -> None:
    case = await proposes(desk, await called(desk), "A voucher.")
    await desk.hears(Said("no"))
    await desk.works()
    assert "What is missing" in desk.shown
    assert (await now(desk, case)).state is State.PROPOSED
    assert "does not solve it" in await passes(desk, HOUR)
    case = await now(desk, case)
    assert (case.state, case.due_kind) == (State.REFUSED, "decide")
    assert "remind" not in await clocks(desk, case)


async def test_who_goes_back_before_the_reason_has_not_decided(desk: Desk) -> None:
    case = await proposes(desk, await called(desk), "A voucher.")
    shown = desk.clock.at
    await desk.hears(Said("no"), Said("back"))
    await desk.works()
    assert await passes(desk, HOUR) == ""
    assert await clocks(desk, case) == {"remind": shown + REMIND}


async def test_an_answer_that_comes_with_the_end_is_in_time(desk: Desk) -> None:
    case = await proposes(desk, await called(desk), "A voucher.")
    await passes(desk, REMIND)
    desk.clock.at += LAPSE
    await desk.hears(Said("yes"))
    await settles(desk)
    assert "I am glad" in desk.shown
    assert "have closed" not in desk.shown
    assert (await now(desk, case)).state is State.ACCEPTED


async def test_proposals_of_a_time_without_a_clock_get_one_at_the_start(desk: Desk) -> None:
    case = await proposes(desk, await called(desk), "A voucher.")
    other = await called(desk)
    async with desk.store.transaction() as tx:
        await tx.timers.drop([(f"case:{case.id}", "*")])
    assert other.id == case.id
    await proposals.plan(desk.store, desk.clock.at)
    await proposals.plan(desk.store, desk.clock.at + HOUR)
    assert await clocks(desk, case) == {}, "who wrote meanwhile waits for us"
    async with desk.store.transaction() as tx:
        (present,) = (await tx.cases.load([case.id])).values()
        await tx.cases.save(replace(present, due=0, due_kind=None, version=present.version + 1))
    await proposals.plan(desk.store, desk.clock.at)
    await proposals.plan(desk.store, desk.clock.at + HOUR)
    assert await clocks(desk, case) == {"remind": desk.clock.at + REMIND}
    assert "A voucher." in await passes(desk, REMIND)


async def test_a_clock_of_a_case_that_moved_on_does_nothing(desk: Desk) -> None:
    case = await called(desk)
    for kind in proposals.TIMERS:
        await desk.sets(Timer(f"case:{case.id}", kind, desk.clock.at, case.conversation, case.id))
    assert await passes(desk, 1) == ""
    assert await now(desk, case) == case


async def test_after_a_yes_the_rating_comes_first_and_what_it_interrupts_is_asked_once(desk: Desk) -> None:
    case = await called(desk)
    await desk.hears(Commanded("start"))
    await desk.works()
    await proposes(desk, case, "A new table.")
    seen = len(desk.lines)
    await desk.hears(Said("yes"))
    await settles(desk)
    told = "".join(desk.lines[seen:])
    assert "the way we handled your case" in told
    assert "recommend" not in told
    conversation = await desk.conversation()
    assert [one.dialogue for one in conversation.stack] == ["survey", "after_case"]
    assert "handled your case" in conversation.keyboard_text


async def test_a_yes_that_comes_too_late_leads_back_to_what_was_interrupted(desk: Desk) -> None:
    case = await called(desk)
    await desk.hears(Commanded("start"))
    await desk.works()
    present = await proposes(desk, case, "A new table.")
    async with desk.store.transaction() as tx:
        await tx.cases.save(replace(present, state=State.IN_WORK, version=present.version + 1))
    seen = len(desk.lines)
    await desk.hears(Said("yes"))
    await settles(desk)
    assert "recommend" in "".join(desk.lines[seen:])
    assert [one.dialogue for one in (await desk.conversation()).stack] == ["survey"]
