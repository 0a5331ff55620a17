"""The digest for programs: every number unrounded, keys that stay, texts beside them for whoever shows it.

`chapters` is keyed by section, blocks name their `type`, tables are rows of column key to value, and `schema` grows
when something is renamed or taken away. The text is safe to stand inside HTML.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TypeAlias

from reports.blocks import Block, Digest, Figure, Lines, Measures, Note, Plain, Quotes, Table, Tone
from reports.render.environment import environment, inert

SCHEMA = 1

Json: TypeAlias = dict[str, object]


def render(digest: Digest) -> str:
    """Return the digest as JSON with a line break at the end."""
    found = environment(escape=str)
    found.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return found.get_template("json.j2").render(document=_clean(document(digest)))


def document(digest: Digest) -> Json:
    """Return the digest as plain dictionaries and lists."""
    return {
        "schema": SCHEMA,
        "title": digest.title,
        "organisation": digest.organisation,
        "period": {"label": digest.period, **digest.data},
        "language": digest.language,
        "notes": [_block(block) for block in digest.lead],
        "chapters": {
            chapter.key: {"title": chapter.title, "blocks": [_block(block) for block in chapter.blocks]}
            for chapter in digest.chapters
        },
    }


def _block(block: Block) -> Json:
    match block:
        case Note():
            return {"type": "note", "text": block.text, "tone": block.tone.value}
        case Lines():
            lines = [{"text": one.text, "tone": one.tone.value, **one.data} for one in block.lines]
            return {"type": "lines", "lines": lines}
        case Measures():
            return {
                "type": "measures",
                "measures": {
                    one.key: _measure(one.label, one.value, one.tone, one.data) for one in block.measures
                },
            }
        case Table():
            return {"type": "table", "rows": _rows(block)}
        case Quotes():
            return {"type": "quotes", "quotes": [asdict(quote) for quote in block.quotes]}
        case Figure():
            return {"type": "figure", "key": block.key, "alt": block.alt, "points": _rows(block.twin)}


def _measure(label: str, text: str, tone: Tone, data: Mapping[str, Plain]) -> Json:
    return {"label": label, "text": text, "tone": tone.value, **data}


def _rows(table: Table) -> list[Json]:
    keys = [column.key for column in table.columns]
    return [{key: cell.value for key, cell in zip(keys, row, strict=True)} for row in table.rows]


def _clean(value: object) -> object:
    if isinstance(value, str):
        return inert(value)
    if isinstance(value, dict):
        return {key: _clean(one) for key, one in value.items()}
    return [_clean(one) for one in value] if isinstance(value, list) else value
