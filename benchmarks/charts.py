"""Charts of the page about performance, as SVG; the same figures give the same bytes."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from reports.charts import PALETTES  # importing it also sets the letters of all pictures

PALETTE: Final = PALETTES["light"]
WIDTH: Final = 7.6  # inches
ROW: Final = 0.32


@dataclass(frozen=True, slots=True)
class Bar:
    """A value with its spread."""

    label: str
    value: float
    low: float
    high: float
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Bars:
    """Values side by side, the first on top; `limit` is a line that should be reached or kept.

    A logarithmic scale is for values that differ by more than a hundred times, all above 0.
    """

    name: str
    title: str
    bars: Sequence[Bar]
    limit: float | None = None
    logarithmic: bool = False


@dataclass(frozen=True, slots=True)
class Lines:
    """Panels below each other over the same seconds: (what, points)."""

    name: str
    title: str
    panels: Sequence[tuple[str, Sequence[tuple[float, float]]]]


Chart: TypeAlias = Bars | Lines


def draw(chart: Chart) -> bytes:
    """Return the SVG."""
    figure = _bars(chart) if isinstance(chart, Bars) else _lines(chart)
    out = io.BytesIO()
    figure.savefig(out, format="svg", facecolor=PALETTE.paper, metadata={"Date": None, "Creator": None})
    return b"\n".join(line.rstrip() for line in out.getvalue().splitlines()) + b"\n"


def _bars(chart: Bars) -> Figure:
    figure, (axes,) = _figure(chart.title, 0.8 + ROW * len(chart.bars), 1)
    places = range(len(chart.bars))
    colours = [PALETTE.line if bar.ours else PALETTE.bar for bar in chart.bars]
    axes.barh(places, [bar.value for bar in chart.bars], color=colours, height=0.62)
    ends = [[bar.value - bar.low for bar in chart.bars], [bar.high - bar.value for bar in chart.bars]]
    if any(map(any, ends)):
        values = [bar.value for bar in chart.bars]
        axes.errorbar(values, places, xerr=ends, fmt="none", ecolor=PALETTE.ink, elinewidth=0.9)
    furthest = max((bar.high for bar in chart.bars), default=0.0) or 1.0
    for place, bar in zip(places, chart.bars, strict=True):
        beside = bar.high * 1.1 if chart.logarithmic else bar.high + furthest / 80
        axes.text(beside, place, _short(bar.value), va="center", color=PALETTE.ink)
    if chart.limit is not None:
        axes.axvline(chart.limit, color=PALETTE.ink, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.set_yticks(places, [bar.label for bar in chart.bars])
    axes.tick_params(axis="y", colors=PALETTE.ink)
    if chart.logarithmic:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
        axes.set_xlim(min(bar.value for bar in chart.bars) / 3, furthest * 3)
    else:
        axes.set_xlim(0, furthest * 1.12)
    axes.invert_yaxis()
    axes.grid(visible=True, axis="x", color=PALETTE.grid, linewidth=0.6)
    return figure


def _lines(chart: Lines) -> Figure:
    figure, every = _figure(chart.title, 0.7 + 1.3 * len(chart.panels), len(chart.panels))
    for axes, (what, points) in zip(every, chart.panels, strict=True):
        axes.plot([x for x, _ in points], [y for _, y in points], color=PALETTE.line, linewidth=1.6)
        axes.set_ylabel(what, color=PALETTE.ink)
        axes.set_ylim(bottom=0)
        axes.grid(visible=True, color=PALETTE.grid, linewidth=0.6)
    every[-1].set_xlabel("seconds", color=PALETTE.faint)
    return figure


def _figure(title: str, height: float, panels: int) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(WIDTH, height), facecolor=PALETTE.paper, layout="constrained")
    FigureCanvasSVG(figure)
    figure.suptitle(title, x=0.01, ha="left", color=PALETTE.ink, fontsize=10)
    every = [*figure.subplots(panels, 1, sharex=True, squeeze=False)[:, 0]]
    for axes in every:
        _quiet(axes)
    return figure, every


def _quiet(axes: Axes) -> None:
    """No frame and no ticks; only what helps to read a value."""
    axes.set_facecolor(PALETTE.paper)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(which="both", length=0, colors=PALETTE.faint)
    axes.set_axisbelow(True)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
