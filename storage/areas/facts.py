"""What happened: dialogue definitions, facts with their tallies, answers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from conversations.cases.case import Case
from conversations.events import Instant
from conversations.session import Answer, ConversationId, PersonId, Value
from conversations.tallies import TallyKey, increments
from storage.codec import clean, decode, encode, encode_fact
from storage.engines.sql import Row, Unit
from storage.interface.store import AnswerRow, FactRow
from storage.tables import answer, dialogue, digest_made, fact, outbox, tally

_VALUE: Any = Value
_NUMBERS = tuple[int, ...]

_KEEP_DIALOGUE = insert(dialogue).on_conflict_do_nothing(index_elements=["revision"])
_DIALOGUES = select(dialogue.c.name, dialogue.c.definition).order_by(dialogue.c.kept)
_NEW_FACT = insert(fact)

_new_tally = insert(tally)
_COUNT = _new_tally.on_conflict_do_update(
    index_elements=list(tally.primary_key.columns),
    set_={"count": tally.c.count + _new_tally.excluded.count},
)

_new_answer = insert(answer)
_KEEP_ANSWER = _new_answer.on_conflict_do_update(
    index_elements=["session_id", "question"],
    set_={
        name: _new_answer.excluded[name]
        for name in ("value", "words", "attachments", "wording", "at", "skipped", "message")
    },
)
# A session knows its case only while it is open. But its id was given between those of the messages about the case that
# left in the same turn: what the customer was told, and the first question.
_of_that_turn = and_(outbox.c.case_id == bindparam("case"), outbox.c.queued == bindparam("moment"))
_BEGUN = select(*answer.columns).where(
    answer.c.person_id == bindparam("person"),
    answer.c.dialogue == bindparam("dialogue"),
    answer.c.session_id > select(func.min(outbox.c.id)).where(_of_that_turn).scalar_subquery(),
    answer.c.session_id < select(func.max(outbox.c.id)).where(_of_that_turn).scalar_subquery(),
)
_MADE = insert(digest_made).on_conflict_do_nothing(index_elements=["kind", "period"])


class Record(Unit):
    """The part of a transaction about what happened."""

    async def keep_dialogues(self, revisions: Mapping[str, tuple[str, str]], now: Instant) -> None:
        """Store definitions: hash -> (name, JSON); known hashes are left alone."""
        self._later(
            _KEEP_DIALOGUE,
            [
                {"revision": revision, "name": name, "definition": definition, "kept": now}
                for revision, (name, definition) in revisions.items()
            ],
        )

    async def dialogues(self) -> list[tuple[str, str]]:
        """Return (name, JSON) of every stored definition, the oldest first."""
        return [(name, definition) for name, definition in await self._fetch(_DIALOGUES)]

    async def mark_digest(self, kind: str, period: str, now: Instant) -> bool:
        """Note that the digest of a period was made; False when it had been."""
        return await self._run(_MADE, kind=kind, period=period, made=now) == 1

    async def record(self, facts: Sequence[FactRow]) -> None:
        """Append facts and move their tallies."""
        rows = []
        counts: Counter[TallyKey] = Counter()
        for one in facts:
            kind, body = encode_fact(one.fact)
            rows.append(
                {
                    "id": one.id,
                    "at": one.at,
                    "kind": kind,
                    "body": body,
                    "person_id": one.person,
                    "conversation_id": one.conversation,
                    "case_id": one.case,
                }
            )
            for key, by in increments(one.fact, one.at, self._zone):
                counts[key] += by
        self._later(_NEW_FACT, rows)
        await self._count(counts)

    async def _count(self, counts: Mapping[TallyKey, int]) -> None:
        """Move tallies, in the order of their keys, so that two workers never wait for each other."""
        rows = sorted(
            (
                key.week,
                key.measure,
                key.dialogue,
                key.touchpoint,
                key.subject,
                key.metric,
                clean(key.value),
                by,
            )
            for key, by in counts.items()
            if by
        )
        names = [column.name for column in tally.columns]
        self._later(_COUNT, [dict(zip(names, row, strict=True)) for row in rows])

    async def keep_answers(self, answers: Sequence[AnswerRow]) -> None:
        """Insert answers; an answer to the same question of the same session is replaced."""
        self._later(
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
                }
                for one in answers
            ],
        )

    async def answers_begun(self, case: Case, dialogue: str, moment: Instant) -> list[AnswerRow]:
        """Answers in the session of a dialogue that was begun by what happened to a case at that moment."""
        values = {"case": case.id, "person": case.person, "dialogue": dialogue, "moment": moment}
        return list(map(_answer, await self._fetch(_BEGUN, **values)))


def _answer(row: Row) -> AnswerRow:
    session, question, name, person, place, value, words, attachments, wording, at, skipped, message = row
    given = Answer(
        decode(_VALUE, value), words, decode(_NUMBERS, attachments), wording, at, bool(skipped), message
    )
    return AnswerRow(session, name, question, PersonId(person), ConversationId(place), given)
