"""The life of a case as a table, built from the actions: what leads from which state to which."""

from functools import cache

from conversations.cases.action import actions
from conversations.cases.case import State
from conversations.machine import Move, Table


@cache
def lifecycle() -> Table[None]:
    """Return the table of all actions, those of staff, of the customer and of the clock."""
    return Table(
        states=tuple(state.value for state in State),
        initial=State.RECEIVED.value,
        moves=tuple(
            Move(name, source, target)
            for name, action in actions().items()
            for source, target in action.leads.items()
        ),
    )
