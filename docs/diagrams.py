"""Draws what the program is made of, from what runs it: python -m docs.diagrams.

Every shipped dialogue goes into docs/extend/dialogues; those of architecture.md and schema.md stand there
between markers.
"""

import ast
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from sqlalchemy import Column, Table, UniqueConstraint

from conversations.cases.lifecycle import lifecycle
from conversations.definition.parse import parse
from storage.columns import NUMBER
from storage.tables import metadata

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "extend" / "dialogues"
SHIPPED = ROOT / "conversations" / "dialogues"
PAGES = (ROOT / "docs" / "extend" / "architecture.md", ROOT / "docs" / "extend" / "schema.md")

PACKAGES = ("bot", "handlers", "reports", "storage", "storage.interface", "conversations", "sandbox")
TABLES = {
    "tables: messages": ("inbox", "outbox", "timer", "seen", "lease", "alarm"),
    "tables: people": ("person", "address", "conversation", "session", "answer", "dialogue", "invitation"),
    "tables: cases": ("case_", "case_message", "case_number", "attachment"),
    "tables: figures": ("fact", "tally", "repeat", "digest_made"),
}
_SLOT = re.compile(r"(<!-- drawn: (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def diagrams() -> Mapping[str, str]:
    """Return file name -> Mermaid source: each dialogue in English, and the life of a case."""
    found = {"case.mmd": lifecycle().mermaid("The life of a case")}
    for file in sorted(SHIPPED.glob("*.toml")):
        dialogue, _ = parse(file.stem, tomllib.loads(file.read_text(encoding="utf-8")))
        if dialogue is not None:
            found[f"{file.stem}.mmd"] = dialogue.table.mermaid(dialogue.title("en"))
    return {name: _clean(source) for name, source in found.items()}


def drawn_again(text: str) -> str:
    """Return the page with its diagrams drawn again. Raises KeyError for a marker that names none."""
    drawn = {"imports": imports(), "case": case()}
    drawn |= {name: tables(names) for name, names in TABLES.items()}
    return _SLOT.sub(lambda slot: f"{slot[1]}```mermaid\n{drawn[slot[2]]}```\n{slot[3]}", text)


def imports() -> str:
    """Return which package imports which."""
    arrows: set[tuple[str, str]] = set()
    for file in (path for name in PACKAGES for path in (ROOT / name).rglob("*.py")):
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        arrows |= {(_package(module), _package(name)) for name in _imported(file)}
    lines = [f'  {_id(one)}["{one}"]' for one in PACKAGES]
    lines += [
        f"  {_id(one)} --> {_id(other)}"
        for one in PACKAGES
        for other in PACKAGES
        if one != other and (one, other) in arrows
    ]
    return "\n".join(["flowchart TD", *lines, ""])


def case() -> str:
    """Return the life of a case: every move that leads from one state to another."""
    moves = [line.strip() for line in lifecycle().mermaid("").splitlines() if " --> " in line]
    changes = [line for line in moves if line.split(" --> ")[0] != line.split(" --> ")[1].split(":")[0]]
    return "\n".join(["stateDiagram-v2", *(f"  {line}" for line in changes), ""])


def tables(names: tuple[str, ...]) -> str:
    """Return tables with the columns that identify rows or lead to others."""
    drawn = [metadata.tables[name] for name in names]
    lines = [line for table in drawn for line in (*_entity(table), *_relations(table))]
    return "\n".join(["erDiagram", *lines, ""])


def _entity(table: Table) -> Iterator[str]:
    unique = [one for one in table.constraints if isinstance(one, UniqueConstraint)]
    yield f"  {table.name} {{"
    for column in table.columns:
        kinds = {
            "PK": column.primary_key,
            "UK": any(column.name in one.columns for one in unique),
            "FK": bool(_target(column)),
        }
        if keys := ", ".join(kind for kind, holds in kinds.items() if holds):
            yield f"    {'INTEGER' if column.type is NUMBER else 'TEXT'} {column.name} {keys}"
    yield "  }"


def _relations(table: Table) -> Iterator[str]:
    """Yield an unbroken line where the database itself checks the key, a dotted one where it need not."""
    for column in table.columns:
        if target := _target(column):
            line = "--" if column.foreign_keys else ".."
            yield f"  {target} ||{line}o{{ {table.name} : {column.name}"


def _target(column: Column[object]) -> str:
    """Return the table a column leads to, checked by the database or only by its name; empty for none."""
    for key in column.foreign_keys:
        return key.column.table.name
    name = column.name.removesuffix("_id")
    return next((one for one in (name, f"{name}_") if name != column.name and one in metadata.tables), "")


def _package(module: str) -> str:
    """Return the box a module lies in; empty for what is not ours."""
    return max((one for one in PACKAGES if f"{module}.".startswith(f"{one}.")), key=len, default="")


def _imported(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _id(package: str) -> str:
    return package.replace(".", "_")


def _clean(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines()) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, source in diagrams().items():
        (FOLDER / name).write_text(source, encoding="utf-8")
    for page in PAGES:
        page.write_text(drawn_again(page.read_text(encoding="utf-8")), encoding="utf-8")
