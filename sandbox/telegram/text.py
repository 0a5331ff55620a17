"""Text as Telegram takes it: cleaned, measured in UTF-16 units, with its entities checked or found."""

import re
from typing import Any, Final

from sandbox.telegram.formatting import MODES
from sandbox.telegram.refusals import bad

Entity = dict[str, Any]

TEXT_LIMIT: Final = 4096
CAPTION_LIMIT: Final = 1024
"""UTF-16 units after entities were parsed (core.telegram.org/bots/api#sendmessage, #sendphoto)."""

ENTITY_TYPES: Final = frozenset(
    (
        *("mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "date_time"),
        *("bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "custom_emoji"),
        *("blockquote", "expandable_blockquote", "text_link", "text_mention"),
    )
)

CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
FOUND: Final = re.compile(
    r"(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<url>https?://[^\s<>\"]+|(?<![\w@.])(?:[\w-]+\.)+(?:com|org|net|de|io|eu)\b(?:/[^\s<>\"]*)?)"
    r"|(?P<mention>(?<!\w)@[A-Za-z]\w{3,31})"
    r"|(?P<bot_command>(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?)"
    r"|(?P<hashtag>(?<!\w)#\w*[^\W\d]\w*)",
)


def units(text: str) -> int:
    """The length of `text` in UTF-16 units."""
    return len(text) if text.isascii() else len(text) + sum(character > "\uffff" for character in text)


def clean(text: str) -> str:
    """Control characters become spaces and carriage returns vanish, as the real server does."""
    return CONTROL.sub(" ", text.replace("\r", "")) if not text.isprintable() else text


def find_entities(text: str) -> list[Entity]:
    """The entities Telegram finds by itself: commands, links, mentions, hashtags, addresses."""
    if not any(mark in text for mark in "/@.#"):
        return []
    return [
        {
            "type": match.lastgroup,
            "offset": units(text[: match.start()]),
            "length": units(match.group()),
        }
        for match in FOUND.finditer(text)
    ]


def _boundaries(text: str) -> set[int]:
    """UTF-16 offsets at which a character begins, and the end."""
    places, at = {0}, 0
    for character in text:
        at += 2 if character > "\uffff" else 1
        places.add(at)
    return places


def checked_entities(text: str, entities: list[Entity]) -> list[Entity]:
    """Entities the caller named, in order; raises Refusal for one that does not lie on the text."""
    if not entities:
        return []
    places, end = _boundaries(text), units(text)
    for entity in entities:
        if entity["type"] not in ENTITY_TYPES:
            raise bad("can't parse MessageEntity: unsupported type specified")
        start, length = entity["offset"], entity["length"]
        if start < 0 or length < 0:
            raise bad("entity has a negative offset or length")
        if start + length > end:
            at = f"entity beginning at UTF-16 offset {start} ends after the end of the text"
            raise bad(f"{at} at UTF-16 offset {start + length}")
        if start not in places:
            raise bad(f"entity begins in a middle of a UTF-16 symbol at byte offset {start}")
        if start + length not in places:
            at = f"entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol"
            raise bad(f"{at} at byte offset {start + length}")
        if entity["type"] == "text_link" and not isinstance(entity.get("url"), str):
            raise bad('can\'t parse MessageEntity: field "url" must be of type String')
    return sorted((entity for entity in entities if entity["length"]), key=lambda each: each["offset"])


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Without white space around; entities move along and lose what lay on it."""
    if text == (kept := text.strip()):
        return text, entities
    shift, end = units(text[: len(text) - len(text.lstrip())]), units(kept)
    moved = []
    for entity in entities:
        start = max(0, entity["offset"] - shift)
        stop = min(end, entity["offset"] + entity["length"] - shift)
        if stop > start:
            moved.append({**entity, "offset": start, "length": stop - start})
    return kept, moved


def formatted(text: str, parse_mode: str | None, entities: list[Entity] | None) -> tuple[str, list[Entity]]:
    """The text as people see it and its entities; raises Refusal for bad markup or entities."""
    text = clean(text)
    if parse_mode:
        parse = MODES.get(parse_mode.lower())
        if parse is None:
            raise bad("unsupported parse_mode")
        text, marked = parse(text)
    else:
        marked = checked_entities(text, entities or [])
    text, marked = _trimmed(text, marked)
    return text, marked or find_entities(text)


def message_text(
    text: str, parse_mode: str | None, entities: list[Entity] | None
) -> tuple[str, list[Entity]]:
    """A message's text; raises Refusal when nothing is left or it is over 4096 units."""
    if not text:
        raise bad("message text is empty")
    text, marked = formatted(text, parse_mode, entities)
    if not text:
        raise bad("text must be non-empty")
    if units(text) > TEXT_LIMIT:
        raise bad("message is too long")
    return text, marked


def caption_text(
    text: str, parse_mode: str | None, entities: list[Entity] | None
) -> tuple[str, list[Entity]]:
    """A caption, which may be empty; raises Refusal when it is over 1024 units."""
    text, marked = formatted(text, parse_mode, entities)
    if units(text) > CAPTION_LIMIT:
        raise bad("message caption is too long")
    return text, marked
