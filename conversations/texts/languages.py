"""A language is a folder, and the folder's name is its tag: parsed files in, the texts of every language out.

    de/cases.toml      [case.state]
                       closed = "abgeschlossen"        # the text `case.state.closed` in `de`

A tag with a stroke has only what differs: `de-formal` falls back to `de`. An organisation's own files replace single
texts, or bring a whole language. Pure: whoever reads files brings them here.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import PurePath
from typing import Final

from conversations.frozen import frozen
from conversations.problem import Problem, unknown
from conversations.texts.vocabulary import NEEDED, ORDERED, Idiom, Said, Vocabulary, read_phrases

FALLBACK: Final = "en"
"""The language that every other one is measured by, and the last resort for whoever reads none of ours."""

PHRASES: Final = ("phrases.toml", "commands.toml")
"""The files that say what is understood; all others say what is told."""

LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@frozen
class WordSource:
    """A file of one language, parsed. `own` tells that it is the organisation's: what it says replaces what we say."""

    language: str
    file: str
    content: Mapping[str, object]
    own: bool = False


@frozen
class WrittenText:
    """One text of one language, and its file. One of the organisation's own knows the words of ours it replaces."""

    words: str
    file: str
    own: bool = False
    replaces: str = ""


@frozen
class Language:
    """What the folder of a language holds: its texts by key, and what is understood in it, file by file."""

    tag: str
    texts: Mapping[str, WrittenText]
    understood: tuple[tuple[str, Mapping[str, Said]], ...] = ()

    @property
    def own(self) -> bool:
        """Whether all of it is the organisation's."""
        return bool(self.texts) and all(one.own for one in self.texts.values())


def read_languages(sources: Iterable[WordSource]) -> tuple[dict[str, Language], tuple[Problem, ...]]:
    """Return languages by tag, the fallback first, and what cannot be read."""
    texts: dict[str, dict[str, WrittenText]] = {}
    understood: dict[str, list[tuple[str, Mapping[str, Said]]]] = {}
    problems: list[Problem] = []
    for source in sorted(sources, key=lambda one: (one.language != FALLBACK, one.language, one.own)):
        tag, file = source.language, source.file
        if not LANGUAGE_TAG.fullmatch(tag):
            remedy = "call the folder en, de or de-formal"
            problems.append(Problem("", f"'{tag}' is not a language tag", remedy, file))
            continue
        known = texts.setdefault(tag, {})
        if PurePath(file).name in PHRASES:
            said, wrong = read_phrases(source.content, file, trusted=not source.own)
            problems += wrong
            understood.setdefault(tag, []).append((file, said))
            continue
        found, wrong = texts_in(source.content)
        problems += [problem.within(file) for problem in wrong]
        problems += [
            Problem(key, "is written twice", f"keep one; the other is in {known[key].file}", file)
            for key in found
            if key in known and known[key].own == source.own
        ]
        known |= {
            key: WrittenText(words, file, source.own, known[key].words if key in known else "")
            for key, words in found.items()
        }
    languages = {tag: Language(tag, found, tuple(understood.get(tag, ()))) for tag, found in texts.items()}
    return languages, tuple(problems)


def vocabulary_of(languages: Mapping[str, Language], first: Iterable[str] = ()) -> Vocabulary:
    """Return what is understood: the languages named first have a phrase that two of them have."""
    order = [one for tag in first for one in tongues(tag) if one in languages]
    idioms = []
    for tag in dict.fromkeys([*order, *languages]):
        merged: dict[str, Said] = {}
        for _, said in languages[tag].understood:
            for key, value in said.items():
                merged[key] = _both(merged.get(key), value) if key not in ORDERED else value
        idioms.append(Idiom(tag, merged))
    return Vocabulary(idioms)


def _both(one: Said | None, other: Said) -> Said:
    """What one's own files say is understood besides what ours say."""
    if isinstance(one, str) and isinstance(other, str):
        return f"{one}, {other}"
    if isinstance(one, tuple) and isinstance(other, tuple):
        return (*one, *other)
    return other


def texts_in(content: Mapping[str, object], path: str = "") -> tuple[dict[str, str], list[Problem]]:
    """Flatten nested tables of one language: key -> text."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    for key, value in content.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            inner, more = texts_in(value, here)
            found |= inner
            problems += more
        elif isinstance(value, str):
            found[here] = value.strip()
        else:
            problems.append(Problem(here, "is neither a text nor a table of texts", f'write {key} = "..."'))
    return found, problems


def per_language(prefix: str, file: str, words: Mapping[str, Mapping[str, str]]) -> Iterator[WordSource]:
    """Yield words that lie in code (key -> language -> template) as files of languages, below a table."""
    for tag in dict.fromkeys(tag for texts in words.values() for tag in texts):
        yield WordSource(
            tag, file, {f"{prefix}.{key}": texts[tag] for key, texts in words.items() if tag in texts}
        )


# -- which language ----------------------------------------------------------------------------------------------------


def fallbacks(language: str) -> tuple[str, ...]:
    """Return the tags to try for a language, most special first: `de-formal` -> de-formal, de, en."""
    return tuple(dict.fromkeys([*tongues(language), FALLBACK]))


def tongues(language: str) -> tuple[str, ...]:
    """Return the tags that a person with this language understands: `de-formal` -> de-formal, de."""
    parts = language.split("-")
    return tuple("-".join(parts[:end]) for end in range(len(parts), 0, -1))


def choose(language: str | None, offered: tuple[str, ...]) -> str:
    """Return the offered tag that suits a person's tag best: the same, else the same base, else the first."""
    wanted = (language or "").replace("_", "-").casefold()
    base = wanted.split("-")[0]
    exact = next((tag for tag in offered if tag.casefold() == wanted), None)
    near = next((tag for tag in offered if tag.split("-")[0].casefold() == base), None)
    return exact or near or (offered[0] if offered else FALLBACK)


# -- what is missing ---------------------------------------------------------------------------------------------------


@frozen
class Wanted:
    """Which texts there must be: `keys` that code puts together, besides all that any of our languages has.

    In the tables of `made_up` an organisation may have names of its own. `used` are the languages that somebody reads,
    `commands` the names that plain words and strokes may lead to.
    """

    keys: tuple[str, ...] = ()
    made_up: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


def lacking(languages: Mapping[str, Language], wanted: Wanted) -> Iterator[Problem]:
    """Yield what a language has no text for, with its file: whoever reads it would meet a gap.

    A tag that falls back to another one needs nothing of its own, and neither does a language of the organisation's
    that nobody reads.
    """
    ours = {key for one in languages.values() for key, text in one.texts.items() if not text.own}
    needed = dict.fromkeys([*wanted.keys, *sorted(ours)])
    theirs = {
        key for one in languages.values() for key in one.texts if key.rpartition(".")[0] in wanted.made_up
    }
    used = {_root(one, languages) for one in wanted.used}
    for tag, language in languages.items():
        if _root(tag, languages) != tag or (language.own and tag not in used):
            continue
        for key in dict.fromkeys([*needed, *sorted(theirs)]) if tag in used else needed:
            if key not in language.texts:
                file = _home(key, tag, languages)
                yield Problem(key, f"has no text in '{tag}'", f'write {key.rpartition(".")[2]} = "..."', file)
        if wanted.commands:
            yield from _unheard(language, _folder(language) or PurePath(tag), wanted.commands)


def _unheard(language: Language, folder: PurePath, commands: tuple[str, ...]) -> Iterator[Problem]:
    """Yield what nobody could say in a language."""
    said = {key for _, found in language.understood for key, value in found.items() if value}
    for file, keys in (
        (PHRASES[0], (*NEEDED, *ORDERED)),
        (PHRASES[1], [f"words.{name}" for name in commands]),
    ):
        for key in keys:
            if key not in said and key != "called":
                name = key.rpartition(".")[2]
                yield Problem(
                    key, f"nobody can say it in '{language.tag}'", f"write {name} = ...", str(folder / file)
                )


def foreign(languages: Mapping[str, Language], wanted: Wanted) -> Iterator[Problem]:
    """Yield what an organisation's own files say that nobody asks for."""
    known = {key for language in languages.values() for key, text in language.texts.items() if not text.own}
    known.update(wanted.keys)
    for language in languages.values():
        for key, text in language.texts.items():
            if text.own and key not in known and key.rpartition(".")[0] not in wanted.made_up:
                yield unknown(key, "text", key, known).within(text.file)
        for file, said in language.understood:
            for key in said:
                table, _, name = key.partition(".")
                if table in ("words", "slash") and wanted.commands and name not in wanted.commands:
                    yield unknown(key, "command", name, wanted.commands).within(file)


def unspoken(languages: Mapping[str, Language], path: str, used: Collection[str]) -> Iterator[Problem]:
    """Yield the languages that are asked for at a place of the configuration and that there are no words in."""
    for tag in used:
        if not any(one in languages for one in tongues(tag)):
            remedy = "bring its words in a folder of your own, [texts] folder"
            near = unknown(path, "language", tag, languages)
            yield Problem(path, near.text, f"{near.remedy}; or {remedy}")


def _root(tag: str, languages: Mapping[str, Language]) -> str:
    """The language that must be whole for a tag: the least special one there is."""
    return next((one for one in reversed(tongues(tag)) if one in languages), tag)


def _folder(language: Language) -> PurePath | None:
    """Where the files of a language lie; ours, where the organisation only says some things differently."""
    files = (
        one.file for one in language.texts.values() if one.own == language.own and one.file.endswith(".toml")
    )
    return next((PurePath(file).parent for file in files), None)


def _home(key: str, tag: str, languages: Mapping[str, Language]) -> str:
    """The file of a language that a text belongs in: where others have it, or have what is next to it."""
    folder = _folder(languages[tag])
    written = {other: text for one in languages.values() for other, text in one.texts.items()}
    near = key
    while near:
        found = (text for other, text in written.items() if f"{other}.".startswith(f"{near}."))
        file = next((PurePath(one.file) for one in found if one.file.endswith(".toml")), None)
        if file is not None:
            sibling = (
                file.parent.parent / tag
                if folder is None or (key in written and written[key].own)
                else folder
            )
            return str(sibling / file.name)
        near = near.rpartition(".")[0]
    return str(folder or tag)
