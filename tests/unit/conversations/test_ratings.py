"""A score is only what is a rating as a whole."""

from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.answers import ratings
from tests.unit.conversations.chat import VOCABULARY

rating = partial(ratings.rating, vocabulary=VOCABULARY)

TAKEN = """
0 of 10: 0; null; zero; eine 0; null Punkte; 0 von 10; 0️⃣
1 of 10: 1; eins; one; eine 1; eine eins; 1/10; one out of ten; 1 point
2 of 10: zwei; zwo; just 2; nur eine 2; eine glatte 2; 2 Punkte bitte
5 of 10: na ja, fünf; fuenf; hm, 5; 5.
8 of 10: a solid 8; 8 würde ich sagen; I'm going with 8; so 8; 8 danke; (8); „8“; 8 of 10 points
9 of 10: 9; +9; 9,0; 9.0; 9/10; 9 / 10; 9 von 10; 9 von 10 Punkten; 9 Punkte von 10; 9 points; 9.0/10; 9 out of 10
9 of 10: neun; NEUN!!; nine; eine 9; ne 9; ich sage neun; ich sag mal 9; I’d say nine; I would give it a 9; 9 bitte
9 of 10: bitte 9; definitely 9!; 9 👍; 9️⃣; Ich würde eine 9 geben; ich gebe euch eine klare 9; das ist eine 9
10 of 10: 10; zehn; ten; klar eine 10; ten out of ten; zehn von zehn; 🔟; 10/10!; a perfect 10; 1️⃣0️⃣; 10 von 10 Punkten
1 of 5: ★; 1 Stern; one star
3 of 5: ★★★; ⭐⭐⭐; ★★★☆☆; drei Sterne; 3 von 5; 3/5; three stars; 3 ⭐
5 of 5: ⭐️⭐️⭐️⭐️⭐️; five stars; 5 Sterne!; 5 von 5 Sternen; *****
"""

NEVER = """
das war eine tolle Erfahrung; um 9; Um neun!; mal 9; 9 mal; 1a Service!; 1 a Service; one of the best shops;
nach 10 Tagen immer noch nichts da; took 10 days and nobody cared; 8½; ½; 10%; 10 %; 2 mal; -1; − 1; –1; ➖9;
1 Tisch fehlt; 7 oder 8; 7-8; 7–8; 7, 8; nicht 9; keine 10; not 9; never a 10; 9 Euro; 9€; 9 €; $9; 9 Uhr; 9:00; 09:30;
9.30; 8 Leute; 24.12.2026; 13.4.; 4711; 4711-22; +49 171 1234567; ９; ٩; ९; ⁹; 9²; ❾; IX; V; x; eine; ein; einen; a;
an; eine tolle; eine gute; one more; the one; a big one; ein Stern; 9,5; 8.5; .5; ,5; 9k; 9°; №9; #9; Nr. 9;
no 9; <9; >9; ~9; 9+; minus 9; 9 minus; super; gut; schlecht; 9 oder; 1 von 100; 3/5; 5 von 5; 5/5; zehn
Jahre; vor zehn Tagen; acht geben lohnt nicht; nine months; 10.000; 10 000; 9 9; 1 2; 10x; 9th; 1st; 2 von 3
Paketen; 1 von 10 Paketen fehlt; 10 von 10 Kunden; Note 1; zero problems; null Problemo; 0 Sterne; 5 Sterne;
five stars; ⭐⭐⭐⭐⭐; 5 ⭐; ★★★; ?; ...; 👍; 11; 99; 100; unter 5; über 9; mehr als 9
"""


@pytest.mark.parametrize("line", TAKEN.strip().splitlines())
def test_a_rating_is_taken(line: str) -> None:
    scale, _, texts = line.partition(":")
    value, _, high = scale.partition(" of ")
    assert {text.strip(): rating(text.strip(), int(high)) for text in texts.split(";")} == {
        text.strip(): int(value) for text in texts.split(";")
    }


@pytest.mark.parametrize("text", [text.strip() for text in NEVER.split(";")])
def test_anything_else_is_no_score(text: str) -> None:
    found = rating(text, 10)
    assert found is None or not 0 <= found <= 10, found


@pytest.mark.parametrize("high", [4, 7, 10])
def test_stars_are_a_rating_only_where_five_is_most(high: int) -> None:
    for text in ("★★★", "⭐⭐⭐", "3 Sterne", "three stars", "3 ⭐", "***"):
        assert rating(text, high) is None


@pytest.mark.parametrize("text", ["★★★ danke nein", "★★★★★★☆", "★☆☆", "3 von 10", "ein Stern", "☆☆☆☆☆"])
def test_stars_that_are_no_rating_of_five(text: str) -> None:
    assert rating(text, 5) in (None, 0)


AROUND = """
eine; ich sage; i d say; bitte; danke; von 10; /10; punkte; 9; neun; ten; a solid; klar
"""
STRANGERS = """
tage days euro uhr leute paket kunden service nicht kein not and und oder or weil because but aber the best shops
wochen weeks stück prozent % € ½ x
"""


@given(
    st.lists(st.sampled_from(AROUND.strip().split("; ")), max_size=6),
    st.sampled_from(STRANGERS.split()),
    st.data(),
)
def test_one_word_that_is_not_part_of_a_rating_is_enough(
    around: list[str], stranger: str, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(around)))
    text = " ".join([*around[:place], stranger, *around[place:]])
    assert rating(text, 10) is None


@given(st.text(max_size=60))
def test_whatever_is_taken_stays_within_digits_and_known_words(text: str) -> None:
    found = rating(text, 10)
    assert found is None or found in range(100)


@pytest.mark.parametrize(
    "piece", ["sage ich mal ", "i would say it ", "na ja ", "that is it is ", "9 ", "/10", "von 10 ", "★"]
)
def test_a_long_reply_is_judged_quickly_and_never_cut(piece: str) -> None:
    assert rating(piece * 60 + "9", 10) is None
    assert rating("9" + " " * 300 + "Tage", 10) is None
