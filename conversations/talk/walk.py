"""One step of one session: a pure function of the dialogue, the session, the reply and the scene.

Nothing here sends, sleeps, logs or knows a question type by name. Every function returns a `Step`; none raises,
whatever a person does.
"""

from typing import TypeAlias

from conversations.answers import remarks
from conversations.answers.collecting import given_before, is_news, with_album, with_refused, with_unfinished
from conversations.answers.evidence import joined, takes_files
from conversations.definition.dialogue import NEXT, Dialogue
from conversations.definition.rules import Situation
from conversations.effects import DropTimer, Effect, Kind, MarkKeyboard, Message, Refuse, Say, SetTimer
from conversations.events import Attached, Said
from conversations.facts import Fact, How
from conversations.frozen import replace
from conversations.question import Accepted, Chosen, Correction, Declined, Partial, Rejection, Reply, Result
from conversations.session import Answer, Session
from conversations.step import Given, Step
from conversations.talk.answering import answered, judged
from conversations.talk.asking import POINT_LIMIT, Asking, Scene, kind_of, visible
from conversations.talk.beside import beside, extended, is_more_of, with_kept
from conversations.talk.ending import effects_of, ended
from conversations.talk.waiting import QuestionTimeouts, owner
from conversations.texts.graphemes import beginning
from conversations.texts.texts import inert
from conversations.timers import SessionTimer

STRIKES = 3
"""The number of wrong replies to one question after which a human is offered."""


Walked: TypeAlias = Step[Session | None]
"""A step of one session; its state is None when the session is over. What follows is an effect, `Begin`."""


class Walk:
    """One step in progress. Use once: call one of its verbs, which returns the step."""

    def __init__(
        self, dialogue: Dialogue, session: Session, scene: Scene, patience: QuestionTimeouts
    ) -> None:
        self._dialogue = dialogue
        self._session = session
        self._scene = scene
        self._patience = patience
        self._over = False
        self._facts: list[Fact] = []
        self._effects: list[Effect] = []
        self._answers: list[Given] = []
        self._toast = ""
        self._refused = False

    # -- verbs

    def start(self, note: str = "") -> Walked:
        """Ask the first question."""
        self._enter(self._dialogue.start, note)
        return self._step()

    def reply(self, reply: Reply) -> Walked:
        """Handle a reply to the current question; further files of an album go where its first file went."""
        state, session = self._session.state, self._session
        asked = self._dialogue.questions[state]
        if isinstance(reply, Attached) and is_more_of(session, reply):
            answer, effects = extended(self._asking, reply)
            question = session.album_of
            self._effects += effects
            self._session = replace(session, answers={**session.answers, question: answer})
            metric = self._dialogue.questions[question].metric
            self._answers.append(Given(session.id, session.dialogue, question, answer, metric))
        elif isinstance(reply, Attached) and reply.files and not takes_files(asked):
            result, self._session, effects = beside(self._asking, reply)
            self._effects += effects
            self._judge(result, reply)
        else:
            self._judge(judged(self._asking, reply), reply)
        return self._step()

    def unreadable(self) -> Walked:
        """Explain that something cannot be a reply."""
        self._reject(self._scene.label("unsupported"), pressed=False)
        return self._step()

    def again(self, *notes: str) -> Walked:
        """Ask the current question again, after the notes."""
        self._say(self._asking.message(*notes))
        return self._step()

    def skip(self) -> Walked:
        """Skip the current question, where its author allows it."""
        question = self._dialogue.questions[self._session.state]
        if not question.optional:
            return self.again(self._scene.say("skip.needed"))
        given = self._asking.look().prompt.given
        partial = self._session.partial
        if partial is not None and partial.holds_anything:  # the partial answer is kept
            words = joined(given, partial.words)
            answer = replace(partial, words=words, skipped=not words and partial.value is None)
            self._take(question.id, answer, self._asking.shown(question.id, answer))
        elif given:  # the earlier words are the answer
            self._take(question.id, Answer(words=given), "")
        else:
            refused = partial.refused if partial else ()
            self._take(question.id, Answer(skipped=True, refused=refused), self._scene.label("skipped"))
        return self._step()

    def back(self) -> Walked:
        """Ask the previous question; within a correction, the question where it began."""
        session = self._session
        if session.returning:
            target, trail = session.returning, session.trail
        elif session.trail:
            target, trail = session.trail[-1], session.trail[:-1]
        else:
            return self.again(self._scene.say("back.first"))
        self._mark(self._scene.label("button.back"))
        self._session = replace(session, trail=trail, returning="")
        self._ask(target)
        return self._step()

    def correct(self, question: str = "") -> Walked:
        """Ask an answered question again and come back here; without a name, ask which."""
        answered = list(visible(self._session))
        if not answered:
            return self.again(self._scene.say("correct.nothing"))
        if question in answered or len(answered) == 1:
            self._mark(self._scene.label("button.correct"))
            self._correct(question if question in answered else answered[0])
        else:
            self._say(self._asking.corrections())
        return self._step()

    def edit(self, text: str) -> Walked | None:
        """Treat an edited message as a correction of the last answer; None where it was another message."""
        trail = self._session.trail
        last = trail[-1] if trail else ""
        answer = self._session.answers.get(last)
        if answer is None or not self._scene.message or answer.message != self._scene.message:
            return None
        result = kind_of(self._dialogue.questions[last]).accept(self._asking.ask(last), Said(text))
        if not isinstance(result, Accepted):
            self._refused = isinstance(result, Rejection)
            reason = inert(result.reason) if isinstance(result, Rejection) else ""
            self._say(Message(self._scene.say("edit.refused", reason=reason), kind=Kind.RECEIPT))
            return self._step()
        kept = replace(answer, value=result.value, words=result.words, skipped=False)
        self._record(last, kept, trail, self._session.returning)
        target = self._fire(last)
        if target == self._session.state or self._session.returning:
            self._say(Message(self._scene.say("edit.done"), kind=Kind.RECEIPT))
        else:
            self._enter(target, self._scene.say("edit.done"))
        return self._step()

    def remind(self) -> Walked:
        """Remind the person of the question, once."""
        self._session = replace(self._session, reminded=True)
        return self.again(self._scene.say("remind", title=self._dialogue.title(self._scene.language)))

    def names_choice(self, text: str) -> bool:
        """Return whether a text is the label of a button of the question: an answer takes precedence over a command."""
        return self._asking.choice_named(text) is not None

    # -- what a reply does

    def _judge(self, result: Result, reply: Reply) -> None:
        state = self._session.state
        match result:
            case Accepted(value, words, attachments, fetches, note, kinds, refused):
                self._effects += fetches
                self._effects += refused
                partial = with_refused(self._session, refused).partial
                answer = Answer(
                    value, words, attachments, refused=partial.refused if partial else (), kinds=kinds
                )
                self._session = with_album(self._session, reply, refused, state if attachments else "")
                if note:
                    self._say(Message(inert(note), kind=Kind.RECEIPT))
                self._take(state, answer, self._asking.shown(state, answer))
            case Declined():
                self._decline(pressed=isinstance(reply, Chosen))
            case Correction(question):
                self._mark(self._scene.label("button.correct"))
                self._correct(question)
            case Partial():
                self._collect(result, reply)
            case Rejection(refused=refused):
                self._refused = True
                if self._note_refused(reply, refused):
                    self._refuse(result, pressed=isinstance(reply, Chosen))

    def _decline(self, *, pressed: bool) -> None:
        """Skip the question; where an answer is required, declining counts as a wrong reply."""
        if self._dialogue.questions[self._session.state].optional:
            self.skip()
        else:
            self._refused = True
            self._reject(self._scene.label("skip.needed"), pressed=pressed)

    def _collect(self, result: Partial, reply: Reply) -> None:
        """Keep a partial answer; further files of an album are confirmed only when one is refused."""
        self._effects += result.fetches
        self._session = replace(self._session, partial=result.answer, strikes=0)
        news = self._note_refused(reply, result.refused)
        press = self._scene.press
        if press:
            self._effects.append(self._asking.retick(press))
            self._toast = result.note
        elif news and result.note:
            self._say(self._asking.message(inert(result.note), prompt_only=True))

    def _refuse(self, refusal: Rejection, *, pressed: bool) -> None:
        """Ask again; words that are no answer are kept at once, even if the question is never answered."""
        if not refusal.words or "case" in self._session.bindings:  # words about a case belong to the case
            self._reject(refusal.reason, pressed=pressed)
            return
        state, before = self._session.state, self._session
        self._session = remarks.keep(before, refusal.words)
        if self._session is before:
            self._reject(refusal.reason, pressed=pressed)
            return
        wording = self._dialogue.wording(state, self._scene.language)
        unanswered = Answer(wording=wording, at=self._scene.now, skipped=True)
        self._give(state, self._session.answers.get(state, unanswered))
        self._reject(refusal.receipt or refusal.reason, pressed=pressed, prompt_only=True)

    def _reject(self, reason: str, *, pressed: bool, prompt_only: bool = False) -> None:
        strikes = self._session.strikes if pressed else self._session.strikes + 1
        self._session = replace(self._session, strikes=strikes)
        human = strikes >= STRIKES
        offer = self._scene.say("strikes") if human else ""
        self._say(self._asking.message(inert(reason), offer, human=human, prompt_only=prompt_only))

    def _take(self, question: str, answer: Answer, shown: str) -> None:
        """Answer or skip a question and continue."""
        typed = answer.words and answer.value is None  # visible right below, in their own message
        self._mark("" if typed else shown)
        session, trail = self._session, self._session.trail
        if question in trail:
            trail = trail[: trail.index(question)]
        self._record(question, answer, (*trail, question), returning="")
        target = self._fire(question)
        if session.returning:
            target = self._replay(target, session.returning)
        self._enter(target)

    def _replay(self, target: str, until: str) -> str:
        """After a correction, follow the answers already given to the first open question."""
        while target != until and target in self._session.answers and target not in self._session.trail:
            self._session = replace(self._session, trail=(*self._session.trail, target))
            target = self._fire(target)
        return target

    def _record(self, question: str, given: Answer, trail: tuple[str, ...], returning: str) -> None:
        session, scene = self._session, self._scene
        old = session.answers.get(question)
        first = old.at if old and not old.skipped else scene.now
        wording = self._dialogue.wording(question, scene.language)
        answer = replace(given, wording=wording, at=first, message=scene.message)
        answers = {**session.answers, question: answer}
        partial = None if question == session.state else session.partial
        unfinished = {key: value for key, value in session.unfinished.items() if key != question}
        self._session = replace(
            session,
            answers=answers,
            partial=partial,
            unfinished=unfinished,
            trail=trail,
            returning=returning,
        )
        self._give(question, answer)
        self._facts.append(answered(session, self._dialogue.questions[question], old, answer))

    def _give(self, question: str, answer: Answer) -> None:
        kept = remarks.beside(self._session, question, answer)
        session, metric = self._session, self._dialogue.questions[question].metric
        self._answers.append(Given(session.id, session.dialogue, question, kept, metric))

    # -- the next state

    def _fire(self, question: str) -> str:
        """Return the next state; there always is one, as the last rule of every question has no condition."""
        situation = Situation(visible(self._session), self._session.bindings, self._scene.language)
        return self._dialogue.table.fire(question, NEXT, situation) or ""

    def _enter(self, state: str, note: str = "") -> None:
        """Ask, answer from a binding, or end."""
        if state in self._dialogue.outcomes:
            self._finish(state)
            return
        known = self._known(state)
        if known is None:
            self._ask(state, note)
            return
        self._record(state, known, (*self._session.trail, state), self._session.returning)
        self._enter(self._fire(state), note)

    def _known(self, state: str) -> Answer | None:
        """Return the answer that a binding gives to an unanswered question."""
        question = self._dialogue.questions[state]
        value = self._session.bindings.get(question.given, "") if question.given else ""
        if not value or state in self._session.answers:
            return None
        ask = self._asking.at(replace(self._session, state=state)).ask(state)
        for reply in (Chosen(value), Said(value)):
            result = kind_of(question).accept(ask, reply)
            if isinstance(result, Accepted):
                return Answer(result.value, result.words)
        return None

    def _ask(self, state: str, note: str = "") -> None:
        now, patience = self._scene.now, self._patience
        session = with_unfinished(self._session, state, now)
        wake = bool(patience.remind) and not session.reminded
        self._session = replace(
            session,
            state=state,
            turn=session.turn + 1,
            strikes=0,
            partial=given_before(session, self._dialogue.questions[state]),
            asked=now,
            waking=wake,
        )
        self._session = with_kept(self._session, self._dialogue.questions[state], now)
        self._say(self._asking.message(note))
        # Timers are not moved with every question: one that is due too early postpones itself.
        if wake and not session.waking:
            self._effects.append(SetTimer(owner(session), SessionTimer.REMIND, now + patience.remind))
        if patience.expire and not session.asked:
            self._effects.append(SetTimer(owner(session), SessionTimer.EXPIRE, now + patience.expire))

    def _correct(self, question: str) -> None:
        back_to = self._session.returning or self._session.state
        self._session = replace(self._session, returning=back_to)
        present = beginning(self._asking.shown(question, self._session.answers[question]), POINT_LIMIT)
        self._ask(question, self._scene.say("correct.present", text=present))

    def _finish(self, state: str) -> None:
        outcome = self._dialogue.outcomes[state]
        self._effects += effects_of(outcome, self._asking)
        self._end(state)

    def _end(self, outcome: str) -> None:
        self._facts.append(ended(self._session, outcome, How.FINISHED, left=False))
        self._effects.append(DropTimer(owner(self._session)))
        self._over = True

    # -- pieces

    @property
    def _asking(self) -> Asking:
        return Asking(self._dialogue, self._session, self._scene)

    def _say(self, message: Message) -> None:
        self._effects.append(Say(message, self._session.case))

    def _mark(self, choice: str) -> None:
        marks: tuple[MarkKeyboard, ...] = self._asking.mark(choice)
        self._effects += marks

    def _note_refused(self, reply: Reply, refused: tuple[Refuse, ...]) -> bool:
        """Record refused files; return whether the person is to be told anything about the reply."""
        news = is_news(self._session, reply, refused)
        self._effects += refused
        self._session = with_refused(with_album(self._session, reply, refused), refused)
        return news

    def _step(self) -> Walked:
        return Step(
            None if self._over else self._session,
            tuple(self._facts),
            tuple(self._effects),
            tuple(self._answers),
            self._toast,
            self._refused,
        )


def dropped(session: Session, how: How = How.DISPLACED) -> Walked:
    """End a session that is displaced or withdrawn, or whose dialogue is gone."""
    return Step(None, (ended(session, "", how),), (DropTimer(owner(session)),))


def cut_short(dialogue: Dialogue, session: Session, scene: Scene, how: How) -> Walked:
    """End a session before its end; `how` is cancelled or expired.

    Where only an offer is still unanswered, the dialogue counts as finished with the offer refused: a person who
    answered everything stays in the response rate.
    """
    otherwise = dialogue.questions[session.state].otherwise
    fact = ended(session, otherwise, How.FINISHED) if otherwise else ended(session, "", how)
    marks = (
        Asking(dialogue, session, scene).mark(scene.label("button.cancel")) if how is How.CANCELLED else ()
    )
    return Step(None, (fact,), (*marks, DropTimer(owner(session))))
