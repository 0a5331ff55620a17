"""The digest for a terminal: aligned plain text that fits into a hundred columns, without colour codes."""

from functools import partial

from markupsafe import Markup

from reports.blocks import Block, Digest, Measures, Table, Tone
from reports.render.columns import aligned, as_table, cut, shown, wrap
from reports.render.environment import environment, inert

WIDTH = 100
_WHOLE = 100_000  # columns: nothing is that wide
MARKS = {Tone.URGENT: "!!", Tone.WARNING: " !", Tone.GOOD: " +", Tone.PLAIN: " -", Tone.QUIET: "  "}


def render(digest: Digest, *, whole: bool = False) -> str:
    """Return the digest as text that ends with a line break; `whole` tables are as wide as their cells."""
    found = environment(escape=str)
    aligning = partial(_aligned, width=_WHOLE if whole else WIDTH)
    found.filters |= {"wrapped": _wrapped, "aligned": aligning, "heading": _heading}
    parts = [("", digest.lead), *((chapter.title, chapter.blocks) for chapter in digest.chapters)]
    return found.get_template("terminal.j2").render(digest=digest, parts=parts, marks=MARKS)


def _wrapped(text: str, first: str = "", rest: str | None = None) -> Markup:
    indent = " " * len(first) if rest is None else rest
    return _vouch("\n".join(wrap(text, WIDTH, first, indent)))


def _aligned(block: Block, width: int) -> Markup:
    if isinstance(block, Measures):
        return _vouch("\n".join(aligned(as_table(block), width)[2:]))
    assert isinstance(block, Table)  # noqa: S101 - the template asks for nothing else
    return _vouch("\n".join(aligned(block, width)))


def _heading(text: str, line: str) -> Markup:
    text = cut(inert(text), WIDTH)
    return _vouch(f"{text}\n{line * shown(text)}")


def _vouch(text: str) -> Markup:
    """Mark lines as harmless, so that their line breaks stay."""
    return Markup(text)  # noqa: S704 - no HTML is made from this
