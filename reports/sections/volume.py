"""How many were invited, began and finished, and the rate: of the invited, or, without invitations, of those begun."""

from dataclasses import dataclass

from reports.blocks import Block, Cell, Column, Measure, Measures, Note, Plain, Table, Tone
from reports.data import Figures
from reports.statistics import ENOUGH, wilson
from reports.words import Words

TITLE = "digest.volume.title"
RANK = 50
PHRASES = (
    *("invited", "started", "finished", "ratings", "response_rate", "completion_rate"),
    *(f"column.{name}" for name in ("dialogue", "invited", "started", "finished", "rate")),
)


@dataclass(frozen=True, slots=True)
class Funnel:
    """One dialogue, or all: how many came how far."""

    invited: int
    started: int
    finished: int
    finished_invited: int

    @property
    def by_invitation(self) -> bool:
        """Whether the rate is the response rate."""
        return self.invited > 0

    @property
    def rate(self) -> tuple[int, int]:
        """Those who finished and those they are a part of."""
        return (self.finished_invited, self.invited) if self.by_invitation else (self.finished, self.started)

    @property
    def carried_over(self) -> bool:
        """Whether more finished than belong to the period: their beginning lies before it."""
        part, whole = self.rate
        return part > whole


def build(figures: Figures, words: Words) -> tuple[Block, ...]:
    """Return the counts and the rate over all dialogues, what is missing, and a row per dialogue."""
    if figures.quiet:
        return ()
    funnels = _funnels(figures)
    if not funnels:
        return (Note(words.say("volume.none")),)
    asked = [f for f in funnels.values() if f.by_invitation] or list(funnels.values())
    whole = Funnel(
        sum(f.invited for f in asked),
        sum(f.started for f in asked),
        sum(f.finished for f in asked),
        sum(f.finished_invited for f in asked),
    )
    blocks: tuple[Block, ...] = (Measures(_measures(figures, funnels, whole, words)), *_notes(whole, words))
    return (*blocks, _table(funnels, words)) if len(funnels) > 1 else blocks


def _funnels(figures: Figures) -> dict[str, Funnel]:
    measures = ("invited", "started", "finished", "finished_invited")
    counts = [figures.by_dialogue(measure) for measure in measures]
    names = sorted(set().union(*counts), key=lambda name: (-counts[0][name], -counts[1][name], name))
    return {name: Funnel(*(count[name] for count in counts)) for name in names}


def _measures(
    figures: Figures, funnels: dict[str, Funnel], whole: Funnel, words: Words
) -> tuple[Measure, ...]:
    weeks = figures.period.weeks()
    ratings = sum(n for key, n in figures.during(weeks, "answer") if key.metric)
    invited = sum(f.invited for f in funnels.values())
    counts = {
        "invited": invited,
        "started": sum(f.started for f in funnels.values()),
        "finished": sum(f.finished for f in funnels.values()),
        "ratings": ratings,
    }
    if not invited:
        del counts["invited"]
    tiles = (
        Measure(k, words.say(f"volume.{k}"), words.number(n), data={"value": n}) for k, n in counts.items()
    )
    return (_rate(whole, words), *tiles)


def _rate(funnel: Funnel, words: Words) -> Measure:
    key = "response_rate" if funnel.by_invitation else "completion_rate"
    part, whole = funnel.rate
    label, data = words.say(f"volume.{key}"), _data(funnel)
    of = words.say("volume.of", part=words.number(part), whole=words.number(whole))
    if whole < ENOUGH or funnel.carried_over:
        why = words.say("volume.carried_over") if funnel.carried_over else words.say("volume.few")
        return Measure(key, label, of, why, tone=Tone.QUIET, data=data)
    share = wilson(part, whole)
    detail = words.say("volume.detail", of=of, range=words.range(share.interval, share=True))
    return Measure(key, label, words.percent(share.value), detail, data=data)


def _notes(whole: Funnel, words: Words) -> tuple[Note, ...]:
    if not whole.by_invitation:
        return (Note(words.say("volume.no_invitations")),)
    if not whole.started:
        return (Note(words.say("volume.nobody_started", n=whole.invited), Tone.WARNING),)
    return (Note(words.say("volume.method")),)


def _table(funnels: dict[str, Funnel], words: Words) -> Table:
    names = (("dialogue", False), ("invited", True), ("started", True), ("finished", True), ("rate", True))
    columns = tuple(Column(name, words.say(f"volume.column.{name}"), numeric) for name, numeric in names)
    return Table(columns, tuple(_row(name, funnel, words) for name, funnel in funnels.items()))


def _row(name: str, funnel: Funnel, words: Words) -> tuple[Cell, ...]:
    counts = (funnel.invited, funnel.started, funnel.finished)
    return (
        Cell(words.label("dialogue", name), name),
        *(Cell(words.number(n), n) for n in counts),
        _rate_cell(funnel, words),
    )


def _rate_cell(funnel: Funnel, words: Words) -> Cell:
    part, whole = funnel.rate
    if whole < ENOUGH or funnel.carried_over:
        return Cell(words.say("volume.of", part=words.number(part), whole=words.number(whole)))
    return Cell(words.percent(part / whole), round(part / whole, 4))


def _data(funnel: Funnel) -> dict[str, Plain]:
    part, whole = funnel.rate
    data: dict[str, Plain] = {"part": part, "whole": whole}
    if whole >= ENOUGH and not funnel.carried_over:
        share = wilson(part, whole)
        data |= {"value": share.value, "low": share.interval.low, "high": share.interval.high}
    return data
