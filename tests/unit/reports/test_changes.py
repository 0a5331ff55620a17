"""What a digest says of changes: what fell, since when and where; good news once; and what could not be seen."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import TypeAlias

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.changes import drawn, named
from conversations.tallies import TallyKey
from reports.blocks import Line, Lines, Measures, Note, Tone
from reports.changes import Changes
from reports.data import Figures, Period
from reports.digest import build
from reports.render import html, json_, slack, terminal
from tests.unit.reports.weeks import ZONE, instant, texts

TEXTS = texts()
LAST = date(2026, 11, 16)  # of week 47
NOW = instant("2026-12-31 08:00")

Camps: TypeAlias = tuple[int, int, int]  # promoters, passives, detractors
Places: TypeAlias = Mapping[str, Camps]  # by touchpoint
GOOD: Camps = (24, 8, 8)
BAD: Camps = (4, 8, 28)
CALM: Camps = (160, 120, 120)


# -- what fell


def test_a_fall_is_told_with_both_values_their_answers_and_the_interval() -> None:
    weeks = {**every(range(1, 13), {"": GOOD}), 0: {"": BAD}}
    assert said(weeks) == [
        "NPS (Survey) fell in week 47: −60 (95%: −76\xa0to\xa0−35, n = 40) instead of 40 (n = 480)."
    ]
    assert said(weeks, language="de") == [
        "NPS (Survey) ist in KW 47 gefallen: −60 (95 %: −76\xa0bis\xa0−35, n = 40) statt 40 (n = 480)."
    ]


def test_two_weeks_together_show_what_neither_shows_alone() -> None:
    low = {"": (9, 12, 11)}
    calm = every(range(2, 14), {"": (14, 12, 6)})
    assert said({**calm, 0: low}) == []
    assert said({**calm, 1: low, 0: low}) == [
        "NPS (Survey) has been lower since week 46: −6 (95%: −25\xa0to\xa013, n = 64) instead of 25 (n = 384)."
    ]


def test_a_week_that_rose_is_not_called_lower_for_the_week_before_it() -> None:
    weeks = {**every(range(2, 4), {"": (60, 40, 40)}), 1: {"": (10, 40, 90)}, 0: {"": (59, 40, 41)}}
    assert said(weeks, back=1) != []
    assert said(weeks) == []
    (line,) = said(weeks, "good_news")
    assert line.startswith("NPS (Survey) rose in week 47: 13 (")


def test_who_rose_half_way_is_still_lower_than_before_the_fall() -> None:
    calm, low, half = {"": (240, 160, 160)}, {"": (40, 160, 360)}, {"": (160, 160, 240)}
    weeks = {**every(range(8, 14), calm), **every(range(1, 8), low), 0: half}
    assert [line.split(":")[0] for line in said(weeks)] == ["NPS (Survey) has been lower since week 40"]


def test_the_scores_do_not_contradict_a_fall_that_two_weeks_show() -> None:
    weeks = {**every(range(2, 14), {"": (14, 12, 6)}), **every(range(2), {"": (9, 12, 11)})}
    (chapter,) = build(figures(weeks), "en", TEXTS, ["scores"]).chapters
    (measure,) = (one for block in chapter.blocks if isinstance(block, Measures) for one in block.measures)
    assert measure.change.startswith("▼ lower since week 46 (this week alone: −")
    assert measure.tone is Tone.WARNING


def test_two_weeks_together_say_nothing_once_the_last_one_has_recovered() -> None:
    weeks = {**every(range(2, 14), {"": GOOD}), 1: {"": (1, 2, 77)}, 0: {"": (25, 8, 7)}}
    assert said(weeks) == []


@pytest.mark.parametrize("long", range(2, 13))
def test_a_fall_that_goes_on_is_told_with_its_beginning_however_long(long: int) -> None:
    weeks = {**every(range(long, long + 13), {"": GOOD}), **every(range(long), {"": BAD})}
    (line,) = said(weeks)
    begun = (LAST - timedelta(weeks=long - 1)).isocalendar().week
    assert line.startswith(f"NPS (Survey) has been lower since week {begun}: −60 ")
    assert line.endswith(f"n = {40 * long}) instead of 40 (n = 480).")


@pytest.mark.parametrize("long", range(13, 24))
def test_after_twelve_weeks_a_fall_is_what_the_score_is(long: int) -> None:
    weeks = {**every(range(long, long + 13), {"": GOOD}), **every(range(long), {"": BAD})}
    assert said(weeks) == []


def test_a_fall_is_over_when_the_score_has_come_back() -> None:
    weeks = {**every(range(25), {"": GOOD}), 3: {"": BAD}, 2: {"": BAD}}
    assert said(weeks, back=2)
    assert said(weeks, back=1) == said(weeks, back=0) == []


def test_a_new_fall_after_a_recovery_has_its_own_beginning() -> None:
    weeks = {**every(range(25), {"": GOOD}), 6: {"": BAD}, 0: {"": BAD}}
    assert said(weeks)[0].startswith("NPS (Survey) fell in week 47: ")


def test_what_fell_together_is_one_line() -> None:
    week = figures({**every(range(1, 13), {"": GOOD}), 0: {"": BAD}})
    tallies = dict(week.tallies)
    for back, good in ((0, 8), *((back, 32) for back in range(1, 13))):
        tallies |= {key(back, "", "csat", 5): good, key(back, "", "csat", 1): 40 - good}
    (line,) = told(replace(week, tallies=tallies), "decisions")
    assert line.text.endswith("instead of 40 (n = 480). Also lower: CSAT 20% instead of 80%.")


# -- where it comes from


def test_the_touchpoint_with_the_largest_part_is_named() -> None:
    before = {"Shop": GOOD, "Show-Room": GOOD}
    weeks = {**every(range(1, 13), before), 0: {"Shop": BAD, "Show-Room": (22, 9, 9)}}
    assert said(weeks)[0].endswith("Largest part: Shop, −60 (n = 40) instead of 40 (n = 480).")
    assert len(said(weeks)) == 1


def test_a_touchpoint_that_fell_is_told_also_where_the_whole_hides_it() -> None:
    before = {"Small": (8, 4, 4), "Large": CALM}
    (line,) = said({**every(range(1, 13), before), 0: {"Small": (1, 1, 14), "Large": CALM}})
    assert line.startswith("NPS (Survey, Small) fell in week 47: −81 ")


def test_where_everything_fell_alike_nothing_is_named() -> None:
    places = ("A", "B", "C", "D")
    weeks = {**every(range(1, 13), dict.fromkeys(places, GOOD)), 0: dict.fromkeys(places, BAD)}
    assert "Largest part" not in said(weeks)[0]


def test_a_fall_that_is_only_a_shift_between_touchpoints_says_so() -> None:
    before = {"Good": (90, 0, 10), "Bad": (10, 0, 10)}
    (line,) = said({**every(range(1, 13), before), 0: {"Good": (18, 0, 2), "Bad": (50, 0, 50)}})
    assert line.endswith(
        "Most of it, 53 points, is that more answers came from where the score was lower before."
    )


def test_a_touchpoint_with_few_answers_is_never_named() -> None:
    before = {"Shop": (5, 0, 0), "": GOOD}
    weeks = {**every(range(2, 14), before), 1: {"": GOOD}, 0: {"Shop": (0, 0, 9), "": BAD}}
    assert not any("Shop" in line for line in said(weeks))


def test_the_reason_that_is_named_more_often_stands_in_the_line() -> None:
    (line,) = told(with_reasons(now={"delivery": 30, "price": 6}), "decisions")
    assert line.text.endswith(
        "Named more often there (Main reason): Delivery, 30 of 36 instead of 120 of 360."
    )
    assert (line.data["reason"], line.data["reason_n"], line.data["reason_of"]) == ("delivery", 30, 36)


@pytest.mark.parametrize("now", [{"delivery": 9}, {"delivery": 14, "price": 25}, {}])
def test_few_reasons_or_the_same_as_ever_are_left_out(now: dict[str, int]) -> None:
    (line,) = told(with_reasons(now), "decisions")
    assert "Named" not in line.text


# -- good news


def test_good_news_stands_apart_and_is_told_once() -> None:
    weeks = {**every(range(13, 27), {"": BAD}), **every(range(13), {"": GOOD})}
    news = [said(weeks, "good_news", back=back) for back in range(13)]
    assert [len(lines) for lines in news] == [0] * 12 + [1]
    assert news[12][0].startswith("NPS (Survey) rose in week 35: 40 (95%: ")
    assert all(said(weeks, "decisions", back=back) == [] for back in range(13))


def test_a_recovery_after_another_fall_is_news_again() -> None:
    weeks = {**every(range(13, 27), {"": (14, 12, 14)}), **every(range(13), {"": (36, 3, 1)})}
    weeks |= {6: {"": BAD}, 5: {"": BAD}}
    assert [back for back in range(13) if said(weeks, "good_news", back=back)] == [4, 12]


def test_a_rise_of_the_whole_and_of_its_touchpoints_is_one_piece_of_news() -> None:
    before, now = {"A": BAD, "B": BAD}, {"A": GOOD, "B": GOOD}
    weeks = {**every(range(3, 27), before), **every(range(3), now)}
    assert [len(said(weeks, "good_news", back=back)) for back in range(3)] == [0, 0, 1]


histories = st.lists(
    st.dictionaries(
        st.sampled_from(["A", "B"]), st.tuples(*[st.integers(0, 40)] * 3), min_size=1, max_size=2
    ),
    min_size=30,
    max_size=30,
)


@settings(max_examples=60)
@given(histories)
def test_no_news_is_told_twice_in_a_row(history: list[dict[str, Camps]]) -> None:
    weeks = dict(enumerate(history))
    places = [
        {change.lead.asked.place for change in Changes(figures(weeks, back=back)).rises()}
        for back in range(4)
    ]
    assert all(not this & last for this, last in pairwise(places))


# -- what could not be seen


def test_where_a_fall_could_not_have_shown_it_is_not_said_that_nothing_waits() -> None:
    weeks = every(range(13), {"": (4, 3, 2)})
    assert notes(weeks) == [
        "No fall shows, but there were too few answers to see one of 20 points: NPS 9 (about 150 needed)."
    ]
    assert notes(weeks, "de") == [
        "Ein Rückgang ist nicht zu sehen, aber für einen von 20 Punkten gab es zu wenige Antworten: "
        "NPS 9 (nötig etwa 150)."
    ]


def test_where_enough_answers_came_nothing_needs_a_decision() -> None:
    assert notes(every(range(13), {"": CALM})) == ["Nothing needs your decision."]
    assert notes({}) == []


def test_without_weeks_to_compare_with_it_says_that() -> None:
    assert notes({0: {"": CALM}}) == [
        "No fall shows, but there were too few answers to see one of 20 points: NPS 0 in the weeks before."
    ]


def test_beside_a_fall_that_shows_nothing_is_said_of_others() -> None:
    assert notes({**every(range(1, 13), {"": GOOD}), 0: {"": BAD}}) == []


# -- how often it errs; `python -m benchmarks.changes` looks longer


@pytest.mark.parametrize("answers", [5, 20, 60, 300])
@pytest.mark.parametrize("mood", ["mixed", "content"])
def test_where_nothing_changed_at_most_one_digest_in_twenty_names_a_change(answers: int, mood: str) -> None:
    chance, digests = Random(f"{answers} {mood}"), 40
    found = sum(named(drawn(chance, answers, mood, 2)) for _ in range(digests))
    assert found / digests <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / digests)


# -- how it is shown


def test_every_form_of_the_digest_shows_it() -> None:
    rising = {**every(range(1, 13), {"A": GOOD, "B": BAD}), 0: {"A": BAD, "B": GOOD}}
    digest = build(figures(rising), "en", TEXTS)
    forms = (
        html.render(digest),
        terminal.render(digest),
        json_.render(digest),
        str(slack.render(digest).blocks),
    )
    for form in forms:
        words = " ".join(form.split())
        assert "NPS (Survey, A) fell in week 47" in words
        assert "Good news" in words
        assert "NPS (Survey, B) rose in week 47" in words


# -- how these tests speak


def every(weeks: range, places: Places) -> dict[int, Places]:
    """The same in each of these weeks, counted back from the last."""
    return dict.fromkeys(weeks, places)


def figures(weeks: Mapping[int, Places], back: int = 0) -> Figures:
    """The digest of the week so many before the last; weeks are numbered back from the last, answers by touchpoint."""
    week = (LAST - timedelta(weeks=back)).isoformat()
    tallies = {
        key(ago, touchpoint, "nps", value): n
        for ago, places in weeks.items()
        for touchpoint, camps in places.items()
        for value, n in zip((10, 7, 2), camps, strict=True)
    }
    period = Period.of_weeks(week, week, ZONE, NOW)
    labels = {f"touchpoint:{name}": name for places in weeks.values() for name in places}
    read = {one: n for one, n in tallies.items() if period.earliest_week <= one.week <= week}
    return Figures("Muster", period, read, NOW, labels=labels)


def key(ago: int, touchpoint: str, metric: str, value: int | str) -> TallyKey:
    question = metric or "reason"
    week = (LAST - timedelta(weeks=ago)).isoformat()
    return TallyKey(week, "answer", "survey", touchpoint, question, metric, str(value))


def with_reasons(now: dict[str, int]) -> Figures:
    """A fall at the shop, whose customers named delivery in a third of their answers before."""
    before = {"Shop": GOOD, "Showroom": GOOD}
    week = figures({**every(range(1, 13), before), 0: {"Shop": BAD, "Showroom": GOOD}})
    tallies = dict(week.tallies)
    for ago in range(1, 13):
        tallies |= {key(ago, "Shop", "", "delivery"): 10, key(ago, "Shop", "", "price"): 20}
    tallies |= {key(0, "Shop", "", option): n for option, n in now.items()}
    tallies[key(0, "Showroom", "", "price")] = 40
    labels = {"question:survey.reason": "Main reason", "option:survey.reason.delivery": "Delivery"}
    return replace(week, tallies=tallies, labels={**week.labels, **labels}, reasons={"survey": "reason"})


def told(week: Figures, section: str, language: str = "en") -> list[Line]:
    chapters = build(week, language, TEXTS, [section]).chapters
    return [
        line
        for chapter in chapters
        for block in chapter.blocks
        if isinstance(block, Lines)
        for line in block.lines
    ]


def said(
    weeks: Mapping[int, Places],
    section: str = "decisions",
    *,
    back: int = 0,
    language: str = "en",
) -> list[str]:
    return [line.text for line in told(figures(weeks, back), section, language)]


def notes(weeks: Mapping[int, Places], language: str = "en") -> list[str]:
    chapters = build(figures(weeks), language, TEXTS, ["decisions"]).chapters
    return [block.text for chapter in chapters for block in chapter.blocks if isinstance(block, Note)]
