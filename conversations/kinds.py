"""The values that describe a case: kinds, severities, roles, clocks. Each is a type, so that none is misspelt."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NewType

StaffId = NewType("StaffId", str)
"""The short name of a member of staff in the configuration."""


class CaseKind(StrEnum):
    """What somebody wants from us."""

    COMPLAINT = "complaint"
    PRAISE = "praise"
    IDEA = "idea"
    QUESTION = "question"


class Severity(StrEnum):
    """How bad it is for the customer."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"

    @classmethod
    def of(cls, said: str) -> "Severity":
        """Return the severity of this name; an unknown name counts as normal."""
        return next((one for one in cls if one.value == said), cls.NORMAL)


class Role(StrEnum):
    """The role of a member of staff in a case."""

    OWNER = "owner"
    DEPUTY = "deputy"
    MANAGER = "manager"


class StaffRole(StrEnum):
    """The role of a member of staff in the company: managers see every case."""

    AGENT = "agent"
    MANAGER = "manager"


class CaseClock(StrEnum):
    """What is waited for, each from its own start.

    `ACCEPT` waits for an owner to accept, and restarts for each; `ANSWER` waits for the first answer to the customer
    and `DECIDE` for the proposed solution; these two start together.
    """

    ACCEPT = "accept"
    ANSWER = "answer"
    DECIDE = "decide"

    @property
    def promise(self) -> str:
        """The word for the promise in texts, figures and scripts; for `DECIDE`, the solution."""
        return "solve" if self is CaseClock.DECIDE else self.value


def people(owner: str, deputy: str, manager: str) -> Mapping[Role, StaffId]:
    """The staff ids of a case by role."""
    return dict(zip(Role, map(StaffId, (owner, deputy, manager)), strict=True))
