"""What the handlers need from outside: a clock, ids, channels. Implemented in `bot`; tests use real ones too."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import field
from typing import Final, Protocol, TypeAlias

from conversations.effects import At, ButtonStyle, Message
from conversations.events import Address, Event, FileRef, Instant
from conversations.frozen import frozen
from conversations.subject import Subject
from storage.interface.inbox import RawBody


class Clock(Protocol):
    """The time of dialogues, deadlines and digests."""

    def now(self) -> Instant:
        """Return UTC microseconds."""


# -- what can be sent: the body of an outbox row --------------------------------------------------------------------


@frozen
class CardField:
    """A line of a case card: label and neutral markup."""

    label: str
    text: str


@frozen
class Card:
    """The complete card of a subject: posting and editing show the same.

    `colour` is `#rrggbb`, `note` is shown on top.
    """

    subject: Subject
    title: str
    colour: str
    fields: tuple[CardField, ...]
    text: str  # the customer's words, neutral markup
    actions: tuple[tuple[str, str, ButtonStyle], ...]  # (action, label, style)
    attachments: tuple[int, ...] = ()
    mention: str = ""  # platform user id of the owner, to mention them
    note: str = ""  # neutral markup


@frozen
class Post:
    """A text in a staff channel or in a card's thread. `mention` are platform user ids to mention.

    `goes_on`: it continues the post before it, and is for those mentioned there.
    """

    text: str
    mention: tuple[str, ...] = ()
    attachments: tuple[int, ...] = ()
    goes_on: bool = False


SHOW: Final = "show"
"""The action of an overview's buttons; no action of a card has this name."""


@frozen
class Overview:
    """A member of staff's overview (Slack App Home): a line for each thing they work on."""

    user: str
    title: str
    cards: tuple[tuple[str, Subject], ...]  # (line in neutral markup, what its button shows)
    open_label: str
    empty: str
    note: str = ""  # below them, neutral markup


@frozen
class DigestPost:
    """A digest as Slack blocks (JSON), its plain text, a picture and the HTML file."""

    text: str
    blocks: str
    picture: int = 0  # attachment id
    html: int = 0  # attachment id


@frozen
class Download:
    """Fetch a file into the attachment table."""

    attachment: int
    file: FileRef


Body: TypeAlias = Message | Card | Post | Overview | DigestPost | Download


@frozen
class Parcel:
    """A claimed outbox row, ready to send.

    `thread` and `edits` are platform message ids, resolved from the rows this one depends on: post into that thread,
    or edit that message instead of posting. `id` goes into Slack's metadata so that an unknown send can be found.
    `attempt` is 1 the first time; `uncertain`: the response to an earlier attempt was lost.
    """

    id: int
    address: Address
    body: Body
    thread: str = ""
    edits: str = ""
    attempt: int = 1
    uncertain: bool = False


# -- results of a send ----------------------------------------------------------------------------------------------


@frozen
class Sent:
    """The platform has it, under this message id; a download brings its bytes."""

    message: str = ""
    content: bytes | None = None
    mime: str = ""


@frozen
class Later:
    """Surely not sent; retry no sooner than `seconds` of real time from now.

    `whole`: the platform accepts nothing from us at all; `limited`: it throttles us; `shut`: this channel accepts no
    posts, others do.
    """

    seconds: float
    reason: str
    whole: bool = False
    limited: bool = False
    shut: bool = False


@frozen
class Never:
    """Refused for good. `unreachable`: the person blocked us; `moved`: the chat's new id."""

    reason: str
    unreachable: bool = False
    moved: str = ""


@frozen
class Unknown:
    """The request was sent, and the response was lost."""

    reason: str


Outcome: TypeAlias = Sent | Later | Never | Unknown

Receive: TypeAlias = Callable[[Sequence[RawBody]], Awaitable[None]]
"""Store raw bodies (commit A); only when it returns may the platform be told that we have them."""

ReadAttachment: TypeAlias = Callable[[int], Awaitable[tuple[bytes, str, str]]]
"""Return (content, mime, name) of a stored attachment."""


@frozen
class Recalled:
    """The stored state of an account: chat -> newest message, and (chat, message) of threads staff may write in."""

    seen: Mapping[str, str] = field(default_factory=dict)
    threads: Sequence[tuple[str, str]] = ()


class Memory(Protocol):
    """For a channel that can catch up on messages missed while offline. Raises StoreUnavailable."""

    async def recall(self, account: str) -> Recalled:
        """Return what was stored last."""

    async def missing(self, keys: Sequence[str]) -> set[str]:
        """Return which of these keys were never stored."""


class Unreadable(ValueError):
    """A stored body cannot be parsed: it becomes a dead letter and blocks nothing."""


class Channel(Protocol):
    """One account on one platform. Only translates; never decides."""

    @property
    def account(self) -> str:
        """`telegram:<bot id>`, `slack:<team>` or `console:local`; known after `open`."""

    async def open(self) -> None:
        """Identify the account and prepare menus. Raises ConnectionError (retry) or PermissionError (bad token)."""

    async def listen(self, receive: Receive) -> None:
        """Receive bodies until cancelled, confirming each to the platform only after `receive` has returned."""

    def read(self, body: RawBody, at: Instant) -> Event | None:
        """Translate a stored body; None for one to ignore. Raises Unreadable."""

    async def send(self, parcel: Parcel) -> Outcome:
        """Send one row, in one platform call where possible. Never raises for a platform's response."""

    async def perform(self, effect: At) -> None:
        """Run a perishable effect; failures are logged, never raised. `MarkKeyboard.message` is filled in."""

    async def close(self) -> None:
        """Close connections."""
