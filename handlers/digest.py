"""The digest: a report on the tallies of a period, posted on its day or on demand.

Rendering takes seconds, so a due digest is only noted in the turn; `produce` does the work afterwards and commits
the post together with the timer that asked for it. The timer remains until then: after a crash it is due again.
"""

import asyncio
import json
import re
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

from conversations.cases.policy import Staff
from conversations.definition.dialogue import Dialogue
from conversations.effects import SetTimer
from conversations.events import DAY, MINUTE, SECOND, Address, Instant
from conversations.frozen import frozen, replace
from conversations.lanes import LaneKind, lane_for
from conversations.question import Ids
from conversations.tallies import TallyKey, week_of
from conversations.timers import Owner, OwnerKind, owned_by
from handlers.turn.organisation import DigestPlan, Organisation
from handlers.turn.ports import Clock, DigestPost
from handlers.turn.turn import Turn
from reports.data import CaseLine, Figures, Period, VoiceLine
from reports.digest import build
from reports.render import html, slack
from storage.interface.attachments import Attachment, FileState
from storage.interface.store import Store
from storage.interface.timers import Timer

WEEKLY = owned_by(OwnerKind.DIGEST, "weekly")
_AGAIN = 5 * MINUTE
_MISSED = 4  # weeks that are still posted after an outage
_VOICES = 10


@frozen
class Drawn:
    """A rendered digest: plain text, Slack blocks as JSON, picture (PNG) and HTML."""

    text: str
    blocks: str
    picture: bytes
    html: bytes


def pull(turn: Turn, place: Address, staff: Staff) -> None:
    """Request the digest of the current week, posted where it was requested."""
    timer = SetTimer(owned_by(OwnerKind.DIGEST, f"{place.chat}:{staff.id}"), "pulled", turn.now)
    turn.set_timer(timer, note=f"{place.chat}|{staff.language}")


def fall_due(turn: Turn, timer: Timer) -> None:
    """Note a due digest to be produced after this commit; its timer retries if that fails.

    The week is fixed now: a retry on a later Monday still produces the same one.
    """
    note = timer.note
    if timer.owner == WEEKLY and not note:
        note = _shift(week_of(timer.due, turn.organisation.digest.zone), -1)
    turn.set_timer(SetTimer(Owner(timer.owner), timer.kind, turn.now + _AGAIN), note=note)
    turn.digests.append(replace(timer, note=note))


async def plan(store: Store, organisation: Organisation, now: Instant) -> None:
    """Make sure that a timer for the next weekly digest is set; one that fell due meanwhile stays due."""
    if not organisation.digest.channel or not organisation.staff_account:
        return
    async with store.transaction() as tx:
        if not await tx.timers.of(WEEKLY):
            await tx.timers.set([Timer(WEEKLY, "weekly", next_post(organisation.digest, now))])


async def produce(store: Store, organisation: Organisation, clock: Clock, ids: Ids, timer: Timer) -> None:
    """Render and post one digest. The weekly one covers the week before its day, once per week."""
    now = clock.now()
    weekly = timer.owner == WEEKLY
    week, language, channel = timer.note, "", organisation.digest.channel
    if not weekly:
        week = week_of(now, organisation.zone)
        channel, _, language = timer.note.partition("|")
    language = language_of(organisation, language)
    figures = await read_figures(store, organisation, week, now, language)
    drawn = await asyncio.to_thread(draw, figures, organisation, language)
    async with store.transaction() as tx:
        if weekly:
            await tx.timers.set([Timer(WEEKLY, "weekly", _after(organisation.digest, week, now))])
            if not await tx.figures.mark_digest("weekly", week, now):
                return
        else:
            await tx.timers.drop([(timer.owner, timer.kind)])
        place = Address(organisation.staff_account, channel)
        turn = Turn(tx, organisation, ids, now)
        with turn.unhurried() if weekly else nullcontext():
            await _post(turn, place, week, drawn, "" if weekly else timer.owner.rpartition(":")[2])


def language_of(organisation: Organisation, wanted: str) -> str:
    """Return the language of a digest: the requested one or the organisation's; languages are never mixed."""
    return organisation.texts.whole("digest.", wanted or organisation.digest.language)


async def read_figures(
    store: Store, organisation: Organisation, week: str, now: Instant, language: str
) -> Figures:
    """Read the data for the digest of a week (its Monday). Raises ValueError if it is no Monday."""
    period = Period.of_weeks(week, week, str(organisation.zone), now)
    async with store.reading() as tx:
        tallies = await tx.figures.tallies(period.earliest_week, period.last_week)
        cases = await tx.cases.between(period.cohort_start, period.end)
        voices = await tx.figures.voices(period.start, period.end, _VOICES)
    staff = organisation.policy.staff
    lines = tuple(
        CaseLine(
            number=case.number,
            kind=case.kind,
            category=case.category,
            severity=case.severity,
            state=case.state,
            owner_name=staff[case.owner].name if case.owner in staff else case.owner,
            opened=case.opened,
            answered=case.answered,
            closed=case.closed,
            due=case.due,
            due_kind=case.due_kind.promise if case.due_kind else "",
        )
        for case in cases
    )
    said = tuple(
        VoiceLine(
            voice.at, voice.dialogue, int(voice.score) if voice.score.isdecimal() else None, voice.words
        )
        for voice in voices
    )
    labels = _labels(organisation, tallies, language)
    counted = _of_surveys(organisation, tallies)
    return Figures(organisation.name, period, counted, now, lines, said, labels, _reasons(organisation))


def draw(figures: Figures, organisation: Organisation, language: str) -> Drawn:
    """Render a digest; pure, but slow because of its picture."""
    digest = build(figures, language, organisation.texts)
    posting = slack.render(digest)
    # matplotlib takes a second to import: load it only for rendering.
    from reports import charts  # noqa: PLC0415 - a named lazy load

    figure = next(iter(digest.figures()), None)
    return Drawn(
        text=posting.text,
        blocks=json.dumps(posting.blocks, ensure_ascii=False),
        picture=charts.draw(figure.trend, "png") if figure else b"",
        html=html.render(digest, charts.draw).encode(),
    )


def next_post(plan: DigestPlan, now: Instant) -> Instant:
    """Return the next weekday and hour after `now` in the plan's zone; an hour skipped by DST becomes an hour later."""
    local = datetime.fromtimestamp(now // SECOND, UTC).astimezone(plan.zone)
    day = local.date() + timedelta(days=(plan.weekday - local.weekday()) % 7)
    due = datetime(day.year, day.month, day.day, plan.hour, tzinfo=plan.zone)
    if due <= local:
        due = datetime.combine(day + timedelta(days=7), due.timetz())
    return int(due.timestamp()) * SECOND


def _after(plan: DigestPlan, week: str, now: Instant) -> Instant:
    """Return when the digest after that of a week is due; missed ones are due at once, oldest first."""
    begins = datetime.strptime(_shift(week, 1), "%Y-%m-%d").replace(tzinfo=plan.zone)
    its_own = next_post(plan, int(begins.timestamp()) * SECOND - 1)
    return next_post(plan, max(its_own, now - _MISSED * 7 * DAY))


def monday(text: str, organisation: Organisation, now: Instant) -> str:
    """Return the Monday a person names: empty for this week, `last`, `2026-W47` or a date. Raises ValueError."""
    this = week_of(now, organisation.zone)
    if text in ("", "this"):
        return this
    if text == "last":
        return _shift(this, -1)
    if re.fullmatch(r"\d{4}-W\d{2}", text):
        return datetime.strptime(f"{text}-1", "%G-W%V-%u").replace(tzinfo=UTC).date().isoformat()
    day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    return (day - timedelta(days=day.weekday())).isoformat()


async def _post(turn: Turn, place: Address, week: str, drawn: Drawn, puller: str) -> None:
    files = []
    for name, mime, content in (
        (f"digest-{week}.png", "image/png", drawn.picture),
        (f"digest-{week}.html", "text/html", drawn.html),
    ):
        if not content:  # no picture in a week without scores
            files.append(0)
            continue
        attachment = turn.ids.next()
        await turn.tx.attachments.expect(
            Attachment(attachment, None, name, mime, len(content), FileState.WAITING)
        )
        await turn.tx.attachments.store(attachment, content, mime, name)
        files.append(attachment)
    turn.send(
        place,
        DigestPost(drawn.text, drawn.blocks, *files),
        lane=lane_for(LaneKind.DIGEST, f"{place.chat}:{puller}"),
    )
    await turn.write()


def _of_surveys(organisation: Organisation, tallies: dict[TallyKey, int]) -> dict[TallyKey, int]:
    """Leave out how often complaints and proposals began and ended: they would distort the response rate of surveys."""
    current = organisation.library.current.values()
    others = {one.name for one in current if not any(question.metric for question in one.questions.values())}
    return {
        key: n
        for key, n in tallies.items()
        if key.measure in ("answer", "case") or key.dialogue not in others
    }


def _labels(organisation: Organisation, tallies: dict[TallyKey, int], language: str) -> dict[str, str]:
    texts = organisation.texts
    labels = {
        f"category:{key.rpartition('.')[2]}": texts.plain(key, language)
        for key in texts.entries
        if key.startswith("case.category.")
    }
    for touchpoint in {key.touchpoint for key in tallies}:
        labels[f"touchpoint:{touchpoint}"] = touchpoint  # as customers read it
    reasons = _reasons(organisation)
    for name in {key.dialogue for key in tallies if key.dialogue}:
        if name in organisation.library.current:
            dialogue = organisation.library.current[name]
            labels[f"dialogue:{name}"] = dialogue.title(language)
            labels |= _answers(dialogue, reasons.get(name, ""), language)
    return labels


def _reasons(organisation: Organisation) -> dict[str, str]:
    """Return the question of each survey that asks for the reason."""
    return {name: one.reason for name, one in organisation.library.current.items() if one.reason}


def _answers(dialogue: Dialogue, question: str, language: str) -> dict[str, str]:
    """The display names of a question and its options."""
    if not question:
        return {}
    keys = {f"question:{dialogue.name}.{question}": f"questions.{question}.label"}
    for option in dialogue.questions[question].options:
        keys[f"option:{dialogue.name}.{question}.{option}"] = f"questions.{question}.options.{option}"
    return {
        label: dialogue.texts.plain(key, language) for label, key in keys.items() if key in dialogue.texts
    }


def _shift(week: str, weeks: int) -> str:
    day = datetime.strptime(week, "%Y-%m-%d").replace(tzinfo=UTC).date()
    return (day + timedelta(weeks=weeks)).isoformat()
