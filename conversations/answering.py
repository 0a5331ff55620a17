"""The fact that a question was answered, corrected or skipped."""

from conversations.facts import Answered, Corrected, Fact, Skipped
from conversations.question import Question
from conversations.session import Answer, Session


def answered(session: Session, asked: Question, old: Answer | None, answer: Answer) -> Fact:
    """Return what happened to a question; `old` is the answer it had before."""
    touchpoint = session.bindings.get("touchpoint", "")
    if old is not None and not old.skipped:
        return Corrected(
            session=session.id,
            dialogue=session.dialogue,
            question=asked.id,
            kind=asked.type,
            metric=asked.metric,
            old=old.value,
            value=answer.value,
            wording=answer.wording,
            first_at=old.at,
            touchpoint=touchpoint,
        )
    if answer.skipped:
        return Skipped(session.id, session.dialogue, asked.id)
    return Answered(
        session=session.id,
        dialogue=session.dialogue,
        question=asked.id,
        kind=asked.type,
        metric=asked.metric,
        value=answer.value,
        wording=answer.wording,
        touchpoint=touchpoint,
    )
