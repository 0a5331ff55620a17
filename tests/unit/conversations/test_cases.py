"""Cases: no illegal move, an owner always, deadlines that run while somebody waits and stop when nobody does."""

from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.cases.case import Case, State
from conversations.cases.lifecycle import LIFECYCLE
from conversations.cases.policy import Deadlines, Policy, Route, Staff
from conversations.cases.step import CUSTOMER, Move, Step, elapsed, opened, owner_of, possible, step
from conversations.effects import SetTimer
from conversations.events import HOUR, Instant
from conversations.session import CaseId, ConversationId, PersonId

START: Final[Instant] = 1_795_514_400_000_000
STAFF: Final = {one: Staff(one, f"U0{one.upper()}", one.title()) for one in ("ada", "ben", "eve")}
NORMAL: Final = Deadlines(4 * HOUR, 8 * HOUR, 24 * HOUR, 120 * HOUR)
URGENT: Final = Deadlines(1 * HOUR, 2 * HOUR, 4 * HOUR, 24 * HOUR)
POLICY: Final = Policy(STAFF, (Route("ada", "ben", "eve", "C1"),), {"normal": NORMAL, "critical": URGENT})
DEADLINES: Final = ("accept", "deputy", "answer", "solve")


class Story:
    """A case with its timers, as the program around the pure step keeps them."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.now = START
        self.timers: dict[str, Instant] = {}
        self.case = Case(
            id=CaseId(7),
            number="A-2026-000007",
            kind="complaint",
            state=State.RECEIVED,
            category="delivery",
            severity="normal",
            person=PersonId(1),
            conversation=ConversationId(1),
            owner="ada",
            deputy="ben",
            manager="eve",
            channel="C1",
            language="en",
            opened=START,
        )
        self.take(opened(self.case, policy, START))

    def does(self, action: str, actor: str = "ada", **more: str) -> Step:
        return self.take(step(self.case, self.policy, Move(action, actor, **more), self.now))

    def waits(self, time: Instant) -> list[Step]:
        """Let time pass; return what the timers that fell due meanwhile made of the case."""
        self.now += time
        due = sorted((at, kind) for kind, at in self.timers.items() if at <= self.now)
        for _, kind in due:
            del self.timers[kind]
        return [self.take(elapsed(self.case, self.policy, kind)) for _, kind in due]

    def take(self, made: Step) -> Step:
        self.case = made.case
        for timer in made.timers:
            assert timer.owner == owner_of(self.case)
            if isinstance(timer, SetTimer):
                self.timers[timer.kind] = timer.at
            elif timer.kind == "*":
                self.timers.clear()
            else:
                self.timers.pop(timer.kind, None)
        return made


def told(steps: list[Step]) -> list[str]:
    return [notice.key for made in steps for notice in made.notices]


# -- whatever happens ------------------------------------------------------------------------------------------------

MOVES: Final = st.one_of(
    st.builds(
        Move,
        st.sampled_from(sorted({move.trigger for move in LIFECYCLE.moves} | {"", "erase", "__init__"})),
        st.sampled_from([*STAFF, CUSTOMER]),
        to=st.sampled_from([*STAFF, "", "nobody"]),
        severity=st.sampled_from(["", "normal", "critical"]),
    ),
    st.integers(0, 200).map(lambda hours: hours * HOUR),
)


@given(st.lists(MOVES, max_size=25))
def test_whatever_happens_the_case_stays_sound(happenings: list[Move | Instant]) -> None:
    story = Story()
    for happening in happenings:
        before = story.case
        if isinstance(happening, Move):
            made = story.take(step(before, POLICY, happening, story.now))
            legal = LIFECYCLE.fire(before.state, happening.action, None)
            assert made.refused or made.case.state == legal
            assert not made.refused or (
                made.case == before and not (made.facts or made.timers or made.notices)
            )
        else:
            story.waits(happening)
            assert story.case.state is before.state
        holds(story)


def holds(story: Story) -> None:
    case = story.case
    assert case.owner in STAFF
    assert set(story.timers) <= set(DEADLINES)
    if not case.is_open:
        assert not story.timers, "no deadline runs for a case that nobody waits for"
        assert not case.due
    if case.is_open and case.state is not State.PROPOSED:
        assert case.due
        assert case.due_kind in ("answer", "solve")
        if case.due > story.now:
            assert story.timers.get(case.due_kind) == case.due, "what the customer is promised is watched"
    if case.is_open and not case.acknowledged:
        assert "accept" in possible(case), "whoever is called can take the case"
    else:
        assert not story.timers.keys() & {"accept", "deputy"}, "who has taken a case is not called again"


@given(
    st.lists(
        st.sampled_from(["accept", "assess", "reply", "propose", "refuse", "close", "reopen"]), max_size=12
    )
)
def test_shorter_deadlines_never_make_a_promise_later(actions: list[str]) -> None:
    patient, eager = Story(), Story(replace(POLICY, deadlines={"normal": URGENT}))
    for action in actions:
        actor = CUSTOMER if action == "refuse" else "ada"
        patient.does(action, actor)
        eager.does(action, actor)
        assert eager.case.state is patient.case.state
        assert eager.timers.keys() == patient.timers.keys()
        assert all(at <= patient.timers[kind] for kind, at in eager.timers.items())
        assert eager.case.due <= patient.case.due


# -- single chapters -------------------------------------------------------------------------------------------------


def test_a_case_climbs_from_owner_to_deputy_to_manager() -> None:
    story = Story()
    assert told(story.waits(4 * HOUR)) == ["case.escalate.accept"]
    assert told(story.waits(4 * HOUR)) == ["case.escalate.deputy"]
    assert told(story.waits(16 * HOUR)) == ["case.escalate.answer"]
    assert story.case.level == "manager"


def test_a_case_in_work_that_is_handed_over_can_be_accepted_by_its_new_owner() -> None:
    story = Story()
    story.does("accept")
    story.does("reply")
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
    assert "accept" not in possible(story.case)


def test_a_reopened_case_that_was_never_answered_is_watched_for_its_answer() -> None:
    story = Story()
    story.does("close")
    story.waits(100 * HOUR)
    story.does("reopen")
    story.does("accept")
    assert told(story.waits(24 * HOUR)) == ["case.escalate.answer"]


def test_the_promise_after_a_reopening_counts_from_then() -> None:
    story = Story()
    story.does("close")
    story.waits(500 * HOUR)
    story.does("reopen")
    story.does("accept")
    story.does("reply")
    assert (story.case.due, story.case.due_kind) == (story.now + NORMAL.solve, "solve")


def test_a_refusal_starts_a_new_round() -> None:
    story = Story()
    story.does("accept")
    story.does("propose")
    assert not story.case.due
    story.waits(200 * HOUR)
    refused = story.does("refuse", CUSTOMER)
    assert refused.notices[0].staff == ("ada", "eve")
    assert (story.case.due, story.case.due_kind) == (story.now + NORMAL.solve, "solve")
    assert told(story.waits(120 * HOUR)) == [
        "case.escalate.accept",
        "case.escalate.deputy",
        "case.escalate.solve",
    ]


@pytest.mark.parametrize(("severity", "limits"), [("critical", URGENT), ("normal", NORMAL), ("", NORMAL)])
def test_a_new_severity_brings_its_deadlines(severity: str, limits: Deadlines) -> None:
    story = Story()
    story.waits(HOUR)
    story.does("accept")
    story.does("assess", severity=severity)
    assert story.timers == {"answer": START + limits.answer, "solve": START + limits.solve}
    assert (story.case.due, story.case.due_kind) == (START + limits.answer, "answer")


def test_a_timer_that_comes_after_the_end_tells_nobody() -> None:
    story = Story()
    story.does("close")
    assert [told([elapsed(story.case, POLICY, kind)]) for kind in DEADLINES] == [[], [], [], []]


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
