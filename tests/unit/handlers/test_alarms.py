"""Alarms as rules: when one stands, when it is told, and that it says what it means in both languages."""

import pytest

from conversations.events import DAY, HOUR, MINUTE, SECOND, Address
from handlers.monitoring.alarms import (
    AGAIN,
    RULES,
    Key,
    News,
    Platform,
    Signs,
    Values,
    can_be_told,
    judge,
    news,
    post,
    sentence,
    stand,
)
from storage.interface.alarms import Backlog, Standing
from storage.interface.shut_places import Shut
from tests.unit.conversations.chat import system_texts

NOW = 1_795_514_400 * SECOND  # 2026-11-24 10:00 UTC
BOT, TEAM, HERE = "telegram:1", "slack:T1", "box"
TEXTS = system_texts()


def signs(**changes: object) -> Signs:
    """A service that is well, except for these changes."""
    platforms = {BOT: Platform(silent=1.0, skew=0.4), TEAM: Platform(silent=1.0, skew=0.1)}
    well: dict[str, object] = {
        "now": NOW,
        "machine": HERE,
        "backlog": Backlog(),
        "platforms": platforms,
        "free": 10**9,
        "watermark": 10**8,
        "copied": NOW - HOUR,
        "copy_every": DAY,
    }
    return Signs(**(well | changes))  # type: ignore[arg-type] # fields by name


def ill(account: str, sick: Platform) -> Signs:
    return signs(platforms={BOT: Platform(), TEAM: Platform(), account: sick})


ILL: dict[Key, Signs] = {
    ("inbox", ""): signs(backlog=Backlog(inbox=3, inbox_oldest=NOW - 61 * SECOND)),
    ("outbox", TEAM): signs(backlog=Backlog(outbox={TEAM: (7, NOW - 121 * SECOND)})),
    ("timers", ""): signs(backlog=Backlog(timers=1, timer_oldest=NOW - 61 * SECOND)),
    ("channel", "#support"): signs(
        backlog=Backlog(shut={Address(TEAM, "C1"): Shut(3, 2, 0, "is_archived")}), rooms={"C1": "#support"}
    ),
    ("unknown", ""): signs(backlog=Backlog(unknown=1)),
    ("dead", ""): signs(backlog=Backlog(dead=2)),
    ("silence", BOT): ill(BOT, Platform(silent=121.0)),
    ("deaf", TEAM): ill(TEAM, Platform(deaf=True)),
    ("rival", BOT): ill(BOT, Platform(rival=True)),
    ("clock", HERE): ill(BOT, Platform(skew=-31.0)),
    ("disk", HERE): signs(free=10**8 - 1),
    ("database", HERE): signs(database_gone=6.0),
    ("sqlite", HERE): signs(defect="SQLite 3.40.1 has the WAL-reset bug"),
    ("backup", HERE): signs(copied=NOW - 25 * HOUR),
}


def standing(found: dict[Key, Values | None]) -> set[Key]:
    return {key for key, values in found.items() if values is not None}


def test_a_service_that_is_well_raises_nothing() -> None:
    assert standing(judge(signs())) == set()


def test_every_rule_is_tried_here() -> None:
    assert {name for name, _ in ILL} == {rule.name for rule in RULES}


@pytest.mark.parametrize("key", ILL)
def test_each_ill_raises_its_own_alarm_and_no_other(key: Key) -> None:
    assert standing(judge(ILL[key])) == {key}


@pytest.mark.parametrize(
    "almost",
    [
        signs(backlog=Backlog(inbox=3, inbox_oldest=NOW - MINUTE, timers=1, timer_oldest=NOW - MINUTE)),
        signs(backlog=Backlog(outbox={TEAM: (7, NOW - 2 * MINUTE)})),
        signs(backlog=Backlog(outbox={TEAM: (700, 0)})),  # nobody waits for what is bulk
        ill(BOT, Platform(silent=120.0, skew=30.0)),
        signs(free=10**8, database_gone=5.0, copied=NOW - DAY),
    ],
)
def test_what_is_only_almost_ill_raises_nothing(almost: Signs) -> None:
    assert standing(judge(almost)) == set()


def test_of_what_cannot_be_known_nothing_is_said() -> None:
    """A worker that does not poll knows nothing of silence, and nobody of a database that does not answer."""
    blind = judge(Signs(NOW, HERE, platforms={BOT: Platform()}))
    assert ("silence", BOT) not in blind
    assert not {name for name, _ in blind} & {
        "inbox",
        "outbox",
        "timers",
        "dead",
        "unknown",
        "disk",
        "backup",
    }


def test_an_alarm_is_told_once_again_after_a_while_and_once_when_it_is_over() -> None:
    found: dict[Key, Values | None] = {("silence", BOT): {"since": NOW}}
    known: dict[Key, Standing] = {}
    told = []
    for minute in range(0, 9 * 60, 10):
        at = NOW + minute * MINUTE
        fresh = news(known, found, at)
        known = stand(known, fresh, at)
        told += [(minute, one.what) for one in fresh]
    assert told == [(0, "raised"), (250, "again"), (500, "again")]
    (over,) = news(known, {("silence", BOT): None}, NOW + DAY)
    assert (over.what, over.since) == ("over", NOW)
    known = stand(known, [over], NOW + DAY)
    assert news(known, {("silence", BOT): None}, NOW + DAY) == []


def test_what_is_not_judged_now_neither_comes_nor_goes() -> None:
    known = {("inbox", ""): Standing("inbox", "", NOW - HOUR, NOW - HOUR)}
    assert news(known, {}, NOW) == []


@pytest.mark.parametrize(
    ("name", "told"), [("silence", False), ("outbox", False), ("deaf", True), ("clock", True)]
)
def test_staff_are_not_told_over_the_platform_that_fails(name: str, told: bool) -> None:
    assert can_be_told({(name, TEAM): {}}, TEAM) is told
    assert can_be_told({(name, BOT): {}}, TEAM)


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("key", ILL)
def test_every_alarm_can_be_said(key: Key, language: str) -> None:
    name, subject = key
    values = judge(ILL[key])[key]
    assert values is not None
    raised = News(name, subject, "raised", NOW, values)
    for say in (post, sentence):
        assert len(say(TEXTS, raised, language)) > 40
        assert "{{" not in say(TEXTS, raised, language)
    over = post(TEXTS, News(name, subject, "over", NOW, {}), language)
    assert over.startswith("✓")


def test_no_alarm_is_told_more_often_than_every_four_hours() -> None:
    assert min(AGAIN.values()) >= 4 * HOUR


def test_an_alarm_reads_like_this() -> None:
    values = judge(ILL["outbox", TEAM])["outbox", TEAM]
    assert values is not None
    text = sentence(TEXTS, News("outbox", TEAM, "raised", NOW, values), "de")
    assert text.splitlines() == [
        "⚠ Nachrichten gehen nicht hinaus",
        "7 Nachrichten warten auf slack:T1, die älteste seit Di., 24. Nov. 2026, 09:57.",
        "Prüfe, ob die Plattform gestört ist oder das Token ablehnt; danach gehen sie von selbst hinaus.",
    ]
