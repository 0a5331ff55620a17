"""An answer that comes in pieces: albums, files that are not taken, what was given before a question is asked again."""

from conversations.answers.evidence import takes_files
from conversations.effects import Refuse
from conversations.events import Attached, Instant
from conversations.frozen import replace
from conversations.question import Question, Reply
from conversations.session import Answer, Session

MOST_REFUSED = 50
"""How many refused files are remembered with an answer; somebody who sends hundreds has been told by then."""


def is_news(session: Session, reply: Reply, refused: tuple[Refuse, ...]) -> bool:
    """Whether the person is told something: once per album, and once per reason for refusing a file."""
    return not _same_album(session, reply) or any(one.reason not in session.told for one in refused)


def with_album(
    session: Session, reply: Reply, refused: tuple[Refuse, ...] = (), question: str = ""
) -> Session:
    """Remember the album of a reply, the question it answered, and why files of it were refused."""
    if not isinstance(reply, Attached) or not reply.album:
        return session
    before = session.told if _same_album(session, reply) else ()
    told = tuple(dict.fromkeys((*before, *(one.reason.value for one in refused))))
    return replace(session, album=reply.album, album_of=question, told=told)


def with_refused(session: Session, refused: tuple[Refuse, ...]) -> Session:
    """Refused files do not count, but are kept with the answer so that staff see them named."""
    if not refused:
        return session
    return replace(session, partial=with_missing(session.partial or Answer(), refused))


def with_missing(answer: Answer, refused: tuple[Refuse, ...]) -> Answer:
    """Return the answer together with the files that were refused."""
    missing = (*answer.refused, *(one.attachment for one in refused))
    return replace(answer, refused=missing[:MOST_REFUSED])


def with_unfinished(session: Session, state: str, now: Instant) -> Session:
    """Keep the partial answer to a question that the person leaves for another one."""
    partial = session.partial
    if partial is None or session.state == state or not (_collected(partial) or partial.words):
        return session
    return replace(session, unfinished={**session.unfinished, session.state: replace(partial, at=now)})


def given_before(session: Session, asked: Question) -> Answer | None:
    """Return what was collected when a question is asked again; nothing where a new answer replaces the old one."""
    answer = session.unfinished.get(asked.id) or session.answers.get(asked.id)
    if answer is None:
        return None
    told = takes_files(asked) and answer.words
    return answer if _collected(answer) or told else None


def without_file(session: Session, attachment: int) -> tuple[Session, dict[str, Answer]]:
    """Drop a counted file that turned out to be unavailable; also return the earlier answers this changes."""
    answers = {key: _without(answer, attachment) for key, answer in session.answers.items()}
    changed = {key: answer for key, answer in answers.items() if answer != session.answers[key]}
    unfinished = {key: _without(answer, attachment) for key, answer in session.unfinished.items()}
    partial = session.partial and _without(session.partial, attachment)
    kept = session.kept and _without(session.kept, attachment)
    return replace(session, answers=answers, unfinished=unfinished, partial=partial, kept=kept), changed


def _without(answer: Answer, attachment: int) -> Answer:
    if attachment not in answer.attachments:
        return answer
    left = [place for place, one in enumerate(answer.attachments) if one != attachment]
    kept = tuple(answer.attachments[place] for place in left)
    counted = answer.value == len(answer.attachments)
    return replace(
        answer,
        value=len(kept) if counted else answer.value,
        attachments=kept,
        kinds=tuple(answer.kinds[place] for place in left if place < len(answer.kinds)),
        refused=(*answer.refused, attachment),
    )


def _collected(answer: Answer) -> bool:
    return bool(answer.attachments or answer.refused)


def _same_album(session: Session, reply: Reply) -> bool:
    return isinstance(reply, Attached) and bool(reply.album) and reply.album == session.album
