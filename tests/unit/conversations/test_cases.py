"""Cases: no illegal move, an owner always, deadlines that run while somebody waits and stop when nobody does."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.cases.action import buttons
from conversations.cases.case import State
from conversations.cases.deadlines import WAITING
from conversations.cases.elapsed import elapsed
from conversations.cases.lifecycle import lifecycle
from conversations.cases.moves import CUSTOMER, Move
from conversations.cases.policy import Deadlines
from conversations.cases.step import step
from conversations.events import HOUR, Instant
from conversations.kinds import Severity
from tests.unit.conversations.case_story import DEADLINES, NORMAL, POLICY, STAFF, START, URGENT, Story, told

# -- whatever happens ------------------------------------------------------------------------------------------------

MOVES: Final = st.one_of(
    st.builds(
        Move,
        st.sampled_from(sorted({move.trigger for move in lifecycle().moves} | {"", "erase", "__init__"})),
        st.sampled_from([*STAFF, CUSTOMER]),
        st.fixed_dictionaries(
            {
                "to": st.sampled_from([*STAFF, "", "nobody"]),
                "severity": st.sampled_from(["", "normal", "critical"]),
            }
        ),
    ),
    st.integers(0, 200).map(lambda hours: hours * HOUR),
)


ENDS: Final = st.sampled_from(
    ["arrives", "proposal arrives", "is lost", "proposal is lost", "customer writes"]
)


@given(st.lists(st.one_of(MOVES, ENDS), max_size=25), st.sampled_from(["complaint", "praise", "idea"]))
def test_whatever_happens_the_case_stays_sound(happenings: list[Move | Instant | str], kind: str) -> None:
    story = Story(kind=kind)
    for happening in happenings:
        before = story.case
        match happening:
            case Move():
                made = story.take(step(before, POLICY, happening, story.now))
                legal = lifecycle().fire(before.state, happening.action, None)
                assert made.refused or made.case.state == legal
                assert not made.refused or (
                    made.case == before and not (made.facts or made.timers or made.notices)
                )
            case "customer writes":
                story.hears()
            case str():
                ended = story.is_lost if happening.endswith("lost") else story.arrives
                ended(proposal=happening.startswith("proposal"))
                assert story.case.state is before.state
            case _:
                story.waits(happening)
                lapsed = before.awaits_customer and story.case.state is State.CLOSED
                assert lapsed or story.case.state is before.state
        holds(story)


def holds(story: Story) -> None:
    case = story.case
    assert case.owner in STAFF
    assert set(story.timers) <= {*DEADLINES, *WAITING}
    if not case.is_open:
        assert not story.timers, "no deadline runs for a case that nobody waits for"
        assert not case.due
    if case.awaits_customer:
        assert case.answered
        assert len(story.timers.keys() & set(WAITING)) == 1, "an open proposal is called to mind, then closed"
    else:
        assert not story.timers.keys() & set(WAITING), "what nobody has proposed is not closed by the clock"
    if not case.is_promised:
        assert not case.due
        assert not story.timers.keys() & set(DEADLINES), "who praises waits for nothing"
        return
    if case.awaits_customer:
        assert not story.timers.keys() & {"answer", "decide"}
    elif case.is_open:
        assert case.due
        assert case.due_kind in ("answer", "decide")
        if case.due > story.now:
            assert story.timers.get(case.due_kind) == case.due, "what the customer is promised is watched"
    if case.is_open and not case.acknowledged:
        assert "accept" in dict(buttons(case)), "whoever is called can take the case"
    else:
        assert not story.timers.keys() & {"accept", "accept.2"}, "who has taken a case is not called again"


@given(
    st.lists(
        st.sampled_from(["accept", "assess", "reply", "propose", "refuse", "close", "reopen", "arrives"]),
        max_size=12,
    )
)
def test_shorter_deadlines_never_make_a_promise_later(actions: list[str]) -> None:
    patient, eager = Story(), Story(replace(POLICY, deadlines={Severity.NORMAL: URGENT}))
    for action in actions:
        actor = CUSTOMER if action == "refuse" else "ada"
        for story in (patient, eager):
            if action == "arrives":
                story.arrives(proposal=story.case.state is State.PROPOSED)
            else:
                story.does(action, actor)
        assert eager.case.state is patient.case.state
        assert eager.timers.keys() == patient.timers.keys()
        assert all(at <= patient.timers[kind] for kind, at in eager.timers.items())
        assert eager.case.due <= patient.case.due


# -- single chapters -------------------------------------------------------------------------------------------------


def test_a_case_climbs_from_owner_to_deputy_to_manager() -> None:
    story = Story()
    assert told(story.waits(4 * HOUR)) == ["case.escalate.accept.deputy"]
    assert told(story.waits(4 * HOUR)) == ["case.escalate.accept.manager"]
    assert told(story.waits(16 * HOUR)) == ["case.escalate.answer.late"]
    assert story.case.level == 2


def test_a_case_in_work_that_is_handed_over_can_be_accepted_by_its_new_owner() -> None:
    story = Story()
    story.does("accept")
    story.writes("reply")
    story.does("hand_over", to="ben")
    assert not story.case.acknowledged
    assert not story.does("accept", "ben").refused
    assert (story.case.state, story.case.owner) == (State.IN_WORK, "ben")
    assert told(story.waits(9 * HOUR)) == []


def test_who_comes_second_is_told_who_came_first() -> None:
    story = Story()
    story.does("accept")
    assert story.does("accept", "ben").refused == "case.refused.taken"
    assert story.case.owner == "ada"
    assert "accept" not in dict(buttons(story.case))


def test_a_reopened_case_that_was_never_answered_is_watched_for_its_answer() -> None:
    story = Story()
    story.does("close")
    story.waits(100 * HOUR)
    story.does("reopen")
    story.does("accept")
    assert told(story.waits(24 * HOUR)) == ["case.escalate.answer.late"]


def test_the_promise_after_a_reopening_counts_from_then() -> None:
    story = Story()
    story.does("close")
    story.waits(500 * HOUR)
    story.does("reopen")
    story.does("accept")
    story.writes("reply")
    assert (story.case.due, story.case.due_kind) == (story.now + NORMAL.solve, "decide")


def test_a_refusal_starts_a_new_round() -> None:
    story = Story()
    story.does("accept")
    story.writes("propose")
    assert not story.case.due
    story.waits(200 * HOUR)
    refused = story.does("refuse", CUSTOMER)
    assert refused.notices[0].staff == ("ada", "eve")
    assert (story.case.due, story.case.due_kind) == (story.now + NORMAL.solve, "decide")
    assert told(story.waits(120 * HOUR)) == [
        "case.escalate.accept.deputy",
        "case.escalate.accept.manager",
        "case.escalate.decide.late",
    ]


@pytest.mark.parametrize(("severity", "limits"), [("critical", URGENT), ("normal", NORMAL), ("", NORMAL)])
def test_a_new_severity_brings_its_deadlines(severity: str, limits: Deadlines) -> None:
    story = Story()
    story.waits(HOUR)
    story.does("accept")
    story.does("assess", severity=severity)
    assert story.timers == {"answer": START + limits.answer, "decide": START + limits.solve}
    assert (story.case.due, story.case.due_kind) == (START + limits.answer, "answer")


def test_a_timer_that_comes_after_the_end_tells_nobody() -> None:
    story = Story()
    story.does("close")
    assert [told([elapsed(story.case, POLICY, kind, story.now)]) for kind in (*DEADLINES, *WAITING)] == [
        []
    ] * 6


def test_nobody_hands_over_to_somebody_unknown() -> None:
    story = Story()
    assert story.does("hand_over", to="mallory").refused == "case.refused.nobody"
    assert story.case.owner == "ada"


@pytest.mark.parametrize("ending", ["close", "agree"])
def test_the_customer_opens_a_case_again_as_staff_do(ending: str) -> None:
    stories = Story(), Story()
    for story, actor in zip(stories, ("ada", CUSTOMER), strict=True):
        for action in ("accept", "propose"):
            story.does(action)
        story.does(ending, CUSTOMER if ending == "agree" else "ada")
        made = story.does("reopen", actor)
        assert made.facts[0].actor == actor  # type: ignore[union-attr]  # a case that moved
        assert told([made]) == ["case.notice.reopened"]
        assert story.does("reopen", actor).refused == "case.refused.reopened"
    assert stories[0].case == stories[1].case
    assert stories[0].timers == stories[1].timers


def test_staff_cannot_decide_for_the_customer_nor_the_customer_for_staff() -> None:
    story = Story()
    story.does("accept")
    story.does("propose")
    assert story.does("agree", "ada").refused
    assert story.does("close", CUSTOMER).refused
    assert not story.does("agree", CUSTOMER).refused
    assert story.case.state is State.ACCEPTED
