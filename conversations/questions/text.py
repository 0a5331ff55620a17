"""Free text: the person's own words, said, written under a picture, or spoken."""

from collections.abc import Iterator, Mapping

from conversations.answers.evidence import MOST_FILES, joined, take
from conversations.effects import Fetch, Refuse
from conversations.events import Attached, FileKind, FileRef, Said
from conversations.frozen import replace
from conversations.problem import Problem
from conversations.question import (
    WORDS_LIMIT,
    Accepted,
    Ask,
    Chosen,
    Declined,
    Example,
    Partial,
    Prompt,
    Question,
    Rejection,
    Reply,
    Result,
    Setting,
    clean,
)
from conversations.refusals import MEGABYTES
from conversations.session import Answer
from conversations.texts.graphemes import beginning
from conversations.texts.phrases import is_bare_no

SHOWN = 500
"""The most characters of earlier words shown below the question; all of them are kept."""

PHRASES = ("reject", "short", "long", "words", "kind", "too-large", "too-many", "files", "voices", "so_far")


class Text:
    """What was written; a text above `max_length` is asked again, never cut. The value is empty: words are not counted.

    A caption is words, and its file belongs to the answer; a voice message is an answer by itself.
    """

    settings: Mapping[str, Setting] = {
        "min_length": 1,
        "max_length": WORDS_LIMIT,
        "max_files": MOST_FILES,
    }
    labels = ()
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        """The bounds must not exclude each other."""
        low, high = question.number("min_length"), question.number("max_length")
        if not 1 <= low <= high <= WORDS_LIMIT:
            yield Problem("max_length", f"{low} to {high} characters is not usable", f"1 to {WORDS_LIMIT}")
        if not 1 <= question.number("max_files") <= 20:
            yield Problem("max_files", "must be from 1 to 20", "choose another number")

    def prompt(self, ask: Ask) -> Prompt:
        """No buttons. Earlier words are shown below, and are the answer if the person adds nothing."""
        if not (said := _said_before(ask)):
            return Prompt()
        return Prompt(note=ask.phrase("so_far", words=beginning(said, SHOWN)), given=said)

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Accept any text, and files that carry an answer."""
        match reply:
            case Attached(files) if files:
                return self._with_files(ask, reply)
            case Said(text) if _is_nothing(ask, text):
                return Declined()
            case Said(text) if words := clean(text):
                before = _before(ask)
                answer = replace(before, words=joined(before.words, words))
                wrong = self._wrong(ask, answer)
                return Rejection(wrong) if wrong else _accepted(ask, answer)
            case _:
                return Rejection(ask.phrase("reject"))

    def _with_files(self, ask: Ask, sent: Attached) -> Result:
        most = ask.question.number("max_files")
        captioned = len(clean(sent.caption)) <= ask.question.number("max_length")
        taken = take(ask.ids, sent, _before(ask), most=most, captioned=captioned)
        answer = taken.answer
        note = ask.phrase(taken.reason, megabytes=MEGABYTES, count=most) if taken.reason else ""
        wrong = self._wrong(ask, answer) if captioned else self._wrong(ask, Answer(words=clean(sent.caption)))
        if not wrong and (answer.words or answer.attachments):
            return _accepted(ask, answer, taken.fetches, note, taken.refused)
        if not answer.attachments:
            return Rejection(f"{note} {wrong}".strip(), taken.refused)
        return Partial(answer, f"{note} {wrong}".strip(), taken.fetches, taken.refused)

    def _wrong(self, ask: Ask, answer: Answer) -> str:
        """Return what is still missing, empty if it is an answer; a voice message has no length to check."""
        low, high = ask.question.number("min_length"), ask.question.number("max_length")
        if len(answer.words) > high:
            return ask.phrase("long", wanted=high, count=len(answer.words))
        if FileKind.VOICE in answer.kinds or len(answer.words) >= low:
            return ""
        if answer.words or not answer.attachments:
            return ask.phrase("short", wanted=low) if answer.words else ask.phrase("reject")
        return ask.phrase("words", count=len(answer.attachments))

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return the words, and what came with them."""
        count = len(answer.attachments)
        if not count:
            return answer.words
        spoken = all(kind == FileKind.VOICE for kind in answer.kinds)
        files = ask.phrase("voices" if spoken else "files", count=count)
        return f"{answer.words} ({files})" if answer.words else files


def _before(ask: Ask) -> Answer:
    """Return the answer so far; when it is given again, its words are replaced and its files stay."""
    before = ask.partial or Answer()
    words = "" if before.wording else before.words
    return replace(before, value=None, words=words, wording="", at=0, skipped=False)


def _said_before(ask: Ask) -> str:
    """Return what was said to other questions: a comment includes it; a question that needs its own answer does not."""
    return ask.remarks if ask.question.optional else ""


def _accepted(
    ask: Ask,
    answer: Answer,
    fetches: tuple[Fetch, ...] = (),
    note: str = "",
    refused: tuple[Refuse, ...] = (),
) -> Accepted:
    return Accepted(
        None,
        joined(_said_before(ask), answer.words),
        answer.attachments,
        fetches,
        note,
        answer.kinds,
        refused,
    )


def _is_nothing(ask: Ask, text: str) -> bool:
    """Return whether a reply is no answer. A required question accepts a bare "no"; "I don't know" is asked again."""
    if ask.question.optional:
        return ask.declines(text) or ask.finishes(text)
    return ask.declines(text) and not is_bare_no(text, ask.vocabulary)


question = Text()
_PHOTO = FileRef("ref-1", "photo", "photo.jpg", "image/jpeg", 200_000)
_VOICE = FileRef("ref-2", "voice", "voice.ogg", "audio/ogg", 20_000)
_HUGE = FileRef("ref-3", "document", "huge.pdf", "application/pdf", 50_000_000)
EXAMPLES = (
    Example(
        {"type": "text"},
        (
            ((Said("Der Karton war nass."),), None),
            ((Said("<b>x</b> & {{ y }}"),), None),
            ((Said("nein"),), None),
            ((Attached((_PHOTO,), "Der Karton war nass."),), None),
            ((Attached((_PHOTO,)), Said("Der Karton war nass.")), None),
            ((Attached((_VOICE,)),), None),
        ),
        (Said(""), Said("\u200b\n "), Chosen("x"), Attached(()), Attached((_HUGE,))),
    ),
    Example(
        {"type": "text", "min_length": 10, "max_length": 20},
        (((Said("long enough for this"),), None), ((Attached((_VOICE,)),), None)),
        (Said("short"), Said("far too long for this question")),
    ),
)
