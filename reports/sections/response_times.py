"""Time to the first answer and to the close: medians in which open cases count, or a list where there are few.

Praise asks for no answer: however long nobody touches it, nobody waits.
"""

from conversations.cases.case import UNPROMISED
from conversations.events import SECOND
from reports.blocks import Block, Line, Lines, Measure, Measures, Note, Plain
from reports.data import CaseLine, Figures
from reports.statistics import ENOUGH, Duration, survival_median
from reports.words import Words

TITLE = "digest.response_times.title"
RANK = 70
PHRASES = tuple(f"{key}.{what}" for key in ("first_answer", "close") for what in ("label", "detail", "open"))


def build(figures: Figures, words: Words) -> tuple[Block, ...]:
    """Return both times for the cases opened in the last weeks up to the end of the period; nothing without cases."""
    cases = [
        case
        for case in figures.cases
        if case.kind not in UNPROMISED and figures.period.cohort_start <= case.opened < figures.as_of
    ]
    if not cases:
        return ()
    answers = tuple(_span(case, case.answered or case.closed, figures) for case in cases)
    closes = tuple(_span(case, case.closed, figures) for case in cases)
    pairs = (("first_answer", answers), ("close", closes))
    method = Note(words.say("response_times.method", since=words.day(figures.period.cohort_start)))
    if len(cases) < ENOUGH:
        return Lines(tuple(_list(key, spans, words) for key, spans in pairs)), method
    return Measures(tuple(_median(key, spans, words) for key, spans in pairs)), method


def _span(case: CaseLine, end: int, figures: Figures) -> Duration:
    """What happened after the period's end has not happened yet, so that the same digest can be made again."""
    if case.opened <= end <= figures.as_of and end:
        return Duration(end - case.opened, ended=True)
    return Duration(figures.as_of - case.opened, ended=False)


def _median(key: str, spans: tuple[Duration, ...], words: Words) -> Measure:
    median = survival_median(spans)
    done = sum(span.ended for span in spans)
    value = words.say("response_times.unknown") if median is None else words.duration(median)
    detail = words.say(
        f"response_times.{key}.detail", done=words.number(done), open=words.number(len(spans) - done)
    )
    data: dict[str, Plain] = {
        "n": len(spans),
        "done": done,
        "open": len(spans) - done,
        "median_seconds": None if median is None else median // SECOND,
    }
    return Measure(key, words.say(f"response_times.{key}.label"), value, detail, data=data)


def _list(key: str, spans: tuple[Duration, ...], words: Words) -> Line:
    ordered = sorted(spans, key=lambda span: (not span.ended, span.length))
    times = " · ".join(
        words.duration(span.length)
        if span.ended
        else words.say(f"response_times.{key}.open", time=words.duration(span.length))
        for span in ordered
    )
    label = words.say(f"response_times.{key}.label")
    done = sum(span.ended for span in spans)
    text = words.say("response_times.few", n=len(spans), label=label, times=times)
    return Line(text, data={"key": key, "n": len(spans), "done": done, "open": len(spans) - done})
