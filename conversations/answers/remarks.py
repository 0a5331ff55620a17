"""Remarks: words that do not answer the open question, kept for a later question or a case."""

from collections.abc import Iterable

from conversations.answers.evidence import joined
from conversations.frozen import replace
from conversations.question import WORDS_LIMIT
from conversations.session import Answer, Remark, Session

MOST = 20
"""Remarks kept per session; the limit exists because they are stored with the conversation."""


def keep(session: Session, words: str) -> Session:
    """Return the session with a remark added to its open question; unchanged where the limit is reached."""
    kept = [one.words for one in session.remarks]
    if not words or len(kept) >= MOST or sum(map(len, (*kept, words))) > WORDS_LIMIT:
        return session
    return replace(session, remarks=(*session.remarks, Remark(session.state, words)))


def beside(session: Session, question: str, answer: Answer) -> Answer:
    """Return an answer as stored, including the remarks to its question. Rules and bindings never see those."""
    return replace(answer, words=joined(answer.words, *_to(session, question)))


def unsaid(session: Session, question: str = "") -> str:
    """Return the remarks not yet part of any answer: this question, or a case, may use them."""
    if not session.remarks:
        return ""
    others = [
        f"\n{session.answers[one].words}\n"
        for one in session.trail
        if one in session.answers and one != question
    ]
    return joined(
        *(one.words for one in session.remarks if not any(f"\n{one.words}\n" in other for other in others))
    )


def unsaid_to(session: Session, question: str) -> str:
    """Return the remarks to one question that are not part of any answer."""
    missing = f"\n{unsaid(session)}\n"
    return joined(*(words for words in _to(session, question) if f"\n{words}\n" in missing))


def hand_over(session: Session) -> tuple[Session, str]:
    """Return the remarks staff have not been told yet, and the session that marks them as told."""
    words = joined(*(one.words for one in session.remarks if not one.told))
    return replace(session, remarks=tuple(replace(one, told=True) for one in session.remarks)), words


def _to(session: Session, question: str) -> Iterable[str]:
    return (one.words for one in session.remarks if one.question == question)
