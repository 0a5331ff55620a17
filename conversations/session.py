"""The state of a talk: answers, sessions, the conversation that stacks them. Immutable."""

from collections.abc import Mapping
from dataclasses import field
from typing import NewType, TypeAlias

from conversations.events import Address, Instant
from conversations.frozen import frozen

PersonId = NewType("PersonId", int)
ConversationId = NewType("ConversationId", int)
SessionId = NewType("SessionId", int)
CaseId = NewType("CaseId", int)
AttachmentId = NewType("AttachmentId", int)

Value: TypeAlias = int | str | tuple[str, ...] | None
"""The typed part of an answer: a number, an option id, several option ids. Never a person's words."""

STACK_LIMIT = 3


@frozen
class Answer:
    """One answer. `words` is what the person wrote (erasable), `wording` the hash of the question's text they saw.

    `refused` are files that came with it and were not accepted: they do not count, but staff see them named.
    """

    value: Value = None
    words: str = ""
    attachments: tuple[int, ...] = ()
    wording: str = ""
    at: Instant = 0
    skipped: bool = False
    message: str = ""  # platform id of the person's message, so that its edit can correct the answer
    refused: tuple[int, ...] = ()
    kinds: tuple[str, ...] = ()  # of the attachments, where they are how the answer is shown

    @property
    def holds_anything(self) -> bool:
        """Whether it holds anything that must not be lost."""
        return bool(self.attachments or self.words or self.value)


@frozen
class Remark:
    """Words said to a question that do not answer it; `told` once staff have them."""

    question: str
    words: str
    told: bool = False


@frozen
class Session:
    """One person going through one revision of a dialogue once.

    `turn` counts the questions asked: buttons carry it, so that a press on an old keyboard is recognised.
    `returning` names the question to go back to after a correction. `bindings` are values given at the start
    (order, touchpoint, case, proposal ...), readable in texts. `waking`: whether its reminder is set; if another
    question was asked before it is due, it is postponed. `album_of` names the question that the first file of an album
    answered: the others belong to the same answer. `kept` are files, with captions, sent at questions that could not
    take them: they are passed on to what is opened at the end. `language` is the one it began in, used for counting.
    `origin` is the first session of the chain that led here, 0 for none.
    """

    id: SessionId
    dialogue: str
    revision: str
    state: str
    started: Instant
    answers: Mapping[str, Answer] = field(default_factory=dict)
    bindings: Mapping[str, str] = field(default_factory=dict)
    turn: int = 0
    strikes: int = 0
    partial: Answer | None = None
    unfinished: Mapping[str, Answer] = field(default_factory=dict)  # partial answers
    returning: str = ""
    album: str = ""
    told: tuple[str, ...] = ()  # reasons for refused files of this album that the person was told
    album_of: str = ""
    kept: Answer | None = None
    asked: Instant = 0
    waking: bool = False
    reminded: bool = False
    trail: tuple[str, ...] = ()  # questions answered, in order, for "back"
    invitation: int = 0
    remarks: tuple[Remark, ...] = ()
    language: str = ""
    origin: int = 0

    @property
    def chain(self) -> tuple[int, ...]:
        """The first session of the chain and this one; only this one where they are the same."""
        return (self.origin, self.id) if self.origin else (self.id,)

    @property
    def case(self) -> int:
        """The case that the session is about, 0 for none."""
        number = self.bindings.get("case", "")
        found = int(number) if number.isascii() and number.isdigit() else 0
        return found if found < 1 << 63 else 0


@frozen
class Conversation:
    """A chat with one person. `keyboard` is the outbox row of the last question with buttons, 0 if none."""

    id: ConversationId
    address: Address
    person: PersonId
    name: str = ""
    language: str = ""
    stack: tuple[Session, ...] = ()
    case: CaseId | None = None  # the case last spoken of
    keyboard: int = 0
    keyboard_text: str = ""
    held: str = ""  # words and files, as JSON, until the person says which case they belong to
    reachable: bool = True
    # A member of staff is talking to the customer until then: no survey starts or reminds.
    staffed_until: Instant = 0
    version: int = 0

    def order_of(self, session: int) -> str:
        """Return the order that an open session is about; empty where there is none."""
        return next((one.bindings.get("order", "") for one in self.stack if one.id == session), "")
