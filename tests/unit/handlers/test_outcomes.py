"""What the end of a send means for its row."""

import pytest

from conversations.events import DAY, HOUR, Address
from conversations.frozen import replace
from conversations.lanes import Lane
from handlers.sending.outcomes import AGAIN_AFTER, delivery, judged
from handlers.turn.ports import Later, Never, Outcome, Sent, Unknown
from storage.interface.claims import Claimed
from storage.interface.outbox import ROUND, BodyKind, Delivery, OutboxRow, OutboxState
from tests.stores import NOW


def claimed(attempt: int = 1, lost: int = 0, *, resend: bool = True) -> Claimed:
    row = OutboxRow(7, Lane("lane"), Address("telegram:1", "5"), BodyKind.MESSAGE, "{}", resend=resend)
    return Claimed(row, attempt, lost, "", "", queued=NOW)


def ended(one: Claimed, outcome: Outcome, *, after: int = 0) -> Delivery:
    return delivery(one, judged(one, outcome, NOW + after))


def test_what_is_sent_has_its_message() -> None:
    assert ended(claimed(), Sent("m1")) == Delivery(7, 1, OutboxState.SENT, message="m1")


@pytest.mark.parametrize(
    ("reason", "state"), [("too-large", "sent"), ("wrong-type", "sent"), ("gone", "dead")]
)
def test_a_file_that_is_not_taken_is_nobodys_trouble(reason: str, state: str) -> None:
    row = OutboxRow(7, Lane("lane"), Address("telegram:1", "5"), BodyKind.DOWNLOAD, "{}")
    assert ended(Claimed(row, 1, 0, "", "", NOW), Never(reason)).state == state


def test_what_is_refused_for_good_is_dead() -> None:
    assert ended(claimed(), Never("chat not found")) == Delivery(
        7, 1, OutboxState.DEAD, reason="chat not found"
    )


def test_a_platform_that_asks_to_wait_is_obeyed() -> None:
    assert ended(claimed(), Later(300, "429")) == Delivery(7, 1, OutboxState.WAITING, reason="429", wait=300)


def test_what_waits_in_vain_waits_longer_and_longer() -> None:
    pauses = [ended(claimed(attempt), Later(0, "not in channel")).wait for attempt in range(1, 14)]
    assert pauses == [0, 0, 0, 0, 2, 4, 8, 16, 32, 60, 60, 60, 60]


def test_a_place_that_takes_no_posts_is_tried_more_and_more_seldom_for_as_long_as_it_takes() -> None:
    shut = Later(2, "is_archived", shut=True)
    rounds = [ended(claimed(number * ROUND + 1), shut, after=30 * DAY) for number in range(9)]
    assert {one.state for one in rounds} == {"waiting"}
    assert [one.wait for one in rounds] == [2, 4, 8, 16, 32, 64, 120, 120, 120]


def test_what_waited_for_its_place_is_not_given_up_for_its_age() -> None:
    waited = replace(claimed(), shut=True)
    assert ended(waited, Later(60, "429", limited=True), after=30 * DAY).state == "waiting"


def test_attempts_are_counted_anew_when_somebody_retries_by_hand() -> None:
    assert ended(claimed(ROUND + 1), Later(0, "not in channel")).wait == 0


@pytest.mark.parametrize(
    ("later", "state"),
    [
        (Later(60, "not_in_channel"), "dead"),
        (Later(60, "429", limited=True), "dead"),
        (Later(60, "401", True), "waiting"),
    ],
)
def test_a_row_is_given_up_after_a_day_unless_the_platform_takes_nothing_at_all(
    later: Later, state: str
) -> None:
    assert ended(claimed(900), later, after=DAY - HOUR).state == "waiting"
    found = ended(claimed(900), later, after=DAY + HOUR)
    assert (found.state, later.reason in found.reason) == (state, True)


def test_an_answer_nobody_saw_means_again_with_growing_pauses_and_then_no_more() -> None:
    found = [ended(claimed(1 + lost, lost), Unknown("read timeout")) for lost in range(len(AGAIN_AFTER) + 1)]
    assert [one.wait for one in found] == [*AGAIN_AFTER, 0]
    assert [one.final for one in found] == [False] * len(AGAIN_AFTER) + [True]
    assert sum(AGAIN_AFTER) < 3_600
    assert len(found) == 10


def test_a_receipt_that_may_have_arrived_is_not_sent_again() -> None:
    assert ended(claimed(resend=False), Unknown("read timeout")).final


def test_a_message_follows_its_chat_but_not_for_ever() -> None:
    moved = Never("migrated", moved="-100")
    assert ended(claimed(), moved) == Delivery(7, 1, OutboxState.WAITING, reason="migrated")
    assert ended(claimed(6), moved).state == "dead"
    assert ended(claimed(), Never("migrated", moved="5")).state == "dead"
