"""Whoever has nothing to say at an optional question passes it over, at every type of question, in either language."""

import pytest

from conversations.definition.library import Library
from conversations.definition.parse import parse
from conversations.facts import Answered, Skipped
from conversations.question import question_types
from tests.scenarios.transcript import shipped
from tests.unit.conversations.chat import Chat, system_texts

OPTIONS = {"quality": {"en": "Quality", "de": "Qualität"}, "price": {"en": "Price", "de": "Preis"}}
KINDS: dict[str, dict[str, object]] = {
    "choice": {"options": OPTIONS},
    "many": {"options": OPTIONS},
    "summary": {},
}
TYPES = sorted(set(question_types()) - {"summary"})
ASIDE = """
weiß ich nicht; weiss nicht; sorry, weiß ich nicht mehr; habe keine; habe keine Nummer; keine Angabe; nichts davon
alles gut; passt so; weiter; egal; möchte ich nicht sagen
I don’t know; dunno; no number; prefer not to say; none of these
finde die Nummer nicht; die finde ich nicht mehr; hab die Nummer grad nicht da; hab ich verlegt; nicht zur Hand
nein, das war's; mehr nicht; ne lass mal; ist doch egal; überspringen wir das; gibt's nicht; kein Kassenbon; –; /; x
später; jetzt nicht; I can’t find it; can't remember; I forgot; I lost it; no, that's it; there is none; no receipt
later
skip it; nothing to add; all good; nichts; keine; none; leider keine 🙁; keine Ahnung, sorry
"""
PHRASES = [phrase.strip() for phrase in ASIDE.replace("\n", ";").split(";") if phrase.strip()]
NO = ("nein", "nein danke!", "ne, danke", "leider nein", "no thanks", "lieber nicht", "rather not", "nope 🙂")


def asked(kind: str, *, optional: bool, language: str = "en") -> Chat:
    """A chat at one question of a type."""
    question = {"type": kind, "ask": {"en": "?"}, "optional": optional, "next": "done", **KINDS.get(kind, {})}
    dialogue, problems = parse(
        "one", {"start": "it", "questions": {"it": question}, "outcomes": {"done": {}}}
    )
    assert dialogue, problems
    return Chat(Library([dialogue], system_texts(), organisation="Acme"), language).begins("one")


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("language", ["en", "de"])
def test_it_is_passed_over(kind: str, language: str) -> None:
    for phrase in (*PHRASES, *(NO if kind != "yes_no" else ())):
        chat = asked(kind, optional=True, language=language).says(phrase)
        assert [fact.question for fact in chat.fact(Skipped)] == ["it"], phrase
        assert chat.answers[-1].answer.words == ""
        assert not chat.conversation.stack


def test_no_is_an_answer_where_yes_or_no_is_asked() -> None:
    for phrase in NO:
        assert [fact.value for fact in asked("yes_no", optional=True).says(phrase).fact(Answered)] == [
            "no"
        ], phrase


@pytest.mark.parametrize("kind", TYPES)
def test_where_an_answer_is_needed_it_is_asked_again_and_then_a_human_is_offered(kind: str) -> None:
    chat = asked(kind, optional=False).says("weiß ich nicht", "I don’t know")
    assert not chat.facts[1:]
    assert "Talk to a human" not in chat.labels
    assert "Talk to a human" in chat.says("keine Angabe").labels


def test_a_label_is_an_answer_whatever_it_says() -> None:
    question = {
        "type": "choice",
        "ask": {"en": "?"},
        "optional": True,
        "options": {
            "none": {"en": "None of these", "de": "Nichts davon"},
            "all": {"en": "All", "de": "Alles"},
        },
        "next": "done",
    }
    dialogue, problems = parse(
        "one", {"start": "it", "questions": {"it": question}, "outcomes": {"done": {}}}
    )
    assert dialogue, problems
    shelf = Library([dialogue], system_texts(), organisation="Acme")
    for phrase in ("none of these", "Nichts davon!"):
        assert Chat(shelf).begins("one").says(phrase).answers[-1].answer.value == "none"


COMMENTS = (
    "nichts funktioniert",
    "nein danke für gar nichts, alles kaputt",
    "keine Ahnung warum das so lange dauert",
    "no idea why it broke",
)


def test_no_decline_is_ever_offered_for_quoting_and_every_comment_is() -> None:
    for phrase in (*PHRASES, *NO, "ok", "fertig"):
        survey = Chat(shipped(("en", "de"))).begins("survey").says("9", "skip", "skip", "skip", phrase)
        assert "may we write to you here" in survey.last.text, phrase
    for phrase in ("weiß ich nicht", "nein danke", "no thanks", "keine Angabe"):
        praise = Chat(shipped(("en", "de"))).begins("praise").says(phrase)
        assert "quote" not in praise.last.text, phrase
    for phrase in COMMENTS:
        survey = Chat(shipped(("en", "de"))).begins("survey").says("9", "skip", "skip", "skip", phrase)
        survey.sees("May we quote your comment")
        assert survey.answers[-1].answer.words == phrase
