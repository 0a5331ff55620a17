"""`anliegen doctor` asks the platforms: the local Telegram and Slack, over HTTP, with one thing wrong at a time."""

import asyncio
import json
import logging
import re
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path

import pytest

from bot.channels.slack.scopes import SCOPES
from bot.commands.doctor import doctor
from bot.examining import platforms as platforms_asked
from bot.examining.clock import examine_clock
from bot.exits import Exit
from bot.monitoring.finding import Health
from sandbox.faults import Fault, hang, html, rate_limited
from sandbox.slack.local import LocalSlack
from sandbox.slack.member import Member
from sandbox.telegram.local import LocalTelegram
from tests.stage import DENIZ, MARIA, RUTH, configuration, furnish, platforms

OTHER_TOKEN = "700000009:AAcanaryCanaryCanaryCanaryCanary009"


@dataclass
class Found:
    """What doctor said, by what it is about, and how it ended."""

    code: Exit
    state: dict[str, str]
    text: dict[str, str]
    remedy: dict[str, str]

    @property
    def wrong(self) -> dict[str, str]:
        """What is bad of the platforms: this machine's SQLite and the database that is not there do not matter."""
        return {about: self.text[about] for about, state in self.state.items() if state == "bad"}


@dataclass
class Place:
    """A configuration for the local platforms, which are well furnished."""

    config: Path
    telegram: LocalTelegram
    slack: LocalSlack
    base: str
    capture: pytest.CaptureFixture[str]

    def member(self, name: str) -> Member:
        return self.slack.member({"maria": MARIA, "deniz": DENIZ, "ruth": RUTH}[name], name)

    def change(self, old: str, new: str) -> None:
        text = self.config.read_text()
        assert old in text
        self.config.write_text(text.replace(old, new))

    async def examine(self, *, offline: bool = False) -> Found:
        self.capture.readouterr()
        code = await asyncio.to_thread(doctor, self.config, as_json=True, offline=offline)
        findings = json.loads(self.capture.readouterr().out)
        assert all(one["remedy"] for one in findings if one["state"] == "bad"), "each says what helps"
        state, text, remedy = (
            {one["about"]: one[key] for one in findings} for key in ("state", "text", "remedy")
        )
        return Found(code, state, text, remedy)


@pytest.fixture(autouse=True)
def _log() -> Iterator[None]:
    """The command sets up the process's log; the tests' own comes back."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)


@pytest.fixture
async def place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[Place]:
    async with platforms() as (telegram, slack, base):
        config = tmp_path / "config.toml"
        config.write_text(configuration(base, "sqlite:///anliegen.db", slack="socket"), encoding="utf-8")
        furnish(slack)
        yield Place(config, telegram, slack, base, capsys)


async def test_where_all_is_well_every_question_is_answered(place: Place) -> None:
    found = await place.examine()
    assert (found.code, found.wrong) == (Exit.DONE, {})
    assert found.text["telegram token"] == "it is that of @anliegen_bot"
    assert found.text["slack token"] == "it is that of the bot anliegen in the workspace Sandbox"
    assert found.text["slack socket"] == "Slack opens a connection"
    assert found.text["staff maria"] == "Maria Berg, in #lieferung and #service"
    assert found.text["clock"] == "it agrees with Telegram and Slack"
    asked = {call.method for call in place.slack.calls} | {call.method for call in place.telegram.calls}
    assert asked == {
        *("getMe", "getWebhookInfo", "auth.test", "apps.connections.open"),
        *("conversations.list", "conversations.members", "users.info"),
    }, "nothing that changes anything"


async def test_offline_asks_nobody(place: Place) -> None:
    found = await place.examine(offline=True)
    assert found.code == Exit.DONE
    assert found.text["slack"] == "on, mode socket"
    assert "slack token" not in found.text
    assert not place.slack.calls
    assert not place.telegram.calls


# -- tokens ------------------------------------------------------------------------------------------------------------


async def test_an_invented_token_is_no_token(place: Place) -> None:
    place.change("700000001:local", OTHER_TOKEN)
    place.change("xoxb-sandbox-bot", "xoxb-invented-token")
    found = await place.examine()
    assert found.code == Exit.PROBLEM
    assert found.wrong == {
        "telegram token": "Telegram does not know this token",
        "slack token": "Slack refuses [slack] bot_token (invalid_auth)",
    }
    assert "BotFather" in found.remedy["telegram token"]
    assert "xoxb-" in found.remedy["slack token"]


async def test_an_invented_app_token_opens_no_connection(place: Place) -> None:
    place.change("xapp-sandbox-app", "xapp-invented")
    assert (await place.examine()).wrong == {"slack socket": "Slack refuses [slack] app_token (invalid_auth)"}


async def test_over_http_no_connection_is_asked_for(place: Place) -> None:
    place.change('mode = "socket"', 'mode = "http"')
    assert "slack socket" not in (await place.examine()).text
    assert not place.slack.called("apps.connections.open")


async def test_a_missing_scope_is_named_with_what_it_is_for(place: Place) -> None:
    place.slack.web.scopes = set(SCOPES) - {"files:read"}
    found = await place.examine()
    assert found.wrong == {"slack scopes": "files:read (for files that customers and staff send) is missing"}
    assert "slack-manifest.yaml, which `anliegen init` writes" in found.remedy["slack scopes"]
    assert "install the app again" in found.remedy["slack scopes"]


async def test_without_the_scope_for_asking_about_people_only_their_channels_are_looked_at(
    place: Place,
) -> None:
    place.slack.web.scopes = set(SCOPES) - {"users:read"}
    place.slack.workspace.leave(place.slack.channel("service"), place.member("ruth").person)
    found = await place.examine()
    assert found.state["slack scopes"] == "note"
    assert found.text["staff maria"] == "U0MARIA0001, in #lieferung and #service"
    assert found.wrong == {"staff ruth": "U0RUTH00001 is not in #service"}


# -- the webhook -------------------------------------------------------------------------------------------------------


async def test_a_webhook_that_another_program_set_is_told_without_its_path(place: Place) -> None:
    place.telegram.world.webhook.set("https://other.example.org/secret-path", "", 40)
    found = await place.examine()
    assert (found.code, found.state["telegram webhook"]) == (Exit.DONE, "note")
    assert found.text["telegram webhook"] == "it leads to other.example.org, not here"
    assert "takes it away when it starts" in found.remedy["telegram webhook"]


async def test_in_mode_webhook_ours_must_be_set_and_work(place: Place) -> None:
    place.change('mode = "polling"', 'mode = "webhook"')
    found = await place.examine()
    assert found.text["telegram webhook"] == "none is set, and [telegram] mode is webhook"
    assert found.state["telegram webhook"] == "note", "serve sets it"

    place.telegram.world.webhook.set("http://127.0.0.1:9/telegram", "a-secret", 40)
    assert (await place.examine()).state["telegram webhook"] == "good"

    await place.telegram.customer(7, "Anna").starts()
    async with asyncio.timeout(10):
        while "last_error_date" not in place.telegram.world.webhook.about():
            await asyncio.sleep(0.02)
    found = await place.examine()
    assert found.text["telegram webhook"].startswith("Telegram cannot deliver to 127.0.0.1 (")
    assert found.code == Exit.PROBLEM


# -- channels and staff ------------------------------------------------------------------------------------------------


async def test_channels_that_take_no_posts_are_told(place: Place) -> None:
    place.slack.archive(place.slack.channel("lieferung"))
    place.change('channel = "leitung"', 'channel = "#nowhere"')
    found = await place.examine()
    assert found.wrong == {
        "slack channel #lieferung": "it is archived and takes no posts",
        "slack channel #nowhere": "there is none of this name, or it is private and the bot is not in it",
    }


async def test_into_a_public_channel_the_bot_comes_by_itself_if_it_may(place: Place) -> None:
    place.slack.remove_bot(place.slack.channel("leitung"))
    assert (await place.examine()).text["slack channel #leitung"] == "the bot enters it with its first post"
    place.slack.web.scopes = set(SCOPES) - {"channels:join"}
    found = await place.examine()
    assert found.wrong["slack channel #leitung"] == "the bot is not in it and cannot enter by itself"


async def test_a_channel_that_was_renamed_is_told_by_its_new_name(place: Place) -> None:
    place.slack.rename(place.slack.channel("leitung"), "board")
    found = await place.examine()
    assert (found.state["slack channel #leitung"], found.text["slack channel #leitung"]) == (
        "note",
        "it is called #board now",
    )


async def test_a_channel_may_be_given_by_its_id(place: Place) -> None:
    room = place.slack.channel("leitung").id
    place.change('channel = "leitung"', f'channel = "{room}"')
    assert (await place.examine()).state[f"slack channel #{room}"] == "good"


async def test_staff_must_be_known_active_human_of_this_workspace_and_in_their_channels(place: Place) -> None:
    slack = place.slack
    place.change("U0MARIA0001", "U0NOBODY001")
    place.member("deniz").person.deactivated = True
    place.change('slack = "U0RUTH00001"', f'slack = "{slack.bot.id}"')
    found = await place.examine()
    assert found.wrong == {
        "staff maria": "Slack knows no member U0NOBODY001",
        "staff deniz": "the account in Slack is deactivated",
        "staff ruth": f"{slack.bot.id} is a bot",
    }
    assert "give this member's routes to somebody else" in found.remedy["staff deniz"]


async def test_people_of_other_organisations_are_no_staff(place: Place) -> None:
    stranger = place.slack.member("U0STRANGER1", "sam", team="T0OTHER0001")
    place.slack.invite(place.slack.channel("service"), stranger)
    place.change("U0MARIA0001", "U0STRANGER1")
    assert (await place.examine()).wrong == {"staff maria": "U0STRANGER1 belongs to another organisation"}


# -- platforms that do not answer, and clocks --------------------------------------------------------------------------


async def test_platforms_that_never_answer_have_a_time_out_each_and_cost_it_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platforms_asked, "SECONDS", 0.3)
    place.telegram.faults.next("*", hang(), hang())
    place.slack.faults.next("*", hang(), hang())
    found = await place.examine()
    assert found.wrong == {
        "telegram token": "Telegram does not answer within 0.3 s",
        "slack token": "Slack does not answer within 0.3 s",
        "slack socket": "Slack does not answer within 0.3 s",
    }
    assert "HTTPS_PROXY" in found.remedy["telegram token"]


async def test_platforms_that_are_not_there_are_told(place: Place) -> None:
    place.change(place.base, "http://127.0.0.1:9")
    found = await place.examine()
    assert found.wrong["telegram token"] == "Telegram cannot be reached (ConnectionRefusedError)"
    assert found.wrong["slack token"] == "Slack cannot be reached (ClientConnectorError)"
    assert "clock" not in found.text, "nobody told the time"


async def test_a_proxy_that_is_none_is_told_and_the_rest_is_asked(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:1")
    monkeypatch.setenv("ANLIEGEN_TELEGRAM__BASE_URL", "https://api.telegram.org/bot")
    found = await place.examine()
    assert found.wrong == {"telegram proxy": "HTTPS_PROXY is no HTTP proxy"}
    assert found.state["slack token"] == "good"


async def test_answers_that_are_none_are_told(place: Place) -> None:
    place.telegram.faults.next("getMe", html())
    place.slack.faults.next("auth.test", html())
    found = await place.examine()
    assert found.wrong["telegram token"].startswith("Telegram's answer cannot be used")
    assert found.wrong["slack token"] == "Slack's answer cannot be used"
    place.telegram.faults.next("getMe", rate_limited(7))
    place.slack.faults.next("auth.test", rate_limited(7))
    found = await place.examine()
    assert found.text["telegram token"] == "Telegram asks to wait for 7 s"
    assert found.text["slack token"] == "Slack asks to slow down"


@pytest.mark.parametrize(("seconds", "words"), [(-95, "ahead of"), (3600, "behind")])
async def test_a_clock_that_is_wrong_is_told_by_the_platforms(place: Place, seconds: int, words: str) -> None:
    body = json.dumps({"ok": True, "result": {"id": 700000001, "username": "anliegen_bot"}}).encode()
    their_time = formatdate(time.time() + seconds, usegmt=True)
    answer = Fault(status=200, body=body, headers={"Date": their_time, "Content-Type": "application/json"})
    place.telegram.faults.next("*", answer, answer)
    found = await place.examine()
    said = re.fullmatch(rf"this machine's is about (\d+) s {words} that of Telegram", found.text["clock"])
    assert said, found.text["clock"]
    assert int(said[1]) == pytest.approx(abs(seconds), abs=5)
    assert found.code == Exit.PROBLEM
    assert "set-ntp" in found.remedy["clock"]


def test_the_database_s_clock_counts_too() -> None:
    assert [one.state for one in examine_clock({}, 0.4)] == [Health.GOOD]
    (found,) = examine_clock({}, -95.2)
    assert str(found).startswith(
        "clock: this machine's is about 95 s behind that of the database: let the system"
    )
