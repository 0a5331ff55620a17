"""Escalation is a table: a row more is a level more. A case keeps the rows and promises it was opened under."""

from dataclasses import replace
from typing import Final

import pytest

from conversations.cases.moves import CaseStep, Notice
from conversations.cases.policy import Deadlines, Escalation, Terms
from conversations.events import HOUR, MINUTE
from conversations.facts import Escalated
from conversations.kinds import CaseClock, Role, Severity, StaffId
from tests.unit.conversations.case_story import NORMAL, POLICY, START, URGENT, Story, told

THIRD: Final = Escalation(
    CaseClock.ACCEPT, 12 * HOUR, (Role.MANAGER,), channels=("#board",), repeat=4 * HOUR, until=21 * HOUR
)


def with_rows(*rows: Escalation) -> Story:
    return Story(replace(POLICY, escalation=rows))


def notices(steps: list[CaseStep]) -> list[Notice]:
    return [notice for made in steps for notice in made.notices]


def test_a_third_row_is_a_third_level_that_repeats_and_tells_a_channel() -> None:
    story = with_rows(THIRD)
    assert told(story.waits(8 * HOUR)) == ["case.escalate.accept.deputy", "case.escalate.accept.manager"]
    assert story.case.level == 2
    (notice,) = notices(story.waits(4 * HOUR))
    assert (notice.staff, notice.channels, story.case.level) == (("eve",), ("#board",), 3)
    again = story.waits(11 * HOUR)
    assert told(again) == ["case.escalate.accept.manager"] * 2, "after 16 and 20 hours, not after 24"
    assert again[0].facts == (Escalated(story.case.id, CaseClock.ACCEPT, 3, "eve"),)
    assert story.timers.keys() == {"answer", "decide"}


def test_a_row_repeats_no_more_once_what_it_waits_for_has_happened() -> None:
    story = with_rows(replace(THIRD, until=0))
    story.waits(17 * HOUR)
    story.does("accept", "ben")
    assert story.case.level == 0
    assert told(story.waits(6 * HOUR)) == []


def test_a_repetition_that_was_slept_through_comes_once_and_keeps_its_hours() -> None:
    story = with_rows(replace(THIRD, until=0))
    story.waits(12 * HOUR)
    story.timers["accept.3"] += 5 * HOUR  # nobody ran
    assert told(story.waits(9 * HOUR)) == ["case.escalate.accept.manager"]
    assert story.timers["accept.3"] == START + 24 * HOUR


@pytest.mark.parametrize(
    "row",
    [
        replace(THIRD, severity=Severity.CRITICAL),
        replace(THIRD, category="invoice"),
    ],
)
def test_a_row_with_a_condition_is_for_cases_that_meet_it(row: Escalation) -> None:
    story = with_rows(row)
    assert "accept.3" not in story.timers


def test_whoever_is_highest_is_called_to_act() -> None:
    rows = [
        Escalation(CaseClock.ACCEPT, MINUTE, (Role.OWNER,)),
        Escalation(CaseClock.ACCEPT, 2 * MINUTE, staff=(StaffId("ben"), StaffId("gone"))),
    ]
    made = notices(with_rows(*rows).waits(3 * MINUTE))
    assert [(one.key, one.staff) for one in made] == [
        ("case.escalate.accept.owner", ("ada",)),
        ("case.escalate.accept.others", ("ben",)),
    ]


def test_before_a_promise_is_broken_it_is_called_to_mind() -> None:
    story = with_rows(Escalation(CaseClock.ANSWER, 20 * HOUR, (Role.OWNER,)))
    story.does("accept")
    soon, late = notices(story.waits(24 * HOUR))
    assert (soon.key, soon.due) == ("case.escalate.answer.soon", START + 24 * HOUR)
    assert late.key == "case.escalate.answer.late"


def test_what_has_told_somebody_tells_them_no_second_time_when_the_case_is_assessed() -> None:
    early = Escalation(CaseClock.ANSWER, HOUR, (Role.OWNER,))
    critical = Escalation(CaseClock.ANSWER, 2 * HOUR, (Role.MANAGER,), severity=Severity.CRITICAL)
    story = with_rows(early, critical)
    story.does("accept")
    assert told(story.waits(HOUR)) == ["case.escalate.answer.soon"]
    story.does("assess", severity="critical")
    made = notices(story.waits(3 * HOUR))
    assert [(one.key, one.staff) for one in made] == [
        ("case.escalate.answer.soon", ("eve",)),
        ("case.escalate.answer.late", ("ada", "eve")),
    ]


def test_a_deadline_that_is_off_calls_nobody() -> None:
    story = Story(replace(POLICY, deadlines={Severity.NORMAL: replace(NORMAL, accept=0, deputy=0)}))
    assert story.timers.keys() == {"answer", "decide"}


@pytest.mark.parametrize(
    "other", [Deadlines(HOUR, 2 * HOUR, 3 * HOUR, 4 * HOUR), Deadlines(*[900 * HOUR] * 4)]
)
def test_a_changed_configuration_moves_nothing_of_a_running_case(other: Deadlines) -> None:
    changed = replace(POLICY, deadlines=dict.fromkeys(Severity, other), escalation=(THIRD,))
    before, after = Story(), Story()
    after.policy = changed
    for story in (before, after):
        story.waits(HOUR)
        story.does("accept")
        story.does("assess", severity="critical")
    assert (after.case, after.timers) == (before.case, before.timers)
    assert after.case.due == START + URGENT.answer
    for story in (before, after):
        story.writes("reply")
        story.does("hand_over", to="ben")
        story.writes("propose")
        story.hears()
        story.does("refuse", "customer")
    assert (after.case, after.timers) == (before.case, before.timers)
    assert Story(changed).case.due == START + other.answer


@pytest.mark.parametrize("other", [URGENT, Deadlines(*[900 * HOUR] * 4)])
def test_a_case_of_an_older_program_keeps_its_promise_and_the_terms_in_force_now(other: Deadlines) -> None:
    story = Story()
    story.case = replace(story.case, terms=Terms(), started=0, called=0)
    story.policy = replace(POLICY, deadlines={Severity.NORMAL: other})
    due, timers = story.case.due, dict(story.timers)
    story.does("accept")
    assert (story.case.due, story.timers) == (due, {name: timers[name] for name in ("answer", "decide")})
    assert story.case.terms.deadlines == {Severity.NORMAL: other}
