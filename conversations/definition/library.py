"""All dialogues: the current ones by name, and the older revisions of sessions that are still open."""

from collections.abc import Iterable, Mapping

from conversations.definition.dialogue import Dialogue
from conversations.events import DAY, HOUR, Instant
from conversations.session import Session
from conversations.texts.languages import choose
from conversations.texts.texts import Texts


class Library:
    """What a talk needs besides the conversation itself.

    `texts` are the system's own (wording files and `question.type_texts()`); `languages` the organisation's tags, the
    first one for everybody else; `default` the dialogue `/start` opens, may be empty. Durations in microseconds, 0
    for never. Built once; only `remember` and `give_up` add to it, and existing entries never change.
    """

    def __init__(
        self,
        dialogues: Iterable[Dialogue],
        texts: Texts,
        *,
        organisation: str,
        languages: tuple[str, ...] = ("en", "de"),
        default: str = "",
        remind_after: Instant = 24 * HOUR,
        expire_after: Instant = 3 * DAY,
    ) -> None:
        self.texts = texts
        self.organisation = organisation
        self.languages = languages
        self.default = default
        self._remind_after = remind_after
        self._expire_after = expire_after
        self._current = {dialogue.name: dialogue for dialogue in dialogues}
        self._revisions = {dialogue.revision: dialogue for dialogue in self._current.values()}
        self._gone: set[str] = set()

    @property
    def current(self) -> Mapping[str, Dialogue]:
        """The current dialogues, used by new sessions, by name."""
        return self._current

    def remember(self, dialogue: Dialogue) -> None:
        """Add an older revision that `parse.restore` has read from storage."""
        self._revisions.setdefault(dialogue.revision, dialogue)

    def unknown(self, sessions: Iterable[Session]) -> set[str]:
        """Return the revisions of these sessions that were neither loaded nor given up."""
        return {session.revision for session in sessions} - self._revisions.keys() - self._gone

    def give_up(self, revisions: Iterable[str]) -> None:
        """Stop looking for revisions that are not stored, or that this version cannot read."""
        self._gone.update(revisions)

    def definitions(self) -> dict[str, tuple[str, str]]:
        """Return revision -> (name, JSON) of the current dialogues, to be stored before they are used."""
        return {one.revision: (one.name, one.definition) for one in self._current.values()}

    def place(self, session: Session) -> tuple[Dialogue, str] | None:
        """Return the dialogue and state a session continues with; None when they no longer exist.

        That is its own revision, unless the current one has a `[moves]` entry for its state. Where its revision is
        gone, a state of the same name in the current one will do.
        """
        own = self._revisions.get(session.revision)
        current = self._current.get(session.dialogue)
        if current and current.revision != session.revision:
            moved = current.moves.get(session.state) or (session.state if own is None else "")
            if moved in current.questions:
                return current, moved
        return (own, session.state) if own and session.state in own.questions else None

    def for_purpose(self, purpose: str) -> Dialogue | None:
        """Return the current dialogue of this purpose, the first by name; `complaint` wins over `complaint_long`."""
        fitting = sorted(name for name, one in self._current.items() if one.settings.purpose == purpose)
        return self._current[fitting[0]] if fitting else None

    def language(self, tag: str | None) -> str:
        """Return the organisation's language that suits a person's tag best."""
        return choose(tag, self.languages)

    def remind_after(self, dialogue: Dialogue) -> Instant:
        """Microseconds of silence until a reminder, 0 for none; the case itself reminds of a proposal."""
        if dialogue.settings.purpose == "solution":
            return 0
        own = dialogue.settings.remind_after
        return self._remind_after if own is None else own

    def expire_after(self, dialogue: Dialogue) -> Instant:
        """Microseconds of silence until the session expires, 0 for never; a proposal waits as long as its case does."""
        if dialogue.settings.purpose == "solution":
            return 0
        own = dialogue.settings.expire_after
        return self._expire_after if own is None else own
