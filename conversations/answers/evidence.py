"""Files sent where words are expected: which are accepted, and how they are added to an answer."""

from typing import Final

from conversations.effects import Fetch, Refuse
from conversations.events import Attached
from conversations.frozen import frozen, replace
from conversations.question import Ids, Question, clean
from conversations.refusals import sort_out
from conversations.session import Answer

MOST_FILES: Final = 10
"""How many files one answer in words may have, and a question that takes none: the size of a platform's album."""


@frozen
class TakenFiles:
    """`answer` holds the accepted files and their caption, `fetches` download them, `refused` were not accepted."""

    answer: Answer
    fetches: tuple[Fetch, ...]
    refused: tuple[Refuse, ...]

    @property
    def reason(self) -> str:
        """Why something was refused; empty where nothing was."""
        return self.refused[0].reason.value if self.refused else ""


def takes_files(question: Question) -> bool:
    """Whether a question itself takes files; elsewhere a caption counts as text, and the files are kept."""
    return question.number("max_files") > 0


def take(
    ids: Ids, sent: Attached, before: Answer | None, *, most: int = MOST_FILES, captioned: bool = True
) -> TakenFiles:
    """Add files, and their caption unless it is already there, to an earlier answer."""
    answer = before or Answer()
    found = sort_out(sent.files, room=max(0, most - len(answer.attachments)))
    fetches = tuple(Fetch(ids.next(), file) for file in found.kept)
    words = joined(answer.words, clean(sent.caption) if captioned else "")
    together = replace(
        answer,
        words=words,
        attachments=answer.attachments + tuple(fetch.attachment for fetch in fetches),
        kinds=answer.kinds + tuple(file.kind for file in found.kept),
    )
    return TakenFiles(
        together, fetches, tuple(Refuse(ids.next(), file, reason) for file, reason in found.refused)
    )


def together(one: Answer | None, other: Answer | None) -> Answer | None:
    """Merge the files and words of both; None where there are none."""
    given = [answer for answer in (one, other) if answer is not None]
    found = Answer(
        words=joined(*(answer.words for answer in given)),
        attachments=tuple(dict.fromkeys(file for answer in given for file in answer.attachments)),
        refused=tuple(dict.fromkeys(file for answer in given for file in answer.refused)),
    )
    return found if found.words or found.attachments or found.refused else None


def joined(*words: str) -> str:
    """Join texts line by line."""
    return "\n".join(part for part in words if part)
