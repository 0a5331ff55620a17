"""Customers: they write, press, send and block like people do with Telegram on their phone."""

import re
import secrets
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

from sandbox.telegram.markup import buttons
from sandbox.telegram.methods.media import describe
from sandbox.telegram.seeing import PATIENCE_SECONDS, Message, View
from sandbox.telegram.text import CAPTION_LIMIT, TEXT_LIMIT, clean, find_entities, units
from sandbox.telegram.world import Chat, Query, World
from sandbox.telegram.world import Message as Raw

PAYLOAD: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""What a deep link may carry (core.telegram.org/bots/features#deep-linking)."""


class Customer(View):
    """A person (or another bot) and their private chat with the bot."""

    def __init__(self, world: World, chat: Chat, user: dict[str, Any]) -> None:
        super().__init__(world, chat)
        self.user = user
        self._pressed: set[tuple[int, int]] = set()

    @property
    def id(self) -> int:
        number: int = self.user["id"]
        return number

    # Writing

    async def starts(self, payload: str = "") -> Message:
        """Press Start, or follow a deep link; a blocked bot is unblocked by it. Raises ValueError."""
        if payload and not PAYLOAD.fullmatch(payload):
            raise ValueError(f"a deep link carries 1 to 64 of A-Z a-z 0-9 _ -, not {payload!r}")
        if self.chat.blocked:
            await self.unblocks()
        return await self.says(f"/start {payload}".rstrip())

    async def says(self, text: str, reply_to: int | None = None, into: View | None = None) -> Message:
        """Write into the private chat, or `into` a group; a text over 4096 units goes as several messages."""
        if not text.strip():
            raise ValueError("Telegram sends no empty message")
        raw: Raw = {}
        for part in _parts(clean(text).strip()):
            raw = self._send(_with_entities("text", part), into, reply_to)
        return Message(raw, False)

    async def edits(self, message: int | Message, text: str) -> None:
        """Change one's own text message (or the caption of a file)."""
        number = message if isinstance(message, int) else message.id
        old = self.chat.messages[number]
        if old.get("from") != self.user:
            raise ValueError(f"message {number} is not {self.user['first_name']}'s own")
        name = "text" if "text" in old else "caption"
        kept = {k: v for k, v in old.items() if k not in ("entities", "caption_entities", name)}
        new = kept | {"edit_date": int(time.time())} | _with_entities(name, text)
        self.acted()
        self.chat.messages[number] = new
        self.world.touch(self.chat, new, "edit")
        self.world.updates.add("edited_message", new)

    # Pressing

    async def presses(
        self,
        label: str,
        message: int | Message | None = None,
        timeout: float = PATIENCE_SECONDS,
    ) -> Query | None:
        """Press the newest button with this label, waiting until there is one; raises AssertionError.

        A message pressed before counts only once it was edited; to press it twice, name it. A button of a reply
        keyboard is written as text (or shares the contact) and gives no query.
        """

        def find() -> tuple[Raw | None, dict[str, Any]] | None:
            return self._button(label, message.id if isinstance(message, Message) else message)

        raw, button = await self.waits(find, f"a button {label!r}", timeout)
        if raw is not None:
            return self.press(raw, button)
        if button.get("request_contact"):
            await self.shares_contact()
        else:
            await self.says(button["text"])
        return None

    def press(self, message: Raw, button: dict[str, Any]) -> Query:
        """Press a certain button of a message, even one that is no longer shown."""
        if "callback_data" not in button:
            raise ValueError(f"the button {button['text']!r} opens something and tells the bot nothing")
        self.acted()
        place = message["message_id"], self.chat.revisions.get(message["message_id"], 0)
        self._pressed.add(place)
        self._seen = self._mark = max(self._mark, place[1])
        return self.world.ask(self.chat, self.user, message, button["callback_data"])

    def press_at(self, message_id: int, index: int) -> Query:
        """Press the button of a message by its place, counted from 0 over the rows; raises LookupError."""
        message = self.chat.messages[message_id]
        return self.press(message, [button for row in buttons(message) for button in row][index])

    def _button(self, label: str, number: int | None) -> tuple[Raw | None, dict[str, Any]] | None:
        """The newest button called exactly so, else the newest whose label contains it."""
        for fits in (str.__eq__, str.__contains__):
            for raw in reversed(self.chat.messages.values()):
                place = raw["message_id"], self.chat.revisions[raw["message_id"]]
                if place[0] == number if number is not None else place not in self._pressed:
                    for button in (each for row in buttons(raw) for each in row):
                        if fits(button["text"], label):
                            return raw, button
            for row in (self.chat.reply_keyboard or {}).get("keyboard", []) if number is None else ():
                for button in row:
                    if fits(button["text"], label):
                        return None, button
        return None

    # Sending files and contacts

    async def sends_photo(
        self,
        content: bytes,
        caption: str = "",
        album: str | None = None,
        size: int | None = None,
        reply_to: int | None = None,
    ) -> Message:
        """A photo; those with the same `album` belong together. `size` in bytes may pretend a large file."""
        return self._sends_file("photo", content, "photo.jpg", "image/jpeg", caption, album, size, reply_to)

    async def sends_album(
        self, contents: Sequence[bytes], caption: str = "", reply_to: int | None = None
    ) -> list[Message]:
        """Several photos at once; the first bears the caption, as in the app."""
        album = str(secrets.randbits(60))
        return [
            await self.sends_photo(content, caption if index == 0 else "", album, reply_to=reply_to)
            for index, content in enumerate(contents)
        ]

    async def sends_document(
        self,
        content: bytes,
        name: str,
        type_: str = "application/octet-stream",
        caption: str = "",
        album: str | None = None,
        size: int | None = None,
        reply_to: int | None = None,
    ) -> Message:
        return self._sends_file("document", content, name, type_, caption, album, size, reply_to)

    async def sends_video(
        self, content: bytes, name: str, caption: str = "", album: str | None = None
    ) -> Message:
        return self._sends_file("video", content, name, "video/mp4", caption, album, None)

    async def sends_sticker(self, emoji: str) -> Message:
        about = {
            "file_id": "sticker",
            "file_unique_id": "sticker",
            "type": "regular",
            "width": 512,
            "height": 512,
        }
        return Message(
            self._send({"sticker": about | {"is_animated": False, "is_video": False, "emoji": emoji}}), False
        )

    async def sends_voice(
        self, content: bytes, seconds: int = 3, size: int | None = None, reply_to: int | None = None
    ) -> Message:
        stored = self.world.files.store("voice", content, "voice.oga", "audio/ogg", size)
        return Message(self._send(describe(self.world, stored, seconds), reply_to=reply_to), False)

    def _sends_file(
        self,
        kind: str,
        content: bytes,
        name: str,
        type_: str,
        caption: str,
        album: str | None,
        size: int | None,
        reply_to: int | None = None,
    ) -> Message:
        if units(caption) > CAPTION_LIMIT:
            raise ValueError("Telegram sends no caption over 1024 units")
        stored = self.world.files.store(kind, content, name, type_, size)
        parts = describe(self.world, stored)
        if caption:
            parts |= _with_entities("caption", caption)
        if album:
            parts["media_group_id"] = album
        return Message(self._send(parts, reply_to=reply_to), False)

    async def shares_contact(
        self, phone: str = "+4915112345678", of: "Customer | None" = None, reply_to: int | None = None
    ) -> Message:
        """Share one's own telephone number, or somebody else's."""
        owner = (of or self).user
        contact = {"phone_number": phone, "first_name": owner["first_name"], "user_id": owner["id"]}
        return Message(self._send({"contact": contact}, reply_to=reply_to), False)

    # Turning away and coming back

    async def blocks(self) -> None:
        self._stands("member", "kicked")

    async def unblocks(self) -> None:
        self._stands("kicked", "member")

    async def deletes_account(self) -> None:
        self.chat.deactivated = True
        self.world.changes.tell("chat", self.chat.id, {})

    def _stands(self, old: str, new: str) -> None:
        if self.chat.blocked == (new == "kicked"):
            return
        self.chat.blocked = new == "kicked"
        self.world.updates.add("my_chat_member", standing(self.world, self.chat, self.user, old, new))
        self.world.changes.tell("chat", self.chat.id, {"blocked": self.chat.blocked})

    def _send(self, content: dict[str, Any], into: View | None = None, reply_to: int | None = None) -> Raw:
        view = into or self
        if view.chat.blocked:
            raise ValueError(f"{self.user['first_name']} has blocked the bot; Telegram offers only a restart")
        view.acted()
        view.chat.started = True
        keyboard = view.chat.reply_keyboard
        if keyboard and keyboard.get("one_time_keyboard"):
            view.chat.reply_keyboard = None
        if reply_to is not None:
            original = view.chat.messages[reply_to]  # without what that one replies to in turn
            content = {
                "reply_to_message": {k: v for k, v in original.items() if k != "reply_to_message"}
            } | content
        message = self.world.write(view.chat, self.user, content)
        if view.chat.member:
            self.world.updates.add("message", message)
        return message


def standing(world: World, chat: Chat, by: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    """A ChatMemberUpdated about the bot: from one status to another."""

    def member(status: str) -> dict[str, Any]:
        more = {"until_date": 0} if status == "kicked" else {}
        return {"user": world.bot, "status": status} | more

    frame = {"chat": chat.about, "from": by, "date": int(time.time())}
    return frame | {"old_chat_member": member(old), "new_chat_member": member(new)}


def _with_entities(name: str, text: str) -> dict[str, Any]:
    text.encode()  # lone surrogates never leave a phone
    entities = find_entities(text)
    return {name: text} | (
        {"entities" if name == "text" else "caption_entities": entities} if entities else {}
    )


def _parts(text: str) -> Iterator[str]:
    """The text in pieces that fit, as the app cuts it."""
    while units(text) > TEXT_LIMIT:
        cut = TEXT_LIMIT if units(text[:TEXT_LIMIT]) <= TEXT_LIMIT else TEXT_LIMIT // 2
        yield text[:cut]
        text = text[cut:]
    yield text
