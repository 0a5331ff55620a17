"""Every kind of mistake in dialogues and texts is found, with its file, its place and what to do about it."""

import tomllib

import pytest

from conversations.cases.policy import Policy, Route, Staff
from conversations.checks.check import check
from conversations.kinds import StaffId, people
from conversations.problem import Problem

STAFF = {"mia": Staff(StaffId("mia"), "U1", "Mia")}
POLICY = Policy(STAFF, (Route(people("mia", "mia", "mia"), "#complaints"),))

SOUND = """
title.en = "Visit"
start = "mood"
may = ["shop"]

[questions.mood]
type = "choice"
ask.en = "How was it{% if shop %} in {{ shop }}{% endif %}?"
options.good.en = "Good"
options.bad.en = "Bad"
next = [{ is = "bad", goto = "more" }, { goto = "done" }]

[questions.more]
type = "text"
ask.en = "What was wrong?"
next = "filed"

[outcomes.done]
say.en = "Thank you!"

[outcomes.filed]
open_case = { kind = "complaint", category = "mood", words = ["more"] }
"""


def problems(
    *texts: str,
    policy: Policy | None = POLICY,
    languages: tuple[str, ...] = ("en",),
) -> list[Problem]:
    dialogues = {f"{'abc'[place]}.toml": tomllib.loads(text) for place, text in enumerate(texts)}
    return list(check(dialogues, {}, policy, languages))


def only(*texts: str, policy: Policy | None = POLICY, languages: tuple[str, ...] = ("en",)) -> str:
    """The one problem there is, as people read it."""
    found = problems(*texts, policy=policy, languages=languages)
    assert len(found) == 1, "\n".join(map(str, found))
    assert found[0].remedy
    return str(found[0])


def changed(old: str, new: str, text: str = SOUND) -> str:
    assert old in text
    return text.replace(old, new)


def test_a_sound_dialogue_has_no_problem() -> None:
    assert problems(SOUND) == []


def test_two_problems_in_two_files_are_told_at_once_each_with_its_place() -> None:
    first, second = changed('"done" }', '"gone" }'), changed("{{ shop }}", "{{ town }}")
    assert [(one.file, one.path) for one in problems(first, second)] == [
        ("a.toml", "questions.mood.next[1].goto"),
        ("b.toml", "questions.mood.ask.en"),
    ]


def test_what_the_reader_of_one_file_finds_is_told_with_the_rest() -> None:
    found = {
        changed("in {{ shop }}", "in {{ town }}"): "questions.mood.ask.en: unknown placeholder 'town'",
        changed(', { goto = "done" }]', "]"): "the last rule has a condition",
        changed(
            'type = "text"', 'type = "text"\nmetric = "npx"'
        ): "unknown metric 'npx' (did you mean 'nps'?)",
    }
    for text, expected in found.items():
        assert any(expected in str(problem) for problem in problems(text)), expected


def test_a_broken_dialogue_is_still_asked_for_its_missing_language() -> None:
    broken = changed('"done" }', '"gone" }')
    assert any("has no text in 'de'" in str(one) for one in problems(broken, languages=("en", "de")))


# -- ways through a dialogue ----------------------------------------------------------------------------


def test_a_question_no_rule_leads_to() -> None:
    lost = SOUND + '[questions.lost]\ntype = "text"\nask.en = "Hm?"\nnext = "done"\n'
    assert only(lost).startswith("a.toml: questions.lost: is never reached")


def test_an_outcome_no_rule_leads_to() -> None:
    assert "outcomes.lost: is never reached" in only(SOUND + '[outcomes.lost]\nsay.en = "Bye"\n')


def test_a_state_only_moves_lead_to_is_reached() -> None:
    old = SOUND + '[questions.old]\ntype = "text"\nask.en = "Hm?"\nnext = "done"\n[moves]\nformer = "old"\n'
    assert problems(old) == []


def test_questions_that_lead_in_circles() -> None:
    found = [str(one) for one in problems(changed('next = "filed"', 'next = "more"'))]
    assert any("questions.more: leads to no outcome" in one for one in found)


@pytest.mark.parametrize(
    ("rules", "place", "says"),
    [
        ('{ at_most = 4, at_least = 8, goto = "low" }, { goto = "done" }', 0, "can never hold"),
        ('{ at_least = 11, goto = "low" }, { goto = "done" }', 0, "can never hold"),
        ('{ at_most = -1, goto = "low" }, { goto = "done" }', 0, "can never hold"),
        ('{ is = "yes", goto = "low" }, { goto = "done" }', 0, "can never hold"),
        ('{ skipped = true, goto = "low" }, { goto = "done" }', 0, "can never hold"),
        ('{ language = "fr", goto = "low" }, { goto = "done" }', 0, "can never hold"),
        (
            '{ at_most = 6, goto = "low" }, { at_most = 3, goto = "done" }, { goto = "done" }',
            1,
            "is hidden by",
        ),
        (
            '{ at_most = 6, goto = "low" }, { at_least = 7, goto = "done" }, { at_least = 9, goto = "done" }, '
            '{ goto = "done" }',
            2,
            "is hidden by",
        ),
        ('{ question = "after", is = "yes", goto = "low" }, { goto = "after" }', 0, "looks at 'after'"),
    ],
)
def test_a_rule_that_never_counts(rules: str, place: int, says: str) -> None:
    text = f"""
start = "score"
[questions.score]
type = "scale"
ask.en = "Well?"
next = [{rules}]
[questions.after]
type = "yes_no"
ask.en = "Sure?"
next = "done"
[outcomes.low]
[outcomes.done]
"""
    found = [str(one) for one in problems(text) if "never reached" not in str(one)]
    assert len(found) == 1
    assert found[0].startswith(f"a.toml: questions.score.next[{place}]: {says}")


def test_rules_over_every_kind_of_answer_that_may_count_are_left_alone() -> None:
    text = """
start = "about"
may = ["shop"]
[questions.about]
type = "many"
optional = true
ask.en = "What?"
options.price.en = "Price"
options.speed.en = "Speed"
options.taste.en = "Taste"
next = [
    { skipped = true, goto = "when" },
    { all = [{ has = "price" }, { has = "speed" }], goto = "when" },
    { has = "price", goto = "proof" },
    { one_of = ["speed", "taste"], binding = "shop", goto = "proof" },
    { binding = "shop", is = "north", goto = "done" },
    { goto = "when" },
]
[questions.when]
type = "date"
ask.en = "When?"
next = [{ is = "2026-05-01", goto = "done" }, { question = "about", not = "taste", goto = "proof" }, { goto = "done" }]
[questions.proof]
type = "files"
ask.en = "Show me"
next = [{ at_least = 3, goto = "count" }, { goto = "done" }]
[questions.count]
type = "number"
ask.en = "How many?"
next = [{ at_least = 1000, goto = "when" }, { at_most = -5, goto = "proof" }, { goto = "done" }]
[outcomes.done]
"""
    assert problems(text) == []


def test_a_last_rule_that_is_not_needed_is_no_problem_for_it_must_be_there() -> None:
    both = changed(
        '{ is = "bad", goto = "more" }', '{ is = "bad", goto = "more" }, { is = "good", goto = "done" }'
    )
    assert problems(both) == []


# -- dialogues that lead to dialogues ----------------------------------------------------------------------------


COMPLAINT = """
start = "about"
needs = ["order"]
may = ["category"]
[questions.about]
type = "choice"
given = "category"
ask.en = "What?"
options.good.en = "Good"
options.bad.en = "Bad"
next = "done"
[outcomes.done]
"""


def offering(plan: str) -> str:
    lines = f'[outcomes.done]\nsay.en = "Shall we look into it?"\noffer_case = {{ {plan} }}'
    return changed('[outcomes.done]\nsay.en = "Thank you!"', lines)


def test_an_offer_with_all_that_is_needed() -> None:
    assert problems(offering('dialogue = "b", category = "mood", order = "shop"'), COMPLAINT) == []


@pytest.mark.parametrize(
    ("plan", "says"),
    [
        ('dialogue = "bb", order = "shop"', "offer_case: unknown dialogue 'bb' (did you mean 'b'?)"),
        ('dialogue = "b"', "offer_case: 'b' needs 'order', which is not given"),
        ('dialogue = "b", order = "shop", categry = "mood"', "unknown binding of 'b' 'categry'"),
        ('dialogue = "b", order = "shopp"', "offer_case.order: unknown question or binding 'shopp'"),
        ('dialogue = "b", order = "shop", category = "ugly"', "unknown option of 'about' 'ugly'"),
    ],
)
def test_an_offer_that_leads_nowhere(plan: str, says: str) -> None:
    assert says in only(offering(plan), COMPLAINT)


def test_an_answer_that_is_no_option_over_there() -> None:
    other = changed("options.bad.en", "options.nasty.en", COMPLAINT)
    assert "unknown option of 'about' 'bad'" in only(
        offering('dialogue = "b", category = "mood", order = "shop"'), other
    )


def test_a_dialogue_that_begins_one_that_does_not_exist() -> None:
    text = changed('[outcomes.done]\nsay.en = "Thank you!"', '[outcomes.done]\nbegin = "elsewhere"')
    assert "outcomes.done.begin: unknown dialogue 'elsewhere'" in only(text)


def test_words_of_a_case_that_are_no_words() -> None:
    assert "open_case.words: unknown question or binding 'comment'" in only(
        changed('words = ["more"]', 'words = ["comment"]')
    )


def test_dialogues_that_begin_each_other_without_asking() -> None:
    relay = """
start = "about"
may = ["category"]
[questions.about]
type = "choice"
given = "category"
ask.en = "What?"
options.good.en = "Good"
options.bad.en = "Bad"
next = "on"
[outcomes.on]
begin = {{ dialogue = "{}", category = "about" }}
"""
    found = [str(one) for one in problems(relay.format("b"), relay.format("a"))]
    assert len(found) == 2
    assert "a.toml: start: may begin itself again without a question" in found[0]


# -- cases without an owner ----------------------------------------------------------------------------


def test_a_complaint_without_any_route() -> None:
    assert "outcomes.filed.open_case: nobody answers for cases of the kind complaint (end [[routes]]" in only(
        SOUND, policy=Policy()
    )


def test_a_category_without_a_route() -> None:
    policy = Policy(STAFF, (Route(people("mia", "mia", "mia"), "#c", category="bad"),))
    assert "nobody answers for cases of the kind complaint about 'good'" in only(SOUND, policy=policy)


def test_a_language_without_a_route() -> None:
    policy = Policy(STAFF, (Route(people("mia", "mia", "mia"), "#c", language="de"),))
    about_cases = [one for one in problems(SOUND, policy=policy) if one.path.startswith("outcomes.")]
    assert len(about_cases) == 2  # one for each category


def test_a_human_is_called_and_nobody_is_there() -> None:
    text = changed(
        'open_case = { kind = "complaint", category = "mood", words = ["more"] }', "hand_over = true"
    )
    assert "a human is called and nobody is there" in only(text, policy=Policy())


def test_without_a_configuration_nobody_asks_for_owners() -> None:
    assert problems(SOUND, policy=None) == []


# -- texts ----------------------------------------------------------------------------


def test_a_missing_language() -> None:
    german = changed('say.en = "Thank you!"', 'say.en = "Thank you!"\nsay.de = "Danke!"')
    found = [one.path for one in problems(german, languages=("en", "de-formal"))]
    assert "outcomes.done.say" not in found
    assert {"title", "questions.mood.ask", "questions.mood.options.good"} <= set(found)


def test_english_is_no_stand_in_for_german() -> None:
    found = problems(SOUND, languages=("en", "de"))
    assert str(found[0]).startswith("a.toml: title: has no text in 'de'")


def test_placeholders_that_differ_between_languages() -> None:
    text = changed('title.en = "Visit"', 'title.en = "Visit"\ntitle.de = "Besuch in {{ shop }}"')
    assert "title.de: has other placeholders than 'en': shop" in only(text)


def test_two_options_that_read_the_same() -> None:
    assert "questions.mood.options.bad: reads like 'good' in 'en': good!" in only(
        changed('options.bad.en = "Bad"', 'options.bad.en = "good!"')
    )


def test_yes_and_no_that_read_the_same() -> None:
    text = SOUND.replace('type = "text"', 'type = "yes_no"\nyes.en = "Sure"\nno.en = "Sure"')
    assert "questions.more.no: reads like 'yes'" in only(text)


def test_a_button_that_is_too_long() -> None:
    assert "options.bad.en: has 65 characters; phones cut a button at 64" in only(
        changed('options.bad.en = "Bad"', f'options.bad.en = "{"B" * 65}"')
    )


@pytest.mark.parametrize(
    ("text", "platform"), [("é" * 3001, "Slack takes 3000"), ("😀" * 2049, "Telegram takes 4096")]
)
def test_a_text_that_is_too_long(text: str, platform: str) -> None:
    assert platform in only(changed("What was wrong?", text))


def test_more_options_than_fit() -> None:
    options = "\n".join(f'options.o{n}.en = "Number {n}"' for n in range(24))
    assert "questions.mood.options: are 26" in only(
        changed('options.bad.en = "Bad"', f'{options}\noptions.bad.en = "Bad"')
    )


def test_a_reminder_after_the_end() -> None:
    text = SOUND + '[settings]\nremind_after = "P3D"\nexpire_after = "PT24H"\n'
    assert "settings.remind_after: is not before expire_after" in only(text)


@pytest.mark.parametrize(
    "rubbish",
    [
        {},
        {"questions": 3},
        {"questions": {"a": 3}},
        {"questions": {"a": {"options": "x", "next": [3]}}, "outcomes": []},
        {"title": "x", "start": 3, "outcomes": {"o": {"begin": 3}}},
        {"moves": {"a": 3}, "settings": []},
    ],
)
def test_rubbish_is_a_problem_and_never_an_exception(rubbish: dict[str, object]) -> None:
    assert check({"x.toml": rubbish}, {}, POLICY)


def test_files_that_are_thanked_for_and_reach_nobody_are_found() -> None:
    files = changed('type = "text"', 'type = "files"')
    assert problems(files) == []
    text = changed(
        'open_case = { kind = "complaint", category = "mood", words = ["more"] }',
        'say.en = "Thank you!"',
        files,
    )
    assert only(text).startswith("a.toml: questions.more: its files and their words reach nobody")
    assert problems(text + "hand_over = true") == []
