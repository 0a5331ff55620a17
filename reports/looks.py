"""Every comparison a digest makes: each score, as a whole and by touchpoint, in the week and in the last two weeks."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from reports.data import PAIR, TREND_WEEKS, Figures
from reports.metrics import Metric
from reports.statistics import ENOUGH, Camps, Difference, level_for

NOBODY = Camps(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A metric as one dialogue asks for it, at one touchpoint; without one: at all of them."""

    metric: Metric
    dialogue: str
    touchpoint: str = ""

    @property
    def place(self) -> tuple[str, str]:
        """Where it is asked, whatever the metric."""
        return self.dialogue, self.touchpoint


@dataclass(frozen=True, slots=True)
class Comparison:
    """One comparison: the answers of the weeks from `first` on with those of the twelve weeks before, at a level."""

    asked: Asked
    first: int
    now: Camps
    before: Camps
    level: float

    @property
    def change(self) -> Difference:
        """How far the score moved."""
        return self.against(self.before)

    def against(self, before: Camps) -> Difference:
        """How far it moved from other answers than those of the twelve weeks before."""
        return self.asked.metric.difference(self.now, before, self.level)


class WeeklyAnswers:
    """The answers per week, added up from the first week on: those of any stretch of weeks are one subtraction.

    Weeks are places in `weeks`; a stretch ends before its `end`.
    """

    def __init__(self, figures: Figures) -> None:
        self.weeks = figures.period.history()
        self.period = len(figures.period.weeks())
        names = {metric.value: metric for metric in Metric}
        place = {week: n for n, week in enumerate(self.weeks)}
        rows: dict[tuple[str, str, str], list[list[int]]] = {}
        camp: dict[tuple[str, str], int] = {}
        for key, n in figures.tallies.items():
            if key.measure != "answer" or key.metric not in names or key.week not in place:
                continue
            given = key.metric, key.value
            if given not in camp:
                camp[given] = names[key.metric].camp(int(key.value))
            asked = key.metric, key.dialogue, key.touchpoint
            if asked not in rows:
                rows[asked] = [[0, 0, 0] for _ in self.weeks]
            rows[asked][place[key.week]][camp[given]] += n
        counts: defaultdict[Asked, list[list[list[int]]]] = defaultdict(list)
        for (metric, dialogue, touchpoint), weeks in rows.items():
            for wanted in {"", touchpoint}:
                counts[Asked(names[metric], dialogue, wanted)].append(weeks)
        self._sums = {asked: _added_up(parts) for asked, parts in counts.items()}
        self.asked = tuple(sorted(counts, key=self._order))

    def between(self, asked: Asked, first: int, end: int) -> Camps:
        """The answers of the weeks from `first` to before `end`."""
        sums = self._sums.get(asked)
        if sums is None:
            return NOBODY
        one, two = sums[max(first, 0)], sums[max(end, 0)]
        return Camps(
            two.promoters - one.promoters, two.passives - one.passives, two.detractors - one.detractors
        )

    def before(self, asked: Asked, first: int) -> Camps:
        """The answers of the twelve weeks before `first`."""
        return self.between(asked, first - TREND_WEEKS, first)

    def touchpoints(self, asked: Asked) -> tuple[Asked, ...]:
        """The touchpoints where the same is asked."""
        wanted = (asked.metric, asked.dialogue)
        return tuple(one for one in self.asked if one.touchpoint and (one.metric, one.dialogue) == wanted)

    def looks(self, end: int) -> tuple[Comparison, ...]:
        """All comparisons of the digest of the weeks before `end`, at a level at which they err together in 5 %.

        Both sides need `ENOUGH` answers. Half of the 5 % is for the scores as a whole, half for the touchpoints: many
        touchpoints hide no fall of the whole.
        """
        sides = tuple(self._sides(end))
        level = self._levels(sides)
        return tuple(Comparison(*side, level[not side[0].touchpoint]) for side in sides)

    def level(self, end: int) -> float:
        """The level at which the scores as a whole are compared."""
        return self._levels(tuple(self._sides(end))).get(True, level_for(1))

    def _sides(self, end: int) -> Iterator[tuple[Asked, int, Camps, Camps]]:
        spans = (1, PAIR) if self.period == 1 else (self.period,)
        for asked in self.asked:
            if not self.between(asked, end - 1, end).n and self.period == 1:
                continue  # nothing new: the last digest has said what there was
            for span in spans:
                first = end - span
                now, before = self.between(asked, first, end), self.before(asked, first)
                whole = Asked(asked.metric, asked.dialogue)
                alone = (
                    asked.touchpoint and self.between(whole, first - TREND_WEEKS, end).n == now.n + before.n
                )
                if not alone and now.n >= ENOUGH and before.n >= ENOUGH:
                    yield asked, first, now, before

    @staticmethod
    def _levels(sides: tuple[tuple[Asked, int, Camps, Camps], ...]) -> dict[bool, float]:
        """The level by whether a comparison is one of the whole."""
        counts = Counter(not asked.touchpoint for asked, *_ in sides)
        return {whole: level_for(n, 1 / len(counts)) for whole, n in counts.items()}

    def _order(self, asked: Asked) -> tuple[object, ...]:
        """By metric, then the dialogues with the most answers, each as a whole first."""
        whole = self._sums[Asked(asked.metric, asked.dialogue)][-1].n
        return list(Metric).index(asked.metric), -whole, asked.dialogue, asked.touchpoint


def _added_up(parts: list[list[list[int]]]) -> tuple[Camps, ...]:
    """The answers before each week and after the last, of several counts per week and camp."""
    sums, promoters, passives, detractors = [NOBODY], 0, 0, 0
    for week in zip(*parts, strict=True):
        promoters += sum(camps[0] for camps in week)
        passives += sum(camps[1] for camps in week)
        detractors += sum(camps[2] for camps in week)
        sums.append(Camps(promoters, passives, detractors))
    return tuple(sums)
