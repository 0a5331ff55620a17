"""The company of the demo: who works there, who buys there, and the configuration that the real service is given."""

import json
import secrets
from dataclasses import field
from pathlib import Path
from typing import Final

from conversations.frozen import frozen
from sandbox.server import About, Link
from sandbox.slack.local import LocalSlack
from sandbox.telegram.local import LocalTelegram

COMPANY: Final = "Möbel Nord"
ZONE: Final = "Europe/Berlin"
BOT: Final = 700000001
TEAM: Final = "T0MOEBELNRD"
MARK: Final = "# Written by `anliegen demo`, anew at each start: changes are lost."

ANNA, BEN, CARLA, JONAS = 1001, 1002, 1003, 1004
CUSTOMERS: Final = ((ANNA, "Anna", "de"), (BEN, "Ben", "en"), (CARLA, "Carla", "de"), (JONAS, "Jonas", "en"))
INVITED: Final = ((ANNA, "MN-10471", "Online-Shop", "de"), (BEN, "MN-10472", "Showroom", "en"))
"""Whom a ready invitation waits for: chat, order, touchpoint, language."""

CONFIG: Final = """{mark}

[storage]
url = "sqlite:///anliegen.db"

[http]
listen = "127.0.0.1:0"

[organisation]
name = "{company}"
languages = ["en", "de"]
zone = "{zone}"

[telegram]
token = "{telegram}"
base_url = "{url}/bot"
base_file_url = "{url}/file/bot"

[slack]
bot_token = "{bot}"
app_token = "{app}"
signing_secret = "{signing}"
base_url = "{url}/api/"
mode = "socket"
posts_per_second = 50

[dialogues]
remind_after = "PT24H"
expire_after = "P3D"

[watch]
heartbeat = "off"

[[staff]]
id = "deniz"
slack = "U0DENIZKAYA"
name = "Deniz Kaya"
language = "de"

[[staff]]
id = "maria"
slack = "U0MARIABERG"
name = "Maria Berg"
language = "en"

[[staff]]
id = "ruth"
slack = "U0RUTHSOMMR"
name = "Ruth Sommer"
language = "en"
role = "manager"

[[routes]]
category = "delivery"
owner = "deniz"
deputy = "maria"
manager = "ruth"
channel = "lieferung"

[[routes]]
owner = "maria"
deputy = "deniz"
manager = "ruth"
channel = "service"

# Short, so that "+1 hour" on the page shows who is told when nobody accepts.
[deadlines.normal]
accept = "PT1H"
deputy = "PT4H"
answer = "PT24H"
solve = "P5D"

[digest]
weekday = "monday"
hour = 8
channel = "leitung"
"""

STAFF: Final = (
    ("U0DENIZKAYA", "deniz", "Deniz Kaya", {"en": "delivery", "de": "Lieferung"}),
    ("U0MARIABERG", "maria", "Maria Berg", {"en": "service", "de": "Service"}),
    ("U0RUTHSOMMR", "ruth", "Ruth Sommer", {"en": "manager", "de": "Leitung"}),
    ("U0TOMVISITR", "tom", "Tom Lind", {"en": "not on the team", "de": "nicht im Team"}),
)
CHANNELS: Final = ("lieferung", "service", "leitung")
COMMANDS: Final = ("/anliegen help", "/anliegen mine", "/anliegen open", "/anliegen digest")

GUIDE: Final = (
    {
        "en": "Start as Anna or Ben, or open the invitation",
        "de": "Als Anna oder Ben starten, oder die Einladung öffnen",
    },
    {
        "en": "Write “complaint” and send the sample photo",
        "de": "„Beschwerde“ schreiben und das Beispielfoto schicken",
    },
    {
        "en": "In Slack: Accept, Reply, Propose solution",
        "de": "In Slack: Annehmen, Antworten, Lösung vorschlagen",
    },
    {"en": "On the phone: accept or refuse it", "de": "Auf dem Telefon: annehmen oder ablehnen"},
    {"en": "As Ruth: /anliegen digest", "de": "Als Ruth: /anliegen digest"},
    {"en": "“+1 day”: deadlines, reminders", "de": "„+1 Tag“: Fristen, Erinnerungen"},
)


def _secret(start: str) -> str:
    return start + secrets.token_hex(16)


@frozen
class Keys:
    """Tokens of this one run, so that nothing but its own service can act as the bot."""

    telegram: str = field(default_factory=lambda: _secret(f"{BOT}:"))
    bot: str = field(default_factory=lambda: _secret("xoxb-"))
    app: str = field(default_factory=lambda: _secret("xapp-"))
    signing: str = field(default_factory=lambda: _secret(""))


def telegram_of(keys: Keys) -> LocalTelegram:
    """The local Telegram with every customer; Carla and Jonas have talked to the bot before."""
    telegram = LocalTelegram(keys.telegram, "moebelnord_bot", COMPANY)
    for chat, name, language in CUSTOMERS:
        telegram.customer(chat, name, language).chat.started = chat in (CARLA, JONAS)
    return telegram


def slack_of(keys: Keys) -> LocalSlack:
    """The local Slack with its members and channels."""
    slack = LocalSlack(TEAM, keys.bot, keys.app, keys.signing)
    members = [slack.member(user, name, real_name) for user, name, real_name, _ in STAFF]
    for name in CHANNELS:
        slack.invite(slack.channel(name), *members)
    return slack


def about_of(invitations: dict[int, tuple[str, str]]) -> About:
    """What the page says; `invitations` are order and secret by chat."""
    links = [
        Link(chat, secret, {"en": f"Receipt of order {order}", "de": f"Kassenzettel zur Bestellung {order}"})
        for chat, (order, secret) in invitations.items()
    ]
    roles = {user: role for user, _, _, role in STAFF}
    return About("Anliegen", COMPANY, GUIDE, roles, links, COMMANDS, ZONE)


def write_config(file: Path, url: str, keys: Keys) -> None:
    """Write the configuration of a service whose platforms are at `url`."""
    words = {"url": url, "telegram": keys.telegram, "bot": keys.bot, "app": keys.app, "signing": keys.signing}
    quoted = {name: json.dumps(word)[1:-1] for name, word in words.items()}
    file.write_text(CONFIG.format(mark=MARK, company=COMPANY, zone=ZONE, **quoted), "utf-8")
