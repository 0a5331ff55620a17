"""Input: one `Event` per thing that a person, a member of staff or a timer did.

Channels translate platform payloads into these; nothing here knows a platform. Times are UTC microseconds.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from conversations.frozen import frozen
from conversations.subject import Subject

Instant: TypeAlias = int
"""A moment as UTC microseconds since 1970."""

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


@frozen
class Address:
    """Where a conversation takes place; `account` is one bot on one platform.

    `account` is `telegram:<bot id>`, `slack:<team id>` or `console:local`; `chat` is the platform's chat or channel id.
    """

    account: str
    chat: str


@frozen
class Sender:
    """Who did it, in the platform's terms. `name` is the person's own text: display it, never store it in facts."""

    id: str
    name: str
    language: str | None = None
    is_bot: bool = False


class FileKind(StrEnum):
    """The kinds of files that are kept."""

    PHOTO = "photo"
    DOCUMENT = "document"
    VOICE = "voice"


@frozen
class FileRef:
    """A file still held by the platform; `size` in bytes, 0 if unknown.

    `kind` is a `FileKind`, or the platform's word for something that is not kept.
    """

    ref: str
    kind: str
    name: str
    mime: str
    size: int


@frozen
class Said:
    """Plain text."""

    text: str


@frozen
class Pressed:
    """A button under one of our messages: `callback` identifies the press to the platform, `message` the keyboard."""

    token: str
    callback: str
    message: str


@frozen
class Attached:
    """Files, with the caption as text. `album` is the same for files sent together, else empty."""

    files: tuple[FileRef, ...]
    caption: str = ""
    album: str = ""


@frozen
class Shared:
    """A contact; `own`: whether it is the sender's own."""

    phone: str
    name: str
    own: bool


@frozen
class Commanded:
    """`/name argument`; the name in lower case without slash. Slack's `/anliegen mine` is name `anliegen`."""

    name: str
    argument: str = ""
    trigger: str = ""


@frozen
class Edited:
    """The person edited an earlier message. `message` is the platform's message id."""

    message: str
    text: str


@frozen
class Unsupported:
    """Something that cannot be an answer: sticker, location, poll ... `kind` is the platform's word."""

    kind: str


@frozen
class Departed:
    """The person blocked the bot or left; we can no longer write there."""


@frozen
class Returned:
    """The person unblocked the bot."""


@frozen
class ChatMoved:
    """The platform gave the chat a new id."""

    chat: str


@frozen
class Overheard:
    """We were addressed in a group; we answer once with a hint to write to us in private."""


@frozen
class Acted:
    """A member of staff pressed a button of a card or list. `trigger` opens a form (Slack: 3 s of real time)."""

    action: str
    subject: Subject
    trigger: str = ""


@frozen
class Submitted:
    """A member of staff submitted a form; `values` by field name, as `conversations/forms.py` reads them."""

    form: str
    subject: Subject
    values: Mapping[str, str | tuple[str, ...] | tuple[FileRef, ...]]


@frozen
class Threaded:
    """A member of staff wrote in the thread of a card; `thread` is the platform id of the card's message."""

    thread: str
    text: str
    files: tuple[FileRef, ...] = ()


@frozen
class Elapsed:
    """A timer fell due; `owner` is `session:<id>`, `case:<id>` or `digest:<channel>`."""

    owner: str
    kind: str


@frozen
class HomeOpened:
    """A member of staff opened their overview (Slack App Home)."""


What: TypeAlias = (
    Said
    | Pressed
    | Attached
    | Shared
    | Commanded
    | Edited
    | Unsupported
    | Departed
    | Returned
    | ChatMoved
    | Overheard
    | Acted
    | Submitted
    | Threaded
    | Elapsed
    | HomeOpened
)


_SIGNS = (Returned, Said, Pressed, Commanded, Attached, Shared, Unsupported, Edited)
"""Events that prove that the person can receive our messages."""


def reachable_after(what: What, *, before: bool) -> bool:
    """Return whether a person can be reached after this event, given whether they could before."""
    return not isinstance(what, Departed) and (before or isinstance(what, _SIGNS))


@frozen
class Event:
    """Something happened.

    `key` is the stable external id, the same for every redelivery; `message` the platform's id of the person's message
    (empty where there is none); `at` is when we received it by our own `Clock`. `reply_to` is the platform's id of the
    message that they reply to, empty where they do not. Timers and events of other systems have no sender.
    """

    key: str
    at: Instant
    address: Address
    sender: Sender | None
    what: What
    message: str = ""
    reply_to: str = ""
