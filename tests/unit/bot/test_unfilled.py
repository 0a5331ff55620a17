"""What is not filled in: the places of an example, and no others."""

import re
from pathlib import Path

import pytest

from bot.settings.config import load
from bot.settings.unfilled import EXAMPLE_NAMES, unfilled

ROOT = Path(__file__).parents[3]
PEOPLE = """
[[staff]]
id = "jana"
slack = "{slack}"
name = "Jana Berg"
[[routes]]
owner = "jana"
deputy = "jana"
manager = "jana"
channel = "#c"
"""


def places(folder: Path, text: str, **environ: str) -> list[str]:
    path = folder / "config.toml"
    path.write_text('[organisation]\nname = "Möbel Nord"\n' + text, encoding="utf-8")
    return [one.path for one in unfilled(load(path, environ))]


def test_every_name_of_the_example_is_known_as_one() -> None:
    names = re.findall(r'^name = "(.*)"', (ROOT / "config.example.toml").read_text(), re.MULTILINE)
    assert len(names) == 4
    assert {*names} <= EXAMPLE_NAMES


@pytest.mark.parametrize("slack", ["U0000000001", "U0000000000", "W000"])
def test_a_member_id_of_an_example_is_not_filled_in(tmp_path: Path, slack: str) -> None:
    assert places(tmp_path, PEOPLE.format(slack=slack)) == ["staff[0].slack"]


@pytest.mark.parametrize("slack", ["U1", "U024BE7LH", "U0MARIA0001", "U00A0000001"])
def test_a_real_member_id_is(tmp_path: Path, slack: str) -> None:
    assert places(tmp_path, PEOPLE.format(slack=slack)) == []


def test_a_channel_whose_line_is_not_there_is_off_on_purpose(tmp_path: Path) -> None:
    assert places(tmp_path, "") == []
    assert places(tmp_path, '[telegram]\ntoken = ""') == ["telegram.token"]


def test_a_token_in_the_environment_is_filled_in(tmp_path: Path) -> None:
    text = (
        PEOPLE.format(slack="U1") + '[telegram]\ntoken = ""\n[slack]\nbot_token = ""\nsigning_secret = ""\n'
    )
    assert places(tmp_path, text) == ["telegram.token", "slack.bot_token"]
    assert places(tmp_path, text, ANLIEGEN_TELEGRAM__TOKEN="1:a") == ["slack.bot_token"]
    http = {"ANLIEGEN_SLACK__MODE": "http", "ANLIEGEN_TELEGRAM__TOKEN": "1:a"}
    assert places(tmp_path, text, **http) == ["slack.bot_token", "slack.signing_secret"]
