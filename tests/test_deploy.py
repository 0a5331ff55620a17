"""What lies in `deploy/` fits the program: settings, commands, paths, ports, probes and times."""

import re
import shlex
import shutil
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from bot.cli import app
from bot.exits import Exit
from bot.process import service, workers
from bot.settings.config import load
from tests.locks import PROGRAM as PROGRAM_LOCK
from tests.test_house import PACKAGES

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))
PROGRAM = "/opt/anliegen/bin/anliegen"
PLACEHOLDER = re.compile(r"\$\{\w+:\?[^}]*\}")

Unit = Mapping[str, list[str]]


def unit(path: Path) -> Unit:
    """The settings of a unit, whatever their section: name -> values."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in path.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found[name].append(value)
    return found


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file as it is read."""
    read: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return read


def container() -> list[tuple[str, str]]:
    """The instructions of the container file: word and rest."""
    joined = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def last(word: str) -> str:
    """What an instruction of the container file says in the end."""
    return [rest for found, rest in container() if found == word][-1]


def in_container() -> dict[str, str]:
    """The environment of the container."""
    return dict(pair.split("=", 1) for pair in shlex.split(last("ENV")))


def assigned(text: str) -> dict[str, str]:
    """`NAME=value` of a file of variables, also those that are commented out."""
    return dict(re.findall(r"^(?:# )?(ANLIEGEN_\w+)=(.*)$", text, re.MULTILINE))


def environments(compose: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Every environment that the files make for the program."""
    for path in DEPLOY.glob("*.service"):
        yield dict(pair.split("=", 1) for pair in unit(path)["Environment"])
    yield in_container()
    for name in ("migrate", "bot"):
        given = compose["services"][name]["environment"]
        yield in_container() | {key: PLACEHOLDER.sub("secret", text) for key, text in given.items()}


def test_every_variable_is_a_setting_with_a_value_it_takes(compose: dict[str, Any]) -> None:
    example = ROOT / "config.example.toml"
    for environ in environments(compose):
        load(example, {name: text for name, text in environ.items() if name.startswith("ANLIEGEN_")})
    secrets = assigned((DEPLOY / "anliegen.env.example").read_text())
    assert all(not text or "PASSWORD" in text for text in secrets.values()), "an example holds no secret"
    load(example, secrets)


def commands(compose: dict[str, Any]) -> Iterator[list[str]]:
    """Every command of the program that the files run, without the program's name."""
    for path in DEPLOY.glob("*.service"):
        for line in unit(path)["ExecStartPre"] + unit(path)["ExecStart"]:
            program, *words = shlex.split(line.removeprefix("-"))
            assert program == PROGRAM
            yield words
    assert yaml.safe_load(last("ENTRYPOINT")) == ["anliegen"]
    yield yaml.safe_load(last("CMD"))
    for name in ("migrate", "bot"):
        yield compose["services"][name]["command"]


def test_every_command_exists_and_takes_its_words(compose: dict[str, Any]) -> None:
    whole: Any = get_command(app)
    found = set()
    for words in commands(compose):
        context = whole.make_context("anliegen", [*words])
        name, command, rest = whole.resolve_command(context, words)
        command.make_context(name, rest, parent=context)
        found.add(name)
    assert found == {"serve", "migrate", "backup"}


def test_data_lies_where_the_unit_may_write(compose: dict[str, Any]) -> None:
    for path in DEPLOY.glob("*.service"):
        here = unit(path)
        assert here["StateDirectory"] == ["anliegen"]
        assert here["WorkingDirectory"] == ["/var/lib/anliegen"]
        assert "ANLIEGEN_STORAGE__URL=sqlite:////var/lib/anliegen/anliegen.db" in here["Environment"]
        assert here["ProtectSystem"] == ["strict"]
    assert last("WORKDIR") == last("VOLUME") == "/var/lib/anliegen"
    assert in_container()["ANLIEGEN_STORAGE__URL"] == "sqlite:////var/lib/anliegen/anliegen.db"
    mounted = compose["services"]["bot"]["volumes"][0].split(":")[1]
    assert mounted == compose["services"]["bot"]["environment"]["ANLIEGEN_CONFIG"]


def test_the_unit_takes_what_it_does_not_need_away() -> None:
    here = unit(DEPLOY / "anliegen.service")
    switches = ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices", "RestrictSUIDSGID")
    assert all(here[name] == ["yes"] for name in switches)
    assert here["CapabilityBoundingSet"] == [""]
    assert here["User"] == ["anliegen"]


def test_a_stop_has_the_time_it_needs_and_every_end_is_a_new_start(compose: dict[str, Any]) -> None:
    here = unit(DEPLOY / "anliegen.service")
    needed = max(service.STOP, workers.STOP)
    assert int(here["TimeoutStopSec"][0]) > needed
    assert int(compose["services"]["bot"]["stop_grace_period"].removesuffix("s")) > needed
    assert here["Restart"] == ["always"]
    assert here["RestartPreventExitStatus"] == [str(int(Exit.USAGE))]
    assert all(line.startswith("-") for line in here["ExecStartPre"]), (
        "its exit status would not prevent a restart"
    )
    assert here["KillMode"] == ["mixed"], "the parent of several workers stops them itself"
    assert compose["services"]["bot"]["restart"] == "always"


def test_probes_ask_where_the_program_listens(compose: dict[str, Any]) -> None:
    port = in_container()["ANLIEGEN_HTTP__LISTEN"].rpartition(":")[2]
    assert last("EXPOSE") == port
    assert compose["services"]["bot"]["ports"] == [f"127.0.0.1:{port}:{port}"], "not open to the world"
    asked = f"http://127.0.0.1:{port}/readyz"
    assert asked in last("HEALTHCHECK")
    assert asked in compose["services"]["bot"]["healthcheck"]["test"][-1]
    assert 'web.get("/readyz"' in (ROOT / "bot" / "monitoring" / "probes.py").read_text()
    code = compose["services"]["bot"]["healthcheck"]["test"][-1]
    assert repr(code)[1:-1] in last("HEALTHCHECK"), "both ask in the same way"
    compile(code, "healthcheck", "exec")


def test_the_container_holds_every_package_and_runs_as_nobody_in_particular() -> None:
    copied = {rest.split()[0] for word, rest in container() if word == "COPY"}
    assert set(PACKAGES) <= copied
    assert last("USER").isdecimal()
    assert int(last("USER")) > 0


def test_the_container_holds_the_program_s_lock_and_no_test_s() -> None:
    (installed,) = re.findall(r"--requirement (\S+)", " ".join(rest for _, rest in container()))
    assert installed == PROGRAM_LOCK.name
    assert [rest for word, rest in container() if word == "COPY" and ".lock" in rest] == [f"{installed} ./"]


@pytest.mark.needs("systemd-analyze")
@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_systemd_understands_the_units(path: Path, tmp_path: Path) -> None:
    """Verified with a program that exists: this machine need not have ours installed."""
    program = shutil.which("sh")
    assert program
    for one in UNITS:
        (tmp_path / one.name).write_text(one.read_text().replace(PROGRAM, program))
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", tmp_path / path.name],
        capture_output=True,
        text=True,
        check=False,
    )
    about_ours = [line for line in told.stderr.splitlines() if "anliegen" in line]
    assert about_ours == []
    assert told.returncode == 0 or told.stderr == "", told.stderr
