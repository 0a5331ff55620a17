"""The life of a case, played with its timers as the program around the pure step keeps them."""

from typing import Final

from conversations.cases.case import Case, State
from conversations.cases.deadlines import delivered, heard, opened, owner_of, undelivered
from conversations.cases.elapsed import elapsed
from conversations.cases.moves import CaseStep, Move
from conversations.cases.policy import Deadlines, Policy, Route, Staff
from conversations.cases.step import step
from conversations.effects import SetTimer
from conversations.events import HOUR, Instant
from conversations.kinds import CaseKind, Severity, StaffId, people
from conversations.session import CaseId, ConversationId, PersonId

START: Final[Instant] = 1_795_514_400_000_000
STAFF: Final = {one: Staff(StaffId(one), f"U0{one.upper()}", one.title()) for one in ("ada", "ben", "eve")}
NORMAL: Final = Deadlines(4 * HOUR, 8 * HOUR, 24 * HOUR, 120 * HOUR)
URGENT: Final = Deadlines(1 * HOUR, 2 * HOUR, 4 * HOUR, 24 * HOUR)
POLICY: Final = Policy(
    STAFF, (Route(people("ada", "ben", "eve"), "C1"),), {Severity.NORMAL: NORMAL, Severity.CRITICAL: URGENT}
)
DEADLINES: Final = ("accept", "accept.2", "answer", "decide")


class Story:
    """A case with its timers, as the program around the pure step keeps them."""

    def __init__(self, policy: Policy = POLICY, kind: str = "complaint") -> None:
        self.policy = policy
        self.now = START
        self.timers: dict[str, Instant] = {}
        self.case = Case(
            id=CaseId(7),
            number="A-2026-000007",
            kind=CaseKind(kind),
            state=State.RECEIVED,
            category="delivery",
            severity=Severity.NORMAL,
            person=PersonId(1),
            conversation=ConversationId(1),
            people=people("ada", "ben", "eve"),
            channel="C1",
            language="en",
            opened=START,
        )
        self.take(opened(self.case, policy, START))

    def does(self, action: str, actor: str = "ada", **values: str) -> CaseStep:
        return self.take(step(self.case, self.policy, Move(action, actor, values), self.now))

    def writes(self, action: str) -> None:
        """Staff send words and they arrive."""
        assert not self.does(action).refused
        self.arrives(proposal=action == "propose")

    def arrives(self, *, proposal: bool = False) -> CaseStep:
        return self.take(delivered(self.case, self.policy, self.now, proposal=proposal))

    def is_lost(self, *, proposal: bool = False) -> CaseStep:
        return self.take(undelivered(self.case, self.policy, self.now, proposal=proposal))

    def hears(self) -> CaseStep:
        """The customer has written to the case."""
        return self.take(heard(self.case, self.policy, self.now))

    def waits(self, time: Instant) -> list[CaseStep]:
        """Let time pass; return what the timers that fell due meanwhile made of the case."""
        until, made = self.now + time, []
        while due := sorted((at, kind) for kind, at in self.timers.items() if at <= until):
            at, kind = due[0]
            self.now = max(self.now, at)
            del self.timers[kind]
            made.append(self.take(elapsed(self.case, self.policy, kind, self.now)))
        self.now = until
        return made

    def take(self, made: CaseStep) -> CaseStep:
        self.case = made.case
        for timer in made.timers:
            assert timer.owner == owner_of(self.case)
            if isinstance(timer, SetTimer):
                self.timers[timer.kind] = timer.at
            elif timer.kind == "*":
                self.timers.clear()
            else:
                self.timers.pop(timer.kind, None)
        return made


def told(steps: list[CaseStep]) -> list[str]:
    return [notice.key for made in steps for notice in made.notices]
