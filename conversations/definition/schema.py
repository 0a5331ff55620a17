"""The form of a dialogue file as JSON Schema, for editors: built from what `parse.py` reads and from question types.

What only shows in the whole (a state that does not exist, an unknown placeholder) is beyond a schema: the checks
find it.
"""

from collections.abc import Iterable, Mapping
from itertools import combinations
from typing import Any, Final, TypeAlias

from conversations.definition.dialogue import BUTTONS, CASE_KINDS, METRICS, PURPOSES
from conversations.definition.draft import ID
from conversations.definition.duration import DURATION
from conversations.definition.outcomes import CASE_FIELDS, ENDINGS, OFFER_TEXTS
from conversations.definition.parse import COMMON, SETTINGS, TOP
from conversations.definition.rules import NUMBER_TESTS, TESTS
from conversations.question import QuestionType, Setting, question_types, type_summaries
from conversations.texts.languages import LANGUAGE_TAG

Schema: TypeAlias = dict[str, Any]

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"
NAME: Final = f"^{ID.pattern}$"
WORD: Final[Schema] = {"type": "string", "minLength": 1}
TEXT: Final[Schema] = {"$ref": "#/$defs/text"}
RULE: Final[Schema] = {"$ref": "#/$defs/rule"}
CONDITION: Final[Schema] = {"$ref": "#/$defs/condition"}
SOURCE: Final[Schema] = {"$ref": "#/$defs/source"}

KEYS: Final[Mapping[str, str]] = {
    "title": "what the dialogue is called where several are listed",
    "start": "the first question",
    "needs": "what it must be given at its start",
    "may": "what it can be given at its start; empty where it is not",
    "settings": "how it behaves",
    "questions": "what is asked",
    "outcomes": "how it ends",
    "moves": "for those who began an earlier version: old question = question here",
    "purpose": "what it is for",
    "buttons": "what stands below every question",
    "remind_after": 'who stops halfway is reminded once after this; "" for never',
    "expire_after": 'and it ends after this; "" for never',
    "type": "the way of asking",
    "ask": "the question itself; <b>, <i>, <code>, <a href> and <blockquote> may stand in it",
    "label": "its short name in summaries and on case cards",
    "metric": "what the digest counts it as",
    "optional": "may be skipped",
    "given": "what it can be given that answers it: it is then not asked",
    "next": "where to go: a name, or rules of which the first that holds counts",
    "options": "what there is to choose from",
    "goto": "the question or outcome to go to",
    "question": "whose answer is looked at; without, that of this question",
    "is": "the answer is this",
    "not": "the answer is not this",
    "at_least": "the answer is a number and not smaller",
    "at_most": "the answer is a number and not greater",
    "one_of": "the answer is one of these",
    "has": "this is among several choices",
    "skipped": "it was skipped or never asked",
    "language": "the person reads this language",
    "binding": "this was given at the start; with `is`: it is that",
    "all": "further conditions, each about a question of its own",
    "say": "what is said at the end; of an offer, the question",
    "open_case": "a case is opened",
    "offer_case": "asks yes or no; a yes begins that dialogue",
    "begin": "goes on with another dialogue",
    "decide_case": "the proposed solution is accepted or refused",
    "hand_over": "a human takes over",
    "yes": "the button for yes",
    "no": "the button for no",
    "declined": "what is said after a no",
    "kind": "what kind of case",
    "dialogue": "the dialogue that begins",
    "accepted": "whether the solution is accepted",
    "words": "the questions whose words come first",
}
"""The description of a key, in one line."""


def dialogue_schema(languages: Iterable[str]) -> Schema:
    """Return the schema; editors propose these languages for a text, and accept others as well."""
    parts = {
        "title": TEXT,
        "start": WORD,
        "needs": _names(),
        "may": _names(),
        "settings": _settings(),
        "questions": _by_name(_question()),
        "outcomes": _by_name(_outcome()),
        "moves": {"type": "object", "additionalProperties": WORD},
    }
    return {
        "$schema": DRAFT,
        "title": "A dialogue of Anliegen",
        **_table({key: parts[key] for key in TOP}, ("start", "questions")),
        "$defs": {
            "text": _text(languages),
            "condition": _table(_tests()),
            "rule": _rule(),
            "source": {"type": ["string", "array"], "minLength": 1, "items": WORD},
        },
    }


# -- questions ---------------------------------------------------------------------------------------------------------


def _question() -> Schema:
    """The keys of all types, for an editor's proposals; a condition per type says which of them it has."""
    types = question_types()
    common: dict[str, Schema] = {
        "type": {"enum": [*types], "description": _summaries()},
        "ask": TEXT,
        "label": TEXT,
        "metric": {"enum": [*METRICS]},
        "optional": {"type": "boolean"},
        "given": WORD,
        "next": {"type": ["string", "array"], "minLength": 1, "items": RULE, "minItems": 1},
    }
    common = {key: common[key] for key in COMMON}
    forms = {name: _own(found) for name, found in types.items()}
    every = dict.fromkeys(key for form in forms.values() for key in form)
    own = {key: _of_some({name: form[key] for name, form in forms.items() if key in form}) for key in every}
    return _table({**common, **own}, ("type", "ask", "next")) | {
        "allOf": [
            {
                "if": {"properties": {"type": {"const": name}}, "required": ["type"]},
                "then": {
                    "properties": form,
                    "propertyNames": {"enum": [*common, *form]},
                    "required": [key for key in ("options",) if key in form],
                },
            }
            for name, form in forms.items()
        ]
    }


def _summaries() -> str:
    return "\n".join([KEYS["type"], "", *(f"{name}: {text}" for name, text in type_summaries().items())])


def _own(found: QuestionType) -> dict[str, Schema]:
    """The keys of a type in addition to the common ones."""
    settings = {key: _setting(default) for key, default in found.settings.items()}
    options = {"options": _by_name(TEXT)} if found.has_options else {}
    return settings | dict.fromkeys(found.labels, TEXT) | options


def _of_some(forms: Mapping[str, Schema]) -> Schema:
    """A key that several types have: its schema, where they agree."""
    first, *others = forms.values()
    form = first if all(other == first for other in others) else {}
    return form | {"description": f"of {' and '.join(forms)}"}


def _setting(default: Setting) -> Schema:
    match default:
        case bool():
            return {"type": "boolean", "default": default}
        case int():
            return {"type": "integer", "default": default}
        case str():
            return {"type": "string", "default": default}
        case tuple():
            return {"type": "array", "items": {"type": "string"}, "default": [*default]}


def _tests() -> dict[str, Schema]:
    values: Schema = {
        "type": ["string", "integer", "boolean", "array"],
        "items": {"type": ["string", "integer", "boolean"]},
    }
    kinds: dict[str, Schema] = {
        **dict.fromkeys(TESTS, values),
        **{test: {"type": "integer"} for test in NUMBER_TESTS},
        "skipped": {"type": "boolean"},
        "language": WORD,
        "binding": WORD,
    }
    return {"question": WORD, **kinds}


def _rule() -> Schema:
    several = {"anyOf": [{"type": "array", "items": CONDITION}, CONDITION]}
    return _table({"goto": WORD, **_tests(), "all": several}, ("goto",))


# -- outcomes and settings ---------------------------------------------------------------------------------------------


def _outcome() -> Schema:
    beginning: Schema = {
        "type": ["string", "object"],
        "minLength": 1,
        "properties": _meant({"dialogue": WORD}),
        "additionalProperties": SOURCE,
    }
    case = {"kind": {"enum": [*CASE_KINDS]}, **dict.fromkeys(CASE_FIELDS, SOURCE)}
    endings: dict[str, Schema] = {
        "open_case": _table(case),
        "offer_case": beginning,
        "begin": beginning | {"required": ["dialogue"]},
        "decide_case": _table({"accepted": {"type": "boolean"}, "words": SOURCE}, ("accepted",)),
        "hand_over": {"type": "boolean"},
    }
    table = {"say": TEXT, **{key: endings[key] for key in ENDINGS}, **dict.fromkeys(OFFER_TEXTS, TEXT)}
    return _table(table) | {
        "dependentRequired": {"offer_case": ["say"], **{key: ["offer_case"] for key in OFFER_TEXTS}},
        "allOf": [{"not": {"required": [*two]}} for two in combinations(ENDINGS, 2)],
    }


def _settings() -> Schema:
    duration = {"type": "string", "pattern": f"^(?:{DURATION})?$"}
    parts: dict[str, Schema] = {
        "purpose": {"enum": [*PURPOSES]},
        "buttons": {"type": "array", "items": {"enum": [*BUTTONS]}},
        "remind_after": duration,
        "expire_after": duration,
    }
    return _table({key: parts[key] for key in SETTINGS})


# -- shared schemas ----------------------------------------------------------------------------------------------------


def _table(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """A table with these keys and no others."""
    needed = {"required": [*required]} if required else {}
    return {"type": "object", "properties": _meant(properties), **needed, "additionalProperties": False}


def _meant(properties: Mapping[str, Schema]) -> dict[str, Schema]:
    return {
        key: {"description": KEYS[key], **form} if key in KEYS else form for key, form in properties.items()
    }


def _by_name(form: Schema) -> Schema:
    """A table whose keys the author chooses."""
    return {"type": "object", "propertyNames": {"pattern": NAME}, "additionalProperties": form}


def _names() -> Schema:
    return {"type": "array", "items": WORD}


def _text(languages: Iterable[str]) -> Schema:
    return {
        "description": "one text per language, written ask.en, ask.de",
        "type": "object",
        "properties": {tag: {"type": "string"} for tag in languages},
        "propertyNames": {"pattern": f"^{LANGUAGE_TAG.pattern}$"},
        "additionalProperties": {"type": "string"},
        "minProperties": 1,
    }
