"""How a change is told: what moved, from what to what, what moved with it, and where that comes from."""

from reports.blocks import Line, Plain, Tone
from reports.causes import Part, Reason
from reports.changes import Change, ScoreChange, Way
from reports.data import Period
from reports.metrics import Metric
from reports.statistics import Camps
from reports.words import Words


def line(change: Change, period: Period, words: Words) -> Line:
    """Return the sentences about one change, and the same as data."""
    sentences = [
        _moved(change, period, words),
        _also(change, words),
        _part(change, words),
        _reason(change.reason, words),
    ]
    tone = Tone.WARNING if change.way is Way.FELL else Tone.GOOD
    return Line(" ".join(filter(None, sentences)), tone, _data(change))


def value(metric: Metric, camps: Camps, words: Words) -> str:
    """Return a score as its readers know it: points or percent."""
    found = metric.score(camps)
    return words.number(found) if metric is Metric.NPS else words.percent(found)


def when(moved: ScoreChange, period: Period, words: Words) -> str:
    """Return `in week 40` or `since week 40`."""
    if period.first_week != period.last_week:
        return words.say("changes.in_period")
    key = "since_week" if moved.since < period.first_week else "in_week"
    return words.say(f"changes.{key}", number=words.week_number(moved.since))


def _moved(change: Change, period: Period, words: Words) -> str:
    metric = change.lead.asked.metric
    return words.say(
        f"changes.{change.way}",
        since=change.lead.since < period.first_week,
        name=_name(change, words),
        when=when(change.lead, period, words),
        now=_measured(metric, change.lead.now, words),
        before=_counted(metric, change.lead.before, words),
    )


def _name(change: Change, words: Words) -> str:
    asked = change.lead.asked
    score, dialogue = words.say(f"metric.{asked.metric}"), words.label("dialogue", asked.dialogue)
    if not asked.touchpoint:
        return words.say("changes.name", score=score, dialogue=dialogue)
    touchpoint = words.label("touchpoint", asked.touchpoint)
    return words.say("changes.name_at", score=score, dialogue=dialogue, touchpoint=touchpoint)


def _measured(metric: Metric, camps: Camps, words: Words) -> str:
    found = metric.estimate(camps)
    if found is None:
        return _counted(metric, camps, words)
    interval = words.range(found.interval, share=metric is not Metric.NPS)
    return words.say(
        "changes.measured", value=value(metric, camps, words), n=words.number(camps.n), range=interval
    )


def _counted(metric: Metric, camps: Camps, words: Words) -> str:
    return words.say("changes.counted", value=value(metric, camps, words), n=words.number(camps.n))


def _also(change: Change, words: Words) -> str:
    if not change.also:
        return ""
    scores = ", ".join(_pair(moved, words) for moved in change.also)
    return words.say(f"changes.{change.way}_also", scores=scores)


def _pair(moved: ScoreChange, words: Words) -> str:
    metric = moved.asked.metric
    return words.say(
        "changes.pair",
        score=words.say(f"metric.{metric}"),
        now=value(metric, moved.now, words),
        before=value(metric, moved.before, words),
    )


def _part(change: Change, words: Words) -> str:
    part, metric = change.part, change.lead.asked.metric
    if part is None:
        return ""
    if not part.touchpoint:
        points = words.number(abs(part.change) * metric.unit)
        return words.say(f"changes.{change.way}_mix", points=points)
    return words.say(
        "changes.part",
        touchpoint=words.label("touchpoint", part.touchpoint),
        now=_counted(metric, part.now, words),
        before=_counted(metric, part.before, words),
    )


def _reason(reason: Reason | None, words: Words) -> str:
    if reason is None:
        return ""
    key = f"{reason.dialogue}.{reason.question}"
    return words.say(
        "changes.reason",
        there=bool(reason.touchpoint),
        question=words.label("question", key),
        option=words.label("option", f"{key}.{reason.option}"),
        now=_share(reason.now, words),
        before=_share(reason.before, words),
    )


def _share(counts: tuple[int, int], words: Words) -> str:
    return words.say("volume.of", part=words.number(counts[0]), whole=words.number(counts[1]))


def _data(change: Change) -> dict[str, Plain]:
    moved = change.lead
    metric = moved.asked.metric
    data: dict[str, Plain] = {
        "signal": change.way.value,
        "metric": metric.value,
        "dialogue": moved.asked.dialogue,
        "touchpoint": moved.asked.touchpoint,
        "since": moved.since,
        "value": metric.score(moved.now),
        "n": moved.now.n,
        "value_before": metric.score(moved.before),
        "n_before": moved.before.n,
    }
    if found := metric.estimate(moved.now):
        data |= {"low": found.interval.low, "high": found.interval.high}
    return data | _part_data(change.part) | _reason_data(change.reason)


def _part_data(part: Part | None) -> dict[str, Plain]:
    return {"part": part.touchpoint, "part_change": part.change} if part else {}


def _reason_data(reason: Reason | None) -> dict[str, Plain]:
    if reason is None:
        return {}
    counts = {"reason_n": reason.now[0], "reason_of": reason.now[1]}
    before = {"reason_n_before": reason.before[0], "reason_of_before": reason.before[1]}
    return {"reason": reason.option, **counts, **before}
