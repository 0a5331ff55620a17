"""Draw a trend with matplotlib: the same input gives the same bytes. Import this only where a picture is wanted.

Colours are from Okabe and Ito's palette, which people with any colour vision can tell apart.
"""

import io
import math
from dataclasses import dataclass
from itertools import pairwise

from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from reports.blocks import Form, Shape, Theme, Trend, TrendPoint

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a theme."""

    paper: str
    ink: str
    faint: str
    grid: str
    line: str
    bar: str


PALETTES: dict[Theme, Palette] = {
    "light": Palette("#ffffff", "#1f2733", "#667085", "#e6e9ee", "#0072b2", "#c5ccd6"),
    "dark": Palette("#1a1f27", "#eef1f5", "#9aa4b2", "#2f3743", "#56b4e9", "#4a5463"),
}
SIZES: dict[Shape, tuple[float, float]] = {"wide": (7.6, 3.7), "narrow": (3.9, 3.6)}  # inches
EVERY: dict[Shape, int] = {"wide": 1, "narrow": 3}  # the dates that fit on the axis
ROOM: dict[Shape, float] = {"wide": 0.2, "narrow": 0.9}  # weeks of room for the number beside the last point


# Set once for the process, which draws nothing else: a context would be undone under another thread's drawing.
rcParams.update(
    {
        "font.family": "DejaVu Sans",  # comes with matplotlib: letters and widths are the same everywhere
        "font.size": 9.0,
        "svg.fonttype": "path",
        "svg.hashsalt": "anliegen",
        "axes.unicode_minus": True,
    }
)


def draw(trend: Trend, form: Form, theme: Theme = "light", shape: Shape = "wide") -> bytes:
    """Return the picture: scores with their interval above, answers per week as bars below. PNG has 200 dpi."""
    palette = PALETTES[theme]
    figure = Figure(figsize=SIZES[shape], facecolor=palette.paper, layout="constrained")
    FigureCanvasAgg(figure)
    scores, counts = figure.subplots(2, 1, sharex=True, height_ratios=(4, 1))
    _plain(scores, palette)
    _plain(counts, palette)
    _scores(scores, trend, palette)
    _counts(counts, trend, palette, shape)
    out = io.BytesIO()
    metadata = {"Date": None, "Creator": None} if form == "svg" else {"Software": None}
    figure.savefig(out, format=form, dpi=200, facecolor=palette.paper, metadata=metadata)
    return out.getvalue()


def _plain(axes: Axes, palette: Palette) -> None:
    """Take away the frame; keep what helps to read a value."""
    axes.set_facecolor(palette.paper)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0, colors=palette.faint)
    axes.set_axisbelow(True)


def _scores(axes: Axes, trend: Trend, palette: Palette) -> None:
    points, places = trend.points, range(len(trend.points))
    values = [NAN if point.score is None else point.score for point in points]
    low, high = _limits(points)
    axes.set_ylim(low, high)
    axes.yaxis.set_major_locator(_steps(low, high))
    axes.grid(axis="y", color=palette.grid, linewidth=0.8)
    if low < 0 < high:
        axes.axhline(0, color=palette.faint, linewidth=0.8)
    low_ends = [NAN if point.score is None else point.low for point in points]
    high_ends = [NAN if point.score is None else point.high for point in points]
    band = axes.fill_between(places, low_ends, high_ends, color=palette.line, alpha=0.17, linewidth=0)
    for place in _alone(points):
        axes.vlines(place, points[place].low, points[place].high, color=palette.line, alpha=0.35, linewidth=4)
    (line,) = axes.plot(places, values, color=palette.line, linewidth=2, marker="o", markersize=4.5)
    _mark_last(axes, points, palette)
    legend = axes.legend(
        [line, band],
        [trend.score_label, trend.interval_label],
        loc="lower left",
        bbox_to_anchor=(-0.01, 1.0),
        ncols=2,
        frameon=False,
        borderaxespad=0.2,
        handlelength=1.4,
        columnspacing=1.4,
    )
    for text in legend.get_texts():
        text.set_color(palette.ink)


def _counts(axes: Axes, trend: Trend, palette: Palette, shape: Shape) -> None:
    places, counts = range(len(trend.points)), [point.n for point in trend.points]
    axes.bar(places, counts, width=0.62, color=palette.bar)
    top = max([*counts, 1])
    axes.set_ylim(0, top * 1.5)
    axes.set_yticks([])
    for place, n in zip(places, counts, strict=True):
        axes.text(place, n + top * 0.06, str(n), ha="center", va="bottom", fontsize=7.5, color=palette.faint)
    axes.set_title(trend.count_label, loc="left", fontsize=9, color=palette.ink, pad=2)
    shown = [place for place in places if (len(places) - 1 - place) % EVERY[shape] == 0]
    axes.set_xticks(shown, [trend.points[place].label for place in shown])
    axes.tick_params(axis="x", labelsize=8)
    axes.set_xlim(-0.6, len(places) - 0.4 + ROOM[shape])


def _mark_last(axes: Axes, points: tuple[TrendPoint, ...], palette: Palette) -> None:
    place = max((place for place, point in enumerate(points) if point.score is not None), default=None)
    if place is None:
        return
    score = points[place].score or 0.0
    axes.plot([place], [score], marker="o", markersize=8, color=palette.line, markeredgecolor=palette.paper)
    text = f"{round(score)}".replace("-", "\N{MINUS SIGN}")
    axes.annotate(
        text,
        (place, score),
        xytext=(9, 0),
        textcoords="offset points",
        va="center",
        fontsize=11,
        fontweight="bold",
        color=palette.ink,
    )


def _alone(points: tuple[TrendPoint, ...]) -> list[int]:
    """Weeks with a score between weeks without: a band needs two, so these get a bar of their own."""
    scored = [False, *(point.score is not None for point in points), False]
    pairs = list(pairwise(scored))
    return [place for place in range(len(points)) if pairs[place] == (False, True) and not scored[place + 2]]


def _limits(points: tuple[TrendPoint, ...]) -> tuple[float, float]:
    """Whole tens around all intervals, at least forty points apart: a calm week must not look like a storm."""
    scored = [point for point in points if point.score is not None]
    low = 10 * math.floor(min((point.low for point in scored), default=0) / 10)
    high = 10 * math.ceil(max((point.high for point in scored), default=40) / 10)
    lacking = max(0, 40 - (high - low)) / 2
    return max(-105.0, low - lacking), min(105.0, high + lacking)


def _steps(low: float, high: float) -> MultipleLocator:
    return MultipleLocator(50 if high - low > 120 else 20 if high - low > 50 else 10)
