"""The words a case is described with: kinds, severities, roles, clocks. Each is a type, so that none is misspelt."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NewType

StaffId = NewType("StaffId", str)
"""The short name of a member of staff in the configuration."""


class CaseKind(StrEnum):
    """What somebody wants of us."""

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
        """Read what a dialogue says; what no severity is called counts as normal."""
        return next((one for one in cls if one.value == said), cls.NORMAL)


class Role(StrEnum):
    """What a member of staff is to a case."""

    OWNER = "owner"
    DEPUTY = "deputy"
    MANAGER = "manager"


class StaffRole(StrEnum):
    """What a member of staff is to the company: managers see every case."""

    AGENT = "agent"
    MANAGER = "manager"


class CaseClock(StrEnum):
    """What is waited for, each from its own start on.

    `ACCEPT` waits for an owner, and starts anew for each; `ANSWER` for the first answer to the customer and `DECIDE`
    for the proposed solution, which start together.
    """

    ACCEPT = "accept"
    ANSWER = "answer"
    DECIDE = "decide"

    @property
    def promise(self) -> str:
        """The word that texts, figures and scripts have for what is promised: of a decision, the solution."""
        return "solve" if self is CaseClock.DECIDE else self.value


def people(owner: str, deputy: str, manager: str) -> Mapping[Role, StaffId]:
    """Who is what to a case."""
    return dict(zip(Role, map(StaffId, (owner, deputy, manager)), strict=True))
