"""Photos, documents and voice messages, several of them; files of one album are taken together, without chatter."""

from collections.abc import Iterator, Mapping

from conversations.answers.evidence import joined
from conversations.effects import Fetch, Refuse
from conversations.events import Attached, FileRef, Said
from conversations.frozen import replace
from conversations.problem import Problem
from conversations.question import (
    ANSWER_LIMIT,
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
)
from conversations.refusals import KINDS, MEGABYTES, Refusal, sort_out
from conversations.session import Answer
from conversations.texts.phrases import is_only_polite

DONE_KEY = "done"
ANEW_KEY = "anew"

_NAME = 60
"""The most characters shown of a file name."""

PHRASES = (
    "reject",
    "kind",
    "photo",
    "document",
    "voice",
    "big",
    "some_kind",
    "some_big",
    "words",
    "told",
    "more",
    "full",
    "full_album",
    "long",
    "done",
    "anew",
    "so_far",
    "shown",
    "shown_without",
)


class Files:
    """The value is how many were kept; captions become words. The real type of a file is known once it is fetched."""

    settings: Mapping[str, Setting] = {"kinds": KINDS, "max_files": 5, "megabytes": MEGABYTES}
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
        """Show Done once something was sent; when asked again, say what was given and offer to start over."""
        given = ask.partial
        if given is None or not given.holds_anything:
            return Prompt()
        done = Choice(DONE_KEY, ask.phrase("done"))
        if not _is_earlier(given) or not given.attachments:
            return Prompt(((done,),))
        note = ask.phrase("so_far", count=len(given.attachments))
        return Prompt(((done, Choice(ANEW_KEY, ask.phrase("anew"))),), note)

    def accept(self, ask: Ask, reply: Reply) -> Result:
        """Collect files until Done."""
        given = ask.partial if ask.partial and ask.partial.holds_anything else None
        match reply:
            case Attached(files) if files:
                return self._collect(ask, reply)
            case Chosen(key) if key == DONE_KEY and given:
                return _accepted(given)
            case Chosen(key) if key == ANEW_KEY and given:
                return Partial(Answer(words=given.words, refused=given.refused), ask.phrase("reject"))
            case Said(text) if given and (ask.finishes(text) or ask.declines(text)):
                return _accepted(given)
            case Said(text) if ask.question.optional and (ask.finishes(text) or ask.declines(text)):
                return Declined()
            case Said(text) if given and (words := clean(text)):
                return _with_words(ask, given, words)
            case Said(text) if ask.question.optional and _tells(ask, text):
                return Partial(Answer(value=0, words=clean(text)), ask.phrase("told"))
            case _:
                return Rejection(ask.phrase("reject"))

    def _collect(self, ask: Ask, came: Attached) -> Result:
        """Keep the files that can be kept; a refused one uses no slot and is reported. A caption becomes words."""
        question, before = ask.question, ask.partial or Answer()
        most = question.number("max_files")
        found = sort_out(
            came.files,
            kinds=question.names("kinds"),
            megabytes=question.number("megabytes"),
            room=max(0, most - len(before.attachments)),
        )
        fetches = tuple(Fetch(ask.ids.next(), file) for file in found.kept)
        refused = tuple(Refuse(ask.ids.next(), file, reason) for file, reason in found.refused)
        kept = before.attachments + tuple(fetch.attachment for fetch in fetches)
        caption = clean(came.caption)
        words = joined(before.words, caption)
        answer = replace(before, value=len(kept), words=words, attachments=kept, at=0)
        if most == 1 and kept and not refused:
            return Accepted(answer.value, answer.words, answer.attachments, fetches)
        note = self._note(ask, refused, most, album=bool(came.album), caption=caption, kept=bool(fetches))
        if not answer.holds_anything:
            return Rejection(note, refused)
        return Partial(answer, note, fetches, refused)

    def _note(
        self, ask: Ask, refused: tuple[Refuse, ...], most: int, *, album: bool, caption: str, kept: bool
    ) -> str:
        """Return the note: what was received, and what was refused."""
        over = sum(one.reason is Refusal.TOO_MANY for one in refused)
        parts = [*self._objections(ask, refused, others=kept or bool(over))]
        if over:
            parts.append(ask.phrase("full_album" if album else "full", count=most, over=over))
        elif kept:
            parts.append(ask.phrase("more"))
        elif caption:
            parts.append(ask.phrase("words"))
        return " ".join(parts)

    def _objections(self, ask: Ask, refused: tuple[Refuse, ...], *, others: bool) -> Iterator[str]:
        """Yield why files are refused; they are named where `others` came with them."""
        kinds = ", ".join(ask.phrase(kind) for kind in ask.question.names("kinds"))
        megabytes = ask.question.number("megabytes")
        for reason, key in ((Refusal.KIND, "kind"), (Refusal.TOO_LARGE, "big")):
            names = [clean(one.file.name, _NAME) for one in refused if one.reason is reason]
            if names:
                some = others or len(refused) > 1
                named = {"names": ", ".join(names)} if some else {}
                yield ask.phrase(f"some_{key}" if some else key, kinds=kinds, megabytes=megabytes, **named)

    def gathered(self, kept: Answer, before: Answer | None) -> Answer:
        """Add the files that were sent earlier, with their captions."""
        before = before or Answer()
        files = tuple(dict.fromkeys((*kept.attachments, *before.attachments)))
        return replace(before, value=len(files), words=joined(kept.words, before.words), attachments=files)

    def show(self, ask: Ask, answer: Answer) -> str:
        """Return how many were kept, and their captions."""
        count, refused = len(answer.attachments), len(answer.refused)
        key = "shown_without" if refused else "shown"
        if answer.words and not count and not refused:
            return answer.words
        shown = ask.phrase(key, count=count, refused=refused)
        return f"{shown} – {answer.words}" if answer.words else shown


def _is_earlier(answer: Answer) -> bool:
    """Return whether it was given before the question was asked this time."""
    return answer.at != 0


def _tells(ask: Ask, text: str) -> bool:
    """Return whether words may replace files: they say something beyond a greeting."""
    return any(char.isalpha() for char in text) and not is_only_polite(text, ask.vocabulary)


def _with_words(ask: Ask, before: Answer, words: str) -> Result:
    together = joined(before.words, words)
    if len(together) > ANSWER_LIMIT:
        return Rejection(ask.phrase("long"))
    return Partial(replace(before, words=together), ask.phrase("more"))


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
