"""Weeks, and what counts in them."""

import pytest

from conversations.cases.case import State
from conversations.events import DAY, HOUR
from conversations.tallies import TallyKey
from reports.data import CaseLine, Figures, Period
from tests.unit.reports.weeks import ZONE, empty, instant


@pytest.mark.parametrize(("week", "hours"), [("2026-11-16", 168), ("2026-03-23", 167), ("2026-10-19", 169)])
def test_a_week_is_as_long_as_the_clocks_make_it(week: str, hours: int) -> None:
    period = Period.of_weeks(week, week, ZONE, now=0)
    assert period.end - period.start == hours * HOUR


def test_a_period_ends_where_the_next_begins() -> None:
    first = Period.of_weeks("2026-10-19", "2026-10-19", ZONE, now=0)
    second = Period.of_weeks("2026-10-26", "2026-10-26", ZONE, now=0)
    assert first.end == second.start == instant("2026-10-26 00:00")


def test_a_week_is_complete_once_its_sunday_is_over() -> None:
    assert not Period.of_weeks("2026-11-16", "2026-11-16", ZONE, instant("2026-11-22 23:59")).complete
    assert Period.of_weeks("2026-11-16", "2026-11-16", ZONE, instant("2026-11-23 00:00")).complete


def test_a_month_of_weeks_is_compared_with_the_twelve_before_it() -> None:
    period = Period.of_weeks("2026-10-26", "2026-11-16", ZONE, now=0)
    assert period.weeks() == ("2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16")
    assert (len(period.baseline()), period.baseline()[-1]) == (12, "2026-10-19")
    assert (len(period.trend()), period.trend()[-1]) == (12, "2026-11-16")
    assert period.earliest_week == period.baseline()[0] == "2026-08-03"
    assert period.cohort_start == period.start


def test_a_long_period_reads_all_of_itself() -> None:
    period = Period.of_weeks("2026-06-01", "2026-11-16", ZONE, now=0)
    assert period.earliest_week == "2026-03-09"
    assert period.cohort_start == period.start


def test_one_week_reads_what_the_digests_of_the_twelve_weeks_before_read() -> None:
    period = Period.of_weeks("2026-11-16", "2026-11-16", ZONE, now=0)
    before = Period.of_weeks("2026-08-24", "2026-08-24", ZONE, now=0)
    assert period.history()[-1] == "2026-11-16"
    assert period.earliest_week == period.history()[0] == "2026-05-25"
    assert period.earliest_week < before.baseline()[0]


def test_one_weeks_cases_are_looked_at_over_four() -> None:
    period = Period.of_weeks("2026-11-16", "2026-11-16", ZONE, now=0)
    assert period.cohort_start == instant("2026-10-26 00:00")


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [("2026-11-17", "2026-11-16", "not a Monday"), ("2026-11-23", "2026-11-16", "ends before it begins")],
)
def test_a_wrong_week_is_refused(first: str, last: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Period.of_weeks(first, last, ZONE, now=0)


def test_an_old_open_case_does_not_break_the_quiet() -> None:
    base = empty()
    old = CaseLine("A-1", "complaint", "delivery", "normal", State.IN_WORK, "Anna", base.period.start - DAY)
    new = CaseLine("A-2", "complaint", "delivery", "normal", State.IN_WORK, "Anna", base.period.start)
    assert Figures("x", base.period, {}, base.now, (old,)).quiet
    assert not Figures("x", base.period, {}, base.now, (new,)).quiet


def test_only_the_weeks_own_tallies_break_the_quiet() -> None:
    base = empty()
    assert Figures("x", base.period, {TallyKey("2026-11-09", "started", "survey"): 3}, base.now).quiet
    assert not Figures("x", base.period, {TallyKey("2026-11-16", "started", "survey"): 1}, base.now).quiet


@pytest.mark.parametrize(
    ("state", "closed", "open_"),
    [
        (State.IN_WORK, 0, True),
        (State.REFUSED, 0, True),
        (State.ACCEPTED, 0, False),
        (State.CLOSED, 5, False),
    ],
)
def test_a_case_is_open_while_somebody_owes_something(state: State, closed: int, open_: bool) -> None:
    assert CaseLine("A-1", "complaint", "x", "normal", state, "Anna", 1, closed=closed).is_open is open_
