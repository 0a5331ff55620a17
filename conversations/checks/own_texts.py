"""An organisation's own text uses a value that it is not given, or leaves out one that ours shows."""

from collections.abc import Iterator, Mapping

from conversations.problem import Problem, unknown
from conversations.texts.languages import Language, WrittenText, fallbacks
from conversations.texts.texts import placeholders, shown_always

WRITTEN_OUT = frozenset({"organisation"})
"""Values that an organisation may just as well write out."""


def find(languages: Mapping[str, Language]) -> Iterator[Problem]:
    """Compare each with ours. An unknown value would fail when the text is rendered; a missing one is a hint."""
    for tag, language in languages.items():
        for key, text in language.texts.items():
            if text.own and not text.words:  # neither platform takes an empty message or button
                yield Problem(key, "is empty", "write words, or take the line out", text.file)
            elif text.own:
                yield from _differing(key, text, _ours(key, tag, text, languages))


def _ours(key: str, tag: str, text: WrittenText, languages: Mapping[str, Language]) -> str:
    """Return our text that it replaces, else ours in a related language."""
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
