"""Who answers for what, and how fast: the tables of the configuration as plain values. Pure."""

from collections.abc import Mapping
from dataclasses import field

from conversations.events import HOUR, Instant
from conversations.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Staff:
    """One of us. `slack` is the Slack user id (`U...`); `role` is agent or manager."""

    id: str
    slack: str
    name: str
    language: str = "en"
    role: str = "agent"

    @property
    def first_name(self) -> str:
        """What a customer may know."""
        return self.name.split(maxsplit=1)[0]


@dataclass(frozen=True, slots=True)
class Route:
    """A row of the routing table; an empty condition matches everything."""

    owner: str
    deputy: str
    manager: str
    channel: str
    category: str = ""
    product: str = ""
    language: str = ""
    severity: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Microseconds from the opening of a case: accepted by its owner, by the deputy, first answer, solution."""

    accept: Instant = 4 * HOUR
    deputy: Instant = 8 * HOUR
    answer: Instant = 24 * HOUR
    solve: Instant = 120 * HOUR


@dataclass(frozen=True, slots=True)
class Policy:
    """Staff, routes and deadlines (by severity) of one organisation. The last route has no condition."""

    staff: Mapping[str, Staff] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    deadlines: Mapping[str, Deadlines] = field(default_factory=dict)

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

    def deadlines_for(self, severity: str) -> Deadlines:
        """Return the deadlines of a severity, the defaults where none are configured."""
        return self.deadlines.get(severity) or self.deadlines.get("normal") or Deadlines()

    def by_slack(self, user: str) -> Staff | None:
        """Return who this Slack user is to us, or None for a stranger."""
        return next((one for one in self.staff.values() if user and one.slack == user), None)
