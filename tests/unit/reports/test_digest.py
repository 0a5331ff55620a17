"""The whole digest: order, what stands on top, what is shouted, and what each section says about a given week."""

from dataclasses import replace

import pytest

from conversations.cases.case import State
from conversations.events import DAY, HOUR, MINUTE
from conversations.tallies import TallyKey
from reports.blocks import Block, Chapter, Figure, Lines, Measure, Measures, Note, Quotes, Table, Tone
from reports.data import CaseLine, Figures, Period, VoiceLine
from reports.digest import build
from tests.unit.reports.weeks import ZONE, busy, empty, instant, texts

TEXTS = texts()
WEEK = "2026-11-16"
NOW = instant("2026-11-23 08:00")


def test_decisions_come_first_and_voices_last() -> None:
    names = [chapter.key for chapter in build(busy(), "en", TEXTS).chapters]
    assert names[:3] == ["decisions", "late", "scores"]
    assert names[-1] == "voices"


def test_sections_can_be_picked_and_ordered() -> None:
    digest = build(busy(), "en", TEXTS, ["voices", "scores"])
    assert [chapter.key for chapter in digest.chapters] == ["voices", "scores"]


def test_an_unknown_section_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"unknown digest section 'weather'; there are: decisions, late"):
        build(busy(), "en", TEXTS, ["weather"])


def test_an_empty_week_says_so_in_one_line() -> None:
    digest = build(empty(), "en", TEXTS)
    assert [block.text for block in digest.lead if isinstance(block, Note)] == [
        "A quiet week: no invitations, no answers, no new cases."
    ]
    assert digest.chapters == ()


def test_even_an_empty_week_tells_of_late_cases() -> None:
    digest = build(replace(empty(), cases=(case(opened=NOW - 30 * DAY, due=NOW - HOUR),)), "en", TEXTS)
    assert [chapter.key for chapter in digest.chapters] == ["decisions", "late"]


def test_a_week_that_is_not_over_says_so() -> None:
    (first, *_) = build(busy(now="2026-11-18 12:00"), "en", TEXTS).lead
    assert isinstance(first, Note)
    assert first.text == "This week is not over yet: the figures are those up to Wed, Nov 18, 12:00\u202fPM."
    assert first.tone is Tone.WARNING


def test_several_weeks_are_named_by_their_days() -> None:
    period = Period.of_weeks("2026-10-26", WEEK, ZONE, NOW)
    digest = build(Figures("Muster", period, {}, NOW), "de", TEXTS)
    assert (digest.title, digest.period) == ("Bericht", "26. Okt.\u2009–\u200922. Nov. 2026")


# -- decisions


def test_each_signal_is_a_line_with_names() -> None:
    week = figures(
        cases=(
            case("A-1", due=NOW - DAY),
            case("A-2", state=State.REFUSED, due=NOW + 3 * DAY),
            case("A-3", owner="", due=NOW + 3 * DAY),
            case("A-4", due=NOW + 2 * HOUR),
        )
    )
    assert lines(week, "decisions") == [
        "1 case is late: A-1 (Anna Berg).",
        "1 customer has refused the solution: A-2 (Anna Berg).",
        "1 open case has no owner or no deadline: A-3 (nobody).",
        "1 case falls due within 24 hours: A-4 (Anna Berg).",
    ]


def test_a_score_that_fell_needs_a_decision_and_one_that_rose_is_good_news() -> None:
    fell, rose = (
        figures({**nps(10, 5, 45), **history(30, 15, 15)}),
        figures({**nps(50, 5, 5), **history(5, 25, 30)}),
    )
    assert lines(fell, "decisions")[0].startswith("NPS (Survey) fell in week 47: −58 ")
    assert lines(rose, "good_news")[0].startswith("NPS (Survey) rose in week 47: 75 ")
    assert lines(rose, "decisions") == lines(fell, "good_news") == []


def test_a_fall_within_chance_needs_none() -> None:
    week = figures({**nps(200, 100, 110), **history(3000, 1500, 1500)})
    assert notes(week, "decisions") == ["Nothing needs your decision."]


def test_many_late_cases_are_named_in_part() -> None:
    week = figures(cases=tuple(case(f"A-{n}", due=NOW - n * HOUR) for n in range(1, 20)))
    assert lines(week, "decisions")[0].endswith("A-17 (Anna Berg) and 16 more.")
    assert notes(week, "late") == ["4 more cases are not shown here."]


# -- late and at risk


def test_the_longest_overdue_stands_first_and_the_closed_nowhere() -> None:
    week = figures(
        cases=(
            case("A-1", due=NOW + HOUR),
            case("A-2", due=NOW - 30 * MINUTE),
            case("A-3", due=NOW - 3 * DAY),
            case("A-4", due=NOW - 5 * DAY, state=State.CLOSED),
            case("A-5", due=0),
            case("A-6", due=NOW + 3 * DAY),
        )
    )
    (table,) = blocks(week, "late")
    assert isinstance(table, Table)
    assert [(row[0].text, row[2].text) for row in table.rows] == [
        ("A-3", "late by 3 days"),
        ("A-2", "late by 30 minutes"),
        ("A-1", "Mon, Nov 23, 9:00\u202fAM"),
        ("A-5", "no deadline"),
    ]


def test_a_case_nobody_owns_keeps_its_deadline() -> None:
    (table,) = blocks(figures(cases=(case("A-1", owner="", due=NOW + 3 * DAY),)), "late")
    assert isinstance(table, Table)
    assert [cell.text for cell in table.rows[0]][1:3] == ["nobody", "Thu, Nov 26, 8:00\u202fAM"]


# -- scores


def test_nine_answers_are_counted_and_ten_make_a_score() -> None:
    few, enough = measure(figures(nps(6, 2, 1)), "scores"), measure(figures(nps(7, 2, 1)), "scores")
    assert (few.value, few.detail) == (
        "6 for, 2 neutral, 1 against",
        "n = 9, too few for a score (fewer than 10)",
    )
    assert (enough.value, enough.detail) == ("60", "95%: 7\u00a0to\u00a085 · n = 10")
    assert enough.change == "no comparison: too few answers before"


def test_a_share_of_few_is_counted_too() -> None:
    week = figures({key("touchpoint", "csat", 5): 3, key("touchpoint", "csat", 2): 1})
    assert measure(week, "scores").value == "3 of 4 good"


def test_an_arrow_needs_a_proven_change() -> None:
    unproven = measure(figures({**nps(10, 5, 6), **history(30, 15, 15)}), "scores")
    fell = measure(figures({**nps(10, 5, 45), **history(30, 15, 15)}), "scores")
    rose = measure(figures({**nps(50, 5, 5), **history(5, 25, 30)}), "scores")
    assert not set("▲▼") & set(unproven.change)
    assert (fell.change[0], fell.tone) == ("▼", Tone.WARNING)
    assert (rose.change[0], rose.tone) == ("▲", Tone.GOOD)


def test_answers_that_stayed_away_are_shouted() -> None:
    week = figures({TallyKey(WEEK, "started", "survey"): 5, **history(30, 15, 15)})
    (note,) = blocks(week, "scores")
    assert isinstance(note, Note)
    assert note.tone is Tone.WARNING
    assert note.text.startswith("No answers to NPS (Survey) in this period, after 60 in the 12 weeks before:")


def test_without_ratings_the_scores_say_so() -> None:
    week = figures({TallyKey(WEEK, "started", "survey"): 5})
    assert notes(week, "scores") == ["Nobody has given a rating in this period."]


# -- volume


def test_the_response_rate_is_finished_by_invitation_of_the_invited() -> None:
    week = figures(funnel(invited=200, started=90, finished=80, finished_invited=50))
    rate = measure(week, "volume")
    assert (rate.label, rate.value, rate.detail) == (
        "Response rate",
        "25%",
        "95%: 20%\u00a0to\u00a031% · 50 of 200",
    )


def test_without_invitations_it_is_the_completion_rate_and_says_so() -> None:
    week = figures(funnel(started=90, finished=81))
    assert (measure(week, "volume").label, measure(week, "volume").value) == ("Completion rate", "90%")
    assert notes(week, "volume")[0].startswith("There were no invitations, so there is no response rate")


def test_a_rate_of_few_is_counted() -> None:
    rate = measure(figures(funnel(invited=9, started=4, finished=3, finished_invited=3)), "volume")
    assert (rate.value, rate.detail) == ("3 of 9", "too few for a percentage, so counts")


def test_more_finished_than_invited_gives_no_rate() -> None:
    rate = measure(figures(funnel(invited=10, started=4, finished=30, finished_invited=30)), "volume")
    assert (rate.value, rate.detail[:8]) == ("30 of 10", "no rate:")


def test_invitations_that_nobody_followed_are_shouted() -> None:
    (note,) = (b for b in blocks(figures(funnel(invited=120)), "volume") if isinstance(b, Note))
    assert note.tone is Tone.WARNING
    assert note.text == "120 invitations went out and nobody began: please check that the links work."


def test_cases_without_any_dialogue_say_that_nobody_began() -> None:
    assert notes(figures({complaint("delivery"): 1}), "volume") == [
        "Nobody was invited and nobody began a dialogue."
    ]


# -- complaints


def test_the_most_frequent_category_stands_first_and_shares_add_up() -> None:
    week = figures({complaint("invoice"): 3, complaint("delivery"): 12, complaint("product"): 5})
    (table,) = blocks(week, "complaints")
    assert isinstance(table, Table)
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["Delivery", "12", "60%", "60%"],
        ["Product", "5", "25%", "85%"],
        ["Invoice", "3", "15%", "100%"],
    ]


def test_few_complaints_have_no_shares() -> None:
    (table,) = blocks(figures({complaint("delivery"): 9}), "complaints")
    assert isinstance(table, Table)
    assert [column.key for column in table.columns] == ["category", "count"]


def test_praise_is_told_beside_the_complaints() -> None:
    week = figures({TallyKey(WEEK, "case", "", "", "service", "praise", "low"): 2})
    assert notes(week, "complaints") == ["No complaints in this period.", "Besides: praise from 2 customers."]


# -- response times


def test_a_few_cases_are_listed_with_what_still_waits() -> None:
    opened = NOW - 2 * DAY
    week = figures(
        cases=(
            case("A-1", opened=opened, answered=opened + 2 * HOUR, closed=opened + DAY, state=State.CLOSED),
            case("A-2", opened=opened),
        )
    )
    assert lines(week, "response_times") == [
        "To the first answer (2 cases, too few for a median): 2 hours · waiting for 40 hours",
        "To the close (2 cases, too few for a median): 24 hours · open for 40 hours",
    ]


def test_nobody_waits_for_an_answer_to_praise() -> None:
    opened = NOW - 2 * DAY
    praise = replace(case("A-1", opened=opened), kind="praise")
    assert blocks(figures(cases=(praise,)), "response_times") == ()
    asked = case("A-2", opened=opened, answered=opened + 2 * HOUR)
    answer, _ = lines(figures(cases=(praise, asked)), "response_times")
    assert answer == "To the first answer (1 case, too few for a median): 2 hours"


def test_open_cases_count_in_the_median() -> None:
    opened = NOW - 3 * DAY
    done = tuple(case(f"A-{n}", opened=opened, answered=opened + n * HOUR) for n in range(1, 8))
    waiting = tuple(case(f"B-{n}", opened=opened) for n in range(1, 6))
    answer, close = measures(figures(cases=done + waiting), "response_times")
    assert (answer.value, answer.detail) == ("6 hours", "median · 7 answered, 5 waiting")
    assert (close.value, close.data["median_seconds"]) == ("not known yet", None)


def test_what_happened_after_the_period_does_not_change_it() -> None:
    opened, later = NOW - 3 * DAY, NOW + DAY
    cases = tuple(case(f"A-{n}", opened=opened, answered=opened + n * HOUR) for n in range(1, 12))
    same = tuple(replace(one, closed=later, state=State.CLOSED) for one in cases)
    then, again = figures(cases=cases), replace(figures(cases=same), now=later + DAY)
    assert blocks(then, "response_times") == blocks(again, "response_times")


# -- the picture and the voices


def test_the_picture_shows_twelve_weeks_and_a_gap_where_there_are_too_few() -> None:
    (figure,) = build(busy(), "de", TEXTS).figures()
    assert len(figure.trend.points) == len(figure.twin.rows) == 12
    assert [point.n for point in figure.trend.points if point.score is None] == [4]
    assert "zuletzt 6 in der Woche ab 16. Nov." in figure.alt


def test_a_first_week_has_no_others_to_lie_between() -> None:
    (figure,) = blocks(figures(nps(6, 2, 2)), "trend")
    assert isinstance(figure, Figure)
    assert "): one week so far, 40 in the week from " in figure.alt


def test_a_picture_of_few_answers_says_that_it_has_no_score() -> None:
    (figure,) = blocks(figures(nps(1, 0, 0)), "trend")
    assert isinstance(figure, Figure)
    assert figure.alt == "Answers per week (Survey); no week has 10 answers, so there is no score to show."


def test_neither_camp_drowns_the_other() -> None:
    voices = tuple(VoiceLine(NOW - n, "survey", 10, f"good {n}") for n in range(20))
    week = replace(figures(), voices=(*voices, VoiceLine(NOW - DAY, "survey", 1, "bad")))
    (quotes, note) = blocks(week, "voices")
    assert isinstance(quotes, Quotes)
    assert [quote.words for quote in quotes.quotes][:2] == ["bad", "good 0"]
    assert note == Note("Quoted with consent, without names; 16 more not shown.")


def test_a_long_voice_is_cut_between_words() -> None:
    week = replace(
        figures(), voices=(VoiceLine(NOW, "survey", None, "word " * 200), VoiceLine(NOW, "s", 7, "x" * 999))
    )
    (quotes, _) = blocks(week, "voices")
    assert isinstance(quotes, Quotes)
    assert sorted(len(quote.words) for quote in quotes.quotes) == [275, 280]
    assert all(quote.words.endswith(("word…", "xx…")) for quote in quotes.quotes)


def test_silence_is_no_voice() -> None:
    assert blocks(replace(figures(), voices=(VoiceLine(NOW, "survey", 9, "  \n"),)), "voices") == ()


# -- how these tests speak


def figures(tallies: dict[TallyKey, int] | None = None, cases: tuple[CaseLine, ...] = ()) -> Figures:
    return Figures("Muster", Period.of_weeks(WEEK, WEEK, ZONE, NOW), tallies or {}, NOW, cases)


def case(
    number: str = "A-1",
    *,
    owner: str = "Anna Berg",
    state: State = State.IN_WORK,
    opened: int = NOW - 4 * DAY,
    answered: int = 0,
    closed: int = 0,
    due: int = NOW + 5 * DAY,
) -> CaseLine:
    return CaseLine(
        number, "complaint", "delivery", "normal", state, owner, opened, answered, closed, due, "solve"
    )


def key(question: str, metric: str, value: int, week: str = WEEK) -> TallyKey:
    return TallyKey(week, "answer", "survey", "", question, metric, str(value))


def nps(promoters: int, passives: int, detractors: int, week: str = WEEK) -> dict[TallyKey, int]:
    values = {10: promoters, 7: passives, 2: detractors}
    return {key("recommend", "nps", value, week): n for value, n in values.items()}


def history(promoters: int, passives: int, detractors: int) -> dict[TallyKey, int]:
    return nps(promoters, passives, detractors, week="2026-11-09")


def funnel(**counts: int) -> dict[TallyKey, int]:
    return {TallyKey(WEEK, measure, "survey"): n for measure, n in counts.items()}


def complaint(category: str) -> TallyKey:
    return TallyKey(WEEK, "case", "", "", category, "complaint", "normal")


def blocks(week: Figures, section: str) -> tuple[Block, ...]:
    chapters: tuple[Chapter, ...] = build(week, "en", TEXTS, [section]).chapters
    return chapters[0].blocks if chapters else ()


def lines(week: Figures, section: str) -> list[str]:
    return [line.text for block in blocks(week, section) if isinstance(block, Lines) for line in block.lines]


def notes(week: Figures, section: str) -> list[str]:
    return [block.text for block in blocks(week, section) if isinstance(block, Note)]


def measures(week: Figures, section: str) -> tuple[Measure, ...]:
    return next(block.measures for block in blocks(week, section) if isinstance(block, Measures))


def measure(week: Figures, section: str) -> Measure:
    return measures(week, section)[0]
