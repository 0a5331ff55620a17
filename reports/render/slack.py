"""The digest as Block Kit blocks and a plain text for notifications; the picture is uploaded beside them.

Limits: 50 blocks, 3,000 characters per section, 10 fields of 2,000, 150 per header
(docs.slack.dev/reference/block-kit/blocks); 12,000 characters in all blocks together. `verbatim` keeps Slack from
making links and mentions out of what people wrote.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from markupsafe import Markup

from reports.blocks import Block, Digest, Figure, Lines, Measures, Note, Quotes, Table, Tone
from reports.render.columns import aligned, natural_width
from reports.render.environment import environment, inert

Json: TypeAlias = dict[str, object]

MOST_BLOCKS = 50
LONGEST_SECTION = 3000
LONGEST_HEADER = 150
LONGEST_IN_ALL = 12_000
NARROW = 46
"""Columns that a phone shows in one line of fixed-width letters; wider tables become lists."""

MARKS = {
    Tone.URGENT: ":red_circle:",
    Tone.WARNING: ":large_orange_circle:",
    Tone.GOOD: ":large_green_circle:",
    Tone.PLAIN: "•",
    Tone.QUIET: "•",
}


@dataclass(frozen=True, slots=True)
class Posting:
    """A message: `text` for notifications and where blocks cannot be shown, at most one section long."""

    text: str
    blocks: list[Json]


def render(digest: Digest) -> Posting:
    """Return the digest as one message within Slack's limits; what does not fit is left out and said to be."""
    title = f"{digest.title} · {digest.organisation}"
    blocks = [_header(title), _context(escape(digest.period))]
    blocks += [one for block in digest.lead for one in _blocks(block)]
    for chapter in digest.chapters:
        blocks += [_header(chapter.title), *(one for block in chapter.blocks for one in _blocks(block))]
    blocks += [_context(escape(sentence)) for sentence in digest.closing]
    return Posting(_summary(digest, title), _fit(blocks, _context(escape(digest.omitted))))


def escape(text: str) -> str:
    """Return a text in which Slack finds no mention, link, channel or code: only `& < >` and the backtick matter."""
    for letter, harmless in (
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("`", "\N{MODIFIER LETTER GRAVE ACCENT}"),
    ):
        text = text.replace(letter, harmless)
    return inert(text)


def _blocks(block: Block) -> Iterator[Json]:
    match block:
        case Note(tone=Tone.QUIET | Tone.PLAIN):
            yield _context(_said("note", block))
        case Measures():
            fields = [_text(_said("measure", one), 2000) for one in block.measures]
            for first in range(0, len(fields), 10):
                yield {"type": "section", "fields": fields[first : first + 10]}
        case Table():
            yield from _table(block)
        case Figure():
            yield _context(escape(block.alt))
            yield from _table(block.twin)
            yield _context(escape(block.caption))
        case Note() | Lines() | Quotes():
            yield from _sections(_said(type(block).__name__.lower(), block).splitlines())


def _table(table: Table) -> Iterator[Json]:
    """A narrow table keeps its columns; a wide one becomes a list that a phone can wrap."""
    if natural_width(table) > NARROW:
        yield from _sections(_said("table", table).splitlines())
        return
    for chunk in _chunks(map(escape, aligned(table, NARROW)), LONGEST_SECTION - 10):
        yield _section(_said("grid", [Markup(row) for row in chunk]))  # noqa: S704 - escaped just now


def _sections(lines: Iterable[str]) -> Iterator[Json]:
    for chunk in _chunks(lines, LONGEST_SECTION):
        yield _section("\n".join(chunk).strip("\n"))


def _chunks(lines: Iterable[str], limit: int) -> Iterator[list[str]]:
    chunk: list[str] = []
    for line in lines:
        line = _cut(line, limit)
        if chunk and sum(map(len, chunk)) + len(chunk) + len(line) > limit:
            yield chunk
            chunk = []
        chunk.append(line)
    if chunk:
        yield chunk


def _fit(blocks: list[Json], omitted: Json) -> list[Json]:
    """Return as many blocks as a message may have, and in their stead at the end that there was more."""
    room, kept = LONGEST_IN_ALL - _length(omitted), 0
    while kept < len(blocks) and (room := room - _length(blocks[kept])) >= 0:
        kept += 1
    if kept == len(blocks) <= MOST_BLOCKS:
        return blocks
    return [*blocks[: min(kept, MOST_BLOCKS - 1)], omitted]


def _length(value: object) -> int:
    """Characters of text in a block, markup included."""
    if isinstance(value, dict):
        return sum(
            len(one) if key == "text" and isinstance(one, str) else _length(one) for key, one in value.items()
        )
    return sum(map(_length, value)) if isinstance(value, list) else 0


def _summary(digest: Digest, title: str) -> str:
    """What a notification shows: the notes at the top and the first chapter's sentences and figures."""
    first = [block for chapter in digest.chapters[:1] for block in chapter.blocks]
    said = [f"{escape(title)} · {escape(digest.period)}"]
    for block in (*digest.lead, *first):
        match block:
            case Note() | Lines():
                said.append(_said(type(block).__name__.lower(), block))
            case Measures():
                said += [escape(f"{one.label}: {one.value}") for one in block.measures]
            case Table() | Quotes() | Figure():
                continue
    return _cut("\n".join(said), LONGEST_SECTION)


def _header(text: str) -> Json:
    """Plain text is shown as it is: what is escaped elsewhere would be seen here."""
    words = inert(text)
    if len(words) > LONGEST_HEADER:
        words = f"{words[: LONGEST_HEADER - 1]}…"
    return {"type": "header", "text": {"type": "plain_text", "text": words, "emoji": False}}


def _section(text: str) -> Json:
    return {"type": "section", "text": _text(text, LONGEST_SECTION)}


def _context(text: str) -> Json:
    return {"type": "context", "elements": [_text(text, LONGEST_SECTION)]}


def _text(text: str, limit: int) -> Json:
    return {"type": "mrkdwn", "text": _cut(text, limit), "verbatim": True}


def _cut(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return re.sub(r"&[a-z]{0,3}$", "", text[: limit - 1]) + "…"


def _said(macro: str, block: object) -> str:
    return str(getattr(_macros(), macro)(block)).strip("\n")


@cache
def _macros() -> object:
    return environment(escape).get_template("slack.j2").make_module({"marks": MARKS})
