"""Draws every shipped dialogue into docs/dialogues, from the tables that run it: python -m docs.diagrams."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from conversations.cases.lifecycle import LIFECYCLE
from conversations.parse import parse

FOLDER = Path(__file__).parent / "dialogues"
SHIPPED = Path(__file__).parent.parent / "conversations" / "dialogues"


def diagrams() -> Mapping[str, str]:
    """Return file name -> Mermaid source: each dialogue in English, and the life of a case."""
    found = {"case.mmd": LIFECYCLE.mermaid("The life of a case")}
    for file in sorted(SHIPPED.glob("*.toml")):
        dialogue, _ = parse(file.stem, tomllib.loads(file.read_text(encoding="utf-8")))
        if dialogue is not None:
            found[f"{file.stem}.mmd"] = dialogue.table.mermaid(dialogue.title("en"))
    return {name: _clean(source) for name, source in found.items()}


def _clean(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines()) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, source in diagrams().items():
        (FOLDER / name).write_text(source, encoding="utf-8")
