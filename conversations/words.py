"""How people steer: the same commands as slash words, as plain words in both languages, and as buttons."""

from collections.abc import Mapping
from enum import StrEnum

from conversations.question import folded


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
    Command.HELP: "hilfe, help, hilf mir, was kannst du, what can you do",
    Command.BACK: "zurück, zurueck, back, go back, einen schritt zurück",
    Command.CORRECT: "korrigieren, korrektur, ändern, antwort ändern, correct, change, change answer, correct answer",
    Command.SKIP: "überspringen, ueberspringen, skip",
    Command.CANCEL: "abbrechen, abbruch, stopp, stop, cancel, quit",
    Command.LANGUAGE: "sprache, language, sprache ändern, change language",
    Command.COMPLAIN: (
        "beschwerde, beschweren, reklamation, reklamieren, ich möchte mich beschweren, ich will mich beschweren,"
        "ich möchte etwas reklamieren, complaint, complain, i want to complain, i would like to complain,"
        "i'd like to complain, i have a complaint"
    ),
    Command.PRAISE: "lob, loben, ich möchte loben, praise, i want to praise",
    Command.IDEA: "idee, vorschlag, ich habe eine idee, ich habe einen vorschlag, idea, suggestion, i have an idea",
    Command.QUESTION: "frage, ich habe eine frage, question, i have a question",
    Command.HUMAN: (
        "mensch, mitarbeiter, mitarbeiterin, ich möchte mit einem menschen sprechen, ich will einen menschen,"
        "echter mensch, human, agent, i want a human, i want to talk to a human, talk to a human, real person"
    ),
    Command.STATUS: "status, stand, wie ist der stand, what is the status",
    Command.PRIVACY: "datenschutz, privacy",
}
WORDS: Mapping[str, Command] = {
    folded(phrase): command for command, phrases in _WORDS.items() for phrase in phrases.split(",")
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
    said = folded(text)
    if said in LANGUAGES:
        return Command.LANGUAGE, LANGUAGES[said]
    command = WORDS.get(said)
    return None if command is None or (asked and command in ONLY_OUTSIDE) else (command, "")
