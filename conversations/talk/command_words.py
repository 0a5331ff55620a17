"""How people steer: the same commands as slash words, as plain words in both languages, and as buttons."""

from collections.abc import Mapping
from enum import StrEnum

from conversations.question import clean
from conversations.texts.phrases import LONGEST, level, without_politeness


class Command(StrEnum):
    """The value is the slash word, and the key of the button."""

    START = "start"
    HELP = "help"
    BACK = "back"
    CORRECT = "correct"
    SKIP = "skip"
    CANCEL = "cancel"
    LANGUAGE = "language"
    COMPLAIN = "complain"
    PRAISE = "praise"
    IDEA = "idea"
    QUESTION = "question"
    HUMAN = "human"
    STATUS = "status"
    PRIVACY = "privacy"


PURPOSE = {
    Command.COMPLAIN: "complaint",
    Command.PRAISE: "praise",
    Command.IDEA: "idea",
    Command.QUESTION: "question",
}
"""Commands that begin a dialogue of a purpose."""

_WORDS = {
    Command.START: "start, los, umfrage, survey, feedback",
    Command.HELP: "hilfe, help, help me, hilf mir, was kannst du, what can you do",
    Command.BACK: "zurück, zurueck, back, go back, einen schritt zurück",
    Command.CORRECT: "korrigieren, korrektur, ändern, antwort ändern, correct, change, change answer, correct answer",
    Command.SKIP: "überspringen, ueberspringen, skip",
    Command.CANCEL: "abbrechen, abbruch, stopp, stop, cancel, quit, exit, aufhören, hör auf, beenden",
    Command.LANGUAGE: "sprache, language, sprache ändern, change language",
    Command.COMPLAIN: (
        "beschwerde, beschweren, reklamation, reklamieren, ich möchte mich beschweren, ich will mich beschweren,"
        "ich möchte etwas reklamieren, ich habe eine beschwerde, ich möchte eine beschwerde einreichen,"
        "complaint, complain, i want to complain, i would like to complain,"
        "i'd like to complain, i have a complaint, i want to make a complaint, i would like to make a complaint"
    ),
    Command.PRAISE: "lob, loben, ich möchte loben, praise, i want to praise",
    Command.IDEA: "idee, vorschlag, ich habe eine idee, ich habe einen vorschlag, idea, suggestion, i have an idea",
    Command.QUESTION: "frage, ich habe eine frage, question, i have a question",
    Command.HUMAN: (
        "mensch, mitarbeiter, mitarbeiterin, ich möchte mit einem menschen sprechen, ich will einen menschen,"
        "ich möchte mit jemandem sprechen, mit einem menschen sprechen, mit jemandem sprechen, ein mensch,"
        "kann ich mit einem menschen sprechen, kann ich mit jemandem sprechen, ich möchte einen menschen sprechen,"
        "echter mensch, human, agent, i want a human, i want to talk to a human, talk to a human, real person,"
        "a human, a real person, an agent, speak to a human, speak to an agent, talk to an agent, speak to a person,"
        "talk to a person, speak to someone, talk to someone, speak to somebody, talk to somebody,"
        "i want to speak to a human, i want to speak to an agent, i want to speak to someone,"
        "i want to talk to someone, can i speak to a human, can i talk to a human,"
        "can i speak to someone, can i talk to someone"
    ),
    Command.STATUS: "status, stand, wie ist der stand, what is the status",
    Command.PRIVACY: "datenschutz, privacy",
}
WORDS: Mapping[str, Command] = {
    level(phrase): command for command, phrases in _WORDS.items() for phrase in phrases.split(",")
}

LANGUAGES: Mapping[str, str] = {
    "deutsch": "de",
    "german": "de",
    "auf deutsch": "de",
    "english": "en",
    "englisch": "en",
    "in english": "en",
    "auf englisch": "en",
}

HELPLESS = ("?", "??", "???")

SLASH: Mapping[str, Command] = {command.value: command for command in Command} | {
    "hilfe": Command.HELP,
    "zurueck": Command.BACK,
    "korrigieren": Command.CORRECT,
    "ueberspringen": Command.SKIP,
    "abbrechen": Command.CANCEL,
    "stop": Command.CANCEL,
    "sprache": Command.LANGUAGE,
    "beschwerde": Command.COMPLAIN,
    "lob": Command.PRAISE,
    "idee": Command.IDEA,
    "frage": Command.QUESTION,
    "mensch": Command.HUMAN,
    "datenschutz": Command.PRIVACY,
}

ONLY_OUTSIDE = frozenset({Command.PRAISE, Command.IDEA, Command.QUESTION})
"""As plain words these are too common to be taken out of an answer."""

OF_THE_QUESTION = frozenset({Command.BACK, Command.SKIP, Command.CANCEL, Command.CORRECT})
"""Their buttons belong to the question they stand under."""


def command_in(text: str, *, asked: bool) -> tuple[Command, str] | None:
    """Return the command (and its argument) that a whole message is; `asked` tells that a question is open."""
    if len(text) > LONGEST:
        return None
    text = clean(text)
    if text in HELPLESS:
        return Command.HELP, ""
    for said in (level(text), without_politeness(text)):
        if said in LANGUAGES:
            return Command.LANGUAGE, LANGUAGES[said]
        command = WORDS.get(said)
        if command is not None and not (asked and command in ONLY_OUTSIDE):
            return command, ""
    return None
