"""Tables in letters of one width: columns under each other, measured as a terminal shows them."""

import unicodedata
from itertools import accumulate, zip_longest

from reports.blocks import Cell, Column, Measures, Table
from reports.render.environment import inert

GAP = "  "


def aligned(table: Table, width: int) -> list[str]:
    """Return heading, rule and rows as lines of at most `width` columns; the widest cells are cut for that."""
    grid = _grid(table)
    widths = _fit(_widths(grid), width)
    lines = [_line(cells, widths, table.columns) for cells in grid]
    return [lines[0], GAP.join("\N{BOX DRAWINGS LIGHT HORIZONTAL}" * one for one in widths), *lines[1:]]


def natural_width(table: Table) -> int:
    """How many columns a table takes where nothing is cut."""
    return sum(_widths(_grid(table))) + len(GAP) * (len(table.columns) - 1)


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
    return len(text) if text.isascii() else sum(map(_letter, text))


def cut(text: str, width: int) -> str:
    """Return the text in at most `width` columns, with an ellipsis where something is missing."""
    if shown(text) <= width:
        return text
    return f"{text[: _letters(text, width - 1)].rstrip()}…"


def wrap(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Return the text in lines of at most `width` columns, broken at spaces; each begins with `first` or `rest`."""
    lines: list[str] = []
    line = first
    for word in inert(text).split():
        while word:
            begun = line not in (first, rest)
            longer = f"{line} {word}" if begun else line + word
            if shown(longer) <= width:
                line, word = longer, ""
            elif begun:
                lines, line = [*lines, line], rest
            else:  # one endless word
                fits = max(1, _letters(word, width - shown(line)))
                lines, line, word = [*lines, line + word[:fits]], rest, word[fits:]
    return [*lines, line]


def _letters(text: str, width: int) -> int:
    """How many letters from the start fit into `width` columns."""
    return sum(1 for taken in accumulate(map(_letter, text)) if taken <= width)


def _letter(letter: str) -> int:
    if unicodedata.combining(letter) or unicodedata.category(letter) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in ("W", "F") else 1


def _grid(table: Table) -> list[list[str]]:
    heading = [inert(column.label) for column in table.columns]
    return [heading, *([inert(cell.text) for cell in row] for row in table.rows)]


def _widths(grid: list[list[str]]) -> list[int]:
    return [max(map(shown, column)) for column in zip(*grid, strict=True)]


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
