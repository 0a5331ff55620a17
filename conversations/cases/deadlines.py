"""The clock of a case: what the customer is promised until when, and who must have accepted it. Pure.

Deadlines are timers that the step asks for. A promise is kept when the words arrive, not when staff send them
(`delivered`). A proposal that has arrived waits for the customer. What a deadline means that passed: `elapsed.py`.
"""

from typing import Final

from conversations.cases.case import Case, State
from conversations.cases.moves import Step
from conversations.cases.policy import Policy
from conversations.effects import DropTimer, SetTimer
from conversations.events import DAY, Instant
from conversations.frozen import replace

REMIND: Final = 3 * DAY
"""How long a proposal waits for the customer until it is called to mind."""

WAITING: Final = ("remind", "close")
"""The timers of a proposal that waits for the customer: one of them runs, and no promise does."""


def opened(case: Case, policy: Policy, now: Instant) -> Step:
    """Set every deadline of a new case; what needs no answer has none."""
    case = started_now(case, policy, now)
    return Step(case, timers=(*promises(case, policy), *acceptance(case, policy, now)))


def delivered(case: Case, policy: Policy, now: Instant, *, proposal: bool) -> Step:
    """Words of staff have arrived: a promise is kept, and a proposal waits for the customer from now on."""
    answered = replace(case, answered=case.answered or now)
    owner = owner_of(case)
    if case.state is State.PROPOSED and (proposal or case.solved):
        waiting = replace(answered, solved=now if proposal else case.solved, due=0, due_kind="")
        return Step(waiting, timers=(*dropped(owner, "answer", "solve", "close"), _reminder(owner, now)))
    kept = next_due(answered, policy)
    next_one = (SetTimer(owner, kept.due_kind, kept.due),) if kept.due > now and kept != answered else ()
    return Step(kept, timers=(*dropped(owner, "answer"), *next_one))


def undelivered(case: Case, policy: Policy, now: Instant, *, proposal: bool) -> Step:
    """Words of staff did not arrive: whoever waits for a proposal they have not seen is owed one."""
    return _owed(case, policy, now, "solve") if proposal else Step(case)


def heard(case: Case, policy: Policy, now: Instant) -> Step:
    """The customer has written: while a proposal waits for their decision, now we owe them an answer."""
    return _owed(case, policy, now, "answer")


def owner_of(case: Case) -> str:
    """The name under which a case owns its timers."""
    return f"case:{case.id}"


def started_now(case: Case, policy: Policy, now: Instant) -> Case:
    """Start the customer's clock at `now` (a new round after a refusal starts afresh)."""
    limits = policy.deadlines_for(case.severity)
    if not case.is_promised:
        return replace(case, due=0, due_kind="")
    if case.answered:
        return replace(case, due=now + limits.solve, due_kind="solve")
    return replace(case, due=now + limits.answer, due_kind="answer")


def next_due(case: Case, policy: Policy) -> Case:
    """Move on to the next promise once the present one is kept."""
    if not case.is_open:
        return replace(case, due=0, due_kind="")
    if case.due_kind == "answer" and case.answered:
        solve = started(case, policy) + policy.deadlines_for(case.severity).solve
        return replace(case, due=solve, due_kind="solve")
    return case


def started(case: Case, policy: Policy) -> Instant:
    """When the customer's clock was started: at the opening, or by a refusal or reopening."""
    limits = policy.deadlines_for(case.severity)
    return case.due - (limits.solve if case.due_kind == "solve" else limits.answer)


def promises(case: Case, policy: Policy) -> tuple[SetTimer, ...]:
    """Watch what the customer is promised: an answer, as long as there was none, and a solution."""
    if not case.due:
        return ()
    owner, since, limits = owner_of(case), started(case, policy), policy.deadlines_for(case.severity)
    solve = SetTimer(owner, "solve", since + limits.solve)
    return (solve,) if case.answered else (SetTimer(owner, "answer", since + limits.answer), solve)


def acceptance(case: Case, policy: Policy, now: Instant) -> tuple[SetTimer, ...]:
    """Watch that somebody takes the case: its owner, then the deputy."""
    limits, owner = policy.deadlines_for(case.severity), owner_of(case)
    if not case.is_promised:
        return ()
    return SetTimer(owner, "accept", now + limits.accept), SetTimer(owner, "deputy", now + limits.deputy)


def again(case: Case, policy: Policy, now: Instant) -> Step:
    """The case begins anew: somebody must take it, and the customer's clock starts."""
    case = started_now(replace(case, acknowledged=0, solved=0, level=""), policy, now)
    ours = (*acceptance(case, policy, now), *promises(case, policy))
    return Step(case, timers=(*dropped(owner_of(case), "answer", *WAITING), *ours))


def _owed(case: Case, policy: Policy, now: Instant, kind: str) -> Step:
    """It is our turn again: a proposal does not wait for the customer any more."""
    if not case.awaits_customer:
        return Step(case)
    owner, limits = owner_of(case), policy.deadlines_for(case.severity)
    if not case.is_promised:
        return Step(case, timers=(*dropped(owner, "close"), _reminder(owner, now)))
    due = now + (limits.answer if kind == "answer" else limits.solve)
    return Step(
        replace(case, due=due, due_kind=kind),
        timers=(*dropped(owner, *WAITING), SetTimer(owner, kind, due)),
    )


def _reminder(owner: str, now: Instant) -> SetTimer:
    return SetTimer(owner, "remind", now + REMIND)


def dropped(owner: str, *kinds: str) -> tuple[DropTimer, ...]:
    """Forget these timers."""
    return tuple(DropTimer(owner, kind) for kind in kinds)
