"""A person is erased while the service runs: no word of theirs is left in the database, and no figure changes."""

import json
import re
from pathlib import Path

import pytest

from bot.exits import Exit
from sandbox.telegram.people import Customer
from tests.e2e.chats import JPEG
from tests.faults.program import Program
from tests.faults.running import World, serving, world
from tests.faults.story import Staff, presses, sees, settled

CANARY = "qzxkanarienvogel"
PHOTO = JPEG[:-2] + CANARY.encode() + JPEG[-2:]


@pytest.mark.timeout(120)
async def test_no_word_of_an_erased_person_is_left_and_no_figure_moves(
    tmp_path: Path, url: str, program: Program
) -> None:
    async with world(tmp_path / "place", url, program) as around, serving(around) as supervisor:
        anna = around.telegram.customer(1001, f"Anna {CANARY}", "en")
        ben = around.telegram.customer(1002, "Ben", "en")
        await answer(ben, "The driver was kind.")
        await answer(anna, f"The {CANARY} sings.")
        await complain(anna)
        maria = around.slack.member("U0MARIA0001", "maria")
        desk = around.slack.channel("service")
        card = await desk.sees(f"It bit my {CANARY}.")
        staff = Staff(supervisor, maria, card)
        await staff.presses("Accept")
        await staff.sends("Reply", f"Dear {CANARY} owner, we are sorry.")
        await sees(anna, "owner, we are sorry")
        await staff.sends("Note", f"Speaks of a {CANARY}.")
        await anna.says(f"And my {CANARY} is hungry.")
        await desk.sees("is hungry.", thread=card)
        around.telegram.world.updates.add("message", unreadable(anna))
        await settled(around)
        assert where(around) > {"inbox", "outbox", "conversation", "answer", "case_message", "attachment"}
        figures = around.database.rows("SELECT * FROM tally ORDER BY 1, 2, 3, 4, 5, 6, 7")
        facts = around.database.rows("SELECT id, kind, body FROM fact ORDER BY id")

        code, said = await around.call(
            "erase", "telegram:700000001/1001", "--yes", "--json", "--config", "config.toml"
        )
        assert code == Exit.DONE, said
        assert json.loads(said)["rows"]["attachment"] == 2
        await settled(around)

        assert where(around) == set()
        assert files(around) == []
        assert around.database.rows("SELECT * FROM tally ORDER BY 1, 2, 3, 4, 5, 6, 7") == figures
        left = around.database.rows("SELECT id, kind, body FROM fact ORDER BY id")
        assert [(kind, body) for _, kind, body in left[len(facts) :]] == [("Erased", "{}")]
        assert left[: len(facts)] == facts
        platform = re.compile(r'"(1001|1002|[UCT]0[A-Z0-9]+)"')
        assert not [body for _, _, body in left if platform.search(body)], "who it is elsewhere is in no fact"
        assert await around.database.broken_invariants() == []
        assert CANARY not in supervisor.running.said

        await anna.says("Hello again")
        await settled(around)
        await anna.starts()
        await sees(anna, "How likely")
        persons = around.database.rows("SELECT person_id, stack FROM conversation WHERE chat = '1001'")
        [(person, stack)] = persons
        assert around.database.rows(f"SELECT count(*) FROM answer WHERE person_id = {person}") == [(0,)]
        assert around.database.rows("SELECT count(*) FROM person WHERE erased > 0") == [(1,)]
        assert '"survey"' in stack


async def answer(who: Customer, comment: str) -> None:
    """The survey with a comment that may be quoted."""
    await who.starts()
    for question, choice in (("How likely", "9"), ("reason", "Delivery"), ("satisfied", "4"), ("easy", "6")):
        await sees(who, question)
        await presses(who, choice)
    await sees(who, "anything you would like to add")
    await who.says(comment)
    await sees(who, "quote")
    await presses(who, "Yes, you may")
    await sees(who, "One last thing")
    await presses(who, "Yes")
    await sees(who, "Thank you")


async def complain(anna: Customer) -> None:
    """A complaint with a photo and a document, full of the canary."""
    await anna.says("/complain")
    await presses(anna, "Product")
    await sees(anna, "What happened?")
    await anna.says(f"It bit my {CANARY}.")
    await sees(anna, "Which order")
    await anna.says(CANARY.upper()[:12] + "-4711")
    await sees(anna, "show it to us")
    await anna.sends_photo(PHOTO, caption=f"My {CANARY}")
    await anna.sends_document(b"%PDF-1.4 " + CANARY.encode() + b" %%EOF", f"{CANARY}.pdf", "application/pdf")
    await presses(anna, "Done")
    await sees(anna, "put it right")
    await presses(anna, "Something else")
    await sees(anna, "What would you like us to do?")
    await anna.says(f"A new {CANARY}.")
    await sees(anna, "Is everything right?")
    await presses(anna, "Right, send it")


def unreadable(anna: Customer) -> dict[str, object]:
    """An update that becomes a dead letter, with words in it."""
    chat = {"id": anna.id, "type": "private"}
    return {"message_id": "x", "date": 0, "chat": chat, "from": anna.user, "text": [f"Poor {CANARY}"]}


def where(around: World) -> set[str]:
    """The tables that hold the canary, in whatever form."""
    listing = (
        "SELECT name FROM sqlite_master WHERE type = 'table'"
        if around.url.startswith("sqlite")
        else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    )
    return {
        name
        for (name,) in around.database.rows(listing)
        for row in around.database.rows(f"SELECT * FROM {name}")
        if any(holds(value) for value in row)
    }


def holds(value: object) -> bool:
    """Whether a value holds the canary, or the shortened one of the order."""
    content = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
    return CANARY[:12].encode() in content.lower()


def files(around: World) -> list[str]:
    """SQLite's files that still hold the canary in some forgotten page."""
    if not around.url.startswith("sqlite"):
        return []
    path = Path(around.url.removeprefix("sqlite:///"))
    return [
        each.name for each in path.parent.glob(f"{path.name}*") if each.is_file() and holds(each.read_bytes())
    ]
