"""Tables in letters of one width: columns under each other, measured as a terminal shows them."""

import unicodedata
from itertools import zip_longest

from reports.blocks import Cell, Column, Measures, Table
from reports.render.environment import inert

GAP = "  "


def aligned(table: Table, width: int) -> list[str]:
    """Return heading, rule and rows as lines of at most `width` columns; the widest cells are cut for that."""
    grid = [[inert(column.label) for column in table.columns]]
    grid += [[inert(cell.text) for cell in row] for row in table.rows]
    widths = _fit([max(map(shown, column)) for column in zip(*grid, strict=True)], width)
    lines = [_line(cells, widths, table.columns) for cells in grid]
    return [lines[0], GAP.join("\N{BOX DRAWINGS LIGHT HORIZONTAL}" * one for one in widths), *lines[1:]]


def as_table(block: Measures) -> Table:
    """Return measures as rows of label, value and detail, with a change in a row of its own below."""
    columns = tuple(Column(name, "") for name in ("label", "value", "detail"))
    rows: list[tuple[str, str, str]] = []
    for one in block.measures:
        rows.append((one.label, one.value, one.detail))
        rows += [("", "", one.change)] if one.change else []
    return Table(columns, tuple(tuple(Cell(text) for text in row) for row in rows))


def shown(text: str) -> int:
    """How many columns a text takes: wide letters two, accents and joiners none."""
    return sum(_letter(letter) for letter in text)


def cut(text: str, width: int) -> str:
    """Return the text in at most `width` columns, with an ellipsis where something is missing."""
    if shown(text) <= width:
        return text
    while text and shown(text) > width - 1:
        text = text[:-1]
    return f"{text.rstrip()}…"


def _letter(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def _fit(widths: list[int], width: int) -> list[int]:
    room = width - len(GAP) * (len(widths) - 1)
    while sum(widths) > room:
        widest = max(range(len(widths)), key=lambda place: widths[place])
        widths[widest] -= 1
    return widths


def _line(cells: list[str], widths: list[int], columns: tuple[Column, ...]) -> str:
    padded = []
    for text, width, column in zip_longest(cells, widths, columns):
        text = cut(text, width)
        space = " " * (width - shown(text))
        padded.append(space + text if column.numeric else text + space)
    return GAP.join(padded).rstrip()
