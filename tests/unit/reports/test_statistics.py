"""The formulas, held against scipy, published examples and simulated weeks."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from reports.metrics import Metric
from reports.statistics import (
    Camps,
    Duration,
    Interval,
    level_for,
    nps,
    nps_difference,
    share_difference,
    sight,
    survival_median,
    wilson,
    z,
)

camps = st.builds(Camps, st.integers(0, 400), st.integers(0, 400), st.integers(0, 400)).filter(
    lambda c: c.n > 1
)
spans = st.lists(st.builds(Duration, st.integers(0, 500), st.booleans()), max_size=40)


def test_z_is_the_quantile_scipy_knows() -> None:
    assert z(0.95) == pytest.approx(stats.norm.ppf(0.975), abs=1e-12)
    assert z(level_for(3)) == pytest.approx(stats.norm.ppf(1 - 0.05 / 6), abs=1e-12)


# -- shares


@pytest.mark.parametrize("n", [1, 2, 5, 10, 37, 250, 4000])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_wilson_agrees_with_scipy(n: int, level: float) -> None:
    for successes in {0, 1, n // 3, n // 2, n - 1, n}:
        judged = stats.binomtest(successes, n).proportion_ci(level, method="wilson")
        ours = wilson(successes, n, level).interval
        assert (ours.low, ours.high) == pytest.approx((judged.low, judged.high), abs=1e-12)


@given(st.integers(1, 3000), st.data())
def test_wilson_holds_the_share_within_0_and_1(n: int, data: st.DataObject) -> None:
    estimate = wilson(data.draw(st.integers(0, n)), n)
    assert 0 <= estimate.interval.low <= estimate.value <= estimate.interval.high <= 1
    assert estimate.interval.width > 0


@given(st.integers(1, 500), st.integers(2, 6), st.data())
def test_more_answers_of_the_same_kind_make_a_share_surer(n: int, times: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n))
    assert wilson(successes * times, n * times).interval.width < wilson(successes, n).interval.width


@pytest.mark.parametrize(("successes", "n"), [(0, 0), (-1, 5), (6, 5)])
def test_an_impossible_share_is_refused(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"not {successes} of {n}"):
        wilson(successes, n)


def test_top_box_counts_only_the_good_answers() -> None:
    estimate = Metric.CSAT.estimate(Metric.CSAT.camps({1: 5, 3: 3, 4: 6, 5: 6}))
    assert estimate is not None
    assert (estimate.value, estimate.n) == (0.6, 20)
    assert estimate.interval == wilson(12, 20).interval


# -- Net Promoter Score


def test_the_camps_are_cut_at_seven_and_nine() -> None:
    assert Camps.of(dict.fromkeys(range(11), 1)) == Camps(promoters=2, passives=2, detractors=7)


@pytest.mark.parametrize(
    ("answers", "score", "low", "high"),
    [
        (Camps(20, 15, 15), 10.0, -12.763, 31.631),  # n' = 53, p - d = 5/53, standard error 0.113253
        (Camps(80, 60, 60), 10.0, -1.552, 21.257),  # n' = 203, p - d = 20/203, standard error 0.058188
        (Camps(12, 0, 0), 100.0, 54.196, 100.0),  # n' = 15, 0.80, 0.131656: all agree and there is a width
    ],
)
def test_nps_agrees_with_examples_worked_by_hand(
    answers: Camps, score: float, low: float, high: float
) -> None:
    estimate = nps(answers)
    found = (estimate.value, estimate.interval.low, estimate.interval.high)
    assert found == pytest.approx((score, low, high), abs=0.001)


def test_nps_agrees_with_a_trinomial_bootstrap() -> None:
    draws = sorted(
        (week.promoters - week.detractors) / 3 for week in weeks(20_000, 300, (0.45, 0.30, 0.25), seed=1)
    )
    low, high = draws[500], draws[-500]
    ours = nps(Camps(135, 90, 75)).interval
    assert (ours.low, ours.high) == pytest.approx((low, high), abs=1.0)


@given(camps)
def test_nps_holds_the_score_within_its_bounds(answers: Camps) -> None:
    estimate = nps(answers)
    assert -100 <= estimate.interval.low <= estimate.value <= estimate.interval.high <= 100


@given(camps, st.integers(2, 6))
def test_more_answers_of_the_same_kind_make_a_score_surer(answers: Camps, times: int) -> None:
    more = Camps(answers.promoters * times, answers.passives * times, answers.detractors * times)
    assert nps(more).interval.width < nps(answers).interval.width


@given(camps)
def test_turning_every_opinion_around_mirrors_the_score(answers: Camps) -> None:
    there, back = nps(answers), nps(Camps(answers.detractors, answers.passives, answers.promoters))
    assert back.value == pytest.approx(-there.value)
    assert back.interval.low == pytest.approx(-there.interval.high)


@pytest.mark.parametrize("n", [15, 50, 200])
@pytest.mark.parametrize("truth", [(0.5, 0.3, 0.2), (0.3, 0.3, 0.4), (0.8, 0.15, 0.05), (0.4, 0.2, 0.4)])
def test_of_random_weeks_nearly_95_in_100_hold_the_truth(n: int, truth: tuple[float, float, float]) -> None:
    true = 100 * (truth[0] - truth[2])
    held = [holds(nps(week).interval, true) for week in weeks(4000, n, truth, seed=n)]
    assert 0.92 <= sum(held) / len(held) <= 0.985


def test_a_score_needs_an_answer() -> None:
    with pytest.raises(ValueError, match="needs an answer"):
        nps(Camps(0, 0, 0))


# -- changes


@pytest.mark.parametrize(
    ("now", "before", "low", "high"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0),
    ],
)
def test_share_difference_agrees_with_newcombe(
    now: tuple[int, int], before: tuple[int, int], low: float, high: float
) -> None:
    interval = share_difference(now, before).interval
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=0.0002)


def test_a_change_is_proven_only_where_its_interval_leaves_out_zero() -> None:
    few, many = Camps(20, 15, 15), Camps(600, 250, 150)
    assert nps_difference(few, many).proven
    assert nps_difference(few, many).fell
    assert nps_difference(many, few).proven
    assert not nps_difference(many, few).fell
    assert not nps_difference(few, Camps(22, 14, 14)).proven


def test_a_comparison_needs_answers_on_both_sides() -> None:
    with pytest.raises(ValueError, match="both sides"):
        nps_difference(Camps(5, 5, 5), Camps(0, 0, 0))


@pytest.mark.parametrize("looks", [1, 3])
def test_where_nothing_changed_hardly_a_change_is_called(looks: int) -> None:
    level, truth = level_for(looks), (0.45, 0.3, 0.25)
    pairs = zip(weeks(4000, 40, truth, seed=5), weeks(4000, 480, truth, seed=6), strict=True)
    called = [nps_difference(week, before, level).proven for week, before in pairs]
    assert sum(called) / len(called) <= 0.05 / looks + 0.012


def test_a_real_fall_is_found() -> None:
    drawn = weeks(1000, 60, (0.30, 0.30, 0.40), seed=6)
    found = [nps_difference(week, Camps(324, 216, 180)).fell for week in drawn]
    assert sum(found) / len(found) > 0.7


@given(st.integers(1, 60), st.integers(1, 400), st.data())
def test_what_fisher_does_not_prove_is_not_proven(n: int, before: int, data: st.DataObject) -> None:
    one, two = data.draw(st.integers(0, n)), data.draw(st.integers(0, before))
    level = data.draw(st.sampled_from([0.9, 0.95, 0.999]))
    lower, upper = (
        stats.hypergeom.cdf(one, n + before, one + two, n),
        stats.hypergeom.sf(one - 1, n + before, one + two, n),
    )
    if 2 * min(lower, upper) > (1 - level) * 1.000001:
        assert not share_difference((one, n), (two, before), level).proven


@pytest.mark.parametrize("truth", [(0.45, 0.3, 0.25), (0.2, 0.3, 0.5), (0.85, 0.1, 0.05), (0.5, 0.0, 0.5)])
@pytest.mark.parametrize(("n", "before"), [(10, 10), (10, 120), (20, 240), (60, 720)])
def test_few_answers_of_a_touchpoint_are_not_called_a_change_too_often(
    truth: tuple[float, float, float], n: int, before: int
) -> None:
    level, times = level_for(4), 20_000
    pairs = zip(weeks(times, n, truth, seed=n), weeks(times, before, truth, seed=before + 1), strict=True)
    called = sum(nps_difference(week, earlier, level).proven for week, earlier in pairs)
    assert called / times <= 1 - level + 3 * ((1 - level) / times) ** 0.5


@pytest.mark.parametrize("metric", Metric)
def test_with_the_answers_that_are_needed_a_fall_shows_four_times_in_five(metric: Metric) -> None:
    truth = (0.5, 0.25, 0.25) if metric is Metric.NPS else (0.8, 0.0, 0.2)
    fallen = (0.4, 0.25, 0.35) if metric is Metric.NPS else (0.6, 0.0, 0.4)
    level = level_for(6)
    typical = Camps(*(round(1000 * share) for share in truth))
    n = sight(metric.spread(typical), 0, 0, 12, level).needed
    pairs = zip(weeks(2000, n, fallen, seed=1), weeks(2000, 12 * n, truth, seed=2), strict=True)
    found = sum(metric.difference(week, before, level).fell for week, before in pairs)
    assert 0.74 < found / 2000 < 0.9


def test_a_fall_can_be_seen_where_both_sides_have_enough_answers() -> None:
    spread = Metric.NPS.spread(Camps(500, 250, 250))
    needed = sight(spread, 0, 0, 12, 0.95).needed
    assert sight(spread, needed, 12 * needed, 12, 0.95).clear
    assert not sight(spread, needed, needed // 2, 12, 0.95).clear
    assert not sight(spread, needed // 2, 12 * needed, 12, 0.95).clear
    assert not sight(spread, 0, 12 * needed, 12, 0.95).clear


# -- durations


@given(spans)
def test_the_median_agrees_with_scipys_kaplan_meier(observed: list[Duration]) -> None:
    ended = [span.length for span in observed if span.ended]
    if not ended:
        assert survival_median(observed) is None
        return
    censored = stats.CensoredData(
        uncensored=ended, right=[span.length for span in observed if not span.ended]
    )
    survival = stats.ecdf(censored).sf
    reached = [q for q, p in zip(survival.quantiles, survival.probabilities, strict=True) if p <= 0.5 + 1e-9]
    assert survival_median(observed) == (min(reached) if reached else None)


def test_open_cases_push_the_median_out() -> None:
    done = [Duration(hours, True) for hours in (1, 2, 3, 4, 5)]
    assert survival_median(done) == 3
    assert survival_median([*done, Duration(6, False), Duration(7, False)]) == 4
    assert survival_median([*done, *(Duration(6, False) for _ in range(6))]) is None


def test_without_cases_there_is_no_median() -> None:
    assert survival_median([]) is None


def weeks(count: int, n: int, truth: tuple[float, float, float], seed: int) -> Iterator[Camps]:
    """Draw weeks of `n` answers each from the shares of promoters, passives and detractors."""
    for drawn in stats.multinomial.rvs(n, truth, size=count, random_state=seed):
        yield Camps(*map(int, drawn))


def holds(interval: Interval, value: float) -> bool:
    return interval.low <= value <= interval.high
