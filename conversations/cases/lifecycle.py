"""The life of a case as a table: which action leads from which state to which. Nothing else moves a case."""

from typing import Final

from conversations.cases.case import State
from conversations.machine import Move, Table

_WORKABLE: Final = (State.ACKNOWLEDGED, State.ASSESSED, State.IN_WORK)
_UNTAKEN: Final = (State.RECEIVED, State.REFUSED, State.REOPENED)
_CLOSABLE: Final = tuple(state for state in State if state is not State.CLOSED)

LIFECYCLE: Final[Table[None]] = Table(
    states=tuple(state.value for state in State),
    initial=State.RECEIVED.value,
    moves=(
        Move("accept", State.RECEIVED, State.ACKNOWLEDGED),
        Move("accept", State.REFUSED, State.IN_WORK),
        Move("accept", State.REOPENED, State.IN_WORK),
        # Whoever gets a case handed over accepts it as it is.
        *(Move("accept", state, state) for state in (*_WORKABLE, State.PROPOSED)),
        Move("assess", State.ACKNOWLEDGED, State.ASSESSED),
        *(Move("reply", state, State.IN_WORK) for state in _WORKABLE),
        *(Move("ask", state, State.IN_WORK) for state in _WORKABLE),
        Move("reply", State.PROPOSED, State.PROPOSED),
        Move("ask", State.PROPOSED, State.PROPOSED),
        Move("reply", State.ACCEPTED, State.ACCEPTED),
        Move("ask", State.ACCEPTED, State.ACCEPTED),
        *(Move("propose", state, State.PROPOSED) for state in _WORKABLE),
        Move("propose", State.PROPOSED, State.PROPOSED),
        Move("agree", State.PROPOSED, State.ACCEPTED),
        Move("refuse", State.PROPOSED, State.REFUSED),
        *(Move("close", state, State.CLOSED) for state in _CLOSABLE),
        Move("reopen", State.CLOSED, State.REOPENED),
        Move("reopen", State.ACCEPTED, State.REOPENED),
        # Handing over and noting leave the state as it is; a case handed over must be accepted by its new owner.
        *(Move("hand_over", state, state) for state in (*_UNTAKEN, *_WORKABLE, State.PROPOSED)),
        *(Move("note", state, state) for state in State),
    ),
)
