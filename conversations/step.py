"""What one step of the core comes to: the state as it now is, what happened, what to do, what to keep."""

from typing import Generic, TypeVar

from conversations.effects import Effect
from conversations.facts import Fact
from conversations.frozen import frozen
from conversations.session import Answer

State_co = TypeVar("State_co", covariant=True)


@frozen
class Given:
    """An answer as it now is, to be kept: the same session and question replace."""

    session: int
    dialogue: str
    question: str
    answer: Answer
    metric: str = ""


@frozen
class Step(Generic[State_co]):
    """What became of a state, whatever it was that moved: a session (None once it is over) or a conversation.

    `toast` is a short plain text for the pressed button; `refused` tells that the reply was no answer to the question.
    """

    state: State_co
    facts: tuple[Fact, ...] = ()
    effects: tuple[Effect, ...] = ()
    answers: tuple[Given, ...] = ()
    toast: str = ""
    refused: bool = False
