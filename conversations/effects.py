"""Effects of a step: durable ones become rows in the same transaction, perishable ones run right after it.

Text is neutral markup: the HTML subset `b i code a[href] blockquote br`, already escaped by the templates. Channels
turn it into their platform's own form; nothing here knows a platform.
"""

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import TypeAlias

from conversations.events import Address, FileRef, Instant
from conversations.forms import Field
from conversations.frozen import frozen
from conversations.kinds import CaseKind, Severity
from conversations.refusals import Refusal
from conversations.session import Answer
from conversations.subject import Subject
from conversations.timers import Owner


class Kind(StrEnum):
    """What a message is for; decides whether it is sent again when the platform's response was lost."""

    QUESTION = "question"  # sent again: buttons that never arrive are worse than buttons seen twice
    NOTICE = "notice"  # sent again: a case number, a deadline, a reply of staff must arrive
    RECEIPT = "receipt"  # never sent again: seen twice, it only confuses


class ButtonStyle(StrEnum):
    """How a button looks; a dangerous one asks for confirmation."""

    PLAIN = "plain"
    PRIMARY = "primary"
    DANGER = "danger"


@frozen
class Button:
    """A button: `token` comes back in `Pressed` (64 bytes at most); with `url` it opens a link instead."""

    label: str
    token: str = ""
    style: ButtonStyle = ButtonStyle.PLAIN
    url: str = ""


@frozen
class Message:
    """A message to a person: rows of buttons below it; `attachments` are ids of stored files shown with it."""

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    kind: Kind = Kind.QUESTION
    attachments: tuple[int, ...] = ()
    contact_label: str = ""  # asks for the person's own contact with the platform's own button


# -- durable -----------------------------------------------------------------------------------------------------


@frozen
class Say:
    """Send to the conversation of the step; `case` is the one the message is about, 0 for none."""

    message: Message
    case: int = 0


@frozen
class Fetch:
    """Download a file from the platform into the attachment table; `attachment` is its id, assigned beforehand."""

    attachment: int
    file: FileRef


@frozen
class Refuse:
    """Record that a file was refused: it is not fetched, but staff see what was sent and why it is missing."""

    attachment: int
    file: FileRef
    reason: Refusal


@frozen
class SetTimer:
    """Set a timer of the owner for `at`; setting the same `kind` again moves it."""

    owner: Owner
    kind: str
    at: Instant


@frozen
class DropTimer:
    """Cancel the owner's timer of this kind; `*` cancels all of them."""

    owner: Owner
    kind: str = "*"


@frozen
class OpenCase:
    """Open a case from a finished dialogue.

    `words` is what the person wrote, `summary` the answers as shown in the confirmation, as (label, text) pairs;
    `session` is the one it ends, None where somebody just called a human.
    """

    kind: CaseKind
    category: str = ""
    severity: Severity = Severity.NORMAL
    order: str = ""
    remedy: str = ""
    words: str = ""
    touchpoint: str = ""
    product: str = ""
    attachments: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()  # files that were sent and refused
    summary: tuple[tuple[str, str], ...] = ()
    party: str = ""
    sessions: tuple[int, ...] = ()  # the sessions that led to it, first one first


@frozen
class DecideCase:
    """The person's decision about the solution proposed in the case that the session's bindings name."""

    case: int
    accepted: bool
    words: str = ""
    attachments: tuple[int, ...] = ()


@frozen
class Begin:
    """Begin another dialogue on top of the stack (the present one waits below, or is over).

    `kept` are words and files of the present one that no binding passes on; `origin` is the first session of the
    chain, 0 where the dialogue begins by itself.
    """

    dialogue: str
    bindings: Mapping[str, str] = field(default_factory=dict)
    kept: Answer | None = None
    origin: int = 0


@frozen
class CallHuman:
    """The person wants to talk to a human: open or use a case and tell its owner."""

    words: str = ""
    attachments: tuple[int, ...] = ()


@frozen
class TellStatus:
    """The person asked for the status of their cases."""


@frozen
class Relay:
    """Words and files that answer no question: they belong to `case`, or, if it is 0, to the case last spoken of.

    `files` are fetched only where there is a case they may belong to; `attachments` are already fetched ones. What was
    sent together has the same `album`. `unsupported` is the platform's word for any other kind of message.
    """

    text: str
    attachments: tuple[int, ...] = ()
    edited: bool = False
    files: tuple[FileRef, ...] = ()
    album: str = ""
    unsupported: str = ""
    case: int = 0


@frozen
class SetLanguage:
    """The person chose a language tag."""

    language: str


Durable: TypeAlias = (
    Say
    | Fetch
    | Refuse
    | SetTimer
    | DropTimer
    | OpenCase
    | DecideCase
    | Begin
    | CallHuman
    | TellStatus
    | Relay
    | SetLanguage
)


# -- perishable: run right after the commit, with a deadline, never stored, never retried ----------------------------


@frozen
class AnswerPress:
    """Stop the spinner on a pressed button, with a short text where there is something to say."""

    callback: str
    text: str = ""


@frozen
class MarkKeyboard:
    """Remove the keyboard of an answered question and show the choice instead.

    Without a `choice` the keyboard is only removed. `message` is the platform id where the press named it; else `sent`
    names our outbox row of that question. `text` is the question as neutral markup, for platforms that resend the whole
    message to change it. With `buttons` nothing is answered yet: they replace the keyboard (ticks in a choice of
    several), and `choice` is empty.
    """

    choice: str
    message: str = ""
    sent: int = 0
    text: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()


@frozen
class Typing:
    """Show the typing indicator."""


@frozen
class Hint:
    """A message that only one member of staff sees."""

    user: str
    text: str
    thread: str = ""


@frozen
class Form:
    """A form for staff; submitting it yields `Submitted(form=name, subject=...)`."""

    name: str
    subject: Subject
    title: str
    fields: tuple[Field, ...]
    submit: str
    cancel: str


@frozen
class OpenForm:
    """Open a form; the platform's `trigger` is valid for three seconds."""

    trigger: str
    form: Form


Perishable: TypeAlias = AnswerPress | MarkKeyboard | Typing | Hint | OpenForm

Effect: TypeAlias = Durable | Perishable


@frozen
class At:
    """A perishable effect and its address."""

    address: Address
    effect: Perishable
