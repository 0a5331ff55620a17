"""Photos, documents and voice messages, several of them; files of one album are taken together, without chatter."""

from collections.abc import Iterator, Mapping

from conversations.effects import Fetch
from conversations.events import Attached, FileRef, Said
from conversations.problem import Problem
from conversations.question import (
    Accepted,
    Ask,
    Choice,
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
    declines,
    finishes,
    too_big,
)
from conversations.session import Answer

KINDS = ("photo", "document", "voice")
DONE_KEY = "done"

TEXTS = {
    "reject": {
        "en": "Please send a photo or a file here.",
        "de": "Bitte hier ein Foto oder eine Datei schicken.",
    },
    "kind": {
        "en": "I cannot use this kind of file here. What helps: {{ kinds }}.",
        "de": "Mit dieser Art Datei kann ich hier nichts anfangen. Gut wäre: {{ kinds }}.",
    },
    "photo": {"en": "a photo", "de": "ein Foto"},
    "document": {"en": "a document", "de": "ein Dokument"},
    "voice": {"en": "a voice message", "de": "eine Sprachnachricht"},
    "big": {
        "en": "This file is larger than {{ megabytes }} MB. Could it be a smaller one?",
        "de": "Die Datei ist größer als {{ megabytes }} MB. Geht es etwas kleiner?",
    },
    "more": {
        "en": "Got it. You can send more, or go on with “Done”.",
        "de": "Ist angekommen. Es darf noch mehr sein, oder weiter mit „Fertig“.",
    },
    "full": {
        "en": "That is plenty: I keep {{ count | plural('one file', '# files') }}. Go on with “Done”.",
        "de": "Das genügt: Ich behalte {{ count | plural('eine Datei', '# Dateien') }}. Weiter mit „Fertig“.",
    },
    "done": {"en": "Done", "de": "Fertig"},
    "shown": {
        "en": "{{ count | plural('one file', '# files') }}",
        "de": "{{ count | plural('eine Datei', '# Dateien') }}",
    },
}


class Files:
    """The value is how many were sent; captions become words. What a file really is shows when it is fetched."""

    settings: Mapping[str, Setting] = {"kinds": KINDS, "max_files": 5, "megabytes": 20}
    labels = ()
    has_options = False

    def problems(self, question: Question) -> Iterator[Problem]:
        """Kinds must exist; 20 MB is what Telegram lets a bot download."""
        for kind in question.names("kinds"):
            if kind not in KINDS:
                yield Problem("kinds", f"unknown kind '{kind}'", f"known: {', '.join(KINDS)}")
        if not 1 <= question.number("max_files") <= 20:
            yield Problem("max_files", "must be from 1 to 20", "choose another number")
        if not 1 <= question.number("megabytes") <= 20:
            yield Problem("megabytes", "must be from 1 to 20", "choose another number")

    def prompt(self, ask: Ask) -> Prompt:
        """Show Done once something has come."""
        return Prompt(((Choice(DONE_KEY, ask.phrase("done")),),) if ask.partial else ())

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Collect files until Done."""
        match reply:
            case Attached(files, caption) if files:
                return self._collect(ask, files, clean(caption))
            case Chosen(key) if key == DONE_KEY and ask.partial:
                return _accepted(ask.partial)
            case Said(text) if ask.partial and (finishes(text) or declines(text)):
                return _accepted(ask.partial)
            case Said(text) if ask.question.optional and (finishes(text) or declines(text)):
                return Declined()
            case Said(text) if ask.partial and (words := clean(text)):
                answer = ask.partial
                said = "\n".join(part for part in (answer.words, words) if part)
                return Partial(Answer(answer.value, clean(said), answer.attachments), ask.phrase("more"))
            case _:
                return Rejection(ask.phrase("reject"))

    def _collect(self, ask: Ask, files: tuple[FileRef, ...], caption: str) -> Result:
        kinds = ask.question.names("kinds")
        if any(file.kind not in kinds for file in files):
            return Rejection(ask.phrase("kind", kinds=", ".join(ask.phrase(kind) for kind in kinds)))
        megabytes = ask.question.number("megabytes")
        if too_big(files, megabytes):
            return Rejection(ask.phrase("big", megabytes=megabytes))
        before = ask.partial or Answer()
        most = ask.question.number("max_files")
        fetches = tuple(
            Fetch(ask.ids.next(), file) for file in files[: max(0, most - len(before.attachments))]
        )
        kept = before.attachments + tuple(fetch.attachment for fetch in fetches)
        words = "\n".join(part for part in (before.words, caption) if part)
        answer = Answer(len(kept), clean(words), kept)
        if most == 1:
            return Accepted(answer.value, answer.words, answer.attachments, fetches)
        full = len(before.attachments) + len(files) > most
        return Partial(answer, ask.phrase("full", count=most) if full else ask.phrase("more"), fetches)

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return how many."""
        return ask.phrase("shown", count=len(answer.attachments))


def _accepted(answer: Answer) -> Accepted:
    return Accepted(answer.value, answer.words, answer.attachments)


question = Files()
_PHOTO = FileRef("ref-1", "photo", "photo.jpg", "image/jpeg", 200_000)
_FILM = FileRef("ref-2", "video", "film.mp4", "video/mp4", 0)
_HUGE = FileRef("ref-3", "document", "huge.pdf", "application/pdf", 50_000_000)
EXAMPLES = (
    Example(
        {"type": "files", "max_files": 3},
        (
            ((Attached((_PHOTO,)), Chosen(DONE_KEY)), 1),
            ((Attached((_PHOTO, _PHOTO), "the box"), Attached((_PHOTO,)), Said("fertig")), 3),
            ((Attached((_PHOTO,) * 9), Said("done")), 3),
        ),
        (Said("later"), Chosen(DONE_KEY), Attached((_FILM,)), Attached((_HUGE,)), Attached(())),
    ),
    Example(
        {"type": "files", "max_files": 1, "kinds": ["photo"]}, (((Attached((_PHOTO,)),), 1),), (Said(""),)
    ),
)
