"""The page about performance says what was measured; bots are compared with the same survey; versions are pinned."""

import json
import re
import tomllib
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks import charts, kills, latency, report, turns
from benchmarks.bots import BOTS
from benchmarks.kills import Losses
from benchmarks.results import Result, load, save
from benchmarks.running import Run
from benchmarks.tables import Table, number, spread
from conversations.definition.parse import parse

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
RUN = Run("ptb", 1, 400.0, 9.0, 20.0, 30.0, 2.2, 0.99, 0.1, 54.0, 1.6, 1600, 0, 0, 0.2)


def of_turns(*runs: Run) -> Result[Run]:
    return Result("turns", {"rounds": 2}, [*runs])


# -- the page ----------------------------------------------------------------------------------------------------------


def test_the_pages_are_what_the_results_give() -> None:
    parts = [*report.parts()]
    assert report.page(parts) == report.PAGE.read_text(encoding="utf-8"), "python -m benchmarks.report"
    assert report.figures(parts) == report.RESULTS.read_text(encoding="utf-8"), "python -m benchmarks.report"


def test_the_charts_are_what_the_results_give() -> None:
    drawn = report.pictures(report.parts())
    kept = {file.name: file.read_bytes() for file in report.CHARTS.iterdir()}
    assert drawn.keys() == kept.keys()
    assert [name for name in drawn if drawn[name] != kept[name]] == [], "python -m benchmarks.report"


def test_every_picture_of_the_page_is_there() -> None:
    shown = re.findall(r"\]\((\.\./docs/performance/[^)]+)\)", report.RESULTS.read_text(encoding="utf-8"))
    assert len(shown) == len([*report.CHARTS.iterdir()])
    assert [name for name in shown if not (report.RESULTS.parent / name).exists()] == []


def test_a_profile_has_a_heading_and_words_and_its_figures_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "1.txt").write_text(
        "The send\n\nMost of it is the network.\n---\n 12 %  send\n", encoding="utf-8"
    )
    assert "### The send\n\nMost of it is the network.\n\n```text\n 12 %  send\n```" in report.page(
        [], tmp_path
    )


def test_a_peer_that_was_not_measured_is_named_with_the_reason() -> None:
    part = next(report.parts())
    part = replace(part, result=replace(part.result, missing={"aiogram": "not installed"}))
    assert "Not measured: `aiogram` (not installed)." in report.figures([part])


# -- targets -----------------------------------------------------------------------------------------------------------


def test_a_ratio_is_taken_inside_its_round() -> None:
    slow, quick = replace(RUN, turns_per_second=200.0), replace(RUN, round=2)
    ours = [
        replace(RUN, bot="anliegen", turns_per_second=rate, round=n) for n, rate in ((1, 1000.0), (2, 1600.0))
    ]
    assert turns.ratios(of_turns(slow, quick, *ours), "anliegen") == [5.0, 4.0]


@pytest.mark.parametrize(("rate", "reached"), [(2600.0, True), (2599.0, False)])
def test_six_and_a_half_times_the_peer_is_enough_and_less_is_not(rate: float, reached: bool) -> None:
    first = next(iter(turns.targets(of_turns(RUN, replace(RUN, bot="anliegen", turns_per_second=rate)))))
    assert first.reached is reached


def test_what_was_not_measured_is_neither_reached_nor_missed() -> None:
    assert {target.verdict for target in turns.targets(of_turns(RUN))} == {"not measured"}


@pytest.mark.parametrize(
    ("costs", "reached"),
    [([0.7, 0.9, 0.75], True), ([0.7, 0.8, 0.76], False), ([0.1, 0.1], None)],
    ids=["enough", "too much", "too few rounds"],
)
def test_the_cost_of_a_turn_is_a_median_of_rounds(costs: list[float], reached: bool | None) -> None:
    offered = [
        latency.Offered(**asdict(replace(RUN, bot=bot, round=n, cpu_per_turn=cost)), rate=30)
        for n, ours in enumerate(costs, 1)
        for bot, cost in (("ptb", 1.0), ("anliegen", ours))
    ]
    first = next(iter(latency.targets(Result("latency", {}, offered))))
    assert first.reached is reached


@pytest.mark.parametrize(
    ("losses", "reached"),
    [
        (Losses("anliegen", 1, 2, 900, 0, 7, True, window=7, pending=0, unstored=0), [True, True]),
        (Losses("anliegen", 1, 2, 900, 0, 8, True, window=7, pending=0, unstored=0), [True, False]),
        (Losses("anliegen", 1, 2, 900, 0, 0, True, window=7, pending=1, unstored=0), [False, True]),
        (Losses("anliegen", 1, 2, 900, 1, 0, True, window=7, pending=0, unstored=0), [False, True]),
    ],
)
def test_nothing_may_be_lost_and_only_the_unknown_window_repeats(losses: Losses, reached: list[bool]) -> None:
    assert [one.reached for one in kills.targets(Result("kills", {}, [losses]))] == reached


# -- results, tables, charts -------------------------------------------------------------------------------------------


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    result = of_turns(RUN, replace(RUN, round=2))
    save(result, tmp_path)
    assert load("turns", Run, tmp_path) == result
    assert load("latency", Run, tmp_path) is None


def test_numbers_say_as_much_as_was_measured() -> None:
    assert [number(value) for value in (12345.6, 123.4, 12.34, 1.234, 0.1234, 0.0, 7)] == [
        "12,346", "123", "12.3", "1.23", "0.123", "0", "7",
    ]  # fmt: skip
    assert spread([3.0]) == "3.00"
    assert spread([3.0, 1.0, 2.0]) == "2.00 (1.00 to 3.00)"


def test_a_table_reads_well_in_a_terminal_and_in_markdown() -> None:
    assert str(Table(("bot", "turns/s"), [("ptb", "449")])).splitlines() == [
        "| bot | turns/s |",
        "|-----|---------|",
        "| ptb | 449     |",
    ]


def test_the_same_figures_give_the_same_picture() -> None:
    bars = charts.Bars(
        "turns", "Turns", [charts.Bar("ptb", 449, 440, 460), charts.Bar("ours", 0, 0, 0, ours=True)], 500
    )
    assert charts.draw(bars) == charts.draw(bars)
    assert charts.draw(bars) != charts.draw(replace(bars, limit=None))


# -- what is compared --------------------------------------------------------------------------------------------------


def survey() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((BENCHMARKS / "survey.json").read_text(encoding="utf-8"))
    return found


def test_our_dialogue_asks_what_the_peers_ask_with_the_same_buttons() -> None:
    data = tomllib.loads((BENCHMARKS / "dialogues" / "visit.toml").read_text(encoding="utf-8"))
    dialogue, problems = parse("visit", data)
    assert dialogue is not None
    assert problems == ()
    steps = survey()["steps"]
    assert [[step["key"], step["ask"]] for step in steps] == [
        [key, question["ask"]["en"]] for key, question in data["questions"].items()
    ]
    reasons = data["questions"]["reason"]["options"].values()
    offered = {step["key"]: [label for row in step["buttons"] for label in row] for step in steps}
    assert offered["reason"] == [option["en"] for option in reasons]
    assert offered["score"] == [str(n) for n in range(11)]
    assert data["outcomes"]["thanks"]["say"]["en"] == survey()["thanks"]


def test_every_bot_has_a_name_of_its_own_and_says_what_it_keeps() -> None:
    assert all(bot.name == name and bot.keeps for name, bot in BOTS.items())
    assert len({bot.title for bot in BOTS.values()}) == len(BOTS)


# -- what the peers are made of ----------------------------------------------------------------------------------------


def test_the_peers_libraries_are_pinned_with_hashes_and_without_addresses() -> None:
    text = (BENCHMARKS / "requirements.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert len(re.findall(r"^[\w.-]+==\S+", text, re.MULTILINE)) == len(
        re.findall(r"^\w", text, re.MULTILINE)
    )
    assert text.count("==") <= text.count("--hash=sha256:")


def test_the_peers_modules_are_pinned_with_hashes_and_without_addresses() -> None:
    package = json.loads((BENCHMARKS / "peers" / "package.json").read_text(encoding="utf-8"))
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in package["dependencies"].values())
    lock = json.loads((BENCHMARKS / "peers" / "package-lock.json").read_text(encoding="utf-8"))
    modules = {name: about for name, about in lock["packages"].items() if name}
    assert lock["packages"][""]["dependencies"] == package["dependencies"]
    assert all("integrity" in about and "resolved" not in about for about in modules.values())
