"""The stack of a conversation's sessions: beginning, continuing, resuming, reminding, expiring. Pure.

A new session is put on top; when it ends, the one below asks again. A survey that has to wait (a member of staff is
talking to the person) stays there unasked: `asked == 0`.
"""

from typing import TypeAlias

from conversations.definition.dialogue import Dialogue
from conversations.definition.library import Library
from conversations.effects import Begin, DecideCase, Effect, Kind, MarkKeyboard, Message, Say, SetTimer
from conversations.events import Instant, Pressed
from conversations.facts import Fact, How, Reminded, Started
from conversations.frozen import replace
from conversations.question import Ids
from conversations.session import STACK_LIMIT, Conversation, Session, SessionId
from conversations.step import Given, Step
from conversations.talk.asking import Scene
from conversations.talk.waiting import QuestionTimeouts, owner
from conversations.talk.walk import Walk, Walked, cut_short, dropped
from conversations.texts.texts import Rich
from conversations.timers import SessionTimer

SILENT_ENDS = ("survey", "other")
"""Purposes whose answers count without being passed on: nothing is lost when they stop."""

Place: TypeAlias = tuple[Dialogue, Session]
"""An open session and its dialogue."""


def active(conversation: Conversation) -> Session | None:
    """Return the session whose question is open; None when there is none."""
    return conversation.stack[-1] if conversation.stack and conversation.stack[-1].asked else None


def started(session: Session) -> Started:
    """Return the fact that a session has begun."""
    bindings = session.bindings
    return Started(
        session.id,
        session.dialogue,
        session.revision,
        bindings.get("touchpoint", ""),
        bool(session.invitation),
        bindings.get("party", ""),
        bindings.get("product", ""),
        session.language,
        session.invitation,
        session.origin,
    )


class Stack:
    """A conversation during a turn: collects state changes, facts and effects.

    `message` is the platform id of the message the turn is about, empty where there is none.
    """

    def __init__(
        self, library: Library, conversation: Conversation, now: Instant, ids: Ids, message: str = ""
    ) -> None:
        self.library = library
        self.vocabulary = library.texts.vocabulary
        self.conversation = conversation
        self.now = now
        self.ids = ids
        self.toast = ""
        self.about = 0  # the case whose message the person replies to
        self.talking = 0  # the case about which staff talk to the person now
        self._message = message
        self.facts: list[Fact] = []
        self.effects: list[Effect] = []
        self.answers: list[Given] = []

    # -- saying

    def scene(self, press: Pressed | None = None) -> Scene:
        """Return the scene of a step; `press` is the button that led to it."""
        return Scene(
            texts=self.library.texts,
            organisation=self.library.organisation,
            person=self.conversation.name,
            language=self.conversation.language,
            now=self.now,
            ids=self.ids,
            message=self._message,
            press=press,
            keyboard=self.conversation.keyboard,
            keyboard_text=self.conversation.keyboard_text,
        )

    def text(self, key: str, **values: object) -> Rich:
        """Return one of the system's texts in the person's language."""
        return self.scene().say(key, **values)

    def label(self, key: str) -> str:
        """Return one of the system's labels in the person's language."""
        return self.scene().label(key)

    def do(self, *effects: Effect) -> None:
        """Add effects."""
        self.effects += effects

    def do_first(self, effect: Effect) -> None:
        """Add an effect before all others."""
        self.effects.insert(0, effect)

    def say(self, key: str, **values: object) -> None:
        """Say one of the system's texts."""
        self.do(Say(Message(self.text(key, **values), kind=Kind.RECEIPT)))

    def again(self, note: str = "") -> None:
        """Say something (markup), with the open question below it."""
        place = self.place()
        if place:
            self.apply(place, self.walk(place).again(note))
        elif note:
            self.do(Say(Message(note, kind=Kind.RECEIPT)))

    # -- the open session

    def place(self) -> Place | None:
        """Return the session whose question is open, and its dialogue."""
        session = active(self.conversation)
        return self.placed(session) if session else None

    def placed(self, session: Session) -> Place | None:
        """Return a session with its dialogue in the library: moved if the dialogue changed; None if it is lost."""
        found = self.library.place(session)
        if found is None:
            return None
        dialogue, state = found
        if dialogue.revision == session.revision:
            return dialogue, session
        answers = {key: answer for key, answer in session.answers.items() if key in dialogue.questions}
        moved = replace(
            session,
            revision=dialogue.revision,
            state=state,
            answers=answers,
            trail=tuple(key for key in session.trail if key in answers),
            turn=session.turn + (state != session.state),
            partial=None,
            unfinished={},
            returning=session.returning if session.returning in dialogue.questions else "",
        )
        return dialogue, moved

    def walk(self, place: Place, press: Pressed | None = None) -> Walk:
        """Return a `Walk` for a session."""
        dialogue, session = place
        patience = QuestionTimeouts(self.library.remind_after(dialogue), self.library.expire_after(dialogue))
        return Walk(dialogue, session, self.scene(press), patience)

    def apply(self, place: Place, step: Walked) -> None:
        """Apply a step; when the session is over, continue with what follows it or with the session below."""
        follows = self._take_over(place[1], step)
        if step.state is not None:
            return
        if follows:
            self.begin(follows)
        elif not any(isinstance(effect, DecideCase) and effect.accepted for effect in step.effects):
            self.resume()  # a settled case is asked about first

    def _take_over(self, session: Session, step: Walked) -> Begin | None:
        """Merge a session's step into the conversation; return what it wants to begin, for the caller to begin."""
        stack = [step.state if one.id == session.id else one for one in self.conversation.stack]
        left = tuple(one for one in stack if one is not None)
        follows, gone = None, False
        for effect in step.effects:
            if isinstance(effect, Begin):
                follows = effect
                continue
            gone = gone or (isinstance(effect, MarkKeyboard) and not effect.buttons)
            self.effects.append(effect)
        if gone:
            self.conversation = replace(self.conversation, stack=left, keyboard=0, keyboard_text="")
        else:
            self.conversation = replace(self.conversation, stack=left)
        self.facts += step.facts
        self.answers += step.answers
        self.toast = step.toast or self.toast
        return follows

    # -- beginning and resuming

    def begin(self, wanted: Begin, invitation: int = 0, note: str = "") -> None:
        """Put a new session on the stack and ask its first question below the note, unless it has to wait."""
        dialogue = self.library.current.get(wanted.dialogue)
        if dialogue is None or not all(wanted.bindings.get(name) for name in dialogue.needs):
            self.again(self.text("unknown_dialogue"))
            return
        self._displace(dialogue, wanted.bindings.get("case", ""))
        if len(self.conversation.stack) >= STACK_LIMIT:
            self.again(self.text("full"))
            return
        session = Session(
            id=SessionId(self.ids.next()),
            dialogue=dialogue.name,
            revision=dialogue.revision,
            state=dialogue.start,
            started=self.now,
            bindings={name: value for name, value in wanted.bindings.items() if name in dialogue.bindings},
            invitation=invitation,
            kept=wanted.kept,
            language=self.conversation.language,
            origin=wanted.origin,
        )
        self.facts.append(started(session))
        stack = self.conversation.stack
        if self._must_wait(dialogue):
            self.conversation = replace(self.conversation, stack=(session, *stack))
            self._wake(session, self.conversation.staffed_until)
            if note:
                self.do(Say(Message(note, kind=Kind.RECEIPT)))
            if invitation:
                self.say("survey.later")
        else:
            self.conversation = replace(self.conversation, stack=(*stack, session))
            self.apply((dialogue, session), self.walk((dialogue, session)).start(note))

    def _displace(self, dialogue: Dialogue, case: str) -> None:
        """End an unfinished session of the same dialogue about the same case in favour of the new one."""
        for session in self.conversation.stack:
            if session.dialogue == dialogue.name and session.bindings.get("case", "") == case:
                self._take_over(session, dropped(session))

    def resume(self) -> None:
        """Let the session on top ask again, or for the first time."""
        session = self.conversation.stack[-1] if self.conversation.stack else None
        place = self.placed(session) if session else None
        if session is None or place is None:
            return
        if session.asked:
            title = place[0].title(self.conversation.language)
            self.apply(place, self.walk(place).again(self.text("resumed", title=title)))
        elif self._must_wait(place[0]):
            self._wake(session, self.conversation.staffed_until)
        else:
            self.apply(place, self.walk(place).start())

    def settle(self) -> bool:
        """Move sessions whose dialogue changed and drop lost ones; return whether the open question changed."""
        before = active(self.conversation)
        lost = False
        for session in self.conversation.stack:
            place = self.placed(session)
            if place is None:
                lost = lost or session is before
                self._take_over(session, dropped(session))
            elif place[1] is not session:
                stack = tuple(place[1] if one is session else one for one in self.conversation.stack)
                self.conversation = replace(self.conversation, stack=stack)
        after = active(self.conversation)
        if lost:
            self.say("lost")
            self.resume()
        elif before and after and before.state != after.state:
            self.again(self.text("moved"))
            return True
        return lost

    def withdraw(self, dialogue: str, case: str) -> None:
        """Withdraw a dialogue's question about a case; the session below asks again."""
        before = active(self.conversation)
        for session in self.conversation.stack:
            if session.dialogue == dialogue and session.bindings.get("case", "") == case:
                self._take_over(session, dropped(session, How.WITHDRAWN))
        if before is None or before in self.conversation.stack:
            return
        keyboard, text = self.conversation.keyboard, self.conversation.keyboard_text
        if keyboard:
            self.do(MarkKeyboard("", sent=keyboard, text=text))
            self.conversation = replace(self.conversation, keyboard=0, keyboard_text="")
        self.resume()

    # -- time

    def remind(self, place: Place) -> None:
        """Handle a due reminder of a session; a waiting survey begins."""
        dialogue, session = place[0], replace(place[1], waking=False)
        self._take_over(session, Step(session))
        patience, end = self.library.remind_after(dialogue), self.library.expire_after(dialogue)
        if session.asked and end and self.now >= session.asked + end:
            return  # the service was down for long: expiry is due as well
        if session.asked and not patience:
            return  # no more reminders
        place = dialogue, session
        if self._must_wait(dialogue):
            self._wake(session, self.conversation.staffed_until)
        elif session.asked and not session.reminded and self.now < session.asked + patience:
            self._wake(session, session.asked + patience)  # asked something else meanwhile
        elif self.conversation.stack[-1].id != session.id or not self.conversation.reachable:
            return  # it asks when it is on top
        elif not session.asked:
            self.apply(place, self.walk(place).start())
        elif not session.reminded:
            self.apply(place, self.walk(place).remind())
            self.facts.append(Reminded(session.id, session.dialogue))

    def expire(self, place: Place) -> None:
        """Expire a session that waited too long."""
        dialogue, session = place
        patience = self.library.expire_after(dialogue)
        end = session.asked + patience
        if not patience:
            return  # it no longer expires
        if self.now < end:  # asked something else meanwhile
            self.do(SetTimer(owner(session), SessionTimer.EXPIRE, end))
            return
        self._take_over(session, cut_short(*place, self.scene(), How.EXPIRED))
        if dialogue.settings.purpose not in SILENT_ENDS and self.conversation.reachable:
            self.say("expired", title=dialogue.title(self.conversation.language))
        if self.conversation.stack and not self.conversation.stack[-1].asked:
            self.resume()

    def finish(self, place: Place) -> None:
        """Count a partial answer of a question whose rest is optional."""
        dialogue, session = place
        if session.trail and dialogue.questions[session.state].optional:
            self.apply(place, self.walk(place).skip())

    def _must_wait(self, dialogue: Dialogue) -> bool:
        return dialogue.settings.purpose == "survey" and self.now < self.conversation.staffed_until

    def _wake(self, session: Session, at: Instant) -> None:
        self._take_over(
            session,
            Step(replace(session, waking=True), effects=(SetTimer(owner(session), SessionTimer.REMIND, at),)),
        )
