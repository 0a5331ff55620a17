"""Renders a question for one person: its message, its buttons, and answers in words."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from conversations.answers import remarks
from conversations.answers.evidence import joined
from conversations.definition.dialogue import Dialogue, Presentation
from conversations.effects import Button, Kind, MarkKeyboard, Message
from conversations.events import SECOND, Instant, Pressed
from conversations.frozen import frozen, replace
from conversations.question import (
    PARSE_LIMIT,
    Ask,
    Ids,
    Prompt,
    Question,
    QuestionType,
    SummaryLine,
    folded,
    question_types,
)
from conversations.session import Answer, Session
from conversations.talk.tokens import STEER, stamp
from conversations.texts.graphemes import beginning, clip
from conversations.texts.texts import Rich, Texts, lines, paragraphs

CHOICE_LIMIT = 60
"""Characters of an answer shown where the keyboard was."""

POINT_LIMIT = 300
"""Characters of an answer that a summary shows: the summary must fit into one message with its buttons."""

LABEL_LIMIT = 40
"""Characters of a button that names an answer to correct."""

ROW_LIMIT = 3
ROW_WIDTH = 32


@frozen
class Scene:
    """The context of a step besides the session: who, in which language, when.

    `person` is the name to address, `texts` the system's texts, `message` the platform id of what the person sent,
    `press` the button they pressed, `keyboard` the outbox row that carries the last keyboard (0: none), and
    `keyboard_text` what it says.
    """

    texts: Texts
    organisation: str
    person: str
    language: str
    now: Instant
    ids: Ids
    message: str = ""
    press: Pressed | None = None
    keyboard: int = 0
    keyboard_text: str = ""

    def say(self, key: str, **values: object) -> Rich:
        """Return one of the system's texts as markup."""
        return self.texts.render(key, self.language, organisation=self.organisation, **values)

    def label(self, key: str, **values: object) -> str:
        """Return one of the system's texts as a label."""
        return self.texts.plain(key, self.language, **values)


def kind_of(question: Question) -> QuestionType:
    """Return the type of a question."""
    return question_types()[question.type]


def _compared(label: str) -> str:
    """Normalise a label, or a possible one, for comparison: an emoji alone may be one, too."""
    return folded(label) or label.strip()


def visible(session: Session) -> dict[str, Answer]:
    """Return the answers that count: those on the path the person took, in its order."""
    return {question: session.answers[question] for question in session.trail if question in session.answers}


class Asking:
    """Renders a session in a scene."""

    def __init__(self, dialogue: Dialogue, session: Session, scene: Scene) -> None:
        self.dialogue = dialogue
        self.session = session
        self.scene = scene
        self._alike = True  # whether everything used so far is the same for all readers of the language

    def ask(self, question: str) -> Ask:
        """Return the context a question type needs."""
        asked = self.dialogue.questions[question]
        scene = self.scene
        texts = self.dialogue.texts

        def label(key: str) -> str:
            path = f"questions.{question}.{key}"
            if not texts.varies(path, scene.language):
                return texts.source(path, scene.language)
            self._alike = False
            return texts.plain(path, scene.language, **self._values())

        def phrase(key: str, **more: object) -> str:
            return scene.label(f"question.{asked.type}.{key}", **more)

        def today() -> date:
            self._alike = False
            return datetime.fromtimestamp(scene.now // SECOND, UTC).astimezone(texts.zone).date()

        partial = self.session.partial if question == self.session.state else None
        return Ask(
            asked,
            label,
            phrase,
            today,
            scene.ids,
            scene.texts.vocabulary,
            partial,
            self._remarks(question),
            self.points,
        )

    def _remarks(self, question: str) -> str:
        """Return earlier remarks for a question to include; none in a correction, which replaces the whole answer."""
        session = self.session
        if session.returning and question == session.state and question in session.answers:
            return ""
        return remarks.unsaid(session, question)

    def text(self, key: str) -> Rich:
        """Return a text of the dialogue as markup."""
        texts, language = self.dialogue.texts, self.scene.language
        if not texts.varies(key, language):
            return texts.render(key, language)
        return texts.render(key, language, **self._values() | {"answers": _InWords(self)})

    def _values(self) -> dict[str, object]:
        """The values every text of the dialogue may use. Labels have no answers: these are rendered with them."""
        bindings = {name: self.session.bindings.get(name, "") for name in self.dialogue.bindings}
        return {
            **bindings,
            "person": {"name": self.scene.person},
            "organisation": self.scene.organisation,
            "answers": dict.fromkeys(self.dialogue.questions, ""),
        }

    def shown(self, question: str, answer: Answer) -> str:
        """Return an answer in plain words."""
        if (answer.skipped and not answer.attachments) or question not in self.dialogue.questions:
            return self.scene.label("skipped")
        return kind_of(self.dialogue.questions[question]).show(self.ask(question), answer)

    def points(self) -> tuple[SummaryLine, ...]:
        """Return the answers whose question has a label, including skipped ones, which may be filled in later."""
        self._alike = False
        return tuple(
            SummaryLine(question, self.ask(question).label("label"), self._summed_up(question, answer))
            for question, answer in visible(self.session).items()
            if f"questions.{question}.label" in self.dialogue.texts
        )

    def beside(self) -> str:
        """Return, in plain words, what was sent at questions that could not take it."""
        kept = self.session.kept or Answer()
        files = self.scene.label("kept.files", count=len(kept.attachments)) if kept.attachments else ""
        return " – ".join(part for part in (files, kept.words) if part)

    def _summed_up(self, question: str, answer: Answer) -> str:
        return joined(self.shown(question, answer), remarks.unsaid_to(self.session, question))

    def correctable(self) -> tuple[SummaryLine, ...]:
        """Return every answer that can be changed, each with a name."""
        named = {point.question: point for point in self.points()}
        return tuple(
            named.get(question) or SummaryLine(question, clip(self.shown(question, answer), LABEL_LIMIT), "")
            for question, answer in visible(self.session).items()
        )

    def look(self) -> Presentation:
        """Return how the current question is shown; cached where it is the same for everybody."""
        state, fresh = self.session.state, self.session.partial is None and not self.session.remarks
        key = (self.scene.texts, state, self.scene.language)
        known = self.dialogue.looks.get(key) if fresh else None
        if known is not None:
            return known
        self._alike = fresh
        prompt = kind_of(self.dialogue.questions[state]).prompt(self.ask(state))
        named = [(one.label, one.text) for one in prompt.points]
        if named and self.session.kept:
            named.append((self.scene.label("kept.label"), self.beside()))
        shown = ((label, beginning(text, POINT_LIMIT)) for label, text in named)
        points = lines(*(self.scene.say("point", label=label, text=text) for label, text in shown))
        note = self.scene.say("note", text=prompt.note) if prompt.note else ""
        choices = [choice for row in prompt.choices for choice in row]
        named_by = {_compared(choice.label): choice.key for choice in reversed(choices)}  # the first wins
        look = Presentation(prompt, paragraphs(points, note), named_by)
        if self._alike:
            self.dialogue.looks[key] = look
        return look

    def question_text(self, look: Presentation) -> Rich:
        """Return the current question as markup: text, points, note."""
        return paragraphs(self.text(f"questions.{self.session.state}.ask"), look.below)

    def message(self, *notes: str, human: bool = False, prompt_only: bool = False) -> Message:
        """Return the current question as a message.

        `notes` (markup) come first; `human` adds a button that calls a human; `prompt_only` omits the question and
        shows the notes with its buttons.
        """
        look = self.look()
        text = paragraphs(*notes) if prompt_only else paragraphs(*notes, self.question_text(look))
        buttons = self._buttons(look.prompt, human=human)
        return Message(text, buttons, Kind.QUESTION, contact_label=look.prompt.contact_label)

    def _buttons(self, prompt: Prompt, *, human: bool = False) -> tuple[tuple[Button, ...], ...]:
        """Return the rows of buttons: the question's own, then those of the settings."""
        begin = self._stamp()
        rows = [tuple(Button(one.label, begin + one.key) for one in row) for row in prompt.choices]
        wanted = [name for name in self.dialogue.settings.buttons if self._makes_sense(name)]
        if human and "human" not in wanted:
            wanted.append("human")
        row: list[Button] = []
        for name in wanted:
            button = Button(self.scene.label(f"button.{name}"), f"{begin}{STEER}{name}")
            if row and (len(row) == ROW_LIMIT or sum(len(one.label) for one in [*row, button]) > ROW_WIDTH):
                rows.append(tuple(row))
                row = []
            row.append(button)
        return (*rows, tuple(row)) if row else tuple(rows)

    def corrections(self) -> Message:
        """Return the list of answers to choose from for a correction."""
        begin = self._stamp()
        rows = tuple(
            (Button(point.label, f"{begin}{STEER}correct:{point.question}"),) for point in self.correctable()
        )
        return Message(self.scene.say("correct.which"), rows)

    def mark(self, choice: str) -> tuple[MarkKeyboard, ...]:
        """Remove the keyboard under the question just answered; nothing where there was none."""
        press, keyboard = self.scene.press, self.scene.keyboard
        if not press and not keyboard:
            return ()
        choice = clip(" ".join(choice.split()), CHOICE_LIMIT)
        if press:
            return (MarkKeyboard(choice, message=press.message, text=self.question_text(self.look())),)
        text = self.scene.keyboard_text or self.question_text(self.look())
        return (MarkKeyboard(choice, sent=keyboard, text=text),)

    def retick(self, press: Pressed) -> MarkKeyboard:
        """Replace the pressed keyboard with the current one."""
        look = self.look()
        text, buttons = self.question_text(look), self._buttons(look.prompt)
        return MarkKeyboard("", press.message, text=text, buttons=buttons)

    def choice_named(self, text: str) -> str | None:
        """Return the key of the question's own button with this label, in the person's language."""
        wanted = _compared(text) if len(text) <= PARSE_LIMIT else ""
        return self.look().named.get(wanted) if wanted else None

    def in_every_language(self) -> "Iterator[Asking]":
        """Yield the question in every language, the person's own first."""
        yield self
        asked = f"questions.{self.session.state}."
        own = (entry for key, entry in self.dialogue.texts.entries.items() if key.startswith(asked))
        tags = dict.fromkeys(tag for entry in (*own, self.scene.texts.entries["skipped"]) for tag in entry)
        for language in (tag for tag in tags if tag != self.scene.language):
            yield Asking(self.dialogue, self.session, replace(self.scene, language=language))

    def at(self, session: Session) -> "Asking":
        """Return a renderer for another state of the session."""
        return Asking(self.dialogue, session, self.scene)

    def _makes_sense(self, name: str) -> bool:
        match name:
            case "back":
                return bool(self.session.trail or self.session.returning)
            case "correct":
                return bool(self.session.trail)
            case "skip":
                return self.dialogue.questions[self.session.state].optional
            case _:
                return True

    def _stamp(self) -> str:
        return stamp(self.session.id, self.session.turn)


class _InWords(Mapping[str, str]):
    """The answers for use in texts, each rendered only when a text uses it; empty where there is none."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._visible = visible(asking.session)

    def __getitem__(self, question: str) -> str:
        answer = self._visible.get(question)
        if answer is not None:
            return self._asking.shown(question, answer)
        if question in self._asking.dialogue.questions:
            return ""
        raise KeyError(question)

    def __iter__(self) -> Iterator[str]:
        return iter(self._asking.dialogue.questions)

    def __len__(self) -> int:
        return len(self._asking.dialogue.questions)
