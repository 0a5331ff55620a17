"""Spans -> Slack's rich text, in which words are only words: nothing that people write is parsed for markup.

So neither `<!channel>` nor `<@U1>`, neither a code fence nor a bare link does anything; mentions and links exist
only as elements of their own, and those come from our texts.
Shape: docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeAlias

from bot.markup import Span, Spans, Style, cut, parse, plain, split

Json: TypeAlias = dict[str, Any]

_STYLES = {Style.BOLD: "bold", Style.ITALIC: "italic", Style.CODE: "code"}


def units(text: str) -> int:
    """Return the length that Slack's limits may count: UTF-16 units, the larger of the two customary measures."""
    return len(text) + sum(character > "\uffff" for character in text)


def shorten(text: str, limit: int) -> str:
    """Cut to a limit of Slack's, with an ellipsis at a grapheme bound."""
    return cut(text, limit, units)


def rich(spans: Spans, mention: Sequence[str] = ()) -> Json:
    """Return a rich_text block; the people to call come first."""
    sections: list[Json] = []
    for quoted, run in groupby(spans, key=lambda span: Style.QUOTE in span.styles):
        elements = list(_elements(_trimmed(list(run))))
        if elements:
            sections.append(
                {"type": "rich_text_quote" if quoted else "rich_text_section", "elements": elements}
            )
    if mention:
        sections.insert(0, {"type": "rich_text_section", "elements": list(_calls(mention))})
    return {
        "type": "rich_text",
        "elements": sections or [{"type": "rich_text_section", "elements": [_text(" ")]}],
    }


def limited(markup: str, limit: int) -> Spans:
    """Parse neutral markup and keep what fits into `limit` units."""
    first, *rest = split(parse(markup), limit - 1, units)
    return (*first, Span("…")) if rest else first


def fallback(markup: str, mention: Sequence[str] = ()) -> str:
    """Return the text of notifications: unstyled, and escaped, for this one Slack does parse.

    At most 3,500 characters and the mentions; chat.update takes 4,000.
    """
    words = plain(markup)
    text = escaped(shorten(words, 3_000))
    if len(text) > 3_500:  # escapes are up to five times as long as what they stand for
        text = escaped(shorten(words, 700))
    return "".join(f"<@{user}> " for user in mention) + (text or " ")


def escaped(text: str) -> str:
    """Escape exactly the three characters that Slack asks for (docs.slack.dev/messaging/formatting-message-text)."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _trimmed(run: list[Span]) -> Iterable[Span]:
    """Take away the line breaks around a quotation, which is a paragraph of its own anyway."""
    text = "".join(span.text for span in run)
    start, end = len(text) - len(text.lstrip("\n")), len(text.rstrip("\n"))
    position = 0
    for span in run:
        kept = span.text[max(start - position, 0) : max(end - position, 0)]
        position += len(span.text)
        if kept:
            yield Span(kept, span.styles, span.href)


def _elements(run: Iterable[Span]) -> Iterator[Json]:
    for span in run:
        element = {"type": "link", "url": span.href, "text": span.text} if span.href else _text(span.text)
        style = {name: True for part, name in _STYLES.items() if part in span.styles}
        yield {**element, "style": style} if style else element


def _calls(users: Sequence[str]) -> Iterator[Json]:
    for user in users:
        yield {"type": "user", "user_id": user}
        yield _text(" ")


def _text(words: str) -> Json:
    return {"type": "text", "text": words}
