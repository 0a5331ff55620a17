"""Talk to the bot in a terminal: lines typed become events, messages are printed as text with buttons by number.

What can be typed: an answer, the number, letter or words of a button, and `/back`, `/skip`, `/help` ... as everywhere;
besides `/photo`, `/file` or `/voice` with one path or several (they make an album), `/contact` with a phone number,
`/edit` with what the last message should have said, and `/quit`.
"""

import shlex
import string
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import count
from mimetypes import guess_type
from pathlib import Path
from typing import Final, TypeAlias

from pydantic import TypeAdapter, ValidationError

from bot.file_types import FILE_BYTES, GONE, TOO_LARGE, WRONG_TYPE, real_type
from bot.markup import plain
from conversations.effects import AnswerPress, At, Button, Hint, MarkKeyboard, Message
from conversations.events import (
    Address,
    Attached,
    Commanded,
    Edited,
    Event,
    FileKind,
    FileRef,
    Instant,
    Pressed,
    Said,
    Sender,
    Shared,
)
from conversations.frozen import frozen
from conversations.talk.tokens import read_token
from handlers.turn.ports import Download, Never, Outcome, Parcel, ReadAttachment, Receive, Sent, Unreadable
from storage.interface.inbox import RawBody

ACCOUNT: Final = "console:local"
ADDRESS: Final = Address(ACCOUNT, "you")
TOKEN_BYTES: Final = 64  # as on all platforms: a button must work on each of them

What: TypeAlias = Said | Pressed | Commanded | Attached | Shared | Edited
_FILES: Final = {
    "/photo": FileKind.PHOTO,
    "/file": FileKind.DOCUMENT,
    "/voice": FileKind.VOICE,
}
_TYPES: Final[Mapping[str, TypeAdapter[What]]] = {
    one.__name__: TypeAdapter(one) for one in (Said, Pressed, Commanded, Attached, Shared, Edited)
}


@frozen
class StoredLine:
    """A stored line: its number, and its meaning when it was typed."""

    number: int
    type: str
    what: dict[str, object]


_LINE: Final = TypeAdapter(StoredLine)


class ConsoleChannel:
    """One person at one terminal.

    `lines` is where they type, `write` shows a text to them; `name` and `language` are what a platform would tell.
    """

    def __init__(
        self,
        lines: Iterable[str],
        write: Callable[[str], None],
        read_attachment: ReadAttachment,
        *,
        name: str = "",
        language: str = "",
    ) -> None:
        self._lines = lines
        self._write = write
        self._read_attachment = read_attachment
        self._sender = Sender("you", name, language or None)
        self._numbers = count(1)
        self._said = 0  # the number of the line that was said last
        self._shown = ""  # the message shown last
        self._buttons: Mapping[str, Button] = {}

    @property
    def account(self) -> str:
        """The account of the only terminal."""
        return ACCOUNT

    async def open(self) -> None:
        """Do nothing."""

    async def listen(self, receive: Receive) -> None:
        """Receive lines until the end of input.

        The next one is read when `receive` returns: if it answers within the call, numbers typed ahead refer to the
        buttons of the question they were meant for.
        """
        for line in self._lines:
            if line.strip() == "/quit":
                return
            what = self._understand(line.strip())
            if what is None:
                continue
            number = next(self._numbers)
            if isinstance(what, Said):
                self._said = number
            await receive([raw_body(number, what)])

    def read(self, body: RawBody, at: Instant) -> Event:
        """Translate a line. Raises Unreadable."""
        try:
            line = _LINE.validate_json(body.body)
            what = _TYPES[line.type].validate_python(line.what)
        except (ValidationError, KeyError) as error:
            raise Unreadable("not a line of ours") from error
        return Event(body.key, at, ADDRESS, self._sender, what, str(line.number))

    async def send(self, parcel: Parcel) -> Outcome:
        """Print a message, or read a file that was named."""
        match parcel.body:
            case Message() as message if _fits(message):
                await self._show(message)
                self._shown = str(parcel.id)
                return Sent(self._shown)
            case Message():
                return Never(f"a button carries more than {TOKEN_BYTES} bytes")
            case Download(_, file):
                return _read_file(file)
            case _:
                return Never("the console shows nothing to staff")

    async def perform(self, effect: At) -> None:
        """Show toasts and ticks; other effects have no meaning in a terminal."""
        match effect.effect:
            case AnswerPress(_, text) if text:
                self._print(f"({text})")
            case Hint(_, text):
                self._print(f"({plain(text)})")
            case MarkKeyboard(choice, message, _, _, ()) if message == self._shown:
                self._buttons = {}
                if choice:
                    self._print(f"✓ {choice}")
            case MarkKeyboard(_, message, _, _, rows) if rows and message == self._shown:
                self._offer(rows)
            case _:
                pass

    async def close(self) -> None:
        """Do nothing."""

    # what was typed

    def _understand(self, line: str) -> What | None:
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        if button := self._chosen(line):
            return Pressed(button.token, "press", self._shown)
        if word in _FILES:
            return self._attach(_FILES[word], rest)
        if word == "/contact":
            return Shared(rest, self._sender.name, own=True)
        if word == "/edit":
            return Edited(str(self._said), rest)
        if not line:
            return None
        if len(word) > 1 and word.startswith("/"):
            return Commanded(word[1:].casefold(), rest)
        return Said(line)

    def _chosen(self, line: str) -> Button | None:
        wanted = line.casefold()
        named = (one for one in self._buttons.values() if one.label.casefold() == wanted)
        button = self._buttons.get(wanted) or next(named, None)
        return button if button and not button.url else None

    def _attach(self, kind: str, paths: str) -> Attached | None:
        try:
            files = tuple(_reference(kind, Path(path).expanduser()) for path in shlex.split(paths))
        except OSError as error:
            self._print(f"({error.filename}: {error.strerror})")
            return None
        except ValueError as error:  # a quote that is not closed
            self._print(f"({error})")
            return None
        if not files:
            self._print("(/photo PATH)")
            return None
        album = " ".join(file.ref for file in files) if len(files) > 1 else ""
        return Attached(files, album=album)

    # what is shown

    async def _show(self, message: Message) -> None:
        lines = [plain(message.text)]
        for attachment in message.attachments:
            content, mime, name = await self._read_attachment(attachment)
            lines.append(f"📎 {name} ({mime}, {len(content)} bytes)")
        if message.contact_label:
            lines.append(f"/contact NUMBER: {message.contact_label}")
        self._print("\n" + "\n".join(line for line in lines if line))
        self._buttons = {}
        if message.buttons:
            self._offer(message.buttons)

    def _offer(self, rows: Sequence[Sequence[Button]]) -> None:
        keys = _keys([button for row in rows for button in row])
        self._buttons = {}
        for row in rows:
            shown = []
            for button in row:
                key = next(keys)
                self._buttons[key] = button
                link = f" {button.url}" if button.url else ""
                shown.append(f"[{key}]" if key == button.label else f"[{key}] {button.label}{link}")
            self._print("  " + "  ".join(shown))

    def _print(self, text: str) -> None:
        """Print without control characters: a person's words must not control the terminal."""
        self._write("".join(one for one in text if one in "\n\t" or unicodedata.category(one) != "Cc") + "\n")


def raw_body(number: int, what: What) -> RawBody:
    """Return a line as it is stored."""
    line = StoredLine(number, type(what).__name__, _TYPES[type(what).__name__].dump_python(what, mode="json"))
    return RawBody(f"{ACCOUNT}:{number}", ACCOUNT, ACCOUNT, _LINE.dump_json(line))


def _keys(buttons: Sequence[Button]) -> Iterator[str]:
    """Yield what to type for each button: a number for an answer, its own if that is one, a letter for what steers.

    So a number typed below a question that has only steering buttons is always an answer.
    """
    numeric = any(button.label.isdecimal() for button in buttons)
    letters, numbers = iter(string.ascii_lowercase), count(1)
    for button in buttons:
        if button.label.isdecimal():
            yield button.label
        else:
            token = read_token(button.token)
            steers = token is not None and token.steers
            yield next(letters) if numeric or steers else str(next(numbers))


def _fits(message: Message) -> bool:
    return all(len(button.token.encode()) <= TOKEN_BYTES for row in message.buttons for button in row)


def _reference(kind: str, path: Path) -> FileRef:
    """Name a file for later; raises OSError where there is none."""
    return FileRef(
        str(path.resolve(strict=True)), kind, path.name, guess_type(path)[0] or "", path.stat().st_size
    )


def _read_file(file: FileRef) -> Outcome:
    path = Path(file.ref)
    if not path.is_file():
        return Never(GONE)
    if path.stat().st_size > FILE_BYTES:
        return Never(TOO_LARGE)
    content = path.read_bytes()
    mime = real_type(content, file.kind)
    return Never(WRONG_TYPE) if mime is None else Sent(content=content, mime=mime)
