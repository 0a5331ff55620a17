"""Files that come where words are expected: what is taken of them, and how they join an answer."""

from typing import Final

from conversations.effects import Fetch, Refuse
from conversations.events import Attached
from conversations.frozen import frozen, replace
from conversations.question import Ids, Question, clean
from conversations.refusals import sort_out
from conversations.session import Answer

MOST_FILES: Final = 10
"""Files that may come with one answer in words, or at questions that take none: an album of the platforms."""

VOICE: Final = "voice"


@frozen
class TakenFiles:
    """What was taken: `answer` has the files and their caption, `fetches` bring them; `refused` were not taken."""

    answer: Answer
    fetches: tuple[Fetch, ...]
    refused: tuple[Refuse, ...]

    @property
    def reason(self) -> str:
        """Why something was not taken, empty where all was."""
        return self.refused[0].reason.value if self.refused else ""


def takes_files(question: Question) -> bool:
    """Whether a question takes files itself; at every other one a caption counts as text, and the files are kept."""
    return question.number("max_files") > 0


def take(
    ids: Ids, sent: Attached, before: Answer | None, *, most: int = MOST_FILES, captioned: bool = True
) -> TakenFiles:
    """Add files, and unless it is known already their caption, to what there was before."""
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
    """Return the files and words of both; None where there are none at all."""
    given = [answer for answer in (one, other) if answer is not None]
    found = Answer(
        words=joined(*(answer.words for answer in given)),
        attachments=tuple(dict.fromkeys(file for answer in given for file in answer.attachments)),
        refused=tuple(dict.fromkeys(file for answer in given for file in answer.refused)),
    )
    return found if found.words or found.attachments or found.refused else None


def joined(*words: str) -> str:
    """Return several sayings one below the other."""
    return "\n".join(part for part in words if part)
