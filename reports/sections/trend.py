"""Twelve weeks of NPS with their intervals: the digest's one picture, and its twin in text."""

from reports.blocks import Block, Cell, Column, Figure, Table, Trend, TrendPoint
from reports.data import Figures
from reports.metrics import Metric
from reports.statistics import ENOUGH
from reports.words import Words

TITLE = "digest.trend.title"
RANK = 40
PHRASES = ("column.week", "column.nps", "column.low", "column.high", "column.n")


def build(figures: Figures, words: Words) -> tuple[Block, ...]:
    """Return the picture of the dialogue with the most answers; nothing where nobody was asked in all the weeks."""
    weeks = figures.period.trend()
    dialogues = figures.rated_dialogues(Metric.NPS, weeks)
    if not dialogues:
        return ()
    points = tuple(_point(figures, dialogues[0], week, words) for week in weeks)
    dialogue = words.label("dialogue", dialogues[0])
    trend = Trend(points, words.say("metric.nps"), words.say("trend.interval"), words.say("trend.answers"))
    rows = tuple(_row(week, point, words) for week, point in zip(weeks, points, strict=True))
    caption = words.say("trend.caption", enough=words.number(ENOUGH))
    twin = Table(_columns(words), rows)
    return (
        Figure("nps_trend", _alt(points, dialogue, words), caption, trend, twin, words.say("trend.twin")),
    )


def _point(figures: Figures, dialogue: str, week: str, words: Words) -> TrendPoint:
    counts = figures.ratings(Metric.NPS, dialogue, (week,))
    found = Metric.NPS.estimate(Metric.NPS.camps(counts))
    if found is None:
        return TrendPoint(words.week(week), counts.total())
    return TrendPoint(words.week(week), found.n, found.value, found.interval.low, found.interval.high)


def _columns(words: Words) -> tuple[Column, ...]:
    names = (("week", False), ("nps", True), ("low", True), ("high", True), ("n", True))
    return tuple(Column(name, words.say(f"trend.column.{name}"), numeric) for name, numeric in names)


def _row(week: str, point: TrendPoint, words: Words) -> tuple[Cell, ...]:
    first, n = Cell(point.label, week), Cell(words.number(point.n), point.n)
    if point.score is None:
        none = Cell("\N{EN DASH}")
        return first, none, none, none, n
    ends = (Cell(words.number(end), round(end, 3)) for end in (point.low, point.high))
    return first, Cell(words.number(point.score), round(point.score, 3)), *ends, n


def _alt(points: tuple[TrendPoint, ...], dialogue: str, words: Words) -> str:
    scored = [point for point in points if point.score is not None]
    if not scored:
        return words.say("trend.alt_few", dialogue=dialogue, enough=words.number(ENOUGH))
    last = scored[-1]
    best, worst = max(p.score or 0 for p in scored), min(p.score or 0 for p in scored)
    return words.say(
        "trend.alt",
        dialogue=dialogue,
        count=len(scored),
        weeks=words.number(len(scored)),
        lowest=words.number(worst),
        highest=words.number(best),
        week=last.label,
        score=words.number(last.score or 0),
        low=words.number(last.low),
        high=words.number(last.high),
        n=words.number(last.n),
    )
