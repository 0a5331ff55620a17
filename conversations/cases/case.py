"""A case: one concern that somebody answers for. Typed values only; what people wrote is kept in messages."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from conversations.cases.policy import Terms
from conversations.events import Instant
from conversations.frozen import frozen, replace
from conversations.kinds import CaseClock, CaseKind, Role, Severity, StaffId
from conversations.session import CaseId, ConversationId, PersonId, SessionId


class State(StrEnum):
    """The states, following ISO 10002, chapter 8."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ASSESSED = "assessed"
    IN_WORK = "in_work"
    PROPOSED = "solution_proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CLOSED = "closed"
    REOPENED = "reopened"


UNPROMISED: Final = (CaseKind.PRAISE,)
"""Kinds of cases that ask for no answer."""


@frozen
class Case:
    """`people` are staff ids of the configuration by role; `channel` is where the card is posted.

    `person` and `conversation` are None where there is no customer to write to; `session` is the one it came from.
    `card` is the outbox row that posted the card. Times are UTC microseconds, 0 where it has not happened;
    `answered` and `solved` are when the first answer and the present proposal reached the customer.
    `terms` are the deadlines and escalation of the policy it was opened under. `started` is when the customer's clocks
    started (opening, refusal, reopening), 0 in a case of an older version that has no terms yet; `called` is when its
    present owner was asked to accept it.
    `due` is the next deadline towards the customer (answer, then solution), 0 where nothing is promised: while a
    proposal waits for their decision, and for praise. `level` is the highest row of the escalation table that told
    somebody since the case last changed hands, counted from 1. `round` counts proposed solutions.
    """

    id: CaseId
    number: str
    kind: CaseKind
    state: State
    category: str
    severity: Severity
    person: PersonId | None
    conversation: ConversationId | None
    people: Mapping[Role, StaffId]
    channel: str
    language: str
    session: SessionId | None = None
    order: str = ""
    remedy: str = ""
    touchpoint: str = ""
    product: str = ""
    card: int = 0
    opened: Instant = 0
    acknowledged: Instant = 0
    answered: Instant = 0
    solved: Instant = 0
    closed: Instant = 0
    terms: Terms = Terms()
    started: Instant = 0
    called: Instant = 0
    due: Instant = 0
    due_kind: CaseClock | None = None
    level: int = 0
    round: int = 0
    version: int = 0

    @property
    def owner(self) -> StaffId:
        """The staff id of the owner."""
        return self.people[Role.OWNER]

    def who(self, *roles: Role) -> tuple[StaffId, ...]:
        """Return the staff ids in these roles, in this order."""
        return tuple(self.people[role] for role in roles if role in self.people)

    def owned_by(self, staff: str) -> "Case":
        """Return the case with a new owner."""
        return replace(self, people={**self.people, Role.OWNER: StaffId(staff)})

    @property
    def is_open(self) -> bool:
        """Whether we still owe the customer something."""
        return self.state not in (State.CLOSED, State.ACCEPTED)

    @property
    def is_promised(self) -> bool:
        """Whether the customer expects an answer; praise needs none and has no deadlines."""
        return self.kind not in UNPROMISED

    @property
    def awaits_customer(self) -> bool:
        """Whether a proposal has arrived, and it is the customer's turn."""
        return self.state is State.PROPOSED and bool(self.solved) and not self.due
