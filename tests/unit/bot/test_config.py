"""The configuration: every value where it belongs, every mistake named at once."""

import json
import runpy
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from bot.settings.answering import DeadlinesSection
from bot.settings.config import ConfigProblems, Settings, find, load
from bot.settings.sources import every_setting
from conversations.cases.policy import Deadlines, Escalation
from conversations.events import DAY, HOUR, MINUTE
from conversations.kinds import CaseClock, CaseKind, Role, Severity, StaffId

ROOT = Path(__file__).parents[3]
EXAMPLE = ROOT / "config.example.toml"
TOKEN = "123456789:AAE-canary_canary_canary_canary_cana"
PEOPLE = """
[[staff]]
id = "jana"
slack = "U1"
name = "Jana Beispiel"
[[routes]]
owner = "jana"
deputy = "jana"
manager = "jana"
channel = "#c"
"""


def read(folder: Path, text: str, **environ: str) -> Settings:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, environ)


def problems(folder: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigProblems) as wrong:
        read(folder, text, **environ)
    return [str(one).removeprefix(f"{folder}/") for one in wrong.value.problems]


ROW: Final = '[[escalation]]\nclock = "accept"\nafter = "PT1H"\n'


def test_the_example_is_valid_and_complete() -> None:
    settings = load(EXAMPLE, {})
    assert not settings.telegram.on
    assert not settings.slack.on
    route = settings.policy().route(
        kind="complaint", category="delivery", product="", language="de", severity="normal"
    )
    assert route.people[Role.OWNER] == "tom"
    text = EXAMPLE.read_text(encoding="utf-8")
    for one in every_setting(Settings):
        assert one.path[-1] in text or one.path[-1] in ("base_url", "base_file_url"), (
            f"{one.path} is not in the example"
        )


def test_the_page_of_all_settings_is_current() -> None:
    page = runpy.run_path(str(ROOT / "docs" / "settings.py"))["page"]
    text = (ROOT / "docs" / "start" / "configuration.md").read_text(encoding="utf-8")
    assert page(text) == text, "run: python -m docs.settings"


def test_nothing_at_all_is_a_valid_configuration_that_talks_to_nobody() -> None:
    settings = load(None, {})
    assert settings == Settings()
    assert settings.is_loopback
    assert settings.secrets == ()
    assert settings.digest_plan().weekday == 0
    assert settings.digest_plan().hour == 8


def test_the_defaults_of_deadlines_are_those_of_the_policy() -> None:
    assert Deadlines(**DeadlinesSection().model_dump()) == Deadlines()


def test_sections_become_plain_values(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        PEOPLE
        + """
[organisation]
languages = ["de-formal", "en"]
zone = "Europe/Berlin"
[deadlines.high]
accept = "PT90M"
solve = "P1W"
[digest]
weekday = "Friday"
hour = 16
channel = "#q"
[dialogues]
remind_after = "P1DT12H"
""",
    )
    policy, plan = settings.policy(), settings.digest_plan()
    assert policy.staff["jana"].name == "Jana Beispiel"
    assert policy.routes[0].channel == "#c"
    terms = policy.terms(CaseKind.COMPLAINT)
    assert terms.deadlines_for(Severity.HIGH) == Deadlines(accept=90 * MINUTE, solve=7 * DAY)
    assert terms.deadlines_for(Severity.LOW) == Deadlines()
    assert (plan.weekday, plan.hour, plan.zone, plan.language) == (
        4,
        16,
        ZoneInfo("Europe/Berlin"),
        "de-formal",
    )
    assert settings.dialogues.remind_after == 36 * HOUR


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        PEOPLE + '[telegram]\ntoken = "1:file"\n[deadlines.normal]\nanswer = "PT1H"\n',
        ANLIEGEN_TELEGRAM__TOKEN=TOKEN,
        ANLIEGEN_TELEGRAM__WEBHOOK__URL="https://bot.example.org/telegram",
        ANLIEGEN_DEADLINES__NORMAL__ACCEPT="PT2H",
        ANLIEGEN_DIGEST__HOUR="7",
        ANLIEGEN_ORGANISATION__LANGUAGES='["de"]',
        ANLIEGEN_STAFF=json.dumps([{"id": "jana", "slack": "U9", "name": "Other"}]),
    )
    assert settings.telegram.token.get_secret_value() == TOKEN
    assert settings.telegram.webhook.url == "https://bot.example.org/telegram"
    assert settings.policy().deadlines[Severity.NORMAL] == Deadlines(accept=2 * HOUR, answer=HOUR)
    assert settings.digest.hour == 7
    assert settings.organisation.languages == ("de",)
    assert settings.policy().staff["jana"].slack == "U9"


def test_every_setting_can_come_from_the_environment(tmp_path: Path) -> None:
    """What is no list of tables has a variable of its own; a variable nobody knows is refused."""
    variables = {
        "ANLIEGEN_" + "__".join(one.path).upper(): "?"
        for one in every_setting(Settings)
        if one.path[0] not in ("staff", "routes", "escalation")
    }
    assert len(variables) > 35
    found = problems(tmp_path, "", ANLIEGEN_NOSUCH__KEY="x", **variables)
    assert [one for one in found if "unknown" in one] == [
        one for one in found if one.startswith("ANLIEGEN_NOSUCH__KEY")
    ]


def test_all_mistakes_are_named_at_once_with_place_and_remedy(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        PEOPLE
        + """
[organisation]
zone = "Europe/Berln"
region = "Bayern"
languages = ["german!"]
[telegram]
mode = "poling"
tokn = ""
[slak]
[deadlines.urgent]
accept = "PT1H"
[deadlines.low]
accept = "4h"
[digest]
hour = 24
weekday = "mon"
""",
        ANLIEGEN_HTTP__LISTEN="8080",
        ANLIEGEN_TELEGRAM_TOKEN="x",
        ANLIEGEN_ROUTES="[",
    )
    for wanted in (
        "config.toml: organisation.zone: is no known time zone (write for example Europe/Berlin)",
        "config.toml: organisation.region: is no region (write it as ISO 3166 does, for example DE or DE-BY)",
        "config.toml: organisation.languages[0]: is no language tag (write for example de, en or de-formal)",
        "config.toml: telegram.mode: is not one of the values it may have (write one of polling, webhook)",
        "config.toml: telegram.tokn: unknown setting 'tokn' (did you mean 'token'?)",
        "config.toml: slak: unknown section 'slak' (did you mean 'slack'?)",
        "config.toml: deadlines.urgent: is not one of the values it may have"
        " (write 'low', 'normal', 'high' or 'critical')",
        "config.toml: deadlines.low.accept: is no ISO 8601 duration"
        " (write for example PT4H, PT30M, P3D or P1W, in quotes)",
        "config.toml: digest.hour: should be less than or equal to 23 (its hour)",
        "config.toml: digest.weekday: is no weekday (write monday to sunday, or 0 (Monday) to 6)",
        "ANLIEGEN_HTTP__LISTEN: is not HOST:PORT (write for example 127.0.0.1:8080; port 0 takes any free one)",
        "ANLIEGEN_TELEGRAM_TOKEN: unknown environment variable 'ANLIEGEN_TELEGRAM_TOKEN'"
        " (did you mean 'ANLIEGEN_TELEGRAM__TOKEN'?)",
        'ANLIEGEN_ROUTES: is not JSON (lists and tables are JSON here, for example ["en", "de"])',
    ):
        assert wanted in found
    assert len(found) == 13


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            '[telegram]\nmode = "webhook"\ntoken = "1:a"',
            "telegram.webhook.url: mode webhook needs a public https",
        ),
        (
            '[telegram]\nmode = "webhook"\ntoken = "1:a"',
            "telegram.webhook.secret: mode webhook needs a secret",
        ),
        ('[slack]\nbot_token = "xoxb-1"', "slack.app_token: mode socket needs an app-level token"),
        (
            '[slack]\nbot_token = "xoxb-1"\nmode = "http"',
            "slack.signing_secret: mode http needs the signing secret",
        ),
        ('[slack]\nbot_token = "xapp-1"', "slack.bot_token: does not look like a bot token"),
        ('[[staff]]\nid = "jana"\nslack = "U2"\nname = "J"', "staff[1].id: 'jana' is there twice"),
        ('[[staff]]\nid = "j"\nslack = "U1"\nname = "J"', "staff[1].slack: 'U1' is there twice"),
        (
            '[[routes]]\nowner = "jan"\ndeputy = "jana"\nmanager = "jana"\nchannel = "c"',
            "routes[1].owner: unknown member of staff 'jan' (did you mean 'jana'?)",
        ),
        (
            '[[routes]]\nowner = "jana"\ndeputy = "jana"\nmanager = "jana"\nchannel = "c"',
            "routes[0]: has no condition, so that no later route is reached",
        ),
        (
            '[[routes]]\nseverity = "high"\nowner = "jana"\ndeputy = "jana"\nmanager = "jana"\nchannel = "c"',
            "routes[1]: the last route has a condition, so that some cases have no owner",
        ),
        (
            '[[routes]]\nseverity = "hihg"\nowner = "jana"\ndeputy = "jana"\nmanager = "jana"\nchannel = "c"',
            "routes[1].severity: unknown severity 'hihg' (did you mean 'high'?)",
        ),
        (
            '[[routes]]\nkind = "prais"\nowner = "jana"\ndeputy = "jana"\nmanager = "jana"\nchannel = "c"',
            "routes[1].kind: unknown kind 'prais' (did you mean 'praise'?)",
        ),
        (
            '[[staff]]\nid = "customer"\nslack = "U2"\nname = "J"',
            "staff[1].id: 'customer' can be nobody's id",
        ),
        (f"{ROW}tell = []", "escalation[0].tell: tells nobody"),
        (
            f'{ROW}tell = ["jan"]',
            "escalation[0].tell: unknown role or member of staff 'jan' (did you mean 'jana'?)",
        ),
        (f'{ROW}tell = ["#"]', "escalation[0].tell: names no channel"),
        (f'{ROW}tell = ["owner", "#c", "#c"]', "escalation[0].tell: names '#c' twice (name everybody once)"),
        (
            f'{ROW}tell = ["owner"]\n{ROW}tell = ["owner"]',
            "escalation[1]: is the same row as escalation[0] (remove one of them)",
        ),
        (
            f'{ROW}tell = ["owner"]\nkind = "praise"',
            "escalation[0].kind: no clock runs for cases of the kind praise",
        ),
        (
            f'{ROW}tell = ["owner"]\nrepeat = "PT1M"',
            "escalation[0].repeat: repeats more often than anybody can act",
        ),
        (
            f'{ROW}tell = ["owner"]\nuntil = "PT9H"',
            "escalation[0].until: ends a repetition that there is not",
        ),
        (
            f'{ROW}tell = ["owner"]\nrepeat = "PT1H"\nuntil = "PT1H"',
            "escalation[0].until: is over before the row comes to pass",
        ),
        (f'{ROW}tell = ["owner"]\nseverity = "hgh"', "escalation[0].severity: unknown severity 'hgh'"),
    ],
)
def test_contradictions_are_found(tmp_path: Path, text: str, problem: str) -> None:
    assert any(problem in one for one in problems(tmp_path, f"{PEOPLE}\n{text}"))


@pytest.mark.parametrize("region", ["", "DE", "DE-BY", "GB-ENG", "AT-9", "FR-75"])
def test_a_region_is_a_country_or_a_part_of_one(tmp_path: Path, region: str) -> None:
    assert read(tmp_path, f'[organisation]\nregion = "{region}"').organisation.region == region


@pytest.mark.parametrize("region", ["de", "DEU", "DE-", "DE-BAYERN", "DE_BY", "DE-by", " DE"])
def test_anything_else_is_no_region(tmp_path: Path, region: str) -> None:
    (found,) = problems(tmp_path, f'[organisation]\nregion = "{region}"')
    assert "organisation.region: is no region" in found


def test_escalation_is_rows_of_roles_people_and_channels(tmp_path: Path) -> None:
    text = f'{ROW}tell = ["manager", "#board", "jana", "owner"]\nseverity = "high"\nrepeat = "PT2H"\nuntil = "P1D"'
    (row,) = read(tmp_path, f"{PEOPLE}\n{text}\n[deadlines.normal]\ndeputy = 'off'").policy().escalation
    assert row == Escalation(
        CaseClock.ACCEPT,
        HOUR,
        (Role.MANAGER, Role.OWNER),
        (StaffId("jana"),),
        ("#board",),
        severity=Severity.HIGH,
        repeat=2 * HOUR,
        until=DAY,
    )


def test_a_channel_without_routes_leaves_complaints_without_an_owner(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, '[telegram]\ntoken = "1:a"')
    assert "routes: nobody answers for complaints" in found


def test_a_problem_names_the_variable_its_value_came_from(tmp_path: Path) -> None:
    staff = json.dumps([{"id": "jana", "slack": "U1"}])
    assert any(
        one.startswith("ANLIEGEN_STAFF[0].name: is missing")
        for one in problems(tmp_path, "", ANLIEGEN_STAFF=staff)
    )


def test_a_file_that_is_not_toml_says_where(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, "[telegram\n")
    assert found.startswith("config.toml: is not TOML: ")
    assert "line 1" in found


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(ConfigProblems, match="there is no such file"):
        load(tmp_path / "nowhere.toml", {})


def test_relative_paths_start_from_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "100% ours"
    folder.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    (folder / "config.toml").write_text('[dialogues]\nfolders = ["mine", "/other"]')
    settings = load(Path("../100% ours/config.toml"), {})
    assert settings.storage.file is not None
    assert settings.storage.file.resolve() == folder / "anliegen.db"
    assert [one.resolve() for one in settings.dialogues.folders] == [folder / "mine", Path("/other")]


def test_the_file_is_the_one_named_or_the_variable_s_or_the_one_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find(None, {}) is None
    (tmp_path / "config.toml").touch()
    assert find(None, {}) == Path("config.toml")
    assert find(None, {"ANLIEGEN_CONFIG": "b.toml"}) == Path("b.toml")
    assert find(Path("a.toml"), {"ANLIEGEN_CONFIG": "b.toml"}) == Path("a.toml")


def test_tokens_are_never_shown(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        PEOPLE,
        ANLIEGEN_TELEGRAM__TOKEN=TOKEN,
        ANLIEGEN_SLACK__SIGNING_SECRET="canary-signing",
        ANLIEGEN_STORAGE__URL="postgresql://me:canary-password@db/anliegen",
    )
    for shown in (repr(settings), str(settings), settings.model_dump_json(exclude={"storage"})):
        assert "canary" not in shown
    assert settings.secrets == (TOKEN, "canary-signing", "canary-password")


def test_a_wrong_token_is_not_repeated(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        "",
        ANLIEGEN_TELEGRAM__TOKEN="canary",
        ANLIEGEN_SLACK__BOT_TOKEN="canary",
        ANLIEGEN_TELEGRAM__WEBHOOK__SECRET="canary!",
        ANLIEGEN_STORAGE__URL="mysql://me:canary@db",
        ANLIEGEN_SLACK='"canary"',
    )
    assert found
    assert not any("canary" in one for one in found)


@pytest.mark.parametrize(
    ("telegram", "slack", "local"),
    [
        ("http://127.0.0.1:1/bot", "http://localhost:1/api/", True),
        ("http://[::1]:1/bot", "http://127.9.9.9/api/", True),
        ("https://api.telegram.org/bot", "http://127.0.0.1/api/", False),
        ("http://127.0.0.1/bot", "https://slack.com/api/", False),
        ("http://localhost.example.org/bot", "http://127.0.0.1/api/", False),
    ],
)
def test_only_local_platforms_make_a_loopback(tmp_path: Path, telegram: str, slack: str, local: bool) -> None:
    settings = read(
        tmp_path,
        PEOPLE,
        ANLIEGEN_TELEGRAM__TOKEN=TOKEN,
        ANLIEGEN_TELEGRAM__BASE_URL=telegram,
        ANLIEGEN_TELEGRAM__BASE_FILE_URL="http://127.0.0.1/file/bot",
        ANLIEGEN_SLACK__BOT_TOKEN="xoxb-1",
        ANLIEGEN_SLACK__APP_TOKEN="xapp-1",
        ANLIEGEN_SLACK__BASE_URL=slack,
    )
    assert settings.is_loopback is local
