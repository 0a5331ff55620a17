"""A case: one concern that somebody answers for. Typed values only; what people wrote lies in messages."""

from enum import StrEnum
from typing import Final

from conversations.events import Instant
from conversations.frozen import dataclass
from conversations.session import CaseId, ConversationId, PersonId


class State(StrEnum):
    """The states after ISO 10002, chapter 8."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ASSESSED = "assessed"
    IN_WORK = "in_work"
    PROPOSED = "solution_proposed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    CLOSED = "closed"
    REOPENED = "reopened"


UNPROMISED: Final = ("praise",)
"""Kinds of cases that ask for no answer."""


@dataclass(frozen=True, slots=True)
class Case:
    """`owner`, `deputy`, `manager` are staff ids of the configuration; `channel` is where the card lies.

    `card` is the outbox row that posted the card. Times are UTC microseconds, 0 where it has not happened;
    `answered` and `solved` are when the first answer and the present proposal reached the customer.
    `due` is the next deadline towards the customer (answer, then solve), 0 where nothing is promised: while a
    proposal waits for their decision, and for praise. `round` counts proposed solutions.
    """

    id: CaseId
    number: str
    kind: str
    state: State
    category: str
    severity: str
    person: PersonId
    conversation: ConversationId
    owner: str
    deputy: str
    manager: str
    channel: str
    language: str
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
    due: Instant = 0
    due_kind: str = ""
    level: str = ""  # the highest escalation that was told: "", deputy or manager
    round: int = 0
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether somebody still owes the customer something."""
        return self.state not in (State.CLOSED, State.ACCEPTED)

    @property
    def is_promised(self) -> bool:
        """Whether the customer waits for something at all: who praises does not, and no deadline runs for it."""
        return self.kind not in UNPROMISED

    @property
    def awaits_customer(self) -> bool:
        """Whether a proposal has arrived, and it is the customer's turn."""
        return self.state is State.PROPOSED and bool(self.solved) and not self.due
