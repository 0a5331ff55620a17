"""Files that do not answer the question: sent at one that takes none, or later files of an album already answered."""

from conversations.answers.collecting import with_missing
from conversations.answers.evidence import take
from conversations.effects import Effect, Refuse
from conversations.events import Attached, Instant, Said
from conversations.frozen import replace
from conversations.question import Accepted, Gathering, Question, Rejection, Result, clean, folded
from conversations.session import Answer, Session
from conversations.talk.asking import Asking, kind_of


def beside(asking: Asking, sent: Attached) -> tuple[Result, Session, tuple[Effect, ...]]:
    """Keep files sent at a question that takes none, for what follows the dialogue; the caption is the reply."""
    session, caption = asking.session, clean(sent.caption)
    kind = kind_of(asking.dialogue.questions[session.state])
    result = kind.accept(asking.ask(session.state), Said(caption) if caption else sent)
    known = isinstance(result, Accepted) and folded(caption) in (
        folded(str(result.value)),
        folded(asking.shown(session.state, Answer(result.value, result.words))),
    )
    remark = isinstance(result, Rejection) and result.words and "case" not in session.bindings
    taken = take(asking.scene.ids, sent, session.kept, captioned=not known and not remark)
    note = asking.scene.label(f"kept.{taken.reason or 'file'}")
    kept = replace(session, kept=taken.answer) if taken.fetches else session
    return _with_note(result, note, taken.refused), kept, taken.fetches


def is_more_of(session: Session, sent: Attached) -> bool:
    """Return whether this is a further file of an album whose first file answered a question."""
    return bool(sent.album) and sent.album == session.album and session.album_of in session.answers


def extended(asking: Asking, sent: Attached) -> tuple[Answer, tuple[Effect, ...]]:
    """Add a further file of an album to the answer that its first file gave."""
    taken = take(asking.scene.ids, sent, asking.session.answers[asking.session.album_of])
    return with_missing(taken.answer, taken.refused), (*taken.fetches, *taken.refused)


def with_kept(session: Session, asked: Question, now: Instant) -> Session:
    """Let a question that collects files begin with those that were sent earlier."""
    kind = kind_of(asked)
    if session.kept is None or not session.kept.attachments or not isinstance(kind, Gathering):
        return session
    given = replace(kind.gathered(session.kept, session.partial), at=now)
    return replace(session, partial=given, kept=None)


def _with_note(result: Result, note: str, refused: tuple[Refuse, ...]) -> Result:
    """Merge the result for the files into that for the caption."""
    match result:
        case Accepted():
            return replace(result, note=note, refused=refused)
        case Rejection(reason, receipt=receipt):
            return replace(
                result, reason=f"{note} {reason}", receipt=receipt and f"{note} {receipt}", refused=refused
            )
        case _:
            return result
