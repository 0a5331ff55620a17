"""What every section keeps, whatever it is about: a new file in `reports/sections/` is held against all of this."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from conversations.facts import Answered, CaseOpened, Ended, Fact, How, Invited, Started
from conversations.tallies import DayKey, TallyKey, increments, monday_of
from reports.blocks import Block, Figure, Lines, Measures, Note, Quotes, Table
from reports.data import Figures
from reports.digest import Found, discover
from reports.words import Words
from tests.unit.reports.weeks import ZONE, busy, empty, texts

TEXTS = texts()

FACTS: dict[str, Fact] = {
    "invited": Invited("survey", "shop"),
    "started": Started(1, "survey", "r1"),
    "finished": Ended(1, "survey", "finish", How.FINISHED, invited=True),
    "promoter": Answered(1, "survey", "recommend", "scale", "nps", 10, "w1"),
    "unhappy": Answered(1, "survey", "touchpoint", "scale", "csat", 1, "w1"),
    "easy": Answered(1, "survey", "easy", "scale", "ces", 7, "w1"),
    "reasons": Answered(1, "survey", "reasons", "multiple", "", ("price", "speed"), "w1"),
    "complaint": CaseOpened(1, "A-2026-000001", "complaint", "delivery", "normal", "anna"),
    "praise": CaseOpened(1, "A-2026-000001", "praise", "service", "low", "anna"),
}


def one_fact(fact: Fact) -> Figures:
    """A week in which exactly this happened."""
    base = empty()
    counted = increments(fact, base.period.start + 1, ZoneInfo(ZONE))
    return replace(base, tallies={in_week(key): n for key, n in counted})


def in_week(key: DayKey) -> TallyKey:
    """What a digest reads of it."""
    return TallyKey(
        monday_of(key.day), key.measure, key.dialogue, key.touchpoint, key.subject, key.metric, key.value
    )


WEEKS: dict[str, Callable[[], Figures]] = {
    "an empty week": empty,
    "a week with everything": busy,
    "a week that is not over": lambda: busy(now="2026-11-18 12:00"),
    "the week the clocks go forward": lambda: busy("2026-03-23", "2026-03-30 08:00"),
    "the week the clocks go back": lambda: busy("2026-10-19", "2026-10-26 08:00"),
    **{f"only: {name}": partial(one_fact, fact) for name, fact in FACTS.items()},
}

sections = pytest.mark.parametrize("found", discover(), ids=lambda found: found.name)
weeks = pytest.mark.parametrize("week", WEEKS.values(), ids=WEEKS.keys())


@sections
@weeks
@pytest.mark.parametrize("language", ["en", "de", "de-formal", "fr"])
def test_speaks_every_language_in_every_week(
    found: Found, week: Callable[[], Figures], language: str
) -> None:
    for block in said(found, week(), language):
        for text in texts_of(block):
            assert text.strip(), f"{found.name} has an empty text"
            assert "{" not in text


@sections
@weeks
def test_says_the_same_when_asked_twice(found: Found, week: Callable[[], Figures]) -> None:
    assert said(found, week()) == said(found, week())


@sections
@weeks
def test_gives_every_row_a_cell_per_column(found: Found, week: Callable[[], Figures]) -> None:
    for block in said(found, week()):
        table = block.twin if isinstance(block, Figure) else block
        if isinstance(table, Table):
            assert table.rows
            assert {len(row) for row in table.rows} == {len(table.columns)}


@sections
def test_does_not_depend_on_the_order_of_the_tallies(found: Found) -> None:
    week = busy()
    turned = replace(week, tallies=dict(reversed(list(week.tallies.items()))))
    assert said(found, week) == said(found, turned)


@sections
def test_leaves_an_empty_week_to_the_one_line_at_the_top(found: Found) -> None:
    assert said(found, empty()) == ()


@sections
def test_has_a_title_in_both_languages(found: Found) -> None:
    assert {"en", "de"} <= TEXTS.entries[found.section.TITLE].keys()
    assert isinstance(found.section.RANK, int)


@sections
def test_reads_no_tally_of_a_later_week(found: Found) -> None:
    week = busy()
    later = {replace(key, week="2026-11-23"): n for key, n in week.tallies.items()}
    assert said(found, replace(week, tallies={**week.tallies, **later})) == said(found, week)


def said(found: Found, figures: Figures, language: str = "de") -> tuple[Block, ...]:
    return found.section.build(figures, Words(TEXTS, language, figures.period.zone, figures.labels))


def texts_of(block: Block) -> list[str]:
    match block:
        case Note():
            return [block.text]
        case Lines():
            return [line.text for line in block.lines]
        case Measures():
            return [text for one in block.measures for text in (one.label, one.value)]
        case Table():
            return [c.label for c in block.columns] + [cell.text for row in block.rows for cell in row]
        case Quotes():
            return [text for quote in block.quotes for text in (quote.words, quote.about)]
        case Figure():
            return [block.alt, block.caption, block.twin_label, *texts_of(block.twin)]
