"""Neutral markup -> spans of styled text, which every channel turns into its platform's own form; pure.

Markup is the HTML subset `b i code a[href] blockquote br` with escaped text in between, as our templates write it.
A tag that is unknown, broken, or never closed is shown as the text it is: nothing anybody wrote is ever dropped.
"""

import html
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby

from conversations.frozen import frozen, replace
from conversations.texts.graphemes import graphemes


class Style(StrEnum):
    """How a piece of text looks; the value is its tag."""

    BOLD = "b"
    ITALIC = "i"
    CODE = "code"
    QUOTE = "blockquote"


@frozen
class Span:
    """A run of text that looks the same throughout; `text` is what people read, `href` an http(s) address or empty."""

    text: str
    styles: frozenset[Style] = frozenset()
    href: str = ""


Spans = tuple[Span, ...]
Measure = Callable[[str], int]
"""The length of a text in a platform's units; additive, so that lengths of pieces add up to the length of the whole."""

# Only web addresses become links: anything else in an href makes the tag a broken one.
_TAG = re.compile(
    r"<(?:(?P<open>b|i|code|blockquote)|/(?P<close>b|i|code|blockquote|a)|br ?/?"
    r'|a href="(?P<href>https?://[^"<>\s]+)")>'
)


def parse(markup: str) -> Spans:
    """Turn neutral markup into spans; neighbours never look the same and none is empty."""
    tags = list(_TAG.finditer(markup))
    understood = _understood(tags)
    spans: list[Span] = []
    styles: list[Style] = []
    links: list[str] = []

    def show(text: str) -> None:
        if text:
            spans.append(Span(text, frozenset(styles), links[-1] if links else ""))

    start = 0
    for number, tag in enumerate(tags):
        if number not in understood:
            continue
        show(html.unescape(markup[start : tag.start()]))
        start = tag.end()
        if tag["open"]:
            styles.append(Style(tag["open"]))
        elif tag["href"]:
            links.append(html.unescape(tag["href"]))
        elif tag["close"] == "a":
            links.pop()
        elif tag["close"]:
            styles.remove(Style(tag["close"]))
        else:
            show("\n")
    show(html.unescape(markup[start:]))
    return tuple(_joined(spans))


def plain(markup: str) -> str:
    """Return what is left without any styling; an address follows its link in brackets."""
    return "".join(
        f"{span.text} ({span.href})" if span.href not in ("", span.text) else span.text
        for span in parse(markup)
    )


def fitting(text: str, limit: int, measure: Measure = len) -> int:
    """Return how many code points of `text` fit into `limit` units without splitting a grapheme.

    At least one, so that a cut always moves on; a grapheme larger than the limit is split after all.
    """
    used = taken = 0
    for grapheme in graphemes(text):
        used += measure(grapheme)
        if used > limit:
            return taken or _hard_limit(grapheme, limit, measure)
        taken += len(grapheme)
    return taken


def cut(text: str, limit: int, measure: Measure = len) -> str:
    """Return `text`, shortened with an ellipsis at a grapheme bound where it is longer than `limit` units."""
    if measure(text) <= limit:
        return text
    return text[: fitting(text, limit - measure("…"), measure)].rstrip() + "…"


def split(spans: Spans, limit: int, measure: Measure = len) -> tuple[Spans, ...]:
    """Cut spans into parts of at most `limit` units each: at a paragraph, else a line, a word, a grapheme.

    White space at the cuts is left out. There is always at least one part.
    """
    text = "".join(span.text for span in spans)
    if measure(text) <= limit:
        return (spans,)
    parts = tuple(_slice(spans, start, end) for start, end in _bounds(text, limit, measure))
    return parts or ((),)


def _bounds(text: str, limit: int, measure: Measure) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        window = text[start : start + limit + 1]
        end = start + fitting(window, limit, measure)
        if end < len(text):
            end = _good_break(text, start, end)
        piece = text[start:end]
        if piece.strip():
            yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        start = end


def _good_break(text: str, start: int, end: int) -> int:
    """Return the best place to cut in the second half of what fits."""
    for separator in ("\n\n", "\n", " "):
        found = text.rfind(separator, start + (end - start) // 2, end + len(separator))
        if found >= 0:
            return found + len(separator)
    return end


def _slice(spans: Spans, start: int, end: int) -> Spans:
    parts: list[Span] = []
    position = 0
    for span in spans:
        text = span.text[max(start - position, 0) : max(end - position, 0)]
        if text:
            parts.append(replace(span, text=text))
        position += len(span.text)
    return tuple(parts)


def _hard_limit(grapheme: str, limit: int, measure: Measure) -> int:
    used = 0
    for count, character in enumerate(grapheme):
        used += measure(character)
        if used > limit:
            return max(count, 1)
    return len(grapheme)


def _understood(tags: Sequence[re.Match[str]]) -> set[int]:
    """Return the numbers of the tags that mean something: line breaks, and openings that meet their closing."""
    understood: set[int] = set()
    waiting: list[tuple[int, str]] = []
    names: Counter[str] = Counter()
    for number, tag in enumerate(tags):
        if opened := tag["open"] or ("a" if tag["href"] else ""):
            waiting.append((number, opened))
            names[opened] += 1
        elif not tag["close"]:
            understood.add(number)
        elif names[tag["close"]]:
            # What was opened in between and not closed is broken, and stays waiting for nobody.
            while True:
                opening, name = waiting.pop()
                names[name] -= 1
                if name == tag["close"]:
                    break
            understood |= {opening, number}
    return understood


def _joined(spans: Sequence[Span]) -> Iterator[Span]:
    for (styles, href), run in groupby(spans, key=lambda span: (span.styles, span.href)):
        yield Span("".join(span.text for span in run), styles, href)
