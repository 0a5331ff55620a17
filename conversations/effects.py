"""What a step asks for: durable effects become rows in the same transaction, perishable ones run right after it.

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
    """What a message is for; decides whether it is sent again when the platform's answer was not seen."""

    QUESTION = "question"  # sent again: whoever waits for buttons that never come is worse off than who sees them twice
    NOTICE = "notice"  # sent again: a number, a deadline, the words of staff must arrive
    RECEIPT = "receipt"  # never sent again: seen twice it only confuses


@frozen
class Button:
    """A button: `token` comes back in `Pressed` (64 bytes at most); with `url` it opens a link instead."""

    label: str
    token: str = ""
    style: str = "plain"  # plain, primary or danger
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
    """Send to the conversation the step belongs to; `case` is the one that the message is about, 0 for none."""

    message: Message
    case: int = 0


@frozen
class Fetch:
    """Bring a file from the platform into the attachment table; `attachment` is its id, known before."""

    attachment: int
    file: FileRef


@frozen
class Refuse:
    """Note that a file was not taken: it is not fetched, but staff can read what came and why it is not there."""

    attachment: int
    file: FileRef
    reason: Refusal


@frozen
class SetTimer:
    """Wake the owner at `at`; the same `kind` again moves the timer."""

    owner: Owner
    kind: str
    at: Instant


@frozen
class DropTimer:
    """Forget the owner's timer of this kind; `*` forgets all of them."""

    owner: Owner
    kind: str = "*"


@frozen
class OpenCase:
    """Open a case from a finished dialogue.

    `words` is what the person wrote, `summary` the answers as shown in the confirmation, as (label, text) pairs;
    `session` is the walk it ends, None where somebody just called a human.
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
    refused: tuple[int, ...] = ()  # files that came and were not taken
    summary: tuple[tuple[str, str], ...] = ()
    party: str = ""
    sessions: tuple[int, ...] = ()  # the walks that lead to it, the first one first


@frozen
class DecideCase:
    """The person's decision about the solution proposed in the case named in the session's bindings."""

    case: int
    accepted: bool
    words: str = ""
    attachments: tuple[int, ...] = ()


@frozen
class Begin:
    """Open another dialogue on top of the stack (the present one waits below, or is over).

    `kept` are words and files of the present one that no binding hands over; `origin` is the walk at the beginning of
    the chain, 0 where it begins by itself.
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
    """Words and files that answer no question: they belong to `case`, else (0) to the case last spoken of.

    `files` are fetched only where there is a case they may belong to; `attachments` are those that were. What was sent
    together has the same `album`. `unsupported` is the platform's word for something that is neither.
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
    """Stop the waiting sign on a pressed button, with a short text where there is something to say."""

    callback: str
    text: str = ""


@frozen
class MarkKeyboard:
    """Take the keyboard away from an answered question and show the choice instead.

    Without a `choice` the keyboard only goes. `message` is the platform id where the press told it; else `sent` names
    our outbox row of that question. `text` is the question as neutral markup, for platforms that must send a message
    whole to change it. With `buttons` nothing is answered yet: the keyboard is replaced by these (ticks in a choice of
    several), and `choice` is empty.
    """

    choice: str
    message: str = ""
    sent: int = 0
    text: str = ""
    buttons: tuple[tuple[Button, ...], ...] = ()


@frozen
class Typing:
    """Show that an answer is being written."""


@frozen
class Hint:
    """A private remark to one member of staff, seen by nobody else."""

    user: str
    text: str
    thread: str = ""


@frozen
class Form:
    """A form for staff; comes back as `Submitted(form=name, subject=...)`."""

    name: str
    subject: Subject
    title: str
    fields: tuple[Field, ...]
    submit: str
    cancel: str


@frozen
class OpenForm:
    """Open a form; the platform's `trigger` lives three seconds."""

    trigger: str
    form: Form


Perishable: TypeAlias = AnswerPress | MarkKeyboard | Typing | Hint | OpenForm

Effect: TypeAlias = Durable | Perishable


@frozen
class At:
    """A perishable effect together with where it happens."""

    address: Address
    effect: Perishable
