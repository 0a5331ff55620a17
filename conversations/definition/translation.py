"""A dialogue in a language that its own file lacks: texts from the language's folder are merged into it.

fr/dialogues/survey.toml      [questions.score]
                              ask = "..."               # becomes questions.score.ask.fr
"""

from collections.abc import Iterator, Mapping

from conversations.problem import Problem, unknown
from conversations.texts.languages import texts_in


def translated(
    dialogue: Mapping[str, object], language: str, words: Mapping[str, object], *, replacing: bool = False
) -> tuple[dict[str, object], tuple[Problem, ...]]:
    """Return the dialogue with these texts, and the texts that match nothing in it.

    Texts the dialogue already has in this language stay, unless `replacing`.
    """
    found, wrong = texts_in(words)
    places = {path for path, _ in _texts(dialogue)}
    strange = [unknown(path, "text", path, places) for path in found if path not in places]
    fitting = {path: text for path, text in found.items() if path in places}
    return _with(dialogue, "", language, fitting, replacing=replacing), (*wrong, *strange)


def _texts(table: Mapping[str, object], path: str = "") -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield the paths of texts: tables whose values are all text, one per language."""
    for key, value in table.items():
        here = f"{path}.{key}" if path else key
        if not isinstance(value, Mapping):
            continue
        if _is_text(here, value):
            yield here, value
        else:
            yield from _texts(value, here)


def _is_text(path: str, table: Mapping[str, object]) -> bool:
    # [settings] and [moves] hold no texts for people.
    says = path.split(".", maxsplit=1)[0] in ("title", "questions", "outcomes")
    return says and bool(table) and all(isinstance(one, str) for one in table.values())


def _with(
    table: Mapping[str, object], path: str, language: str, words: Mapping[str, str], *, replacing: bool
) -> dict[str, object]:
    said: dict[str, object] = {}
    for key, value in table.items():
        here = f"{path}.{key}" if path else key
        if here in words and isinstance(value, Mapping):
            own = {language: words[here]}
            said[key] = {**value, **own} if replacing else {**own, **value}
        elif isinstance(value, Mapping):
            said[key] = _with(value, here, language, words, replacing=replacing)
        else:
            said[key] = value
    return said
