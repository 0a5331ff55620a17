"""How a person, or a test, looks at a chat: messages with their buttons, and waiting until one is there."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sandbox.telegram.markup import buttons
from sandbox.telegram.world import Chat, Query, World
from sandbox.telegram.world import Message as Raw

T = TypeVar("T")

PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it stands in the chat; `raw` is the Bot API's JSON of it."""

    raw: Raw
    from_bot: bool

    @property
    def id(self) -> int:
        number: int = self.raw["message_id"]
        return number

    @property
    def text(self) -> str:
        """Text or caption, empty for neither."""
        text: str = self.raw.get("text") or self.raw.get("caption") or ""
        return text

    @property
    def rows(self) -> list[list[dict[str, Any]]]:
        return buttons(self.raw)

    @property
    def labels(self) -> list[str]:
        """The labels of its inline keyboard, row after row."""
        return [button["text"] for row in self.rows for button in row]

    def __str__(self) -> str:
        shown = next(
            (f"[{kind}] " for kind in ("photo", "document", "voice", "contact") if kind in self.raw), ""
        )
        keys = "".join(f" [{label}]" for label in self.labels)
        return f"{'bot' if self.from_bot else 'person'}: {shown}{self.text}{keys}"


class View:
    """One chat through the eyes of somebody in it.

    `sees` looks at what the bot wrote or edited since the last thing seen before one's own last act: so the same
    question, asked again, must really come again, while several looks at one answer need no order.
    """

    def __init__(self, world: World, chat: Chat) -> None:
        self.world = world
        self.chat = chat
        self._seen = 0
        self._mark = 0
        self._hints_before = 0

    @property
    def messages(self) -> list[Message]:
        """All messages of the chat as they stand now, oldest first."""
        return [Message(raw, self.world.from_bot(raw)) for raw in self.chat.messages.values()]

    @property
    def answers(self) -> list[Message]:
        """What the bot wrote, oldest first."""
        return [message for message in self.messages if message.from_bot]

    @property
    def keyboard(self) -> list[str]:
        """The labels of the last inline keyboard to be seen, empty when there is none."""
        return next((message.labels for message in reversed(self.messages) if message.labels), [])

    @property
    def reply_keyboard(self) -> list[str]:
        """The labels of the keyboard in the place of the letters."""
        rows = (self.chat.reply_keyboard or {}).get("keyboard", [])
        return [button["text"] for row in rows for button in row]

    @property
    def hints(self) -> list[str]:
        """What the bot said in answer to pressed buttons."""
        return [hint["text"] for hint in self.chat.hints]

    @property
    def transcript(self) -> str:
        return "\n".join(map(str, self.messages))

    def acted(self) -> None:
        """What was seen so far is behind us; called before each act."""
        self._mark = self._seen
        self._hints_before = len(self.chat.hints)

    async def sees(self, text_part: str, timeout: float = PATIENCE_SECONDS) -> Message:
        """Wait for a message of the bot containing the text (the newest such one); raises AssertionError."""

        def find() -> Message | None:
            for message in reversed(self.answers):
                if self.chat.revisions[message.id] > self._mark and text_part in message.text:
                    return message
            return None

        message = await self.waits(find, f"{text_part!r}", timeout)
        self._seen = max(self._seen, self.chat.revisions[message.id])
        return message

    async def sees_hint(self, text_part: str, timeout: float = PATIENCE_SECONDS) -> str:
        """Wait until the bot answered the last pressed button with this text; raises AssertionError."""

        def find() -> str | None:
            return next((hint for hint in self.hints[self._hints_before :] if text_part in hint), None)

        return await self.waits(find, f"the hint {text_part!r}", timeout)

    async def answered(self, query: Query, timeout: float = PATIENCE_SECONDS) -> None:
        """Wait until the bot answered the pressed button, with or without words; raises AssertionError."""
        await self.waits(lambda: query.answered or None, "an answer to the pressed button", timeout)

    async def waits(self, find: Callable[[], T | None], what: str, seconds: float) -> T:
        """Wait until `find` finds something in this chat; raises AssertionError with the chat as it stands."""
        try:
            return await self.world.changes.until(self.chat.id, find, seconds)
        except TimeoutError:
            said = f"not seen within {seconds:g} s: {what}. The chat is:\n{self.transcript or '(empty)'}"
            raise AssertionError(said) from None
