"""Who is late: open cases whose customers wait for us."""

from conversations.cases.case import State
from conversations.events import DAY, HOUR
from conversations.frozen import replace
from reports.data import CaseLine
from reports.deadlines import at_risk, late, unkept
from tests.unit.reports.weeks import empty

WEEK = empty()


def case(number: str, due: int, kind: str = "complaint", state: State = State.RECEIVED) -> CaseLine:
    kept = "answer" if due else ""
    return CaseLine(
        number, kind, "delivery", "normal", state, "Anna Berg", WEEK.now - 3 * DAY, 0, 0, due, kept
    )


def test_praise_is_never_late_and_never_forgotten() -> None:
    praise = (
        case("A-1", WEEK.now - HOUR, "praise"),
        case("A-2", WEEK.now + HOUR, "praise"),
        case("A-3", 0, "praise"),
    )
    week = replace(WEEK, cases=praise)
    assert (late(week), at_risk(week), unkept(week)) == ((), (), ())


def test_a_proposal_that_waits_for_its_customer_has_a_clock_of_its_own() -> None:
    week = replace(WEEK, cases=(case("A-1", 0, state=State.PROPOSED),))
    assert (late(week), unkept(week)) == ((), ())


def test_a_proposal_that_did_not_arrive_is_late_like_any_other_promise() -> None:
    lost = case("A-1", WEEK.now - HOUR, state=State.PROPOSED)
    assert late(replace(WEEK, cases=(lost,))) == (lost,)


def test_an_idea_without_a_deadline_would_be_missed_by_nobody() -> None:
    idea = case("A-1", 0, "idea")
    assert unkept(replace(WEEK, cases=(idea,))) == (idea,)
