"""How a reply relates to the open question, and the fact that it was answered, corrected or skipped."""

from conversations.events import Said
from conversations.facts import Answered, Corrected, Fact, Skipped
from conversations.question import (
    Accepted,
    Chosen,
    Correction,
    Partial,
    Question,
    Rejection,
    Reply,
    Result,
    folded,
)
from conversations.session import Answer, Session
from conversations.talk.asking import Asking, kind_of


def judged(asking: Asking, reply: Reply) -> Result:
    """Judge a reply. Typing a label does what pressing it does, except that one of several options is the answer."""
    kind, ask = kind_of(asking.dialogue.questions[asking.session.state]), asking.ask(asking.session.state)
    result = kind.accept(ask, reply)
    if not isinstance(reply, Said):
        return result
    if (named := _named(asking, reply.text)) is not None:
        pressed = kind.accept(ask, Chosen(named))
        return result if isinstance(pressed, Partial) and isinstance(result, Accepted) else pressed
    if isinstance(result, Rejection):  # no answer, but perhaps it names one to correct
        said = folded(reply.text)
        for point in asking.correctable():
            if said and said == folded(point.label):
                return Correction(point.question)
    return result


def _named(asking: Asking, text: str) -> str | None:
    if not asking.look().prompt.choices:
        return None
    named = (one.choice_named(text) for one in asking.in_every_language())
    return next((key for key in named if key is not None), None)


def answered(session: Session, asked: Question, old: Answer | None, answer: Answer) -> Fact:
    """Return the fact about a question; `old` is its previous answer."""
    bindings = session.bindings
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
            touchpoint=bindings.get("touchpoint", ""),
            party=bindings.get("party", ""),
            product=bindings.get("product", ""),
            language=session.language,
            was="" if old.wording == answer.wording else old.wording,
        )
    since = session.asked if asked.id == session.state else 0
    if answer.skipped:
        return Skipped(session.id, session.dialogue, asked.id, since)
    return Answered(
        session=session.id,
        dialogue=session.dialogue,
        question=asked.id,
        kind=asked.type,
        metric=asked.metric,
        value=answer.value,
        wording=answer.wording,
        touchpoint=bindings.get("touchpoint", ""),
        party=bindings.get("party", ""),
        product=bindings.get("product", ""),
        language=session.language,
        asked=since,
    )
