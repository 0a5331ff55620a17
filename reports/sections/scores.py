"""NPS, CSAT and CES: each with n, a 95 % interval and its method; counts where there are too few answers."""

from collections import Counter

from reports.blocks import Block, Measure, Measures, Note, Plain, Tone
from reports.changes import Changes
from reports.data import Figures
from reports.looks import Asked
from reports.metrics import Metric
from reports.scores import Score, scores
from reports.statistics import ENOUGH, Camps, Estimate, Interval
from reports.telling import when
from reports.words import Words

TITLE = "digest.scores.title"
RANK = 30


def build(figures: Figures, words: Words) -> tuple[Block, ...]:
    """Return a measure per score, what is missing, and how it was reckoned."""
    if figures.quiet:
        return ()
    found = scores(figures)
    answered = tuple(score for score in found if score.n)
    missing = tuple(_missing(score, words) for score in found if score.missing)
    if not answered:
        return missing or (Note(words.say("scores.none")),)
    shared = {metric for metric, n in Counter(score.metric for score in answered).items() if n > 1}
    low = _low(figures, words)
    measures = Measures(tuple(_measure(score, words, score.metric in shared, low) for score in answered))
    return (measures, *missing, Note(_method(answered, words)))


def _low(figures: Figures, words: Words) -> dict[Asked, str]:
    """Since when the scores are down that more than this week proves."""
    falls = (fall for fall in Changes(figures).falls() if fall.lead.since < figures.period.first_week)
    moved = (one for fall in falls for one in (fall.lead, *fall.also))
    return {one.asked: when(one, figures.period, words) for one in moved}


def _measure(score: Score, words: Words, shared: bool, low: dict[Asked, str]) -> Measure:
    """One score; where several dialogues ask for the same metric, each says which it is."""
    name = words.say(f"metric.{score.metric}")
    label = f"{name} · {words.label('dialogue', score.dialogue)}" if shared else name
    key, data, estimate = f"{score.metric}:{score.dialogue}", _data(score), score.estimate
    if estimate is None:
        few = words.say("scores.few", n=score.n, enough=words.number(ENOUGH))
        return Measure(key, label, _counts(score, words), few, tone=Tone.QUIET, data=data)
    change, tone = _change(score, words, low.get(Asked(score.metric, score.dialogue), ""))
    detail = _detail(score, estimate, words)
    return Measure(key, label, _value(score, estimate, words), detail, change, tone, data)


def _value(score: Score, estimate: Estimate, words: Words) -> str:
    return words.number(estimate.value) if score.metric is Metric.NPS else words.percent(estimate.value)


def _detail(score: Score, estimate: Estimate, words: Words) -> str:
    interval = words.range(estimate.interval, share=score.metric is not Metric.NPS)
    return words.say("scores.detail", n=words.number(score.n), range=interval)


def _counts(score: Score, words: Words) -> str:
    if score.metric is not Metric.NPS:
        return words.say("scores.count", good=words.number(score.good), n=words.number(score.n))
    camps = Camps.of(score.counts)
    return words.say(
        "scores.camps", promoters=camps.promoters, passives=camps.passives, detractors=camps.detractors
    )


def _change(score: Score, words: Words, low: str) -> tuple[str, Tone]:
    """The only place that shows an arrow, and only behind the rules of `reports.scores` and `reports.changes`."""
    if score.change is None:
        return words.say("scores.incomparable"), Tone.PLAIN
    unit = score.metric.unit
    ends = score.change.interval
    values = {
        "points": words.number(abs(score.change.value) * unit),
        "range": words.range(Interval(ends.low * unit, ends.high * unit)),
    }
    if low and not score.change.proven:
        return words.say("scores.low", since=low, range=values["range"]), Tone.WARNING
    if not score.change.proven:
        return words.say("scores.unproven", **values), Tone.PLAIN
    if score.change.fell:
        return words.say("scores.fell", **values), Tone.WARNING
    return words.say("scores.rose", **values), Tone.GOOD


def _missing(score: Score, words: Words) -> Note:
    text = words.say(
        "scores.missing",
        score=words.say(f"metric.{score.metric}"),
        dialogue=words.label("dialogue", score.dialogue),
        before=words.number(score.before.total()),
    )
    return Note(text, Tone.WARNING)


def _method(answered: tuple[Score, ...], words: Words) -> str:
    used = [words.say(f"method.{metric}") for metric in Metric if any(s.metric is metric for s in answered)]
    return " ".join((*used, words.say("method.change")))


def _data(score: Score) -> dict[str, Plain]:
    data: dict[str, Plain] = {
        "metric": score.metric.value,
        "dialogue": score.dialogue,
        "n": score.n,
        "n_before": score.before.total(),
        "good": score.good,
        "fall_seen": score.sight.clear,
        "needed": score.sight.needed,
    }
    if score.metric is Metric.NPS:
        camps = Camps.of(score.counts)
        data |= {"promoters": camps.promoters, "passives": camps.passives, "detractors": camps.detractors}
    if score.estimate is not None:
        data |= {"value": score.estimate.value}
        data |= {"low": score.estimate.interval.low, "high": score.estimate.interval.high}
    if score.change is not None:
        data |= {"change": score.change.value, "change_proven": score.change.proven}
        data |= {"change_low": score.change.interval.low, "change_high": score.change.interval.high}
    return data
