"""What is typed into a terminal, and what it means there."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.channels.console import ADDRESS, ConsoleChannel
from conversations.effects import Button, Message
from conversations.events import Attached, Commanded, Edited, FileRef, Pressed, Said, Shared
from handlers.turn.ports import Download, Never, Parcel, Sent
from storage.interface.inbox import RawBody
from tests.contract.channel import PDF, RED, read_attachment

YES_NO = ((Button("Yes", "a.1.yes"), Button("No", "a.1.no")), (Button("« Back", "a.1.!back"),))
SCALE = (tuple(Button(str(n), f"a.1.{n}") for n in range(11)), (Button("Skip", "a.1.!skip"),))
TEXT = ((Button("« Back", "a.1.!back"), Button("Skip", "a.1.!skip")),)


async def heard(*lines: str, buttons: tuple[tuple[Button, ...], ...] = ()) -> tuple[list[object], str]:
    """What the lines mean below a question with these buttons, and what is on the screen."""
    screen: list[str] = []
    channel = ConsoleChannel(lines, screen.append, read_attachment, name="Anna")
    await channel.send(Parcel(7, ADDRESS, Message("Well?", buttons)))
    meant: list[object] = []

    async def receive(bodies: Sequence[RawBody]) -> None:
        meant.extend(channel.read(body, 0).what for body in bodies)

    await channel.listen(receive)
    return meant, "".join(screen)


@pytest.mark.parametrize("typed", ["1", "Yes", "yes", " YES "])
async def test_a_number_or_a_label_presses_the_button(typed: str) -> None:
    meant, screen = await heard(typed, buttons=YES_NO)
    assert "[1] Yes  [2] No\n  [a] « Back" in screen
    assert meant == [Pressed("a.1.yes", "press", "7")]


async def test_a_number_on_a_scale_is_that_number() -> None:
    meant, screen = await heard("10", "0", "a", "11", buttons=SCALE)
    assert "[9]  [10]\n  [a] Skip" in screen
    assert [one.token if isinstance(one, Pressed) else one for one in meant] == [
        "a.1.10",
        "a.1.0",
        "a.1.!skip",
        Said("11"),
    ]


async def test_a_number_below_a_question_without_options_is_an_answer() -> None:
    assert (await heard("1", buttons=TEXT))[0] == [Said("1")]


async def test_a_link_is_shown_and_cannot_be_pressed() -> None:
    meant, screen = await heard("1", buttons=((Button("Read", url="https://a.example/"),),))
    assert "[1] Read https://a.example/" in screen
    assert meant == [Said("1")]


async def test_commands_contacts_and_silence() -> None:
    meant, _ = await heard("/Skip", "/language de", "", "/contact +49 30 123", "/", "/quit", "after the end")
    assert meant == [
        Commanded("skip"),
        Commanded("language", "de"),
        Shared("+49 30 123", "Anna", own=True),
        Said("/"),
    ]


async def test_an_edit_is_about_the_last_thing_said() -> None:
    meant, _ = await heard("wet", "/help", "/edit wet and broken")
    assert meant == [Said("wet"), Commanded("help"), Edited("1", "wet and broken")]


async def test_files_are_named_by_their_path_and_several_make_an_album(tmp_path: Path) -> None:
    one, two = tmp_path / "the box.png", tmp_path / "two.png"
    one.write_bytes(RED)
    two.write_bytes(RED)
    (alone, both, voice), _ = await heard(f'/photo "{one}"', f'/photo "{one}" {two}', f"/voice {two}")
    assert alone == Attached((FileRef(str(one), "photo", "the box.png", "image/png", len(RED)),))
    assert isinstance(both, Attached)
    assert len(both.files) == 2
    assert both.album
    assert isinstance(voice, Attached)
    assert voice.files[0].kind == "voice"


@pytest.mark.parametrize("line", ["/photo", "/photo nowhere.png", '/photo "open'])
async def test_a_file_that_is_not_there_is_told_and_not_sent(line: str) -> None:
    meant, screen = await heard(line)
    assert meant == []
    assert "\n(" in screen


@pytest.mark.parametrize(
    ("content", "mime"), [(RED, "image/png"), (PDF, "application/pdf"), (b"#!/bin/sh\n", None), (b"", None)]
)
async def test_a_file_is_taken_by_what_it_is(tmp_path: Path, content: bytes, mime: str | None) -> None:
    path = tmp_path / "evidence.png"
    path.write_bytes(content)
    channel = ConsoleChannel((), print, read_attachment)
    file = FileRef(str(path), "photo", path.name, "image/png", len(content))
    outcome = await channel.send(Parcel(1, ADDRESS, Download(3, file)))
    assert outcome == (Sent(content=content, mime=mime) if mime else Never("wrong-type"))
    path.unlink()
    assert await channel.send(Parcel(1, ADDRESS, Download(3, file))) == Never("gone")


async def test_nobody_s_words_steer_the_terminal() -> None:
    screen: list[str] = []
    channel = ConsoleChannel((), screen.append, read_attachment)
    await channel.send(Parcel(1, ADDRESS, Message("\x1b[2J\x07gone\r\x9b1A")))
    assert "".join(screen) == "\n[2Jgone1A\n"
