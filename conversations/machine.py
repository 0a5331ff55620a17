"""State machines as tables, run by `transitions`; the only file that imports it. Dialogues and cases use the same.

A table is built once and never changes. A cursor is made for one `fire` and registered nowhere, so nothing leaks and
any number of threads may use one table. Guards are our own closures: `transitions` never gets a name, which it would
import.
"""

from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from transitions import EventData, Machine
from transitions.extensions import GraphMachine

from conversations.frozen import frozen

Context = TypeVar("Context")


@frozen
class Transition(Generic[Context]):
    """`trigger` leads from `source` to `target` if `guard` holds; the first such move wins.

    `note` describes the guard in words, for the diagram.
    """

    trigger: str
    source: str
    target: str
    guard: Callable[[Context], bool] | None = None
    note: str = ""


class _Cursor:
    """What `transitions` needs of a model."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


class StateTable(Generic[Context]):
    """States and moves. Raises ValueError for a move from or to a state that does not exist."""

    def __init__(self, states: Iterable[str], initial: str, moves: Iterable[Transition[Context]]) -> None:
        self.states = tuple(str(state) for state in states)
        self.initial = str(initial)
        self.moves = tuple(moves)
        for move in self.moves:
            for state in (move.source, move.target):
                if state not in self.states:
                    raise ValueError(f"no state '{state}'")
        self._machine = Machine(
            model=None,
            states=list(self.states),
            initial=self.initial,
            transitions=[_transition(move) for move in self.moves],
            auto_transitions=False,
            send_event=True,
        )
        self._triggers: dict[str, tuple[str, ...]] = {
            state: tuple(dict.fromkeys(move.trigger for move in self.moves if move.source == state))
            for state in self.states
        }
        self._certain: dict[
            tuple[str, str], str
        ] = {}  # where the first move has no guard, the result is fixed
        for move in reversed(self.moves):
            self._certain.pop((move.source, move.trigger), None)
            if move.guard is None:
                self._certain[move.source, move.trigger] = move.target

    def fire(self, state: str, trigger: str, context: Context) -> str | None:
        """Return the new state; None where the trigger does not apply there or no guard holds."""
        if trigger not in self.triggers(state):
            return None
        certain = self._certain.get((state, trigger))
        if certain is not None:
            return certain
        cursor = _Cursor(str(state))
        moved = self._machine.events[trigger].trigger(cursor, context=context)
        return cursor.state if moved else None

    def triggers(self, state: str) -> tuple[str, ...]:
        """Return the triggers of a state, in table order; empty for an unknown state."""
        return self._triggers.get(str(state), ())

    def targets(self, state: str) -> tuple[str, ...]:
        """Return the states one move away."""
        return tuple(dict.fromkeys(move.target for move in self.moves if move.source == state))

    def mermaid(self, title: str) -> str:
        """Draw the table as a Mermaid state diagram."""
        machine = GraphMachine(
            model=_Drawn(),
            states=list(self.states),
            initial=self.initial,
            transitions=[_transition(move) for move in self.moves],
            auto_transitions=False,
            send_event=True,
            graph_engine="mermaid",
            show_conditions=True,
            title=title,
        )
        return str(machine.get_graph().source)


class _Drawn:
    """A dummy model: GraphMachine cannot draw without one."""


def _transition(move: Transition[Context]) -> dict[str, object]:
    plain: dict[str, object] = {"trigger": move.trigger, "source": str(move.source), "dest": str(move.target)}
    if move.guard is None:
        return plain
    guard = move.guard

    def holds(event: EventData) -> bool:
        return guard(event.kwargs["context"])

    holds.__name__ = move.note or "guard"
    return plain | {"conditions": [holds]}
