"""Promises end when words arrive; a proposal nobody answers is closed by the clock; praise is promised nothing."""

from dataclasses import replace

import pytest

from conversations.cases.case import State
from conversations.cases.deadlines import REMIND
from conversations.cases.elapsed import LAPSE
from conversations.cases.moves import CLOCK, CUSTOMER
from conversations.events import HOUR
from conversations.facts import CaseMoved
from conversations.kinds import CaseClock
from tests.unit.conversations.case_story import NORMAL, START, Story, told

# -- what arrives, and what does not -----------------------------------------------------------------------------------


def test_a_reply_counts_when_it_arrives_and_not_when_it_is_sent() -> None:
    story = Story()
    story.does("accept")
    story.waits(HOUR)
    story.does("reply")
    assert story.case.state is State.IN_WORK
    assert (story.case.answered, story.case.due_kind) == (0, "answer")
    story.waits(HOUR)
    story.arrives()
    assert story.case.answered == START + 2 * HOUR
    assert (story.case.due, story.case.due_kind) == (START + NORMAL.solve, "decide")
    assert story.timers == {"decide": START + NORMAL.solve}


@pytest.mark.parametrize("words", ["reply", "ask", "propose"])
def test_words_that_did_not_arrive_leave_the_promise_open(words: str) -> None:
    story = Story()
    story.does("accept")
    story.does(words)
    story.is_lost(proposal=words == "propose")
    assert (story.case.due, story.case.due_kind) == (START + NORMAL.answer, "answer")
    assert told(story.waits(200 * HOUR)) == ["case.escalate.answer.late", "case.escalate.decide.late"]
    assert story.case.is_open, "nobody closes what the customer has never seen"
    story.writes("reply")
    assert story.case.answered == story.now


def test_a_deadline_that_passes_on_the_way_is_told() -> None:
    story = Story()
    story.does("accept")
    story.waits(23 * HOUR)
    story.does("reply")
    assert told(story.waits(2 * HOUR)) == ["case.escalate.answer.late"]
    story.arrives()
    assert story.case.answered == START + 25 * HOUR


# -- a proposal that nobody answers ------------------------------------------------------------------------------------


def proposed() -> Story:
    story = Story()
    story.does("accept")
    story.writes("propose")
    return story


def test_a_proposal_nobody_answers_is_called_to_mind_and_then_closed_by_the_clock() -> None:
    story = proposed()
    assert story.timers == {"remind": START + REMIND}
    (reminded,) = story.waits(REMIND)
    assert not reminded.facts
    assert story.timers == {"close": START + REMIND + LAPSE}
    (closed,) = story.waits(LAPSE)
    assert closed.facts == (CaseMoved(story.case.id, "close", "solution_proposed", "closed", CLOCK),)
    assert (closed.notices[0].key, closed.notices[0].staff) == ("case.notice.lapsed", ("ada",))
    assert (story.case.state, story.case.closed, story.timers) == (State.CLOSED, story.now, {})


@pytest.mark.parametrize("words", ["reply", "ask", "propose"])
def test_words_of_staff_give_the_customer_the_whole_time_again(words: str) -> None:
    story = proposed()
    story.waits(REMIND + LAPSE // 2)
    story.writes(words)
    assert story.timers == {"remind": story.now + REMIND}


def test_a_customer_who_asks_back_is_owed_an_answer_and_nothing_is_closed() -> None:
    story = proposed()
    story.waits(REMIND)
    story.hears()
    assert (story.case.due, story.case.due_kind) == (story.now + NORMAL.answer, "answer")
    assert told(story.waits(2 * LAPSE)) == ["case.escalate.answer.late"]
    story.writes("reply")
    assert story.case.awaits_customer
    assert story.timers == {"remind": story.now + REMIND}


def test_a_second_proposal_that_is_lost_leaves_a_promise() -> None:
    story = proposed()
    story.waits(REMIND)
    story.does("propose")
    story.is_lost(proposal=True)
    assert (story.case.due, story.case.due_kind) == (story.now + NORMAL.solve, "decide")
    assert story.timers == {"decide": story.case.due}


def test_who_decides_before_we_know_that_it_arrived_has_read_it() -> None:
    story = Story()
    story.does("accept")
    story.does("propose")
    story.does("refuse", CUSTOMER)
    story.arrives(proposal=True)
    assert story.case.answered == START
    assert (story.case.due_kind, "remind" in story.timers) == ("decide", False)


def test_a_proposal_stays_open_in_other_hands() -> None:
    story = proposed()
    story.does("hand_over", to="ben")
    story.does("accept", "ben")
    assert story.timers == {"remind": START + REMIND}


# -- praise ------------------------------------------------------------------------------------------------------------


def test_praise_has_no_deadline_whatever_staff_do() -> None:
    story = Story(kind="praise")
    for action in ("accept", "assess", "hand_over", "accept", "close", "reopen", "accept"):
        story.does(action, severity="critical", to="ben")
        assert not story.case.due
        assert not story.timers
    assert story.waits(500 * HOUR) == []


def test_praise_from_a_time_when_it_had_deadlines_escalates_nothing() -> None:
    story = Story(kind="praise")
    story.case = replace(story.case, due=START + 24 * HOUR, due_kind=CaseClock.ANSWER)
    story.timers = {"accept": START + 4 * HOUR, "answer": START + 24 * HOUR}
    assert told(story.waits(30 * HOUR)) == []
    assert not story.case.due
