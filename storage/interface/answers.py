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
    """Answers, one per question of a session."""

    async def keep(self, answers: Sequence[AnswerRow]) -> None:
        """Insert answers; an answer to the same question of the same session is replaced."""

    async def of(self, session: int) -> list[AnswerRow]:
        """Return all answers of a session, ordered by question name."""

    async def begun(self, case: Case, dialogue: str, moment: Instant) -> list[AnswerRow]:
        """Return the answers of the session of a dialogue that a change of a case began at that moment."""
