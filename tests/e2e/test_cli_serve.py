"""`anliegen serve` as a process of its own, and the commands that write while it runs."""

import asyncio
import json
import os
import re
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.control import socket_path
from bot.exits import Exit
from sandbox.telegram.local import LocalTelegram
from tests.stage import configuration, platforms

ROOT = Path(__file__).parents[2]
TOKENS = ("700000001:local", "xoxb-sandbox-bot", "xapp-sandbox-app", "sandbox-signing-secret")


class Place:
    """A folder with a configuration for the local platforms."""

    def __init__(self, folder: Path, telegram: LocalTelegram) -> None:
        self.folder = folder
        self.telegram = telegram
        self.database = folder / "anliegen.db"

    async def start(self, *words: str) -> Process:
        """Start a command."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ANLIEGEN_")}
        environ = clean | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-P", "-m", "bot.cli", *words]
        return await asyncio.create_subprocess_exec(
            *command, cwd=self.folder, env=environ, stdout=PIPE, stderr=PIPE
        )

    async def run(self, *words: str) -> tuple[int, str, str]:
        """Run a command to its end: exit code, output, errors."""
        process = await self.start(*words)
        output, errors = await process.communicate()
        assert process.returncode is not None
        return process.returncode, output.decode(), errors.decode()

    async def serve(self) -> Process:
        """Start the service and wait until it is ready."""
        process = await self.start("serve", "--config", "config.toml")
        assert process.stderr is not None
        said = []
        async for line in process.stderr:
            said.append(line.decode())
            if "ready, listening" in said[-1]:
                return process
        pytest.fail("".join(said))

    async def stop(self, process: Process) -> str:
        """Stop the service as a supervisor does; return the rest of its log."""
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            _, errors = await process.communicate()
        assert process.returncode == Exit.DONE, errors.decode()
        return errors.decode()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """A folder, and platforms that answer."""
    async with platforms() as (telegram, _slack, base):
        text = configuration(base, "sqlite:///anliegen.db")
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")
        yield Place(tmp_path, telegram)


@pytest.mark.timeout(180)  # a dozen processes that each import everything
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

    log = await place.stop(serving)
    assert not socket_path(place.database).exists()
    assert not any(token in log for token in TOKENS)
    assert (await place.run("doctor"))[0] == Exit.DONE


@pytest.mark.timeout(180)
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
        (("invite", "nothing", "--order", "1"), "there is no dialogue 'nothing'"),
        (("invite", "solution", "--order", "1"), "nobody can be invited to it"),
        (("invite", "survey", "--order", "x" * 65), "--order must be at most 64"),
    ):
        code, _, errors = await place.run(*words)
        assert (code, said in errors) == (Exit.PROBLEM, True), errors


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
    process = await place.start("serve")
    assert process.stderr is not None
    while b"again in" not in (line := await process.stderr.readline()):
        assert line, "the service ended instead of trying again"
    await place.stop(process)
