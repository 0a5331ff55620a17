"""The part of the configuration that says who answers for what: staff, routes, deadlines, escalation."""

from collections.abc import Collection, Iterator, Sequence
from typing import Final, Literal

from pydantic import Field

from bot.settings.values import (
    Duration,
    DurationOrOff,
    Id,
    Name,
    OfKind,
    OfSeverity,
    OptionalDuration,
    SettingsSection,
    SlackUser,
    Tag,
    setting,
)
from conversations.cases.case import UNPROMISED
from conversations.cases.moves import CLOCK, CUSTOMER
from conversations.cases.policy import Escalation, Route, Staff
from conversations.events import MINUTE
from conversations.kinds import CaseClock, Role, StaffId, StaffRole, people
from conversations.problem import Problem, unknown
from conversations.texts.languages import FALLBACK

OFTEN: Final = 10 * MINUTE


class StaffSection(SettingsSection):
    id: Id = Field(description="a short name for the routes below; never shown to customers")
    slack: SlackUser = Field(description="the Slack member ID (U...)")
    name: Name = Field(description="the full name; customers see the first")
    language: Tag = setting(FALLBACK, "the language of what they read")
    role: Literal["agent", "manager"] = setting(
        "agent", "both may act on cases; a manager's App Home shows all"
    )

    @property
    def member(self) -> Staff:
        """Who they are to the use cases."""
        return Staff(StaffId(self.id), self.slack, self.name, self.language, StaffRole(self.role))


class RouteSection(SettingsSection):
    owner: Id = Field(description="who answers")
    deputy: Id = Field(description="who is told when the owner does not accept in time")
    manager: Id = Field(description="who is told when the deputy does not either")
    channel: Name = Field(description="the Slack channel of the cards, name or ID")
    category: str = setting("", "only this category")
    product: str = setting("", "only this product")
    language: str = setting("", "only customers of this language")
    severity: OfSeverity = setting("", "only this severity: low, normal, high or critical")
    kind: OfKind = setting("", "only this kind: complaint, praise, idea or question")

    @property
    def route(self) -> Route:
        """The row as the use cases know it."""
        return Route(
            people(self.owner, self.deputy, self.manager),
            self.channel,
            self.category,
            self.product,
            self.language,
            self.severity or None,
            self.kind or None,
        )


class DeadlinesSection(SettingsSection):
    accept: DurationOrOff = setting(
        "PT4H", "the owner accepts, else the deputy and the channel are told; or off"
    )
    deputy: DurationOrOff = setting("PT8H", "somebody accepts, else the manager is told; or off")
    answer: Duration = setting("PT24H", "the first answer to the customer, else owner and manager are told")
    solve: Duration = setting("P5D", "the proposed solution, else owner and manager are told")


class EscalationSection(SettingsSection):
    clock: Literal["accept", "answer", "decide"] = Field(
        description="what is waited for: an owner, the first answer, the proposed solution"
    )
    after: Duration = Field(description="how long it was waited for")
    tell: tuple[Name, ...] = Field(
        description='whom to tell: "owner", "deputy", "manager", the id of a member of staff, "#channel"'
    )
    kind: OfKind = setting("", "only cases of this kind: complaint, idea or question")
    category: str = setting("", "only cases of this category")
    severity: OfSeverity = setting("", "only cases of this severity: low, normal, high or critical")
    repeat: OptionalDuration = setting("", "tell them again every so long; empty: once")
    until: OptionalDuration = setting(
        "", "no more once this has passed since the clock started; empty: for as long as is waited"
    )

    @property
    def row(self) -> Escalation:
        """The row as the use cases know it."""
        roles = [role for role in self.tell if role in set(Role)]
        return Escalation(
            CaseClock(self.clock),
            self.after,
            tuple(map(Role, roles)),
            tuple(StaffId(one) for one in self.tell if one not in roles and not one.startswith("#")),
            tuple(one for one in self.tell if one.startswith("#")),
            self.kind or None,
            self.category,
            self.severity or None,
            self.repeat,
            self.until,
        )


# -- what contradicts each other ----------------------------------------------------------------------------


def of_staff(staff: Sequence[StaffSection]) -> Iterator[Problem]:
    """Nobody is there twice, and nobody is called like what acts beside them."""
    for n, one in enumerate(staff):
        if one.id in (CUSTOMER, CLOCK):
            remedy = "the record calls what acts by itself so; choose another id"
            yield Problem(f"staff[{n}].id", f"'{one.id}' can be nobody's id", remedy)
    for what in ("id", "slack"):
        values = [getattr(one, what) for one in staff]
        for n, value in enumerate(values):
            if value in values[:n]:
                yield Problem(
                    f"staff[{n}].{what}", f"'{value}' is there twice", "give each member of staff one row"
                )


def of_routes(staff: Sequence[StaffSection], routes: Sequence[RouteSection]) -> Iterator[Problem]:
    """Every case has an owner whom we know, and every row is reached."""
    ids = {one.id for one in staff}
    for n, row in enumerate(routes):
        last = n == len(routes) - 1
        for role in Role:
            if getattr(row, role) not in ids:
                yield unknown(f"routes[{n}].{role}", "member of staff", getattr(row, role), ids)
        if last and row.route.conditions:
            remedy = "add a last [[routes]] without category, product, language, severity and kind"
            yield Problem(
                f"routes[{n}]", "the last route has a condition, so that some cases have no owner", remedy
            )
        if not last and not row.route.conditions:
            yield Problem(
                f"routes[{n}]", "has no condition, so that no later route is reached", "move it to the end"
            )


def of_escalation(
    staff: Sequence[StaffSection], escalation: Sequence[EscalationSection]
) -> Iterator[Problem]:
    """Every row can come to pass, and tells somebody whom we know."""
    known = {*Role, *(one.id for one in staff)}
    for n, section in enumerate(escalation):
        path, row = f"escalation[{n}]", section.row
        yield from _told(f"{path}.tell", section.tell, known)
        if section in escalation[:n]:
            first = f"escalation[{escalation.index(section)}]"
            yield Problem(path, f"is the same row as {first}", "remove one of them")
        if row.kind in UNPROMISED:
            remedy = "remove the row, or its kind"
            yield Problem(
                f"{path}.kind", f"no clock runs for cases of the kind {row.kind}: nothing is promised", remedy
            )
        if 0 < row.repeat < OFTEN:
            remedy = "write PT10M or more"
            yield Problem(f"{path}.repeat", "repeats more often than anybody can act", remedy)
        if row.until and not row.repeat:
            yield Problem(
                f"{path}.until", "ends a repetition that there is not", "add repeat, or remove until"
            )
        elif row.until and row.until <= row.after:
            yield Problem(
                f"{path}.until", "is over before the row comes to pass", "make it longer than after"
            )


def _told(path: str, tell: Sequence[str], known: Collection[str]) -> Iterator[Problem]:
    """Whoever is to be told is somebody, and is named once."""
    if not tell:
        yield Problem(path, "tells nobody", 'write for example ["manager", "#complaints"]')
    for one in dict.fromkeys(tell):
        if not one.startswith("#") and one not in known:
            yield unknown(path, "role or member of staff", one, known)
        if one == "#":
            yield Problem(path, "names no channel", 'write for example "#complaints"')
        if tell.count(one) > 1:
            yield Problem(path, f"names '{one}' twice", "name everybody once")
