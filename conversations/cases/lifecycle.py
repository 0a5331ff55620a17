"""The life of a case as a state table, built from the actions."""

from functools import cache

from conversations.cases.action import actions
from conversations.cases.case import State
from conversations.machine import StateTable, Transition


@cache
def lifecycle() -> StateTable[None]:
    """Return the table of all actions, those of staff, of the customer and of the clock."""
    return StateTable(
        states=tuple(state.value for state in State),
        initial=State.RECEIVED.value,
        moves=tuple(
            Transition(name, source, target)
            for name, action in actions().items()
            for source, target in action.leads.items()
        ),
    )
