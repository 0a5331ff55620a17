"""Answers of customers, as given or as corrected."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from conversations.cases.case import Case
from conversations.events import Instant
from conversations.session import Answer, ConversationId, PersonId, Value
from conversations.tallies import day_of
from storage.codec import clean, decode, encode
from storage.engines.sql import Area, Row
from storage.interface.answers import AnswerRow
from storage.tables import answer, outbox

_VALUE: Any = Value
_NUMBERS = tuple[int, ...]

_new_answer = insert(answer)
_KEEP_ANSWER = _new_answer.on_conflict_do_update(
    index_elements=["session_id", "question"],
    set_={
        name: _new_answer.excluded[name]
        for name in ("value", "words", "attachments", "wording", "at", "skipped", "message", "day")
    },
)
# A session knows its case only while it is open. But its id was assigned between those of two messages about the case
# in the same turn: the notice to the customer, and the first question.
_of_that_turn = and_(outbox.c.case_id == bindparam("case"), outbox.c.queued == bindparam("moment"))
_BEGUN = select(*answer.columns).where(
    answer.c.person_id == bindparam("person"),
    answer.c.dialogue == bindparam("dialogue"),
    answer.c.session_id > select(func.min(outbox.c.id)).where(_of_that_turn).scalar_subquery(),
    answer.c.session_id < select(func.max(outbox.c.id)).where(_of_that_turn).scalar_subquery(),
)


_OF = select(*answer.columns).where(answer.c.session_id == bindparam("session")).order_by(answer.c.question)


class SqlAnswers(Area):
    """Answers, one per question of a session."""

    __slots__ = ()

    async def keep(self, answers: Sequence[AnswerRow]) -> None:
        """Insert answers; an answer to the same question of the same session is replaced."""
        self._unit.later(
            _KEEP_ANSWER,
            [
                {
                    "session_id": one.session,
                    "question": one.question,
                    "dialogue": one.dialogue,
                    "person_id": one.person,
                    "conversation_id": one.conversation,
                    "value": encode(_VALUE, one.answer.value),
                    "words": clean(one.answer.words),
                    "attachments": encode(_NUMBERS, one.answer.attachments),
                    "wording": one.answer.wording,
                    "at": one.answer.at,
                    "skipped": int(one.answer.skipped),
                    "message": one.answer.message,
                    "day": day_of(one.answer.at, self._unit.zone),
                    "metric": one.metric,
                }
                for one in answers
            ],
        )

    async def of(self, session: int) -> list[AnswerRow]:
        """Return all answers of a session, ordered by question name."""
        return list(map(_answer, await self._unit.fetch(_OF, session=session)))

    async def begun(self, case: Case, dialogue: str, moment: Instant) -> list[AnswerRow]:
        """Return the answers of the session of a dialogue that a change of a case began at that moment."""
        values = {"case": case.id, "person": case.person, "dialogue": dialogue, "moment": moment}
        return list(map(_answer, await self._unit.fetch(_BEGUN, **values)))


def _answer(row: Row) -> AnswerRow:
    session, question, name, person, place, value, words, attachments, wording, at, skipped, message, *_ = row
    given = Answer(
        decode(_VALUE, value), words, decode(_NUMBERS, attachments), wording, at, bool(skipped), message
    )
    return AnswerRow(session, name, question, PersonId(person), ConversationId(place), given, row[-1])
