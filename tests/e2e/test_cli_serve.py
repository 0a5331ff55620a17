"""`anliegen serve` as a process of its own, and the commands that write while it runs."""

import asyncio
import json
import os
import re
import signal
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import pytest

from bot.exits import Exit
from bot.process.control import socket_path
from sandbox.telegram.local import LocalTelegram
from tests.faults.program import Process, Program
from tests.stage import configuration, furnish, platforms

FIRST = Path(__file__).parents[1] / "data" / "first-config.toml"
"""The first example of a configuration, as it was: every later version starts with it."""
TOKENS = ("700000001:local", "xoxb-sandbox-bot", "xapp-sandbox-app", "sandbox-signing-secret")


class Place:
    """A folder with a configuration for the local platforms."""

    def __init__(self, folder: Path, telegram: LocalTelegram, program: Program) -> None:
        self.folder = folder
        self.telegram = telegram
        self.database = folder / "anliegen.db"
        self._program = program
        self._runs = count()

    def start(self, *words: str) -> "Command":
        """Start a command."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ANLIEGEN_")}
        number = next(self._runs)
        output, errors = self.folder / f"output-{number}", self.folder / f"errors-{number}"
        return Command(self._program.run(words, self.folder, clean, errors, output), output, errors)

    async def run(self, *words: str) -> tuple[int, str, str]:
        """Run a command to its end: exit code, output, errors."""
        command = self.start(*words)
        async with asyncio.timeout(60):
            code = await command.process.wait()
        return code, command.output.read_text(), command.errors.read_text()

    async def serve(self) -> "Command":
        """Start the service and wait until it is ready."""
        command = self.start("serve", "--config", "config.toml")
        await command.says("ready, listening")
        return command


@dataclass
class Command:
    """A command that runs."""

    process: Process
    output: Path
    errors: Path

    async def says(self, part: str) -> None:
        """Wait until its log has it."""
        async with asyncio.timeout(60):
            while part not in (said := self.errors.read_text()):
                assert self.process.returncode is None, f"ended without {part!r}:\n{said}"
                await asyncio.sleep(0.02)

    async def stop(self) -> str:
        """Stop it as a supervisor does; return its log."""
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            code = await self.process.wait()
        assert code == Exit.DONE, self.errors.read_text()
        return self.errors.read_text()


@pytest.fixture
async def place(tmp_path: Path, program: Program) -> AsyncIterator[Place]:
    """A folder, and platforms that answer."""
    async with platforms() as (telegram, slack, base):
        furnish(slack)
        text = configuration(base, "sqlite:///anliegen.db")
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")
        yield Place(tmp_path, telegram, program)


async def test_commands_work_beside_the_running_service(place: Place) -> None:
    serving = await place.serve()
    assert socket_path(place.database).exists()
    assert (await place.run("serve"))[0] == Exit.SERVED

    code, output, errors = await place.run(
        "invite", "survey", "--order", "4711", "--touchpoint", "shop", "--json"
    )
    assert code == Exit.DONE, errors
    invitation = json.loads(output)
    link, _, secret = invitation["link"].partition("?start=")
    assert link == "https://t.me/anliegen_bot"
    assert len(secret) == 22

    anna = place.telegram.customer(5, "Anna", "en")
    await anna.starts(secret)
    await anna.sees("likely")
    code, output, errors = await place.run("invite", "survey", "--order", "4711")
    assert (code, "has already followed their link" in errors) == (Exit.PROBLEM, True)

    code, output, errors = await place.run("doctor")
    assert code == Exit.DONE, output
    assert "conversations 1" in output

    code, output, errors = await place.run("erase", f"telegram:700000001/{anna.id}", "--json")
    assert (code, "add --yes" in errors) == (Exit.USAGE, True)
    code, output, errors = await place.run("erase", f"telegram:700000001/{anna.id}", "--json", "--yes")
    assert code == Exit.DONE, errors
    assert json.loads(output)["rows"]["person"] == 1

    log = await serving.stop()
    assert not socket_path(place.database).exists()
    assert not any(token in log for token in TOKENS)
    assert (await place.run("doctor"))[0] == Exit.DONE


async def test_commands_write_themselves_where_nothing_runs(place: Place) -> None:
    code, output, errors = await place.run("invite", "survey", "--order", "1", "--png", "code.png")
    assert code == Exit.DONE, errors
    assert output.startswith("https://t.me/anliegen_bot?start=")
    assert (place.folder / "code.png").read_bytes().startswith(b"\x89PNG")
    code, again, errors = await place.run("invite", "survey", "--order", "1")
    assert code == Exit.DONE, errors
    assert again.splitlines()[0] != output.splitlines()[0]
    assert "█" in again
    for words, said in (
        (("invite", "nothing", "--order", "1"), "there is no dialogue 'nothing'; there are: "),
        (("invite", "surevy", "--order", "1"), "there is no dialogue 'surevy'; did you mean 'survey'?"),
        (("invite", "solution", "--order", "1"), "nobody can be invited to it"),
        (("invite", "survey", "--order", "x" * 65), "--order must be at most 64"),
    ):
        code, _, errors = await place.run(*words)
        assert (code, said in errors) == (Exit.PROBLEM, True), errors


def filled_in(example: str, base: str) -> str:
    """The example with tokens, for the local platforms and a free port."""
    for line, filled in (
        (
            '\ntoken = ""',
            f'\ntoken = "{TOKENS[0]}"\nbase_url = "{base}/bot"\nbase_file_url = "{base}/file/bot"',
        ),
        ('\nbot_token = ""', f'\nbot_token = "{TOKENS[1]}"\nbase_url = "{base}/api/"'),
        ('\napp_token = ""', f'\napp_token = "{TOKENS[2]}"'),
        ("127.0.0.1:8080", "127.0.0.1:0"),
    ):
        assert line in example
        example = example.replace(line, filled)
    return example


async def test_the_first_example_starts_with_nothing_but_its_tokens(tmp_path: Path, program: Program) -> None:
    """Whatever came since works by default, or is off."""
    async with platforms() as (telegram, _slack, base):
        (tmp_path / "config.toml").write_text(filled_in(FIRST.read_text(), base), encoding="utf-8")
        place = Place(tmp_path, telegram, program)
        code, output, _ = await place.run("check", "--json")
        places = [one["path"] for one in json.loads(output)]
        assert (code, {one["hint"] for one in json.loads(output)}) == (Exit.DONE, {True})
        assert "organisation.name" in places
        assert {f"staff[{n}].{key}" for n in range(3) for key in ("slack", "name")} <= {*places}
        assert not [one for one in places if "token" in one]

        serving = await place.serve()
        anna = telegram.customer(5, "Anna", "de")
        await anna.starts()
        await anna.sees("Wie wahrscheinlich")
        await serving.stop()


async def test_a_refused_token_ends_the_service_with_its_own_code(place: Place) -> None:
    config = place.folder / "config.toml"
    config.write_text(config.read_text().replace("700000001:local", "700000001:wrong"))
    code, _, errors = await place.run("serve")
    assert code == Exit.PLATFORM
    assert "Telegram refuses the token" in errors
    assert "700000001:wrong" not in errors
    code, _, errors = await place.run("invite", "survey", "--order", "1")
    assert (code, "Telegram refuses the token" in errors) == (Exit.PLATFORM, True)


async def test_a_taken_port_ends_the_service_at_once_and_cleanly(place: Place) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        config = place.folder / "config.toml"
        text = re.sub(r'listen = ".*"', f'listen = "127.0.0.1:{other.getsockname()[1]}"', config.read_text())
        config.write_text(text)
        async with asyncio.timeout(20):
            code, _, errors = await place.run("serve")
    assert code == Exit.PROBLEM
    assert "change [http] listen" in errors
    assert Path(f"{place.database}.lock").read_text() == ""  # a clean end: nothing is to be checked next time


async def test_the_service_can_be_stopped_while_no_platform_answers(place: Place) -> None:
    config = place.folder / "config.toml"
    config.write_text(config.read_text().replace("http://127.0.0.1:", "http://127.0.0.1:1/"))
    command = place.start("serve")
    await command.says("again in")
    await command.stop()
