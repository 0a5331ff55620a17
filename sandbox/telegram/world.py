"""Everything one bot lives in: its chats with their messages, its files, its updates, its settings."""

import secrets
import time
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox.telegram import refusals
from sandbox.telegram.changes import Changes
from sandbox.telegram.files import Files
from sandbox.telegram.markup import Markup
from sandbox.telegram.updates import Updates
from sandbox.telegram.webhook import Webhook

Message = dict[str, Any]
"""A message as the Bot API writes it."""

TYPING_SECONDS: Final = 5.0
QUERY_SECONDS: Final = 600.0
"""How long "typing" is shown; how long a pressed button may be answered here (Telegram names no figure)."""


@dataclass(slots=True)
class Chat:
    """One chat and the bot's standing in it. `about` is the Chat object every message carries."""

    id: int
    about: dict[str, Any]
    user: dict[str, Any] | None = None
    started: bool = False
    blocked: bool = False
    deactivated: bool = False
    member: bool = True
    migrated_to: int | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    revisions: dict[int, int] = field(default_factory=dict)
    reply_keyboard: Markup | None = None
    hints: list[dict[str, Any]] = field(default_factory=list)
    typing_until: float = 0.0

    @property
    def kind(self) -> str:
        kind: str = self.about["type"]
        return kind


@dataclass(slots=True)
class Query:
    """A pressed button that waits for the bot's answer; `pressed` in seconds since the epoch."""

    id: str
    chat: Chat
    user: dict[str, Any]
    pressed: float
    answered: bool = False


class World:
    """The state behind the Bot API of one token."""

    def __init__(self, token: str, username: str, first_name: str, retry_seconds: float) -> None:
        self.token = token
        number = token.partition(":")[0]
        self.bot: dict[str, Any] = {
            "id": int(number) if number.isdigit() else 700000001,
            "is_bot": True,
            "first_name": first_name,
            "username": username,
        }
        self.chats: dict[int, Chat] = {}
        self.files = Files()
        self.changes = Changes()
        self.updates = Updates()
        self.webhook = Webhook(self.updates, retry_seconds)
        self.queries: dict[str, Query] = {}
        self.query_seconds = QUERY_SECONDS
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.descriptions: dict[tuple[str, str], str] = {}
        self.last_message_id = 0

    def find(self, reference: int | str) -> Chat:
        """The chat by id or @username; raises Refusal."""
        chat = self.chats.get(reference) if isinstance(reference, int) else self._named(reference)
        if chat is None:
            raise refusals.chat_not_found()
        return chat

    def _named(self, reference: str) -> Chat | None:
        name = reference.removeprefix("@").lower()
        public = (chat for chat in self.chats.values() if chat.kind in ("channel", "supergroup"))
        return next((chat for chat in public if chat.about.get("username", "").lower() == name), None)

    def open_for_bot(self, reference: int | str) -> Chat:
        """The chat, if the bot may write there; raises Refusal saying why it may not."""
        chat = self.find(reference)
        if chat.migrated_to is not None:
            raise refusals.migrated(chat.migrated_to)
        if chat.deactivated:
            raise refusals.deactivated()
        if chat.blocked:
            raise refusals.blocked()
        if not chat.started and chat.user is not None:
            raise refusals.never_started()
        if not chat.member:
            raise refusals.kicked(chat.kind)
        return chat

    def write(self, chat: Chat, sender: dict[str, Any] | None, content: dict[str, Any]) -> Message:
        """Put a message into the chat and tell the listeners; `sender` None for a channel."""
        self.last_message_id += 1
        message: Message = {"message_id": self.last_message_id}
        if sender is None:
            message["sender_chat"] = chat.about
        else:
            message["from"] = sender
        message |= {"chat": chat.about, "date": int(time.time())} | content
        chat.messages[message["message_id"]] = message
        self.touch(chat, message, "message")
        return message

    def touch(self, chat: Chat, message: Message, kind: str) -> None:
        """Number a new or edited message, so that those who wait can tell it from what was there."""
        number = self.changes.revision + 1
        chat.revisions[message["message_id"]] = number
        self.changes.tell(kind, chat.id, {"message": message})

    def remove(self, chat: Chat, message_id: int) -> None:
        del chat.messages[message_id], chat.revisions[message_id]
        self.changes.tell("delete", chat.id, {"message_id": message_id})

    def from_bot(self, message: Message) -> bool:
        sender = message.get("from")
        return "sender_chat" in message if sender is None else sender["id"] == self.bot["id"]

    def ask(self, chat: Chat, user: dict[str, Any], message: Message, data: str) -> Query:
        """A button was pressed: remember the query and queue its update."""
        query = Query(str(secrets.randbits(62)), chat, user, time.time())
        self.queries[query.id] = query
        payload = {
            "id": query.id,
            "from": user,
            "message": message,
            "chat_instance": str(chat.id),
            "data": data,
        }
        self.updates.add("callback_query", payload)
        return query
