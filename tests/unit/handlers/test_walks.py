"""A walk of a dialogue has a row from its start: what was asked and answered when, how it ended, what it led to."""

from conversations.events import DAY, HOUR, MINUTE, Commanded, Said
from conversations.facts import How
from conversations.session import Session
from handlers.cases.origins import led_to
from handlers.customers.dialogues import begin
from handlers.turn.turn import Turn
from storage.interface.sessions import SessionRow
from storage.store import SqlStore
from tests.stores import NOW
from tests.unit.handlers.desk import MIA, Desk, desk_of


async def walks(desk: Desk) -> list[SessionRow]:
    """All there are, the oldest first."""
    async with desk.store._engine.reading() as connection:  # type: ignore[attr-defined]
        ids = [one for (one,) in await connection.fetch("SELECT id FROM session ORDER BY id", {})]
    async with desk.store.reading() as tx:
        return list((await tx.sessions.load(ids)).values())


async def says(desk: Desk, *words: str) -> None:
    """One after the other, a minute apart."""
    for text in words:
        desk.clock.at += MINUTE
        await desk.hears(Commanded(text[1:]) if text.startswith("/") else Said(text))
        await desk.works()


async def begins_a_survey(desk: Desk) -> Session:
    """Of an order, at a touchpoint."""
    await desk.hears(Commanded("start"))
    await desk.works()
    conversation = await desk.conversation()
    async with desk.store.transaction() as tx:
        turn = Turn(tx, desk.organisation, desk.ids, desk.clock.now())
        who = await turn.find(conversation.id)
        assert who is not None
        await begin(turn, who, "survey", {"order": "4711", "touchpoint": "shop", "product": "lamp"})
        await turn.write()
    return (await desk.conversation()).stack[-1]


async def test_a_walk_is_there_from_its_start(store: SqlStore) -> None:
    desk = desk_of(store, MIA)
    session = await begins_a_survey(desk)
    row = (await walks(desk))[-1]
    assert row == SessionRow(
        id=session.id,
        person=(await desk.conversation()).person,
        conversation=(await desk.conversation()).id,
        dialogue="survey",
        revision=session.revision,
        language="en",
        order="4711",
        touchpoint="shop",
        party="",
        product="lamp",
        invitation=0,
        origin=session.id,
        case=None,
        started=NOW,
        ended=0,
        outcome="",
        how=None,
        asked=(),
    )


async def test_each_question_has_its_times_and_the_end_says_how(store: SqlStore) -> None:
    desk = desk_of(store, MIA)
    session = await begins_a_survey(desk)
    await says(desk, "10", "/skip", "5", "7", "/skip", "no")
    row = {one.id: one for one in await walks(desk)}[session.id]
    assert [
        (one.question, (one.asked - NOW) // MINUTE, (one.done - NOW) // MINUTE, one.state)
        for one in row.asked
    ] == [
        ("score", 0, 1, "answered"),
        ("reason", 1, 2, "skipped"),
        ("satisfaction", 2, 3, "answered"),
        ("effort", 3, 4, "answered"),
        ("comment", 4, 5, "skipped"),
        ("contact", 5, 6, "answered"),
    ]
    assert (row.ended, row.outcome, row.how) == (desk.clock.at, "delighted", How.FINISHED)


async def test_where_somebody_stopped_can_be_read(store: SqlStore) -> None:
    desk = desk_of(store, MIA)
    session = await begins_a_survey(desk)
    await says(desk, "3", "/cancel")
    row = {one.id: one for one in await walks(desk)}[session.id]
    assert row.how is How.CANCELLED
    assert [(one.question, one.state) for one in row.asked] == [("score", "answered"), ("reason", "left")]


async def test_a_walk_that_nobody_goes_on_with_expires(store: SqlStore) -> None:
    desk = desk_of(store, MIA)
    session = await begins_a_survey(desk)
    for _ in range(20):
        desk.clock.at += DAY
        await desk.works()
    row = {one.id: one for one in await walks(desk)}[session.id]
    assert (row.how, [(one.question, one.done, one.state) for one in row.asked]) == (
        How.EXPIRED,
        [("score", 0, "left")],
    )


async def test_the_walks_that_led_to_a_case_name_it(store: SqlStore) -> None:
    """A survey, whose answers are bad, and the complaint that follows it."""
    desk = desk_of(store, MIA)
    survey = await begins_a_survey(desk)
    await says(desk, "2", "Delivery", "1", "2", "It came broken", "no", "no", "yes")
    complaint = (await desk.conversation()).stack[-1]
    assert (complaint.dialogue, complaint.origin) == ("complaint", survey.id)
    await says(desk, "/skip", "An apology", "yes")
    [case] = await desk.cases()
    rows = {one.id: one for one in await walks(desk)}
    assert (rows[survey.id].case, rows[complaint.id].case) == (case.id, case.id)
    assert (rows[complaint.id].origin, rows[survey.id].origin) == (survey.id, survey.id)
    assert desk.clock.at < NOW + HOUR
    async with store.transaction() as tx:
        turn = Turn(tx, desk.organisation, desk.ids, desk.clock.now())
        assert await led_to(turn, case, "en") == {
            "score": "Recommendation: 2",
            "reason": "Main reason: Delivery",
        }
        assert (await led_to(turn, case, "de"))["reason"] == "Hauptgrund: Lieferung"
