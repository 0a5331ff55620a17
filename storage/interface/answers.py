"""Answers of customers."""

from collections.abc import Sequence
from typing import Protocol

from conversations.cases.case import Case
from conversations.events import Instant
from conversations.frozen import frozen
from conversations.session import Answer, ConversationId, PersonId


@frozen
class AnswerRow:
    """An answer as given (or corrected: same session and question replace)."""

    session: int
    dialogue: str
    question: str
    person: PersonId
    conversation: ConversationId
    answer: Answer
    metric: str = ""


class AnswersArea(Protocol):
    """Answers, one for each question of a session."""

    async def keep(self, answers: Sequence[AnswerRow]) -> None:
        """Insert answers; an answer to the same question of the same session is replaced."""

    async def of(self, session: int) -> list[AnswerRow]:
        """All answers of a session, in the order of their questions' names."""

    async def begun(self, case: Case, dialogue: str, moment: Instant) -> list[AnswerRow]:
        """Answers in the session of a dialogue that was begun by what happened to a case at that moment."""
