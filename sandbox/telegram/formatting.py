"""The three ways to mark up text: HTML, MarkdownV2 and the older Markdown, to plain text and entities.

Offsets in errors are byte offsets into what was sent; offsets of entities are UTF-16 units of what is seen
(core.telegram.org/bots/api#formatting-options).
"""

import re
from collections.abc import Callable
from html import unescape
from typing import Any, Final

from sandbox.telegram.refusals import cannot_parse

Entities = list[dict[str, Any]]

TAGS: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
TAG: Final = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[\w-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>]+))?)*)\s*>"
)
ATTRIBUTE: Final = re.compile(r"([\w-]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+)))?")
REFERENCE: Final = re.compile(r"&(?:lt|gt|amp|quot|#\d{1,7}|#x[0-9a-fA-F]{1,6});")
RESERVED: Final = frozenset("_*[]()~`>#+-=|{}.!")


class Seen:
    """What people see, as it grows: its pieces and its length in UTF-16 units."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.entities: Entities = []

    def add(self, piece: str) -> None:
        self.pieces.append(piece)
        self.length += len(piece.encode("utf-16-le", "surrogatepass")) // 2

    def mark(self, kind: str, start: int, **more: Any) -> None:
        if self.length > start:
            self.entities.append({"type": kind, "offset": start, "length": self.length - start, **more})

    def result(self) -> tuple[str, Entities]:
        ordered = sorted(self.entities, key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.pieces), ordered


def _bytes(text: str) -> int:
    return len(text.encode())


def _attributes(text: str) -> dict[str, str]:
    return {
        match[1].lower(): unescape(match[2] or match[3] or match[4] or "")
        for match in ATTRIBUTE.finditer(text)
    }


def parse_html(text: str) -> tuple[str, Entities]:
    """Raises Refusal for an unknown, unclosed or crossed tag."""
    seen = Seen()
    open_tags: list[tuple[str, int, dict[str, str]]] = []
    at = 0
    while at < len(text):
        tag_at = text.find("<", at)
        plain = text[at:] if tag_at < 0 else text[at:tag_at]
        seen.add(REFERENCE.sub(lambda match: unescape(match.group()), plain))
        if tag_at < 0:
            break
        tag = TAG.match(text, tag_at)
        where = _bytes(text[:tag_at])
        if tag is None:
            name = re.match(r"</?([^\s>]*)", text[tag_at:])
            spelled = name[1] if name else ""
            raise cannot_parse(f'Unsupported start tag "{spelled}" at byte offset {where}')
        closing, opened, given = tag[1], tag[2].lower(), _attributes(tag[3])
        if closing:
            _close(seen, open_tags, opened, where)
        else:
            if opened not in TAGS or (opened == "span" and given.get("class") != "tg-spoiler"):
                raise cannot_parse(f'Unsupported start tag "{opened}" at byte offset {where}')
            open_tags.append((opened, seen.length, given))
        at = tag.end()
    if open_tags:
        raise cannot_parse(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return seen.result()


def _close(seen: Seen, open_tags: list[tuple[str, int, dict[str, str]]], name: str, where: int) -> None:
    if not open_tags:
        raise cannot_parse(f"Unexpected end tag at byte offset {where}")
    opened, start, given = open_tags.pop()
    if opened != name:
        raise cannot_parse(
            f'Unmatched end tag at byte offset {where}, expected "</{opened}>", found "</{name}>"'
        )
    match name:
        case "a":
            if given.get("href"):
                seen.mark("text_link", start, url=given["href"])
        case "blockquote" if "expandable" in given:
            seen.mark("expandable_blockquote", start)
        case "code" if open_tags and open_tags[-1][0] == "pre" and "class" in given:
            open_tags[-1][2]["language"] = given["class"].removeprefix("language-")
        case "pre" if "language" in given:
            seen.mark("pre", start, language=given["language"])
        case "tg-emoji":
            seen.mark("custom_emoji", start, custom_emoji_id=given.get("emoji-id", ""))
        case _:
            seen.mark(TAGS[name], start)


PAIRS: Final = {
    "*": "bold",
    "_": "italic",
    "__": "underline",
    "~": "strikethrough",
    "||": "spoiler",
    "`": "code",
    "```": "pre",
    "[": "text_link",
}


def parse_markdown_v2(text: str) -> tuple[str, Entities]:
    """Raises Refusal for a reserved character that is not escaped, or a mark without its end."""
    seen = Seen()
    open_marks: list[tuple[str, int, int]] = []
    at = 0
    while at < len(text):
        character, inside = text[at], open_marks[-1][0] if open_marks else ""
        if character == "\\" and at + 1 < len(text) and text[at + 1].isascii():
            seen.add(text[at + 1])
            at += 2
            continue
        if inside.startswith("`") and not text.startswith(inside, at):
            seen.add(character)
            at += 1
            continue
        mark = next(
            (each for each in ("```", "||", "__", "*", "_", "~", "`", "[") if text.startswith(each, at)), ""
        )
        if inside == "[" and character == "]":
            at = _link(seen, text, at, open_marks.pop())
        elif mark and mark == inside:
            kind, start, _ = open_marks.pop()
            seen.mark(PAIRS[kind], start)
            at += len(mark)
        elif mark:
            open_marks.append((mark, seen.length, _bytes(text[:at])))
            at += len(mark)
        elif character in RESERVED and not (character == ">" and (at == 0 or text[at - 1] == "\n")):
            reason = f"Character '{character}' is reserved and must be escaped with the preceding '\\'"
            raise cannot_parse(reason)
        else:
            if character != ">":
                seen.add(character)
            at += 1
    if open_marks:
        kind, _, where = open_marks[-1]
        raise cannot_parse(f"Can't find end of {PAIRS[kind].title()} entity at byte offset {where}")
    return seen.result()


def _link(seen: Seen, text: str, at: int, opened: tuple[str, int, int]) -> int:
    """Finish `[label](address)` whose `]` is at `at`; the place behind it."""
    _, start, where = opened
    end = text.find(")", at)
    if text[at + 1 : at + 2] != "(" or end < 0:
        raise cannot_parse(f"Can't find end of a URL at byte offset {where}")
    if address := text[at + 2 : end]:
        seen.mark("text_link", start, url=address)
    return end + 1


def parse_markdown(text: str) -> tuple[str, Entities]:
    """The older Markdown: marks do not nest; raises Refusal for one without its end."""
    seen = Seen()
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\" and text[at + 1 : at + 2] in ("_", "*", "`", "["):
            seen.add(text[at + 1])
            at += 2
        elif character in "_*`[":
            at = _stretch(seen, text, at)
        else:
            seen.add(character)
            at += 1
    return seen.result()


def _stretch(seen: Seen, text: str, at: int) -> int:
    mark = "```" if text.startswith("```", at) else text[at]
    end = text.find("]" if mark == "[" else mark, at + len(mark))
    if end < 0:
        raise cannot_parse(f"Can't find end of the entity starting at byte offset {_bytes(text[:at])}")
    start = seen.length
    seen.add(text[at + len(mark) : end])
    if mark == "[":
        return _link(seen, text, end, (mark, start, at)) if text[end + 1 : end + 2] == "(" else end + 1
    seen.mark(PAIRS[mark], start)
    return end + len(mark)


MODES: Final[dict[str, Callable[[str], tuple[str, Entities]]]] = {
    "html": parse_html,
    "markdown": parse_markdown,
    "markdownv2": parse_markdown_v2,
}
