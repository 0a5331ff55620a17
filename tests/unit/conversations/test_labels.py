"""Typing a label that the product shows does what pressing it does: every label, in every language, in every state."""

from dataclasses import replace

import pytest

from conversations.definition.dialogue import Dialogue
from conversations.definition.library import Library
from conversations.definition.parse import parse
from conversations.effects import AnswerPress, Begin, CallHuman, Effect, MarkKeyboard, SetLanguage, TellStatus
from conversations.events import Attached, FileRef, Pressed, Said
from conversations.question import Chosen
from conversations.session import Answer, Session, SessionId, Value
from conversations.talk.asking import Asking, Scene
from conversations.talk.command_words import Command, command_in, slash_commands
from conversations.talk.labels import SHOWN_AS
from conversations.talk.tokens import STEER, stamp
from conversations.talk.waiting import QuestionTimeouts
from conversations.talk.walk import Walk, Walked
from conversations.texts.texts import Texts
from tests.scenarios.transcript import shipped
from tests.unit.conversations.chat import START, VOCABULARY, Chat, Counting, library, system_texts

LABELS = [
    (Command(name), tag, label)
    for table in SHOWN_AS
    for name in Command
    for tag, label in system_texts().entries.get(f"{table}.{name}", {}).items()
]
SHELF = shipped(("en", "de"))
PHOTO = FileRef("ref", "photo", "a.jpg", "image/jpeg", 1000)


def typed(label: str) -> tuple[str, ...]:
    """A label as people type it."""
    return label, label.upper(), label.casefold().rstrip("?!."), f"  {label} 🙂"


def outcome(chat: Chat) -> tuple[object, ...]:
    """What is seen, asked for and open, whatever became of the keyboard."""
    left = [(one.dialogue, one.state, one.trail) for one in chat.conversation.stack]
    effects = [one for one in chat.effects if not isinstance(one, AnswerPress | MarkKeyboard)]
    return [_without_tokens(effect) for effect in effects], left, chat.conversation.language, len(chat.facts)


def _without_tokens(effect: Effect) -> str:
    buttons = getattr(getattr(effect, "message", None), "buttons", ())
    return f"{type(effect).__name__} {getattr(getattr(effect, 'message', None), 'text', effect)}" + str(
        [[button.label for button in row] for row in buttons]
    )


def begun(state: str) -> Chat:
    """A chat with nothing open, at a number, or at a comment."""
    chat = Chat(SHELF)
    if state:
        chat.begins("survey")
    return chat.says("9", "skip", "skip", "skip") if state == "comment" else chat


def test_there_are_labels_for_the_commands_people_see() -> None:
    assert {command for command, _, _ in LABELS} == set(Command) - {Command.PRIVACY}


@pytest.mark.parametrize("state", ["", "score", "comment"])
@pytest.mark.parametrize(("command", "tag", "label"), LABELS)
def test_typing_a_label_does_what_pressing_it_does(
    command: Command, tag: str, label: str, state: str
) -> None:
    pressed = begun(state)
    session = pressed.conversation.stack[-1] if state else None
    begin = stamp(session.id, session.turn) if session else "0.0."
    pressed.does(Pressed(f"{begin}{STEER}{command}", "callback", "keyboard"))
    for text in typed(label):
        chat = begun(state).says(text)
        if not state and command in (Command.BACK, Command.SKIP, Command.CANCEL, Command.CORRECT):
            chat.sees("No question is open")  # its button is under a question only
        else:
            assert outcome(chat) == outcome(pressed), (tag, text)


def test_a_changed_wording_and_a_third_language_are_known_at_once() -> None:
    entries = {key: dict(texts) for key, texts in system_texts().entries.items()}
    entries["button.human"] = {"en": "Get me somebody", "de": "Hol wen", "fr": "Parler à quelqu’un"}
    entries["menu.status"]["fr"] = "Où en est ma demande ?"
    shelf = Library(
        SHELF.current.values(),
        Texts(entries, vocabulary=VOCABULARY),
        organisation="Acme",
        languages=("fr", "en"),
        default="survey",
    )
    for text in ("get me somebody!", "Hol wen", "Parler à quelqu'un"):
        assert Chat(shelf).begins("survey").says(text).effect(CallHuman), text
    assert Chat(shelf).says("où en est ma demande").effect(TellStatus)
    assert Chat(shelf).begins("survey").says("Français").effect(SetLanguage) == [SetLanguage("fr")]


# -- the buttons of the open question ----------------------------------------------------------------------------------

ASKED = [
    (name, question, tag)
    for name, dialogue in SHELF.current.items()
    for question in dialogue.questions
    for tag in ("en", "de", "de-formal")
]


def follows(step: Walked) -> list[Begin]:
    """The dialogue that comes next."""
    return [effect for effect in step.effects if isinstance(effect, Begin)]


def step(dialogue: Dialogue, question: str, language: str, reply: Said | Chosen) -> Walked:
    """What becomes of a reply to a question, asked in the middle of everything."""
    first = next(iter(dialogue.questions.values()))
    values: dict[str, Value] = {"yes_no": "no", "scale": 3, "choice": "other"}
    given = Answer(values.get(first.type), "x")
    session = Session(
        SessionId(1), dialogue.name, dialogue.revision, question, START,
        answers={first.id: given}, trail=(first.id,) if first.id != question else (), asked=START,
        bindings=dict.fromkeys(dialogue.needs, "7"),
        partial=Answer(1, attachments=(5,)) if dialogue.questions[question].type == "files" else None,
    )  # fmt: skip
    scene = Scene(system_texts(), "Acme", "Kim", language, START, Counting())
    return Walk(dialogue, session, scene, QuestionTimeouts(0, 0)).reply(reply)


@pytest.mark.parametrize(("name", "question", "tag"), ASKED)
def test_the_label_of_an_answer_typed_in_any_language_is_that_answer(
    name: str, question: str, tag: str
) -> None:
    dialogue = SHELF.current[name]
    session = step(dialogue, question, tag, Said("")).state
    assert session is not None
    fresh = replace(session, strikes=0)
    scene = Scene(system_texts(), "Acme", "Kim", tag, START, Counting())
    for choice in (one for row in Asking(dialogue, fresh, scene).look().prompt.choices for one in row):
        for reader in ("en", "de", "de-formal"):
            pressed, said = (
                step(dialogue, question, reader, one) for one in (Chosen(choice.key), Said(choice.label))
            )
            assert (said.answers, said.facts) == (pressed.answers, pressed.facts), (reader, choice.label)
            assert follows(said) == follows(pressed)
            assert (said.state and said.state.state) == (pressed.state and pressed.state.state)


def test_an_answer_wins_over_a_command_of_the_same_name() -> None:
    chat = Chat(SHELF, "de").begins("welcome").says("etwas ist schiefgelaufen!").sees("Worum geht es?")
    assert [one.dialogue for one in chat.conversation.stack] == ["complaint"]
    assert [fact.value for fact in chat.facts if hasattr(fact, "value")] == ["complaint"]


def test_points_of_a_summary_ticks_and_names_of_answers_work_when_typed() -> None:
    chat = (
        Chat(SHELF, "de").begins("complaint").says("lieferung", "Kam nie an.", "egal", "habe keine", "ersatz")
    )
    chat.says("✎ Thema").sees("Bisher: Lieferung").says("Produkt").sees("Das gebe ich weiter", "Produkt")
    chat.says("Stimmt, abschicken").sees("unterwegs")
    survey = Chat(library("survey")).begins("survey").says("3").presses("Price").says("✓ Price")
    assert survey.answers[-1].answer.value == ("price",)
    Chat(SHELF).begins("survey").says("3", "recommendation").sees("So far: 3 of 10")


def test_done_in_a_changed_wording_ends_the_files() -> None:
    entries = {key: dict(texts) for key, texts in system_texts().entries.items()}
    entries["question.files.done"]["en"] = "That was all of them"
    shelf = Library(
        SHELF.current.values(), Texts(entries, vocabulary=VOCABULARY), organisation="Acme", default="survey"
    )
    chat = Chat(shelf).begins("idea").says("A bench").does(Attached((PHOTO,))).says("that was all of them!")
    assert chat.answers[-1].answer.attachments
    assert "that was" not in chat.answers[-1].answer.words


def test_a_dialogue_of_ones_own_has_its_own_labels() -> None:
    question = {
        "type": "yes_no",
        "ask": {"en": "Shall we?"},
        "yes": {"en": "Nope, do it", "de": "Nein, mach ruhig"},
        "no": {"en": "Yes, stop", "de": "Ja, lass es"},
        "next": "done",
    }
    dialogue, problems = parse(
        "own", {"start": "it", "questions": {"it": question}, "outcomes": {"done": {}}}
    )
    assert dialogue, problems
    shelf = Library([dialogue], system_texts(), organisation="Acme")
    for text, value in (
        ("nope do it", "yes"),
        ("Ja, lass es!", "no"),
        ("nein, mach ruhig", "yes"),
        ("nope", "no"),
    ):
        assert Chat(shelf).begins("own").says(text).answers[-1].answer.value == value


# -- words -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "command"),
    [
        ("Ich habe eine Beschwerde; I have a complaint; Beschwerde bitte", Command.COMPLAIN),
        ("speak to an agent; human please; Mensch, bitte!; please, a human; talk to someone", Command.HUMAN),
        ("aufhören; aufhoeren; Abbrechen bitte; stop; STOPP!!!", Command.CANCEL),
        ("?; ???; Hilfe bitte; please help", Command.HELP),
        ("zurueck; Zurück bitte; go back please", Command.BACK),
    ],
)
def test_plain_words_steer(texts: str, command: Command) -> None:
    for text in texts.split(";"):
        assert command_in(text.strip(), VOCABULARY, asked=True) == (command, ""), text


def test_a_language_is_asked_for_in_plain_words() -> None:
    for text in ("english please", "English, please!", "in english please"):
        assert command_in(text, VOCABULARY, asked=True) == (Command.LANGUAGE, "en")
    for text in ("deutsch bitte", "auf Deutsch bitte", "Bitte auf Deutsch"):
        assert command_in(text, VOCABULARY, asked=True) == (Command.LANGUAGE, "de")


def test_sentences_and_long_messages_steer_nowhere() -> None:
    long = "mensch" + " " * 300 + "ärgere dich nicht"
    for text in ("stop sending me mails", "no human answered", long, "??!x", "danke"):
        assert command_in(text, VOCABULARY, asked=True) is None
    assert set(slash_commands(VOCABULARY).values()) == set(Command)
