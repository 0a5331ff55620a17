"""What people may write, in every language there is: phrases and patterns, as `phrases.toml` and `commands.toml` say.

A phrase is understood whatever the language of a conversation is. Where two languages mean different things by one, the
language that the organisation names first has it. What is made of a vocabulary (sets, regular expressions) is made
once, by whoever uses it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from conversations.problem import Problem, unknown

ORDERED: Final = {"rating.numbers": 11, "day.months": 12}
"""Lists in which the place counts, and how long they are; each member may be several phrases."""

NEEDED: Final = (
    *("called", "yes", "no", "done", "confirmed", "greetings", "nothing.no"),
    *("courtesy.thanks", "courtesy.content", "courtesy.greeting", "courtesy.fillers"),
    *(
        "rating.out_of",
        "rating.star",
        "rating.counted",
        "day.today",
        "day.yesterday",
        "day.tomorrow",
        "choice.and",
    ),
)
OPTIONAL: Final = ("day.before_yesterday", "day.after_tomorrow", "day.of")
PATTERNS: Final = (
    *("polite.words", "nothing.bare", "nothing.phrases"),
    *("rating.before", "rating.after", "rating.possible", "rating.points", "rating.stars", "rating.never"),
    *("day.ordinals", "number.otherwise"),
)
"""Regular expressions; a language may do without. `{things}` in one stands for the list `things` beside it."""

_PART = re.compile(r"\{([a-z_]+)\}")

Said = str | tuple[str, ...]
"""Phrases with commas between them, or a list of patterns or of what is in order."""


class Idiom:
    """What is understood in one language: phrases, ordered lists and patterns by key."""

    def __init__(self, tag: str, said: Mapping[str, Said]) -> None:
        self.tag = tag
        self._said = said

    def listed(self, key: str) -> tuple[str, ...]:
        """Return the phrases of a key."""
        said = self._said.get(key, "")
        return _parted(said) if isinstance(said, str) else ()

    def ordered(self, key: str) -> tuple[tuple[str, ...], ...]:
        """Return the phrases of a list, place by place."""
        said = self._said.get(key, ())
        return tuple(map(_parted, said)) if not isinstance(said, str) else ()

    def pattern(self, key: str) -> str:
        """Return one regular expression for all patterns of a key; empty where there is none."""
        said = self._said.get(key, ())
        if isinstance(said, str) or not said:
            return ""
        table = key.rpartition(".")[0]
        return _PART.sub(lambda part: f"(?:{self.pattern(f'{table}.{part[1]}')})", "|".join(said))

    def table(self, name: str) -> Mapping[str, str]:
        """Return what stands in a table, key by key, as it is written."""
        prefix = f"{name}."
        return {
            key.removeprefix(prefix): said
            for key, said in self._said.items()
            if key.startswith(prefix) and isinstance(said, str)
        }


class Vocabulary:
    """Everything that is understood, the organisation's languages first; two of them are never equal."""

    def __init__(self, idioms: Iterable[Idiom] = ()) -> None:
        self.idioms = tuple(idioms)

    def listed(self, key: str) -> tuple[str, ...]:
        """Return the phrases of a key in all languages."""
        return tuple(phrase for one in self.idioms for phrase in one.listed(key))

    def ordered(self, key: str) -> tuple[tuple[str, ...], ...]:
        """Return the phrases of a list in all languages, place by place."""
        lists = [one.ordered(key) for one in self.idioms]
        return tuple(
            tuple(phrase for one in lists for phrase in (one[place] if place < len(one) else ()))
            for place in range(ORDERED[key])
        )

    def pattern(self, key: str) -> str:
        """Return one regular expression for the patterns of all languages; one that matches nothing without any."""
        return "|".join(filter(None, (one.pattern(key) for one in self.idioms))) or "(?!)"


def read_phrases(
    content: Mapping[str, object], file: str, *, trusted: bool = False
) -> tuple[dict[str, Said], list[Problem]]:
    """Return what a file says, by key, and what is wrong with it; the patterns of a trusted one are not tried."""
    found: dict[str, Said] = {}
    problems: list[Problem] = []
    known = {*NEEDED, *OPTIONAL, *PATTERNS, *ORDERED}
    for key, value in _leaves(content):
        said = (
            value if isinstance(value, str) else tuple(map(str, value)) if isinstance(value, list) else None
        )
        if said is None or (key in ORDERED and len(said) != ORDERED[key]):
            wanted = f"a list of {ORDERED[key]}" if key in ORDERED else "a text or a list"
            problems.append(Problem(key, f"must be {wanted}", "look at the same file of en", file))
        elif key not in known and not _is_open(key, said):
            problems.append(unknown(key, "phrase", key, known).within(file))
        else:
            found[key] = said
    idiom = Idiom("", found)
    for key in found if not trusted else ():
        try:
            re.compile(idiom.pattern(key) if key not in ORDERED else "")
        except (re.error, OverflowError, RecursionError) as error:
            problems.append(Problem(key, f"is not a regular expression: {error}", "mend it", file))
    return found, problems


def _is_open(key: str, said: Said) -> bool:
    """Whether a table has names of its own: letters, commands, and the parts that patterns are put together from."""
    if isinstance(said, str):
        return key.startswith(("letters.", "words.", "slash."))
    return key.startswith("nothing.")


def _leaves(content: Mapping[str, object], path: str = "") -> Iterator[tuple[str, object]]:
    for key, value in content.items():
        here = f"{path}.{key}" if path else key
        if isinstance(value, Mapping):
            yield from _leaves(value, here)
        else:
            yield here, value


def _parted(said: str) -> tuple[str, ...]:
    return tuple(filter(None, (phrase.strip() for phrase in said.split(","))))
