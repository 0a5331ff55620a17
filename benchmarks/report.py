"""Writes docs/performance.md, benchmarks/results.md and the charts from the results: python -m benchmarks.report.

Nothing on these pages is written by hand but the words here; a test says when one is not what the results give.
"""

import argparse
import inspect
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import backlog, digest, idle, kills, latency, memory, network, turns, workers
from benchmarks.bots import ROOT
from benchmarks.charts import Chart, draw
from benchmarks.results import FOLDER, Result, load
from benchmarks.running import Run
from benchmarks.tables import Table, Target, targets_table

PAGE: Final = ROOT / "docs" / "performance.md"
RESULTS: Final = ROOT / "benchmarks" / "results.md"
CHARTS: Final = ROOT / "docs" / "performance"
PROFILES: Final = Path(__file__).parent / "profiles"

HEAD: Final = """# Performance

<!-- Written by `python -m benchmarks.report` from benchmarks/results: words are changed there. -->

The real `anliegen serve` with a configuration file, durable, against other bots with the same survey. `./run bench`
measures all of it again; every figure stands in [results](../benchmarks/results.md), with the machine and the versions.
"""

METHOD: Final = """## How it is measured

- The service is the one you install, every feature on. A local Bot API with its customers has one core, the bot with
  its database the other; it is written so as not to be what is measured.
- Bots take turns, and each ratio is taken inside its round: a busy machine slows both. What stands here is the median
  of the rounds with the lowest and the highest; a ratio of one round is no figure.
- A **turn** is one input with its first answer. Every bot asks the same questions with the same buttons, written as
  its documentation would have it. We keep everything; what the others keep, their row says.
- What is lost on `kill -9`, and what comes twice, is counted by the customers, not by the bot.

[benchmarks/README.md](../benchmarks/README.md) says what exactly is compared.
"""

FIGURES: Final = """# Results

<!-- Written by `python -m benchmarks.report` from benchmarks/results: words are changed there. -->

Every figure of the last measurement. What they should be and what limits them: [performance](../docs/performance.md).
"""

CARE: Final = """## Read with care

- **One machine.** Quote ratios rather than absolute figures; each is taken inside its round. The tables say how far the
  rounds lie apart, and how busy the machine was stands above.
- **Loopback.** No TLS, no lost packets; the network is a fixed 40 ms where it says so. The real platform also limits
  how much a bot may send (about 30 messages a second for free).
- **Slack is off**, for nobody complains in this survey; webhooks, files, erasing and weeks of running are not measured.
- **Customers are quick**: in a closed loop a waiting time is mostly the queue of the customers themselves; read waiting
  times only where people come at random.
- **kill -9 ends processes, not power.** What this machine's disk holds after a power cut is not measured.
- **Peers are as their documentation has them**, with their default transport; each can be tuned. Without a limiter, an
  outbox and deadlines they do less for every turn.
- **Memory** is the resident memory of all processes of a bot, its Redis or PostgreSQL included; what processes share
  counts in each.
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One benchmark on the page: its heading, its result, and what makes tables, targets and charts of it."""

    heading: str
    about: str
    result: Result[Any]
    tables: Callable[[Result[Any]], Iterable[Table]]
    targets: Callable[[Result[Any]], Iterable[Target]]
    charts: Callable[[Result[Any]], Iterable[Chart]]


def parts(folder: Path = FOLDER) -> Iterator[Part]:
    """Every benchmark that has a result, in the order of the page."""
    every: tuple[tuple[str, Any, type[Any]], ...] = (
        ("Turns a second", turns, Run),
        ("Latency and CPU", latency, latency.Offered),
        ("With a network", network, Run),
        ("Memory of open conversations", memory, memory.Growth),
        ("kill -9", kills, kills.Losses),
        ("A backlog", backlog, backlog.Backlog),
        ("The week's figures", digest, digest.Reading),
        ("Several workers", workers, workers.Shared),
        ("Idle", idle, idle.Idle),
    )
    for heading, module, kind in every:
        if result := load(module.__name__.rpartition(".")[2], kind, folder):
            about = inspect.cleandoc(module.__doc__)
            yield Part(heading, about, result, module.tables, module.targets, module.charts)


def page(every: Iterable[Part], profiles: Path = PROFILES) -> str:
    """Return the page for readers: targets, method, what limits us."""
    targets = [target for part in every for target in part.targets(part.result)]
    sections = [HEAD, "## Targets\n", f"{targets_table(targets)}\n", METHOD, *_profiles(profiles), CARE]
    return "\n".join(sections)


def figures(every: Iterable[Part]) -> str:
    """Return the page with every table and chart."""
    shown = [*every]
    return "\n".join([FIGURES, _machine(shown), *(_section(part) for part in shown)])


def pictures(every: Iterable[Part]) -> dict[str, bytes]:
    """The charts: file name -> SVG."""
    return {f"{chart.name}.svg": draw(chart) for part in every for chart in part.charts(part.result)}


def _machine(every: list[Part]) -> str:
    """What all was measured on; a benchmark that was run elsewhere says so itself."""
    rows = []
    for part in every:
        about = part.result.machine
        rounds = str(part.result.options.get("rounds", "-"))
        machine = f"{about['cpu']}, {about['cores']} cores, {about['memory']}, {about['system']}"
        disturbed = [row.others for row in part.result.rows if hasattr(row, "others")]
        others = f"{max(disturbed):.2f}" if disturbed else "-"
        rows.append((part.heading, part.result.date, rounds, about["load"], others, machine))
    versions: dict[str, str] = {}
    for part in every:
        versions |= part.result.versions
    said = ", ".join(
        f"{name} {version}" for name, version in sorted(versions.items(), key=lambda pair: pair[0].lower())
    )
    table = Table(("measured", "on", "rounds", "load before", "busy cores besides, at most", "machine"), rows)
    return f"## Measured on\n\n{table}\n\nVersions: {said}.\n"


def _section(part: Part) -> str:
    blocks = [f"## {part.heading}", part.about, *map(str, part.tables(part.result))]
    blocks += [
        f"![{chart.title}](../docs/performance/{chart.name}.svg)" for chart in part.charts(part.result)
    ]
    blocks += [f"Not measured: {_missing(part.result.missing)}."] if part.result.missing else []
    return "\n\n".join(blocks) + "\n"


def _missing(missing: Mapping[str, str]) -> str:
    return "; ".join(f"`{name}` ({why})" for name, why in missing.items())


def _profiles(folder: Path) -> Iterator[str]:
    """What profiles said: a file's first line is its heading, then come sentences, and after `---` the profile."""
    files = sorted(folder.glob("*.txt"))
    if files:
        yield "## What limits us\n"
    for file in files:
        heading, _, text = file.read_text(encoding="utf-8").partition("\n")
        words, _, profile = text.partition("\n---\n")
        yield f"### {heading}\n\n{words.strip()}\n"
        if profile:
            yield f"```text\n{profile.rstrip()}\n```\n"


def main() -> None:
    """Write the page and the charts; charts that are no longer drawn go."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, default=FOLDER, help="the folder with the JSON files")
    parser.add_argument("--page", type=Path, default=PAGE, help="charts are written into a folder beside it")
    parser.add_argument("--tables", type=Path, default=RESULTS, help="the page with all figures")
    options = parser.parse_args()
    every = [*parts(options.results)]
    charts = options.page.with_suffix("")
    shutil.rmtree(charts, ignore_errors=True)
    charts.mkdir(parents=True)
    for name, svg in pictures(every).items():
        (charts / name).write_bytes(svg)
    options.page.write_text(page(every), encoding="utf-8")
    options.tables.write_text(figures(every), encoding="utf-8")
    print(f"written: {options.page}, {options.tables} and {charts}")


if __name__ == "__main__":
    main()
