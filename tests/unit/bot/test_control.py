"""The way into a running service: one JSON line there, one back, for its owner only."""

import asyncio
import json
import os
import stat
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.process.control import Json, Refused, ask, serve_requests, socket_path


async def answer(request: Json) -> Json:
    match request.get("do"):
        case "add":
            return {"sum": int(str(request["a"])) + int(str(request["b"]))}
        case "refuse":
            raise Refused("not today: come tomorrow")
        case _:
            raise LookupError("a secret inside")


@pytest.fixture
async def path(tmp_path: Path) -> AsyncIterator[Path]:
    """A socket that is served."""
    path = socket_path(tmp_path / "a.db")
    serving = asyncio.create_task(serve_requests(path, answer))
    while not path.exists() or await ask(path, {"do": "add", "a": 0, "b": 0}) is None:
        await asyncio.sleep(0.01)
    yield path
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    assert not path.exists()


async def test_a_request_is_answered(path: Path) -> None:
    assert await ask(path, {"do": "add", "a": 1, "b": 2}) == {"sum": 3}
    answers = await asyncio.gather(*(ask(path, {"do": "add", "a": n, "b": n}) for n in range(20)))
    assert answers == [{"sum": 2 * n} for n in range(20)]


async def test_only_its_owner_may_connect(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_what_is_not_possible_is_said(path: Path) -> None:
    with pytest.raises(Refused, match="not today: come tomorrow"):
        await ask(path, {"do": "refuse"})


async def test_a_failure_inside_does_not_tell_its_words_and_does_not_stop_the_service(path: Path) -> None:
    with pytest.raises(Refused, match="its log says why") as refused:
        await ask(path, {"do": "fail"})
    assert "secret" not in str(refused.value)
    assert await ask(path, {"do": "add", "a": 1, "b": 1}) == {"sum": 2}


@pytest.mark.parametrize("line", [b"", b"{\n", b"[]\n", b"\xff\n", b"x" * 200_000, b"[" * 30_000 + b"\n"])
async def test_garbage_does_not_stop_the_service(path: Path, line: bytes) -> None:
    reader, writer = await asyncio.open_unix_connection(str(path))
    try:
        writer.write(line)
        await writer.drain()
        writer.write_eof()
        said = await reader.read()
        assert not said or "refused" in json.loads(said)
    except ConnectionError:
        pass  # hung up on us
    finally:
        writer.close()
    assert await ask(path, {"do": "add", "a": 1, "b": 1}) == {"sum": 2}


async def test_nothing_runs_nothing_is_asked(tmp_path: Path) -> None:
    assert await ask(socket_path(tmp_path / "a.db"), {}) is None


async def test_the_socket_of_a_dead_process_is_replaced(path: Path, tmp_path: Path) -> None:
    left = tmp_path / "left.sock"
    os.link(path, left)
    serving = asyncio.create_task(serve_requests(left, answer))
    while await ask(left, {"do": "add", "a": 2, "b": 2}) != {"sum": 4}:
        await asyncio.sleep(0.01)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


async def test_a_long_path_is_served_from_a_folder_of_ours(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = tmp_path_factory.mktemp("s")
    monkeypatch.setattr(tempfile, "tempdir", str(short))
    long = tmp_path / ("n" * 90)
    long.mkdir()
    one, other = socket_path(long / "a.db"), socket_path(long / "b.db")
    assert one != other
    assert one.is_relative_to(short)
    assert stat.S_IMODE(one.parent.stat().st_mode) == 0o700
    serving = asyncio.create_task(serve_requests(one, answer))
    while not one.exists():
        await asyncio.sleep(0.01)
    assert await ask(one, {"do": "add", "a": 2, "b": 2}) == {"sum": 4}
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    one.parent.chmod(0o755)
    with pytest.raises(PermissionError, match="not ours alone"):
        socket_path(long / "a.db")
