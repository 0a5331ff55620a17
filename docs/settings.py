"""Writes what is drawn from the settings: python -m docs.settings.

That is the table in docs/start/configuration.md, and the schemas in docs/schema/ that editors read.
"""

import json
from pathlib import Path
from typing import Literal, get_args, get_origin

from bot.settings.config import Settings
from bot.settings.schema import SCHEMAS, written
from bot.settings.sources import PREFIX, Setting, every_setting

PAGE = Path(__file__).parent / "start" / "configuration.md"
FOLDER = Path(__file__).parent / "schema"
BEGIN, END = "<!-- settings: begin -->\n", "<!-- settings: end -->\n"
LISTS = ("staff", "routes", "escalation")
FREE = "normal"  # the severity that stands for all of them


def page(text: str) -> str:
    """Return the page with its table renewed."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def table() -> str:
    """Return the sections with a row for every setting."""
    lines: list[str] = []
    section = ""
    for one in every_setting(Settings):
        if one.path[0] == "deadlines" and one.path[1] != FREE:
            continue
        if (heading := _heading(one)) != section:
            section = heading
            lines += [
                "",
                f"### `{heading}`",
                "",
                "| key | environment | default | meaning |",
                "| --- | --- | --- | --- |",
            ]
        lines.append(_row(one))
    return "\n".join([*lines[1:], "", ""])


def _heading(one: Setting) -> str:
    name = ".".join(one.path[:-1]).replace(FREE, "SEVERITY")
    return f"[[{name}]]" if name in LISTS else f"[{name}]"


def _row(one: Setting) -> str:
    variable = PREFIX + "__".join(one.path).upper().replace(FREE.upper(), "SEVERITY")
    if one.path[0] in LISTS:
        variable = f"{PREFIX}{one.path[0].upper()} (JSON)"
    choices = get_args(one.info.annotation) if get_origin(one.info.annotation) is Literal else ()
    meaning = " ".join(
        [one.info.description or "", f"({' or '.join(map(json.dumps, choices))})" if choices else ""]
    )
    return f"| `{one.path[-1]}` | `{variable}` | {_default(one)} | {meaning.strip()} |"


def _default(one: Setting) -> str:
    if one.info.is_required():
        return "required"
    if one.info.default in ("", None):
        return ""
    value = one.info.default
    return f"`{json.dumps(list(value) if isinstance(value, tuple) else value)}`"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name in SCHEMAS:
        (FOLDER / f"{name}.json").write_text(written(name), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
