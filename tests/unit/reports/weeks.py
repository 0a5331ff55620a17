"""Seeded weeks for the digest's tests: the same seed gives the same figures."""

import random
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.settings.language_files import shipped_words
from conversations.cases.case import State
from conversations.events import DAY, HOUR, MINUTE, SECOND, Instant
from conversations.tallies import TallyKey
from conversations.texts.texts import Texts
from reports.data import CaseLine, Figures, Period, VoiceLine

ZONE = "Europe/Berlin"


def texts() -> Texts:
    """The texts a digest needs, as they are shipped."""
    wanted = ("digest.toml", "cases.toml", ".py")
    return Texts.load((source for source in shipped_words() if source.file.endswith(wanted)), ZoneInfo(ZONE))


def instant(text: str) -> Instant:
    """Local time in Berlin, as `2026-11-23 08:00`."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE))
    return int((local - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * SECOND


def empty(week: str = "2026-11-16", now: str = "2026-11-23 08:00") -> Figures:
    """A week in which nothing happened."""
    at = instant(now)
    return Figures("Muster & Söhne", Period.of_weeks(week, week, ZONE, at), {}, at)


def busy(week: str = "2026-11-16", now: str = "2026-11-23 08:00", seed: int = 7) -> Figures:
    """A week with everything in it, and twelve weeks before."""
    rng = random.Random(seed)
    at = instant(now)
    period = Period.of_weeks(week, week, ZONE, at)
    tallies: Counter[TallyKey] = Counter()
    for place, monday in enumerate((*period.baseline(), *period.weeks())):
        _survey(tallies, monday, place, rng)
        _after_case(tallies, monday, rng)
        _cases(tallies, monday, rng)
    return Figures("Muster & Söhne", period, tallies, at, _lines(period, at, rng), _voices(period), _labels())


def _survey(tallies: Counter[TallyKey], monday: str, place: int, rng: random.Random) -> None:
    finished = 4 if place == 5 else rng.randint(42, 96)
    happy = 0.50 + 0.012 * place if place < 12 else 0.36
    tallies[TallyKey(monday, "invited", "survey", "shop")] += round(finished * 3.1)
    tallies[TallyKey(monday, "started", "survey", "shop")] += round(finished * 1.3)
    tallies[TallyKey(monday, "finished", "survey", "shop")] += finished
    tallies[TallyKey(monday, "finished_invited", "survey", "shop")] += round(finished * 0.9)
    for _ in range(finished):
        camp = rng.choices(("for", "neutral", "against"), (happy, 0.28, 0.72 - happy))[0]
        nps = rng.choice({"for": (9, 10, 10), "neutral": (7, 8), "against": (2, 4, 5, 6)}[camp])
        tallies[TallyKey(monday, "answer", "survey", "shop", "recommend", "nps", str(nps))] += 1
        csat = rng.choices((1, 2, 3, 4, 5), (3, 5, 12, 40, 40))[0]
        tallies[TallyKey(monday, "answer", "survey", "shop", "touchpoint", "csat", str(csat))] += 1
        ces = rng.choices((1, 2, 3, 4, 5, 6, 7), (2, 3, 5, 10, 20, 30, 30))[0]
        tallies[TallyKey(monday, "answer", "survey", "shop", "easy", "ces", str(ces))] += 1


def _after_case(tallies: Counter[TallyKey], monday: str, rng: random.Random) -> None:
    finished = rng.randint(4, 8)
    tallies[TallyKey(monday, "started", "after_case")] += finished + 2
    tallies[TallyKey(monday, "finished", "after_case")] += finished
    for _ in range(finished):
        value = rng.choices((1, 2, 3, 4, 5), (5, 5, 15, 40, 35))[0]
        tallies[TallyKey(monday, "answer", "after_case", "", "satisfied", "csat", str(value))] += 1


def _cases(tallies: Counter[TallyKey], monday: str, rng: random.Random) -> None:
    for category, most in (("delivery", 11), ("product", 6), ("invoice", 4), ("service", 3), ("other", 2)):
        tallies[TallyKey(monday, "case", "", "shop", category, "complaint", "normal")] += rng.randint(1, most)
    tallies[TallyKey(monday, "case", "", "shop", "service", "praise", "low")] += 2
    tallies[TallyKey(monday, "case", "", "shop", "other", "idea", "low")] += 1


def _lines(period: Period, now: Instant, rng: random.Random) -> tuple[CaseLine, ...]:
    owners, found = ("Anna Berg", "Jürgen Weiß", "Zoë Öztürk"), []
    for place in range(24):
        opened = period.cohort_start + rng.randrange(period.end - period.cohort_start - 3 * DAY)
        answered = opened + rng.randrange(20 * MINUTE, 30 * HOUR)
        closed = opened + rng.randrange(30 * HOUR, 9 * DAY)
        category = rng.choice(("delivery", "product", "invoice"))
        number, owner = f"A-2026-{place + 101:06}", owners[place % 3]
        if closed < now and place > 6:
            line = CaseLine(
                number, "complaint", category, "normal", State.CLOSED, owner, opened, answered, closed
            )
        else:
            due = now + (place - 3) * 9 * HOUR - 3 * HOUR
            state = State.REFUSED if place == 2 else State.IN_WORK
            line = CaseLine(
                number, "complaint", category, "high", state, owner, opened, answered, 0, due, "solve"
            )
        found.append(line)
    return tuple(found)


def _voices(period: Period) -> tuple[VoiceLine, ...]:
    said = (
        (9, "Bestellt am Montag, da am Mittwoch. So soll es sein, und die Verpackung war plastikfrei!"),
        (
            3,
            "Der Karton war aufgerissen und eine Tasse zerbrochen. Am Telefon hing ich 25 Minuten in der Schleife.",
        ),
        (8, "Alles gut, nur die Rechnung kam doppelt."),
        (10, "Zoë has solved my problem within an hour. Thank you!"),
        (5, "Die Lieferung wurde dreimal verschoben, ohne dass mir jemand Bescheid gesagt hat."),
        (10, "Gerne wieder."),
    )
    return tuple(
        VoiceLine(period.start + place * DAY, "survey", score, words)
        for place, (score, words) in enumerate(said)
    )


def _labels() -> dict[str, str]:
    return {"dialogue:survey": "Umfrage nach dem Kauf", "dialogue:after_case": "Nach dem Fall"}
