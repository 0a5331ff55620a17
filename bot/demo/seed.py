"""Writes the demo's history into a database, through the storage interface, as weeks of service would have done."""

from datetime import UTC, datetime, time, timedelta
from random import Random
from typing import Final

from bot.demo.cast import BOT, INVITED, TEAM
from bot.demo.history import SEED, WEEKS, Visit, visits
from bot.demo.story import Comment, Concern, Story
from conversations.cases.case import Case, State
from conversations.cases.deadlines import delivered, opened, owner_of
from conversations.cases.elapsed import elapsed
from conversations.cases.moves import CaseStep, Move
from conversations.cases.step import step
from conversations.definition.dialogue import Dialogue
from conversations.effects import SetTimer
from conversations.events import MINUTE, SECOND, Address, Instant
from conversations.facts import Answered, CaseOpened, Ended, Fact, How, Invited, Started
from conversations.frozen import replace
from conversations.kinds import CaseKind, Severity
from conversations.question import Ids
from conversations.session import Answer, CaseId, Conversation, ConversationId, PersonId, Value
from handlers.cases.cards import show
from handlers.customers import invitations
from handlers.digest import WEEKLY
from handlers.turn.organisation import Organisation
from handlers.turn.turn import Turn
from storage.interface.answers import AnswerRow
from storage.interface.facts import FactRow
from storage.interface.messages import CaseMessage, DeliveryState, Direction
from storage.interface.store import Transaction
from storage.interface.timers import Timer

TELEGRAM: Final = f"telegram:{BOT}"
SLACK: Final = f"slack:{TEAM}"
_WEEK: Final = 7 * 24 * 3600 * SECOND
_FIRST_CHAT: Final = 50_000  # of people who appear only in the history


class Seed:
    """Everything is written in one transaction; `now` is the moment the demo begins."""

    def __init__(self, tx: Transaction, organisation: Organisation, ids: Ids, now: Instant) -> None:
        self._tx = tx
        self._organisation = organisation
        self._ids = ids
        self._now = now
        self._survey: Dialogue = organisation.library.current["survey"]
        self._facts: list[FactRow] = []
        self._people = 0

    async def write(self, story: Story) -> None:
        """Write surveys, comments and cases; the last weekly digest is still to be posted."""
        monday = self._monday()
        for visit in visits(self._now - monday):
            self._visit(monday - (WEEKS - visit.week) * _WEEK, visit)
        await self._quotes(story.quotes, monday)
        for concern in story.concerns:
            await self._concern(concern)
        await self._tx.facts.record(self._facts)
        await self._tx.timers.set([Timer(WEEKLY, "weekly", self._last_digest())])

    async def invite(self) -> dict[int, tuple[str, str]]:
        """Make the invitations that wait for a customer; order and secret by chat."""
        made = {}
        for chat, order, touchpoint, language in INVITED:
            fresh = await invitations.invite(
                self._tx,
                self._ids,
                self._now,
                dialogue="survey",
                order=order,
                touchpoint=touchpoint,
                language=language,
            )
            made[chat] = (order, fresh.secret)
        return made

    # surveys

    def _visit(self, monday: Instant, visit: Visit) -> None:
        at, name, touchpoint = monday + visit.begun, self._survey.name, visit.touchpoint
        self._note(monday + visit.invited, Invited(name, touchpoint))
        if not visit.begun or at > self._now:
            return
        session = self._ids.next()
        self._note(at, Started(session, name, self._survey.revision, touchpoint, invited=True))
        answers = _answers(visit)
        for place, (question, kind, metric, value) in enumerate(answers, 1):
            wording = self._survey.wording(question, "en")
            fact = Answered(session, name, question, kind, metric, value, wording, touchpoint)
            self._note(at + place * MINUTE // 2, fact)
        if visit.finished:
            outcome = "thanks" if visit.score is not None and visit.score < 9 else "delighted"
            self._note(at + 4 * MINUTE, Ended(session, name, outcome, How.FINISHED, touchpoint, invited=True))

    async def _quotes(self, quotes: tuple[Comment, ...], monday: Instant) -> None:
        """Spread the comments over the weeks; the last three are of the running one."""
        chance = Random(SEED)  # noqa: S311 - a story, not a secret
        rows = []
        for place, quote in enumerate(reversed(quotes)):
            week = max(0, (place - 1) // 2)
            begin, length = monday - week * _WEEK, _WEEK if week else self._now - monday
            at = begin + int(chance.uniform(0.2, 0.95) * length)
            conversation = await self._person(quote.name, quote.language, at)
            rows += self._quote(quote, conversation, at)
        await self._tx.answers.keep(rows)

    def _quote(self, quote: Comment, conversation: Conversation, at: Instant) -> list[AnswerRow]:
        session = self._ids.next()

        def row(question: str, value: Value, words: str = "") -> AnswerRow:
            wording = self._survey.wording(question, quote.language)
            answer = Answer(value, words, wording=wording, at=at)
            return AnswerRow(
                session, self._survey.name, question, conversation.person, conversation.id, answer
            )

        consent = row("quote", "yes" if quote.quotable else "no")
        return [row("score", quote.score), row("comment", None, quote.words), consent]

    # cases

    async def _concern(self, concern: Concern) -> None:
        at = self._now - concern.before
        conversation = await self._person(concern.name, concern.language, at, concern.chat)
        case = await self._open(concern, conversation, at)
        policy = self._organisation.policy
        moved = opened(case, policy, at)
        case = moved.case
        await self._tx.cases.open(case)
        await self._say(case, at, Direction.IN, "", concern.words)
        timers = {timer.kind: timer.at for timer in moved.timers if isinstance(timer, SetTimer)}
        for act in concern.acts:
            when = at + act.after
            case = self._apply(step(case, policy, Move(act.action, act.actor), when), when, timers)
            if act.words:
                await self._say(case, when, Direction.OUT, act.actor, act.words)
                arrived = delivered(case, policy, when, proposal=act.action == "propose")
                case = self._apply(arrived, when, timers)
        for kind, due in sorted(timers.items(), key=lambda timer: timer[1]):
            if due <= self._now:
                case = self._apply(elapsed(case, policy, kind, due), due, {})
        ahead = [(kind, due) for kind, due in timers.items() if due > self._now and case.is_open]
        await self._tx.timers.set(
            [Timer(owner_of(case), kind, due, conversation.id, case.id) for kind, due in ahead]
        )
        await self._keep(case, conversation)

    async def _open(self, concern: Concern, conversation: Conversation, at: Instant) -> Case:
        local = datetime.fromtimestamp(at // SECOND, UTC).astimezone(self._organisation.zone)
        route = self._organisation.policy.route(
            kind="complaint",
            category=concern.category,
            product="",
            language=concern.language,
            severity="normal",
        )
        case = Case(
            id=CaseId(self._ids.next()),
            number=f"A-{local.year}-{await self._tx.cases.next_number(local.year):06d}",
            kind=CaseKind.COMPLAINT,
            state=State.RECEIVED,
            category=concern.category,
            severity=Severity.NORMAL,
            person=conversation.person,
            conversation=conversation.id,
            people=route.people,
            channel=route.channel,
            language=concern.language,
            order=concern.order,
            remedy=concern.remedy,
            touchpoint=concern.touchpoint,
            opened=at,
        )
        fact = CaseOpened(
            case.id, case.number, case.kind, case.category, "normal", case.owner, case.touchpoint
        )
        self._note(at, fact, case)
        return case

    def _apply(self, moved: CaseStep, at: Instant, timers: dict[str, Instant]) -> Case:
        """Record a step and let it set and drop the timers."""
        if moved.refused:
            raise ValueError(f"the history holds an impossible move: {moved.refused}")
        for fact in moved.facts:
            self._note(at, fact, moved.case)
        for timer in moved.timers:
            if isinstance(timer, SetTimer):
                timers[timer.kind] = timer.at
            elif timer.kind == "*":
                timers.clear()
            else:
                timers.pop(timer.kind, None)
        return moved.case

    async def _keep(self, case: Case, conversation: Conversation) -> None:
        """Write what became of the case; the card of an open one is posted when the service starts."""
        case = replace(case, version=1)
        await self._tx.cases.save(case)
        if not case.is_open:
            return
        turn = Turn(self._tx, self._organisation, self._ids, self._now)
        turn.know_case(case)
        turn.keep_case(await show(turn, case))
        await turn.write()
        await self._tx.conversations.save([replace(conversation, case=case.id, version=1)])

    async def _say(self, case: Case, at: Instant, direction: Direction, author: str, words: str) -> None:
        delivery = DeliveryState.SENT if direction is Direction.OUT else DeliveryState.NONE
        message = CaseMessage(self._ids.next(), case.id, at, direction, author, words, delivery=delivery)
        await self._tx.messages.add(message)

    # pieces

    async def _person(self, name: str, language: str, at: Instant, chat: int = 0) -> Conversation:
        self._people += 1
        user = str(chat or _FIRST_CHAT + self._people)
        new = Conversation(
            ConversationId(self._ids.next()),
            Address(TELEGRAM, user),
            PersonId(self._ids.next()),
            name,
            language,
        )
        (conversation,) = await self._tx.conversations.create([(new, user)], at)
        return conversation

    def _note(self, at: Instant, fact: Fact, case: Case | None = None) -> None:
        if at <= self._now:
            who = (case.person, case.conversation, case.id) if case else ()
            self._facts.append(FactRow(self._ids.next(), at, fact, *who))

    def _monday(self) -> Instant:
        """The beginning of this week, local time."""
        local = datetime.fromtimestamp(self._now // SECOND, UTC).astimezone(self._organisation.zone)
        day = local.date() - timedelta(days=local.weekday())
        return _instant(datetime.combine(day, time(), self._organisation.zone))

    def _last_digest(self) -> Instant:
        """When the weekly digest last fell due: it is posted as soon as the service runs."""
        plan = self._organisation.digest
        local = datetime.fromtimestamp(self._now // SECOND, UTC).astimezone(plan.zone)
        day = local.date() - timedelta(days=(local.weekday() - plan.weekday) % 7)
        due = datetime.combine(day, time(plan.hour), plan.zone)
        return _instant(due if due <= local else due - timedelta(days=7))


def _answers(visit: Visit) -> list[tuple[str, str, str, Value]]:
    if visit.score is None:
        return []
    return [
        ("score", "scale", "nps", visit.score),
        ("reason", "choice", "", visit.reason),
        ("satisfaction", "scale", "csat", visit.satisfaction),
        ("effort", "scale", "ces", visit.effort),
        ("contact", "yes_no", "", "yes" if visit.contact else "no"),
    ]


def _instant(moment: datetime) -> Instant:
    return int(moment.timestamp()) * SECOND
