"""The result of one step of the core: the new state, facts, effects, and answers to store."""

from typing import Generic, TypeVar

from conversations.effects import Effect
from conversations.facts import Fact
from conversations.frozen import frozen
from conversations.session import Answer

State_co = TypeVar("State_co", covariant=True)


@frozen
class Given:
    """An answer to store; it replaces the one of the same session and question."""

    session: int
    dialogue: str
    question: str
    answer: Answer
    metric: str = ""


@frozen
class Step(Generic[State_co]):
    """What became of a state, whatever it was that moved: a session (None once it is over) or a conversation.

    `toast` is a short plain text for the pressed button; `refused`: the reply was no answer to the question.
    """

    state: State_co
    facts: tuple[Fact, ...] = ()
    effects: tuple[Effect, ...] = ()
    answers: tuple[Given, ...] = ()
    toast: str = ""
    refused: bool = False
