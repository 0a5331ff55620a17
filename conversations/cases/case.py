"""A case: one concern that somebody answers for. Typed values only; what people wrote lies in messages."""

from enum import StrEnum

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


@dataclass(frozen=True, slots=True)
class Case:
    """`owner`, `deputy`, `manager` are staff ids of the configuration; `channel` is where the card lies.

    `card` is the outbox row that posted the card. Times are UTC microseconds, 0 where it has not happened.
    `due` is the next deadline towards the customer (answer, then solve). `round` counts proposed solutions.
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
