"""Plain words: what says that there is nothing to say, in both languages, and what only looks like it."""

from functools import partial

import pytest

from conversations import question
from conversations.answers import courtesy
from conversations.texts import phrases
from tests.unit.conversations.chat import VOCABULARY

is_wordless = partial(courtesy.is_wordless, vocabulary=VOCABULARY)
declines = partial(question.declines, vocabulary=VOCABULARY)
agrees = partial(phrases.agrees, vocabulary=VOCABULARY)
is_bare_no = partial(phrases.is_bare_no, vocabulary=VOCABULARY)
is_done = partial(phrases.is_done, vocabulary=VOCABULARY)
is_only_polite = partial(phrases.is_only_polite, vocabulary=VOCABULARY)

NOTHING = """
nein; nichts; keine; weiß nicht; weiß ich nicht; weiss ich nicht; WEISS ICH NICHT!; ich weiß es nicht; Das
weiß ich nicht mehr; sorry, weiß ich nicht mehr; weiß ich leider nicht; habe keine; hab keine; ich habe
keine; habe keine Nummer; keine Nummer; habe keine Bestellnummer; hab leider keine Fotos; keine Fotos; ohne
Nummer; nein danke; nein danke!; ne, danke; Nee danke 🙂; nö; leider nein; leider nicht vorhanden; keine
Angabe; keine Angaben; k.A.; k. A.; möchte ich nicht sagen; moechte ich nicht sagen; das möchte ich lieber
nicht sagen; ich möchte dazu nichts sagen; möchte nicht; lieber nicht; eher nicht; nichts davon; keins
davon; nichts weiter; sonst nichts; nein, sonst nichts; nein, nichts; alles gut; Alles gut, danke!; nein,
alles gut; passt so; passt schon; weiter; weiter bitte; egal; ist mir egal; keine Ahnung; keine Ahnung,
sorry; nein, weiß ich nicht; habe ich nicht; hab ich gerade nicht zur hand; die Nummer habe ich nicht; nix;
unbekannt; i don't know; I don’t know; I dont know; i do not know; I really don't know; dunno; idk; no idea;
no clue; not sure; no thanks; no thank you; No, thanks!; nope; no number; I have no number; I don’t have a
number; I don't have one; don't have it; prefer not to say; I’d rather not say; rather not; I'd prefer not
to; none of these; none of the above; none; nothing; nothing to add; nothing else, thanks; no comment; skip
it; skip this; all good; all good, thank you 👍; I'm good; n/a; N.A.; -; —no—; no photos; next; whatever; not
applicable; nooo; neeein
"""

SOMETHING = """
nichts funktioniert; nichts passt so; nein danke für gar nichts, alles kaputt; keine Ahnung warum das so
lange dauert; no idea why it broke; nothing works; nothing went well; no number was on the box; ich weiß
nicht, wo mein Paket ist; keine Lieferung; keine Antwort; keine Hilfe; no answer; no reply; alles gut, aber
zu teuer; alles super; all good except the price; nicht gut; egal was ich mache, es geht nicht; weiter so;
weiter so!; passt nicht; ohne Wartezeit; später liefern; gibt es nicht mehr lange; lass mal jemanden anrufen;
verloren; weg; keine Rechnung bekommen; I lost my patience; there is no lift; later delivery; can't find the shop;
20 Grad; habe keine Zeit mehr für so etwas; ich habe keine Lust mehr auf euren Service; none
of these people helped me; I don't know what to say, it was wonderful; danke; super; never again; nie
wieder; keine Rechnung; nein, der Tisch fehlt; no, the table is missing; nein! Der Tisch fehlt; ok but slow
"""


@pytest.mark.parametrize("text", [text.strip() for text in NOTHING.split(";")])
def test_nothing_is_said_in_many_ways(text: str) -> None:
    assert declines(text)


@pytest.mark.parametrize("text", [text.strip() for text in SOMETHING.split(";")])
def test_a_comment_is_no_decline(text: str) -> None:
    assert not declines(text)


def test_a_long_message_is_never_cut_into_a_phrase() -> None:
    assert not declines("nein danke" + " " * 300 + "alles kaputt")
    assert not is_done("fertig" + " " * 300 + "bin ich mit euch noch nicht")
    assert agrees("ja" + "\n" * 300 + "aber nicht so") is None


@pytest.mark.parametrize(
    "piece",
    ["nein danke ", "no no ", "keine da ", "nichts mehr davon ", "ist mir ", "ok ", "-", "i d rather not "],
)
def test_repeated_phrases_are_judged_quickly(piece: str) -> None:
    assert not declines((piece * 99)[:190] + " x")


YES = """
ja; jaaa; Jaa!; jup; yup; yep; sure; Sure!; ✅; 👍🏽; klar; ja, gern; bitte; yes please; of course; natürlich; ja danke
"""
NO = """
nein; neeein; nö; eher nicht; lieber nicht; please don't; please don’t; of course not; nope; no thanks; ❌; 👎;
bitte nicht; leider nein; nein, lieber nicht; not really; never
"""
NEITHER = """
vielleicht; ja aber nein; nein danke für nichts; sure, anonymously; ja und nein; ?; 🙂; yes but no
"""


def test_yes_and_no_are_whole_messages() -> None:
    assert [text for text in YES.split(";") if agrees(text) is not True] == []
    assert [text for text in NO.split(";") if agrees(text) is not False] == []
    assert [text for text in NEITHER.split(";") if agrees(text) is not None] == []


def test_done_and_mere_politeness() -> None:
    assert all(map(is_done, ("Fertig!", "das war’s", "Das war alles, danke", "that's it", "I’m done", "ok")))
    assert not is_done("fertig mit den Nerven")
    assert all(map(is_only_polite, ("hm", "Hallo!", "danke", "ok", "äh", "vielen Dank", "?")))
    assert not any(map(is_only_polite, ("super", "danke für nichts", "hallo, mein Tisch fehlt")))
    assert is_bare_no("Nein!")
    assert not is_bare_no("weiß nicht")


def test_words_behind_many_numbers_are_words() -> None:
    assert is_wordless("10 von 10 Punkte")
    assert not is_wordless("4711 " * 50 + "sind alle noch nicht da")
