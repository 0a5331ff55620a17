"""A text is missing in a language that somebody may read, or shows other values there."""

from collections.abc import Iterator

from conversations.checks.material import Material, Written
from conversations.problem import Problem
from conversations.texts.languages import tongues
from conversations.texts.texts import Texts


def find(material: Material) -> Iterator[Problem]:
    """Dialogues need the organisation's languages; gaps in the product's own texts are found when they are read."""
    for sheet in material.sheets:
        for text in sheet.texts:
            yield from _missing(text, material.languages)
    for text in material.written:
        yield from _differing(text)


def _missing(text: Written, languages: tuple[str, ...]) -> Iterator[Problem]:
    unsaid = dict.fromkeys(tongues(language)[-1] for language in languages if not text.seen(language))
    for tag in unsaid:
        yield Problem(text.path, f"has no text in '{tag}'", f'write {tag} = "..."', text.file)


def _differing(text: Written) -> Iterator[Problem]:
    """Compare every language with the first one: a value shown in one must be shown in all that are ours."""
    texts = Texts({"text": text.languages})
    names = {tag: texts.placeholders("text", tag) for tag in text.languages if tag not in text.own}
    first, *others = names or ("",)
    for tag in others:
        if names[tag] != names[first] and not texts.problems:
            apart = ", ".join(sorted(names[tag] ^ names[first]))
            file, path = text.place(tag)
            yield Problem(
                path,
                f"has other placeholders than '{first}': {apart}",
                "show the same values in every language",
                file,
            )
