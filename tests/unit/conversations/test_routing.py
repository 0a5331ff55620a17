"""Rows of the configuration that nothing can come to are found, each with its place and what to do."""

from dataclasses import replace
from typing import Final

import pytest

from conversations.cases.policy import Deadlines, Escalation, Policy, Route, Staff
from conversations.checks.check import check
from conversations.events import HOUR
from conversations.kinds import CaseClock, CaseKind, Role, Severity, StaffId, people
from tests.unit.conversations.test_shipped import DIALOGUES, LANGUAGES

MIA: Final = people("mia", "mia", "mia")
LAST: Final = Route(MIA, "#c")
POLICY: Final = Policy({"mia": Staff(StaffId("mia"), "U1", "Mia")}, (LAST,))
GOOD: Final = Route(MIA, "#c", category="delivery")


def found(policy: Policy, languages: tuple[str, ...] = ("en", "de-formal")) -> list[str]:
    return [str(one) for one in check(DIALOGUES, LANGUAGES, policy, languages) if not one.file]


def test_rows_for_what_dialogues_open_are_right() -> None:
    rows = (
        GOOD,
        Route(MIA, "#c", kind=CaseKind.PRAISE),
        Route(MIA, "#c", category="other", kind=CaseKind.QUESTION),
        Route(MIA, "#c", language="de", severity=Severity.NORMAL),
        LAST,
    )
    assert found(replace(POLICY, routes=rows, deadlines={Severity.LOW: Deadlines()})) == []


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (
            replace(GOOD, category="delivry"),
            "routes[0].category: unknown category of a case that a dialogue opens 'delivry'"
            " (did you mean 'delivery'?)",
        ),
        (
            Route(MIA, "#c", product="shoe"),
            "routes[0].product: no dialogue gives a case a product (remove the row)",
        ),
        (
            Route(MIA, "#c", severity=Severity.CRITICAL),
            "routes[0].severity: unknown severity of a case that a dialogue opens 'critical' (known: normal)",
        ),
        (
            Route(MIA, "#c", language="fr"),
            "routes[0].language: unknown language of the organisation 'fr' (known: de, en)",
        ),
        (
            Route(MIA, "#c", language="de-formal"),
            "routes[0].language: 'de-formal' is never matched (write 'de': it means all of it)",
        ),
    ],
)
def test_a_condition_that_nothing_meets(row: Route, problem: str) -> None:
    assert found(replace(POLICY, routes=(row, LAST))) == [problem]


def test_a_row_that_an_earlier_one_hides() -> None:
    rows = (GOOD, replace(GOOD, language="de"), LAST)
    assert found(replace(POLICY, routes=rows)) == [
        "routes[1]: is never reached: routes[0] takes its cases (move it above routes[0])"
    ]


def test_an_escalation_for_a_category_that_no_case_has() -> None:
    row = Escalation(CaseClock.ACCEPT, HOUR, (Role.OWNER,), category="delivry")
    assert found(replace(POLICY, escalation=(row, replace(row, category="delivery")))) == [
        "escalation[0].category: unknown category of a case 'delivry' (did you mean 'delivery'?)"
    ]


def test_deadlines_in_the_wrong_order() -> None:
    limits = Deadlines(accept=9 * HOUR, deputy=8 * HOUR, answer=3 * HOUR, solve=2 * HOUR)
    assert found(replace(POLICY, deadlines={Severity.HIGH: limits})) == [
        "deadlines.high.deputy: calls the manager before the deputy was called (make deputy longer than accept)",
        "deadlines.high.solve: is due before the first answer (make solve longer than answer)",
    ]
    off = Deadlines(accept=9 * HOUR, deputy=0)
    assert found(replace(POLICY, deadlines={Severity.HIGH: off})) == []


def test_somebody_called_like_a_role_is_worth_a_hint() -> None:
    owner = Staff(StaffId("owner"), "U2", "Olga")
    (hint,) = check(DIALOGUES, LANGUAGES, replace(POLICY, staff={**POLICY.staff, "owner": owner}))
    assert (hint.path, hint.hint) == ("staff[1].id", True)
