"""A text of the organisation's own shows a value that nobody gives it, or leaves out one that ours shows."""

from collections.abc import Iterator, Mapping

from conversations.problem import Problem, unknown
from conversations.texts.languages import Language, WrittenText, fallbacks
from conversations.texts.texts import placeholders, shown_always

WRITTEN_OUT = frozenset({"organisation"})
"""What an organisation may as well write as it is."""


def find(languages: Mapping[str, Language]) -> Iterator[Problem]:
    """Compare each with ours. A value too many would fail when the text is said; one that is left out is a hint."""
    for tag, language in languages.items():
        for key, text in language.texts.items():
            if text.own:
                yield from _differing(key, text, _ours(key, tag, text, languages))


def _ours(key: str, tag: str, text: WrittenText, languages: Mapping[str, Language]) -> str:
    """The words of ours that a text stands for: those it replaces, else those of a language close to it."""
    known = [
        text,
        *(languages[one].texts[key] for one in (*fallbacks(tag), *languages) if _has(one, key, languages)),
    ]
    return next((words for one in known if (words := one.replaces if one.own else one.words)), "")


def _has(tag: str, key: str, languages: Mapping[str, Language]) -> bool:
    return tag in languages and key in languages[tag].texts


def _differing(key: str, text: WrittenText, ours: str) -> Iterator[Problem]:
    given, used = placeholders(ours), placeholders(text.words)
    for name in sorted(used - given):
        yield unknown(key, "placeholder", name, given).within(text.file)
    for name in sorted(shown_always(ours) - used - WRITTEN_OUT) if used <= given else ():
        yield Problem(
            key,
            f"does not show {{{{ {name} }}}}, as ours does",
            "show it, if it is missed",
            text.file,
            hint=True,
        )
