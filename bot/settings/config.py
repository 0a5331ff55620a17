"""Every setting: its name, its default and its meaning; and the plain values the use cases get.

The names of sections and keys are what scripts rely on. What values look like is said in `bot/settings/values.py`; how
file and environment are read, and mistakes put into words, in `bot/settings/sources.py`.
"""

import ipaddress
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import unquote, urlsplit

from pydantic import Field, SecretStr

from bot.settings import answering, sources
from bot.settings.answering import DeadlinesSection, EscalationSection, RouteSection, StaffSection
from bot.settings.values import (
    AppToken,
    BotToken,
    Database,
    Duration,
    Folder,
    Id,
    Languages,
    Listen,
    Name,
    PerSecond,
    ProxyAddress,
    Region,
    SettingsSection,
    SeverityName,
    Size,
    SlackToken,
    Web,
    WebhookSecret,
    Weekday,
    Zone,
    setting,
)
from conversations.cases.policy import Deadlines, Policy
from conversations.kinds import Severity
from conversations.problem import Problem
from handlers.turn.organisation import DigestPlan, WatchPlan


class ConfigProblems(Exception):
    """The configuration cannot be used; `problems` are all of them, each with its place and remedy."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


class Storage(SettingsSection):
    url: Database = setting("sqlite:///anliegen.db", "the database: sqlite:///FILE or postgresql://...")
    watermark: Size = setting(
        "200 MB",
        "with less left on SQLite's disk, customers' messages stay with their platform until there is more",
    )
    backup_every: Duration = setting(
        "P2D",
        "an alarm, when the last copy in `backups` beside SQLite's file is older; without any copy, none",
    )

    @property
    def file(self) -> Path | None:
        """The SQLite file, None on PostgreSQL."""
        path = self.url.removeprefix("sqlite:///")
        return Path(unquote(path)) if path != self.url else None


class Http(SettingsSection):
    listen: Listen = setting(
        "127.0.0.1:8080", "where /telegram, /slack/events, /healthz, /readyz and /metrics are served"
    )
    metrics_token: SecretStr = setting(
        "", "lets another machine read /metrics (Authorization: Bearer ...); empty: only this one may"
    )

    @property
    def host(self) -> str:
        """The address without brackets."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """0 for any free one."""
        return int(self.listen.rpartition(":")[2])


class OrganisationSection(SettingsSection):
    name: Name = setting("Our company", "what customers know you as")
    languages: Languages = setting(("en", "de"), "offered to customers; the first is the default")
    zone: Zone = setting("UTC", "time zone of your dates, weeks and deadlines")
    region: Region = setting("", "your country or a part of it, as in ISO 3166: DE or DE-BY")


class TelegramWebhookSection(SettingsSection):
    url: Web | Literal[""] = setting("", "public https address that leads to /telegram; for mode webhook")
    secret: WebhookSecret = setting("", "1 to 256 letters, digits, _ and -; for mode webhook")


class TelegramSection(SettingsSection):
    token: BotToken = setting("", "from BotFather; empty: Telegram is off")
    base_url: Web = setting("https://api.telegram.org/bot", "the Bot API, as the SDK means it")
    base_file_url: Web = setting("https://api.telegram.org/file/bot", "its files")
    proxy: ProxyAddress = setting(
        "", "an HTTP proxy to reach Telegram through, http://HOST:PORT; empty: HTTPS_PROXY and NO_PROXY say"
    )
    mode: Literal["polling", "webhook"] = setting("polling", "how messages come in")
    bulk_per_second: PerSecond = setting(
        25, "reminders and other messages that nobody waits for; answers go at once"
    )
    mark_answered: bool = setting(
        True,
        "show the choice below an answered question and take its buttons away: one call more for a press",
    )
    webhook: TelegramWebhookSection = TelegramWebhookSection()

    @property
    def on(self) -> bool:
        """A channel without a token is off."""
        return bool(self.token.get_secret_value())


class SlackSection(SettingsSection):
    bot_token: SlackToken = setting("", "xoxb-...; empty: Slack is off")
    app_token: AppToken = setting("", "xapp-...; for mode socket")
    signing_secret: SecretStr = setting("", "proves that requests come from Slack; for mode http")
    base_url: Web = setting("https://slack.com/api/", "the Web API, as the SDK means it")
    mode: Literal["socket", "http"] = setting("socket", "how events come in")
    posts_per_second: PerSecond = setting(
        1,
        "in one channel, and all its other limits in proportion; more only where Slack does not count, as in a test",
    )

    @property
    def on(self) -> bool:
        """A channel without a token is off."""
        return bool(self.bot_token.get_secret_value())


class DialoguesSection(SettingsSection):
    folders: tuple[Folder, ...] = setting((), "folders with dialogues of your own")
    default: Id = setting("survey", "the dialogue that /start opens")
    remind_after: Duration = setting("PT24H", "an unfinished dialogue is reminded of once, after this")
    expire_after: Duration = setting("P3D", "and ends after this")


class TextsSection(SettingsSection):
    folder: Folder | None = setting(
        None, "words of your own: a folder in it for each language, whose files replace single texts"
    )


class DigestSection(SettingsSection):
    weekday: Weekday = setting("monday", "the day of the weekly post: monday to sunday, or 0 to 6")
    hour: Annotated[int, Field(ge=0, le=23)] = setting(8, "its hour")
    zone: Zone | None = setting(None, "its time zone; without, the organisation's")
    channel: str = setting("", "the Slack channel, name or ID; empty: no weekly post")


class WatchSection(SettingsSection):
    channel: str = setting("", "the Slack channel of alarms, name or ID; empty: that of the last route")
    heartbeat: Annotated[int, Field(ge=0, le=23)] | Literal["off"] = setting(
        8, "the hour of the daily line that all is well, or off"
    )
    give_up_after: Duration = setting(
        "PT1M", "a process that is stuck, or without its database, ends itself after this, to be started anew"
    )


class Settings(SettingsSection):
    """The whole configuration; without arguments a valid one that talks to nobody."""

    storage: Storage = Storage()
    http: Http = Http()
    organisation: OrganisationSection = OrganisationSection()
    telegram: TelegramSection = TelegramSection()
    slack: SlackSection = SlackSection()
    dialogues: DialoguesSection = DialoguesSection()
    texts: TextsSection = TextsSection()
    staff: tuple[StaffSection, ...] = ()
    routes: tuple[RouteSection, ...] = ()
    deadlines: dict[SeverityName, DeadlinesSection] = Field(default_factory=dict)
    escalation: tuple[EscalationSection, ...] = ()
    digest: DigestSection = DigestSection()
    watch: WatchSection = WatchSection()

    @property
    def is_loopback(self) -> bool:
        """Whether every platform that is on is a local one: only then may time be shifted."""
        urls = [self.telegram.base_url, self.telegram.base_file_url] if self.telegram.on else []
        urls += [self.slack.base_url] if self.slack.on else []
        return all(is_local(url) for url in urls)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret in clear text, for whoever must keep them out of the log."""
        telegram, slack = self.telegram, self.slack
        every = (
            telegram.token,
            telegram.webhook.secret,
            slack.bot_token,
            slack.app_token,
            slack.signing_secret,
            self.http.metrics_token,
        )
        addresses = (self.storage.url, telegram.proxy.get_secret_value())
        words = [secret.get_secret_value() for secret in every]
        words += [form for url in addresses for form in _passwords(url)]
        return tuple(dict.fromkeys(word for word in words if word))

    def policy(self) -> Policy:
        """Who answers for what, and how fast."""
        return Policy(
            staff={one.id: one.member for one in self.staff},
            routes=tuple(row.route for row in self.routes),
            deadlines={
                Severity(severity): Deadlines(**limits.model_dump())
                for severity, limits in self.deadlines.items()
            },
            escalation=tuple(row.row for row in self.escalation),
        )

    def digest_plan(self) -> DigestPlan:
        """When and where the weekly digest is posted, in the organisation's first language."""
        digest = self.digest
        zone = digest.zone or self.organisation.zone
        return DigestPlan(digest.weekday, digest.hour, zone, digest.channel, self.organisation.languages[0])

    def watch_plan(self) -> WatchPlan:
        """Where the service tells staff about itself, and when."""
        channel = self.watch.channel or (self.routes[-1].channel if self.routes else "")
        return WatchPlan(channel, None if self.watch.heartbeat == "off" else self.watch.heartbeat)


def find(named: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The file to read: the one named, `$ANLIEGEN_CONFIG`, or `config.toml` here where there is one."""
    if named or environ.get("ANLIEGEN_CONFIG"):
        return named or Path(environ["ANLIEGEN_CONFIG"])
    here = Path("config.toml")
    return here if here.exists() else None


def load(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Read the file (none: defaults only) and what the environment says over it.

    Raises:
        ConfigProblems: everything that is wrong in either, at once.
    """
    source = sources.read(Settings, path, environ)
    valid, problems = sources.validate(Settings, source)
    settings = Settings.model_construct(**valid)
    whole = {name for name in Settings.model_fields if name in valid}
    problems += [source.place(problem) for problem in _contradictions(settings, whole)]
    if problems:
        raise ConfigProblems(tuple(problems))
    return settings


def _passwords(url: str) -> tuple[str, ...]:
    """The password in an address, as it stands there and as it is meant."""
    password = urlsplit(url).password or ""
    return password, unquote(password)


def is_local(url: str) -> bool:
    """Whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


# -- what contradicts each other; only sections that are valid by themselves are looked at -----------------------------


def _contradictions(settings: Settings, valid: set[str]) -> Iterator[Problem]:
    if "telegram" in valid:
        yield from _telegram(settings.telegram)
    if "slack" in valid:
        yield from _slack(settings.slack)
    if "staff" in valid:
        yield from answering.of_staff(settings.staff)
    if valid >= {"staff", "routes"}:
        yield from answering.of_routes(settings.staff, settings.routes)
        if not settings.routes and (settings.telegram.on or settings.slack.on):
            remedy = "add a [[routes]] with owner, deputy, manager and channel"
            yield Problem("routes", "nobody answers for complaints", remedy)
    if valid >= {"staff", "escalation"}:
        yield from answering.of_escalation(settings.staff, settings.escalation)


def _telegram(telegram: TelegramSection) -> Iterator[Problem]:
    if not telegram.on or telegram.mode == "polling":
        return
    url, secret = telegram.webhook.url, telegram.webhook.secret.get_secret_value()
    if not url.startswith("https://") and not (url and is_local(url)):
        yield Problem(
            "telegram.webhook.url", "mode webhook needs a public https address", 'or set mode = "polling"'
        )
    if not secret:
        remedy = "make one up: 1 to 256 letters, digits, _ and -"
        yield Problem("telegram.webhook.secret", "mode webhook needs a secret", remedy)


def _slack(slack: SlackSection) -> Iterator[Problem]:
    if slack.on and slack.mode == "socket" and not slack.app_token.get_secret_value():
        remedy = "make one with the scope connections:write under 'Basic Information', or set mode = \"http\""
        yield Problem("slack.app_token", "mode socket needs an app-level token", remedy)
    if slack.on and slack.mode == "http" and not slack.signing_secret.get_secret_value():
        remedy = "copy it from 'Basic Information', or set mode = \"socket\""
        yield Problem("slack.signing_secret", "mode http needs the signing secret", remedy)
