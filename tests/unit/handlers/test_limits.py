"""How much may go, and when: on a clock that only the test moves."""

from dataclasses import dataclass

import pytest

from conversations.events import Address
from conversations.lanes import Lane
from handlers.sending.limits import GENTLE, LONGEST_PAUSE, Allowance, Limiter, Rate
from handlers.turn.ports import Later, Never, Sent, Unknown
from storage.interface.claims import Claimed, Freight
from storage.interface.outbox import BodyKind, OutboxRow

BOT, TEAM = "telegram:1", "slack:T"


@dataclass
class Clock:
    at: float = 1_000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> Limiter:
    allowed = {
        BOT: Allowance(bulk=Rate(25, 25)),
        TEAM: Allowance(post=Rate(1, 3), edit=Rate(0.5, 2), draw=Rate(1, 1)),
    }
    return Limiter(allowed, clock)


def claimed(
    account: str = BOT,
    chat: str = "5",
    kind: BodyKind = BodyKind.MESSAGE,
    *,
    edits: int = 0,
    bulk: bool = False,
) -> Claimed:
    row = OutboxRow(1, Lane(f"lane of {chat}"), Address(account, chat), kind, "{}", edits=edits, bulk=bulk)
    return Claimed(row, 1, 0, "", "")


def waits(limiter: Limiter, one: Claimed, *, returned: bool = False) -> float:
    return round(limiter.admit(one.row, returned=returned), 3)


def end(limiter: Limiter, one: Claimed, outcome: Sent | Later | Never | Unknown) -> None:
    limiter.claimed([one])
    limiter.ended(one, outcome)


# -- rates


def test_answers_to_people_are_not_slowed_down_in_advance(limiter: Limiter) -> None:
    assert {waits(limiter, claimed()) for _ in range(1_000)} == {0.0}


def test_posts_of_a_channel_start_gently_and_go_at_its_rate_in_the_order_they_came(
    limiter: Limiter, clock: Clock
) -> None:
    assert [waits(limiter, claimed(TEAM)) for _ in range(4)] == [0, 1, 2, 3]
    assert waits(limiter, claimed(TEAM, "other")) == 0
    clock.at += 1
    assert waits(limiter, claimed(TEAM)) == 3, "who comes now goes behind those who have waited"
    assert waits(limiter, claimed(TEAM), returned=True) == 0


def test_after_a_silence_a_few_may_go_at_once(limiter: Limiter, clock: Clock) -> None:
    waits(limiter, claimed(TEAM))
    clock.at += 60
    assert [waits(limiter, claimed(TEAM)) for _ in range(4)] == [0, 0, 0, 1]


def test_changes_and_overviews_have_rates_of_their_own(limiter: Limiter) -> None:
    assert waits(limiter, claimed(TEAM)) == 0
    assert [waits(limiter, claimed(TEAM, chat, edits=7)) for chat in ("a", "b")] == [0, 2]
    home = claimed(TEAM, "home", BodyKind.OVERVIEW)
    assert [waits(limiter, home) for _ in range(2)] == [0, 1]


def test_a_line_of_thousands_asks_again_within_minutes(limiter: Limiter) -> None:
    assert max(waits(limiter, claimed(TEAM)) for _ in range(5_000)) == 300


def test_what_nobody_waits_for_goes_at_its_rate(limiter: Limiter, clock: Clock) -> None:
    assert limiter.room(BOT, Freight.BULK) == 1
    clock.at += 10
    assert limiter.room(BOT, Freight.BULK) == 25
    for _ in range(25):
        end(limiter, claimed(bulk=True), Sent("1"))
    assert limiter.room(BOT, Freight.BULK) == 0
    assert limiter.room(BOT) > 25
    clock.at += 0.2
    assert limiter.room(BOT, Freight.BULK) == 5


# -- refusals


def test_a_refused_chat_waits_and_nobody_else_does(limiter: Limiter, clock: Clock) -> None:
    end(limiter, claimed(), Later(300, "429", limited=True))
    assert waits(limiter, claimed()) == 300
    assert waits(limiter, claimed(chat="6")) == 0
    assert limiter.room(BOT) > 0
    clock.at += 300
    assert waits(limiter, claimed()) == 0


def test_a_refused_channel_is_held_for_all_cases(limiter: Limiter, clock: Clock) -> None:
    end(limiter, claimed(TEAM), Later(30, "429", limited=True))
    assert waits(limiter, claimed(TEAM), returned=True) == 30
    assert waits(limiter, claimed(TEAM, edits=7)) == 0
    clock.at += 30
    assert waits(limiter, claimed(TEAM), returned=True) == 0


def test_several_chats_refused_at_once_mean_the_whole_bot(limiter: Limiter, clock: Clock) -> None:
    for chat, seconds in (("1", 9), ("2", 5), ("3", 300)):
        end(limiter, claimed(chat=chat), Later(seconds, "429", limited=True))
    assert limiter.room(BOT) == 0
    clock.at += 5
    assert limiter.room(BOT) == 1, "one goes to see"


def test_a_chat_refused_again_and_again_is_still_one_chat(limiter: Limiter) -> None:
    for _ in range(9):
        end(limiter, claimed(), Later(5, "429", limited=True))
    assert limiter.room(BOT) > 1


def test_chats_refused_over_the_day_are_no_crowd(limiter: Limiter, clock: Clock) -> None:
    for chat in "123456":
        clock.at += 60
        end(limiter, claimed(chat=chat), Later(5, "429", limited=True))
    assert limiter.room(BOT) > 1


def test_a_refusal_that_names_no_chat_holds_the_bot(limiter: Limiter, clock: Clock) -> None:
    file = claimed(kind=BodyKind.DOWNLOAD)
    end(limiter, file, Later(7, "429", limited=True))
    assert limiter.room(BOT) == 0
    clock.at += 7
    assert limiter.room(BOT) == 1


# -- trouble


def test_a_start_is_gentle_and_every_good_answer_doubles_what_may_go(limiter: Limiter) -> None:
    assert limiter.room(BOT) == GENTLE
    end(limiter, claimed(), Sent("1"))
    assert limiter.room(BOT) == 2 * GENTLE
    for _ in range(9):
        end(limiter, claimed(), Sent("1"))
    assert limiter.room(BOT) == 200


def test_a_platform_that_takes_nothing_is_asked_by_one_row_at_a_time(limiter: Limiter, clock: Clock) -> None:
    for _ in range(20):
        end(limiter, claimed(), Later(60, "401", whole=True))
    assert limiter.room(BOT) == 0
    assert limiter.room(TEAM) > 1
    for _ in range(5):
        clock.at += 60
        assert limiter.room(BOT) == 1
        end(limiter, claimed(), Later(60, "401", whole=True))
        assert limiter.room(BOT) == 0
    clock.at += 60
    end(limiter, claimed(), Sent("1"))
    assert limiter.room(BOT) == 2


def test_a_silent_platform_uses_up_nobodys_attempts(limiter: Limiter, clock: Clock) -> None:
    for chat in "123":
        end(limiter, claimed(chat=chat), Unknown("reset"))
    pauses = []
    for chat in "456789":
        began = clock.at
        while not limiter.room(BOT):
            clock.at += 1
        pauses.append(clock.at - began)
        assert limiter.room(BOT) == 1
        end(limiter, claimed(chat=chat), Unknown("reset"))
    assert pauses == [2, 4, 8, 16, 32, LONGEST_PAUSE]


def test_one_lane_without_answers_is_its_own_trouble(limiter: Limiter) -> None:
    for _ in range(9):
        end(limiter, claimed(), Unknown("500"))
    assert limiter.room(BOT) == GENTLE


# -- places


def test_files_have_few_places_and_keep_them_until_they_are_stored(limiter: Limiter) -> None:
    file = claimed(kind=BodyKind.DOWNLOAD)
    for _ in range(4):
        limiter.claimed([file])
    assert limiter.room(BOT, Freight.FILES) == 0
    assert limiter.room(BOT) == GENTLE
    limiter.ended(file, Sent(content=b""))
    assert limiter.room(BOT, Freight.FILES) == 0
    limiter.stored(file)
    assert limiter.room(BOT, Freight.FILES) == 1


def test_what_was_not_sent_after_all_gives_its_place_back(limiter: Limiter) -> None:
    limiter.claimed([claimed()])
    assert limiter.room(BOT) == GENTLE - 1
    limiter.returned([claimed()])
    assert limiter.room(BOT) == GENTLE
