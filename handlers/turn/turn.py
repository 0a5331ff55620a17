"""A turn: everything one batch of events changes, collected in memory and written once, in one transaction."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import TypedDict, Unpack

from conversations.cases.case import Case
from conversations.definition.dialogue import digest
from conversations.definition.parse import restore
from conversations.effects import At, Hint, MarkKeyboard, Message, Perishable, SetTimer
from conversations.events import (
    Acted,
    Address,
    ChatMoved,
    Commanded,
    Departed,
    Event,
    HomeOpened,
    Instant,
    Sender,
    Submitted,
    Threaded,
)
from conversations.facts import Fact, Started
from conversations.frozen import replace
from conversations.lanes import Lane, LaneKind, lane_for
from conversations.question import NAME_LIMIT, Ids, clean
from conversations.session import CaseId, Conversation, ConversationId, PersonId, Session
from conversations.step import Step
from handlers.turn.bodies import encode, may_resend
from handlers.turn.budget import Budget
from handlers.turn.organisation import Organisation
from handlers.turn.ports import Body
from handlers.turn.sealing import salt, sealed
from storage.interface.answers import AnswerRow
from storage.interface.attachments import Attachment
from storage.interface.facts import FactRow
from storage.interface.messages import CaseMessage, Direction
from storage.interface.outbox import BodyKind, OutboxRow
from storage.interface.store import Transaction
from storage.interface.timers import Timer


def of_staff(event: Event, staff_account: str) -> bool:
    """Return whether an event is a staff action outside of any conversation; who did it is checked elsewhere."""
    match event.what:
        case Acted() | Submitted() | Threaded() | HomeOpened():
            return True
        case Commanded(name="anliegen"):
            return event.address.account == staff_account
        case _:
            return False


class Changeable(TypedDict, total=False):
    """What a handler may change of a conversation; the core changes everything else."""

    language: str
    stack: tuple[Session, ...]
    case: CaseId | None
    keyboard: int
    keyboard_text: str
    held: str
    reachable: bool
    staffed_until: Instant


class Turn:
    """Holds the loaded conversations and cases with their changes; `write` writes them in batches.

    Several events of a batch may touch the same conversation: each sees the changes of those before. Nothing is
    visible outside until the transaction around it commits; `perishables` run afterwards.
    """

    def __init__(
        self,
        tx: Transaction,
        organisation: Organisation,
        ids: Ids,
        now: Instant,
        budget: Budget | None = None,
    ) -> None:
        self.tx = tx
        self.budget = budget or Budget()
        self.organisation = organisation
        self.ids = ids
        self.now = now
        self.perishables: list[At] = []
        self.digests: list[Timer] = []  # to produce after the commit, as they are slow
        self._conversations: dict[ConversationId, Conversation] = {}
        self._by_address: dict[Address, ConversationId] = {}
        self._stored: dict[ConversationId, Conversation] = {}  # as the database has it
        self._new: set[ConversationId] = set()
        self._cases: dict[CaseId, Case] = {}
        self._stored_cases: dict[CaseId, Case] = {}
        self._facts: list[FactRow] = []
        self.answers: list[AnswerRow] = []
        self.outbox: list[OutboxRow] = []
        self.messages: list[int] = []  # case messages that were added or extended
        self.files: list[int] = []  # received files
        self._said: list[CaseMessage] = []  # messages of staff
        self._bulk = False  # whether the messages being sent are bulk, which nobody waits for
        self._timers: dict[tuple[str, str], Timer | None] = {}
        self._expected: set[Address] = set()
        self._arrived: Callable[[], dict[Address, Conversation]] = dict

    # conversations

    def expect(self, events: Iterable[Event]) -> None:
        """Prefetch the conversations of these events with the next query to the store."""
        self._expected = set(self._senders(events))
        self._arrived = self.tx.conversations.expect(self._expected)

    async def load(self, events: Iterable[Event]) -> None:
        """Load the conversations of a batch together; create one for new senders, none without a sender."""
        senders = self._senders(events)
        missing = senders.keys() - self._by_address.keys()
        if not missing:
            return
        loaded = self._arrived() if missing <= self._expected else await self.tx.conversations.at(missing)
        await self._take_in(loaded.values())
        new = [
            self._new_conversation(address, event.sender)
            for address, event in senders.items()
            if address not in self._by_address and event.sender and not isinstance(event.what, Departed)
        ]
        if new:
            for conversation in await self.tx.conversations.create(new, self.now):
                self._remember(conversation)
                self._new.add(conversation.id)

    def _senders(self, events: Iterable[Event]) -> dict[Address, Event]:
        """Return the addresses of a batch, each with its last event; events without a sender come last."""
        work = self.organisation.staff_account
        found: dict[Address, Event] = {}
        for event in events:
            if of_staff(event, work) or isinstance(event.what, ChatMoved):
                continue
            if event.sender or event.address not in found:
                found[event.address] = event
        return found

    def at(self, address: Address) -> ConversationId | None:
        """Return the conversation at an address; None where there is none."""
        return self._by_address.get(address)

    async def find(self, wanted: ConversationId | None) -> ConversationId | None:
        """Load a conversation that this turn has not loaded; None where there is none."""
        if wanted is not None and wanted not in self._conversations:
            await self._take_in((await self.tx.conversations.load([wanted])).values())
        return wanted if wanted in self._conversations else None

    def conversation(self, who: ConversationId) -> Conversation:
        """Return a loaded conversation in its current state: call it again after anything that may change it."""
        return self._conversations[who]

    def has_just_met(self, who: ConversationId) -> bool:
        """Return whether the person is new in this turn."""
        return who in self._new

    def change(self, who: ConversationId, **changes: Unpack[Changeable]) -> None:
        """Change a conversation, starting from its current state."""
        self._conversations[who] = replace(self._conversations[who], **changes)

    def take(self, step: Step[Conversation]) -> None:
        """Apply a step to a conversation: its state, facts, and answers to store.

        `handlers.customers.dialogues` carries out its effects.
        """
        conversation = step.state
        who, person = conversation.id, conversation.person
        self._conversations[who] = conversation
        for fact in step.facts:
            self.record(fact, who)
        for one in step.answers:
            self.answers.append(
                AnswerRow(one.session, one.dialogue, one.question, person, who, one.answer, one.metric)
            )

    def _new_conversation(self, address: Address, sender: Sender) -> tuple[Conversation, str]:
        new = Conversation(
            id=ConversationId(self.ids.next()),
            address=address,
            person=PersonId(self.ids.next()),
            name=clean(sender.name, NAME_LIMIT),
            language=self.organisation.library.language(sender.language),
        )
        return new, sender.id

    async def _take_in(self, loaded: Collection[Conversation]) -> None:
        """Remember conversations, and load dialogues that a worker with newer files has begun in them."""
        for conversation in loaded:
            self._remember(conversation)
        library = self.organisation.library
        if unknown := library.unknown(session for one in loaded for session in one.stack):
            for name, definition in await self.tx.dialogues.all():
                if digest(definition) in unknown and (
                    found := restore(name, definition, self.organisation.zone)
                ):
                    library.remember(found)
            library.give_up(unknown)

    def _remember(self, conversation: Conversation) -> None:
        if conversation.id not in self._conversations:
            self._conversations[conversation.id] = conversation
            self._by_address[conversation.address] = conversation.id
            self._stored[conversation.id] = conversation

    # cases

    async def case(self, wanted: CaseId) -> Case | None:
        """Return a case by its id, in its current state."""
        if wanted not in self._cases:
            found = (await self.tx.cases.load([wanted])).get(wanted)
            if found is None:
                return None
            self.know_case(found)
        return self._cases[wanted]

    def know_case(self, case: Case) -> Case:
        """Register a case found by other means; changes of this turn win over it."""
        self._stored_cases.setdefault(case.id, case)
        return self._cases.setdefault(case.id, case)

    async def open_case(self, case: Case) -> None:
        """Insert a new case."""
        await self.tx.cases.open(case)
        self.know_case(case)

    def keep_case(self, case: Case) -> None:
        """Apply a step to a case."""
        self._cases[case.id] = case

    # facts and effects

    def record(self, fact: Fact, who: ConversationId | None = None, case: Case | None = None) -> None:
        """Append a fact."""
        person = self._conversations[who].person if who else case.person if case else None
        place = who or (case.conversation if case else None)
        concern = case.id if case else None
        order = self._conversations[who].order_of(fact.session) if isinstance(fact, Started) and who else ""
        self._facts.append(FactRow(self.ids.next(), self.now, fact, person, place, concern, order))

    def answered(self, row: AnswerRow) -> None:
        """Store an answer."""
        self.answers.append(row)

    async def note(self, message: CaseMessage) -> None:
        """Append to a case's messages."""
        if message.direction is Direction.OUT:
            message = replace(message, salt=salt())
            self._said.append(message)
        self.messages.append(message.id)
        await self.tx.messages.add(message)

    async def await_file(self, attachment: Attachment) -> None:
        """Add an attachment row for a file, fetched or refused."""
        self.files.append(attachment.id)
        await self.tx.attachments.expect(attachment)

    def say(
        self,
        who: ConversationId,
        message: Message,
        *,
        case_message: int = 0,
        case: int = 0,
        lasting: bool = False,
    ) -> int:
        """Send to a conversation; return the outbox row, and remember it where it carries the keyboard.

        `case` is what the message is about (0: no case): a reply to it belongs there. `lasting` buttons belong to no
        question: they stay until they are pressed, in addition to the keyboard of an open question.
        """
        present = self._conversations[who]
        row = self.send(
            present.address,
            message,
            lane=lane_for(LaneKind.CONVERSATION, who),
            conversation=who,
            message=case_message,
            case=CaseId(case) if case else None,
        )
        if message.buttons and not lasting:
            if present.keyboard:  # only the latest keyboard is valid: an old one would mislead
                old = MarkKeyboard("", sent=present.keyboard, text=present.keyboard_text)
                self.perish(present.address, old)
            self._conversations[who] = replace(present, keyboard=row, keyboard_text=message.text)
        return row

    def send(
        self,
        address: Address,
        body: Body,
        *,
        lane: Lane,
        conversation: ConversationId | None = None,
        case: CaseId | None = None,
        message: int = 0,
        thread_of: int = 0,
        edits: int = 0,
    ) -> int:
        """Enqueue a body; rows of a lane are sent in order. Return the outbox row's id."""
        kind, text = encode(body)
        row = OutboxRow(
            self.ids.next(),
            lane,
            address,
            kind,
            text,
            conversation=conversation,
            case=case,
            message=message,
            thread_of=thread_of,
            edits=edits,
            resend=may_resend(body),
            bulk=self._bulk,
            salt=salt() if conversation is not None and kind is not BodyKind.DOWNLOAD else "",
        )
        self.outbox.append(row)
        return row.id

    @contextmanager
    def unhurried(self) -> Iterator[None]:
        """Send messages within this context as bulk: nobody waits for them, and they are sent after all others."""
        self._bulk = True
        try:
            yield
        finally:
            self._bulk = False

    def perish(self, address: Address, effect: Perishable) -> None:
        """Run an effect right after the commit, or not at all."""
        self.perishables.append(At(address, effect))

    def hint(self, event: Event, text: str) -> None:
        """Tell the actor in private; nobody where the event has no sender."""
        if event.sender:
            self.perish(event.address, Hint(event.sender.id, text))

    def set_timer(
        self,
        timer: SetTimer,
        *,
        conversation: ConversationId | None = None,
        case: CaseId | None = None,
        note: str = "",
    ) -> None:
        """Set or move a timer."""
        self._timers[timer.owner, timer.kind] = Timer(
            timer.owner, timer.kind, timer.at, conversation, case, note
        )

    def drop_timer(self, owner: str, kind: str = "*") -> None:
        """Cancel a timer, or all of an owner's."""
        if kind == "*":
            for key in [key for key in self._timers if key[0] == owner]:
                del self._timers[key]
        self._timers[owner, kind] = None

    async def timer(self, owner: str, kind: str) -> Timer | None:
        """Return a timer in its current state."""
        for key in ((owner, kind), (owner, "*")):
            if key in self._timers:
                return self._timers[key]
        return next((timer for timer in await self.tx.timers.of(owner) if timer.kind == kind), None)

    def has_moved(self, timer: Timer) -> bool:
        """Return whether this turn has set or cancelled a timer that is due."""
        return not self._timers.keys().isdisjoint({(timer.owner, timer.kind), (timer.owner, "*")})

    # the end

    async def write(self) -> None:
        """Write everything, one batch per kind of row. Raises Conflict."""
        changed = [
            replace(self._conversations[one], version=stored.version + 1)
            for one, stored in self._stored.items()
            if self._conversations[one] != stored
        ]
        if changed:
            await self.tx.conversations.save(changed)
        for case, stored in self._stored_cases.items():
            if self._cases[case] != stored:
                await self.tx.cases.save(replace(self._cases[case], version=stored.version + 1))
        if self._facts:
            await self.tx.facts.record(sealed(self._facts, self.outbox, self._said))
        if self.answers:
            await self.tx.answers.keep(self.answers)
        await self._write_timers()
        if self.outbox:
            await self.tx.outbox.enqueue(self.outbox, self.now)

    async def _write_timers(self) -> None:
        gone = [key for key, timer in self._timers.items() if timer is None]
        kept = [timer for timer in self._timers.values() if timer is not None]
        if gone:
            await self.tx.timers.drop(gone)
        if kept:
            await self.tx.timers.set(kept)
