"""A mistake in what an author wrote: found at start-up, collected, shown all at once."""

from collections.abc import Iterable
from difflib import get_close_matches

from conversations.frozen import frozen, replace


@frozen
class Problem:
    """`path` is the place inside the file (`questions.score.next[0].goto`); the reader of the file adds `file`.

    A hint is worth a look but no mistake: nothing is refused because of it.
    """

    path: str
    text: str
    remedy: str = ""
    file: str = ""
    hint: bool = False

    def __str__(self) -> str:
        place = ": ".join(part for part in (self.file, self.path) if part)
        told = f"{place}: {self.text}" if place else self.text
        return f"{told} ({self.remedy})" if self.remedy else told

    def within(self, file: str) -> "Problem":
        """Return the same problem, placed in a file."""
        return replace(self, file=file)


def unknown(path: str, what: str, name: str, known: Iterable[str]) -> Problem:
    """Report an unknown name, with the closest known one as remedy."""
    known = sorted(known)
    near = nearest(name, known)
    remedy = near or f"known: {', '.join(known) or 'none'}"
    return Problem(path, f"unknown {what} '{name}'", remedy)


def nearest(name: str, known: Iterable[str]) -> str:
    """Ask whether the closest known name was meant; empty where none is close."""
    near = get_close_matches(name, sorted(known), n=1)
    return f"did you mean '{near[0]}'?" if near else ""
