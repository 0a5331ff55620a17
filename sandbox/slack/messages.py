"""A message as the workspace keeps it, as Slack's JSON shows it, and as a person reads it."""

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.files import StoredFile
from sandbox.slack.ids import Json
from sandbox.slack.people import Person

LEGACY = ("pretext", "title", "text", "footer")


@dataclass(slots=True, eq=False)
class Message:
    """One message; it stays the same object while the bot edits it, so that a test can watch it change."""

    ts: str
    channel: str
    author: Person
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)
    files: list[StoredFile] = field(default_factory=list)
    thread_ts: str = ""
    metadata: Json | None = None
    ephemeral_for: str = ""
    broadcast: bool = False
    edited: Json | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    unfurl: Json = field(default_factory=dict)
    client_msg_id: str = ""
    states: dict[str, Json] = field(default_factory=dict)  # by person: what they chose in menus

    @property
    def is_reply(self) -> bool:
        return bool(self.thread_ts) and self.thread_ts != self.ts

    @property
    def every_block(self) -> list[Json]:
        """The blocks of the message and of its attachments."""
        return self.blocks + [block for attached in self.attachments for block in attached.get("blocks", [])]

    @property
    def color(self) -> str:
        """The bar's colour of the first attachment that has one, as it was sent ("#2eb67d")."""
        return next((attached["color"] for attached in self.attachments if attached.get("color")), "")

    @property
    def labels(self) -> list[str]:
        """The buttons' labels, in order."""
        return [
            button["text"]["text"]
            for button in elements_of(self.every_block)
            if button.get("type") == "button"
        ]

    @property
    def words(self) -> str:
        """All that a person can read: blocks instead of the text where there are blocks, attachments, file names."""
        lines = list(texts_of(self.blocks)) if self.blocks else [self.text]
        for attached in self.attachments:
            lines += [attached[key] for key in LEGACY if isinstance(attached.get(key), str)]
            lines += [
                f"{line.get('title', '')} {line.get('value', '')}" for line in attached.get("fields", [])
            ]
            lines += texts_of(attached.get("blocks", []))
        lines += [file.title for file in self.files]
        return html.unescape("\n".join(line for line in lines if line))

    def shows(self, text_part: str) -> bool:
        return text_part in self.words or text_part in html.unescape(self.text)

    def json(self, with_metadata: bool = False) -> Json:
        """The message object as history, events and interactions carry it, without its thread's counts."""
        shape: Json = {
            "type": "message",
            "user": self.author.id,
            "ts": self.ts,
            "text": self.text,
            "team": self.author.team,
        }
        if self.author.is_bot:
            shape |= {
                "bot_id": self.author.bot_id,
                "app_id": self.author.app_id,
                "bot_profile": self.author.bot_profile,
            }
        if self.client_msg_id:
            shape["client_msg_id"] = self.client_msg_id
        shape |= {key: value for key, value in self._parts() if value}
        if self.files:
            shape["upload"] = True
        if self.metadata and with_metadata:
            shape["metadata"] = self.metadata
        elif self.metadata:
            shape["metadata"] = {"event_type": self.metadata["event_type"]}
        return shape

    def _parts(self) -> Iterator[tuple[str, object]]:
        yield "blocks", self.blocks
        yield "attachments", self.attachments
        yield "files", [file.json for file in self.files]
        yield "thread_ts", self.thread_ts
        yield "edited", self.edited
        yield (
            "reactions",
            [{"name": name, "users": users, "count": len(users)} for name, users in self.reactions.items()],
        )


def texts_of(node: object) -> Iterator[str]:
    """Yield every text that a tree of blocks shows, in reading order; option texts too, values and ids not."""
    if isinstance(node, list):
        for item in node:
            yield from texts_of(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in {"text", "alt_text"} and isinstance(value, str):
                yield value
            elif key not in {"confirm"}:
                yield from texts_of(value)


def elements_of(blocks: list[Json]) -> Iterator[dict[str, Any]]:
    """Yield every interactive element of the blocks in order, each with its `block_id` beside it."""
    for block in blocks:
        for element in [*block.get("elements", []), block.get("accessory"), block.get("element")]:
            if isinstance(element, dict) and "action_id" in element:
                yield element | {"block_id": block["block_id"]}
