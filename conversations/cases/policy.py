"""Staff, routes, deadlines and escalation: the tables of the configuration as plain values. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import assert_never

from conversations.events import HOUR, Instant
from conversations.frozen import frozen
from conversations.kinds import CaseClock, CaseKind, Role, Severity, StaffId, StaffRole
from conversations.texts.languages import FALLBACK


@frozen
class Staff:
    """A member of staff. `slack` is the Slack user id (`U...`)."""

    id: StaffId
    slack: str
    name: str
    language: str = FALLBACK
    role: StaffRole = StaffRole.AGENT

    @property
    def first_name(self) -> str:
        """The name shown to customers."""
        return self.name.split(maxsplit=1)[0]


@frozen
class Route:
    """A row of the routing table: who has which role, and where the card is posted. An empty condition matches all."""

    people: Mapping[Role, StaffId]
    channel: str
    category: str = ""
    product: str = ""
    language: str = ""
    severity: Severity | None = None
    kind: CaseKind | None = None

    @property
    def conditions(self) -> Mapping[str, str]:
        """The conditions that are set, by name."""
        every = {
            "category": self.category,
            "product": self.product,
            "language": self.language,
            "severity": self.severity,
            "kind": self.kind,
        }
        return {name: value for name, value in every.items() if value}


@frozen
class Escalation:
    """A row of the escalation table: whom to tell once a clock has run for `after` (times in microseconds).

    `roles` are told before `staff`; the notice is also posted in `channels`. With `repeat` they are told again at that
    interval, until what the clock waits for has happened, or `until` has passed since its start (0: no limit).
    """

    clock: CaseClock
    after: Instant
    roles: tuple[Role, ...] = ()
    staff: tuple[StaffId, ...] = ()
    channels: tuple[str, ...] = ()
    kind: CaseKind | None = None
    category: str = ""
    severity: Severity | None = None
    repeat: Instant = 0
    until: Instant = 0

    def concerns(self, kind: CaseKind, category: str, severity: Severity) -> bool:
        """Return whether all conditions hold; an empty one always does."""
        return (
            self.kind in (None, kind)
            and self.category in ("", category)
            and self.severity in (None, severity)
        )


@frozen
class Deadlines:
    """The customer's promises (answer, solution), and a short form of four escalation rows.

    Microseconds from the start of each clock; `accept` and `deputy` are 0 to call nobody.
    """

    accept: Instant = 4 * HOUR
    deputy: Instant = 8 * HOUR
    answer: Instant = 24 * HOUR
    solve: Instant = 120 * HOUR

    def promise(self, clock: CaseClock) -> Instant:
        """Return the deadline of a clock, in microseconds from its start."""
        match clock:
            case CaseClock.ACCEPT:
                return self.accept
            case CaseClock.ANSWER:
                return self.answer
            case CaseClock.DECIDE:
                return self.solve
            case _:
                assert_never(clock)

    @property
    def rows(self) -> tuple[Escalation, ...]:
        """Return the escalation rows that this short form stands for."""
        every = (
            Escalation(CaseClock.ACCEPT, self.accept, (Role.DEPUTY, Role.OWNER)),
            Escalation(CaseClock.ACCEPT, self.deputy, (Role.MANAGER, Role.DEPUTY)),
            Escalation(CaseClock.ANSWER, self.answer, (Role.OWNER, Role.MANAGER)),
            Escalation(CaseClock.DECIDE, self.solve, (Role.OWNER, Role.MANAGER)),
        )
        return tuple(row for row in every if row.after)


@frozen
class Terms:
    """The part of the policy a case keeps from its opening, so that a changed configuration moves no open promise."""

    deadlines: Mapping[Severity, Deadlines] = field(default_factory=dict)
    escalation: tuple[Escalation, ...] = ()

    def deadlines_for(self, severity: Severity) -> Deadlines:
        """Return the deadlines of a severity; else those of a normal case, else the defaults."""
        return self.deadlines.get(severity) or self.deadlines.get(Severity.NORMAL) or Deadlines()

    def rows(
        self, clock: CaseClock, kind: CaseKind, category: str, severity: Severity
    ) -> tuple[Escalation, ...]:
        """Return every row for such a case on a clock, earliest first."""
        every = (*self.deadlines_for(severity).rows, *self.escalation)
        mine = (row for row in every if row.clock is clock and row.concerns(kind, category, severity))
        return tuple(sorted(mine, key=lambda row: row.after))


@frozen
class Policy:
    """Staff, routes, deadlines by severity and escalation of one organisation. The last route has no condition."""

    staff: Mapping[str, Staff] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    deadlines: Mapping[Severity, Deadlines] = field(default_factory=dict)
    escalation: tuple[Escalation, ...] = ()

    def route(self, *, kind: str, category: str, product: str, language: str, severity: str) -> Route:
        """Return the first row whose conditions all hold.

        Raises:
            LookupError: no row matches, that is, the table lacks its last row without conditions.
        """
        for row in self.routes:
            wanted = (row.kind, row.category, row.product, row.language, row.severity)
            found = (kind, category, product, language.split("-", maxsplit=1)[0], severity)
            if all(not want or want == have for want, have in zip(wanted, found, strict=True)):
                return row
        raise LookupError("no route matches; end [[routes]] with a row that has no condition")

    def terms(self, kind: CaseKind) -> Terms:
        """Return the terms of a new case of this kind; its severity and category may still change."""
        return Terms(self.deadlines, tuple(row for row in self.escalation if row.kind in (None, kind)))

    def known(self, staff: Iterable[StaffId]) -> tuple[StaffId, ...]:
        """Return those who are still staff, without duplicates."""
        return tuple(dict.fromkeys(one for one in staff if one in self.staff))

    def by_slack(self, user: str) -> Staff | None:
        """Return the member of staff with this Slack user id; None for a stranger."""
        return next((one for one in self.staff.values() if user and one.slack == user), None)
