"""The files of a new folder, made from four answers. Pure but for the files that come with the program."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from typing import Final

from conversations.frozen import frozen
from conversations.texts.languages import fallbacks

FORMAL: Final = "-formal"
MANIFEST: Final = "slack-manifest.yaml"
EXAMPLE: Final = "visit"
_TEXT: Final = re.compile(r"(?P<key>\S+)\.(?P<tag>[a-z]{2,3}(-\w+)?) = ")

_CONFIG: Final = """\
#:schema ./schema/config.json
# `anliegen check` names what is not filled in yet, and every mistake. What is left out here has a good default.

[organisation]
name = {name}
languages = {languages}
zone = "{zone}"
{region}
[dialogues]
folders = ["dialogues"]                 # yours; a file called like one of ours replaces it

[telegram]
token = ""                              # in Telegram: @BotFather, /newbot

[slack]                                 # api.slack.com/apps, Create New App, From a manifest: slack-manifest.yaml
bot_token = ""                          # there: OAuth & Permissions (xoxb-...)
app_token = ""                          # there: Basic Information, App-Level Tokens, connections:write (xapp-...)

[[staff]]                               # one for everybody who may act on cases
id = "me"                               # for the routes; customers never see it
slack = "U0000000000"                   # in Slack: profile, three dots, Copy member ID
name = "Your Name"                      # customers see the first name
language = "{language}"
role = "manager"

[[routes]]                              # who answers for a case, who is told next, and where the cards are posted
owner = "me"
deputy = "me"
manager = "me"
channel = "#complaints"
"""


@frozen
class Newcomer:
    """What a newcomer said: `languages` are tags, the first is the default; the region may be empty."""

    name: str
    languages: tuple[str, ...]
    zone: str
    region: str = ""


def files_for(newcomer: Newcomer, schemas: Mapping[str, str] = {}) -> Mapping[str, str]:
    """Return the text of every file by its path in the folder; `schemas` are texts by name, for editors."""
    return {
        "config.toml": _config(newcomer),
        MANIFEST: _shipped(MANIFEST),
        f"dialogues/{EXAMPLE}.toml": in_languages(_shipped(f"{EXAMPLE}.toml"), newcomer.languages),
        **{f"schema/{name}.json": text for name, text in schemas.items()},
    }


def spoken() -> tuple[str, ...]:
    """Return the languages there are to choose from: those of the example, without the forms of address."""
    tags = (tag.removesuffix(FORMAL) for _, _, tag in _lines(_shipped(f"{EXAMPLE}.toml")) if tag)
    return tuple(dict.fromkeys(tags))


def in_languages(text: str, languages: Iterable[str]) -> str:
    """Return a dialogue's text with those lines only that somebody with one of the languages reads."""
    lines = list(_lines(text))
    written = {(key, tag) for _, key, tag in lines}
    return "".join(
        line
        for line, key, tag in lines
        if not tag or any(tag == _read(written, key, language) for language in languages)
    )


def _lines(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield every line with the place and the language of the text in it; both are empty where it has none."""
    table = ""
    for line in text.splitlines(keepends=True):
        if line.startswith("["):
            table = line.strip()
        found = _TEXT.match(line)
        yield (line, table + found["key"], found["tag"]) if found else (line, "", "")


def _read(written: set[tuple[str, str]], key: str, language: str) -> str:
    return next(tag for tag in fallbacks(language) if (key, tag) in written)


def _config(newcomer: Newcomer) -> str:
    return _CONFIG.format(
        name=_quoted(newcomer.name),
        languages=f"[{', '.join(map(_quoted, newcomer.languages))}]",
        zone=newcomer.zone,
        region=f'region = "{newcomer.region}"\n' if newcomer.region else "",
        language=newcomer.languages[0].removesuffix(FORMAL),
    )


def _quoted(text: str) -> str:
    """A basic string of TOML; what JSON escapes, TOML reads alike."""
    return json.dumps(text, ensure_ascii=False)


def _shipped(name: str) -> str:
    return (resources.files("bot") / "starter" / name).read_text(encoding="utf-8")
