"""What is nothing but thanks, contentment or a greeting, and what only begins like it."""

import pytest

from conversations.answers.courtesy import courtesy_in
from tests.unit.conversations.chat import VOCABULARY


@pytest.mark.parametrize(
    "text",
    [
        "Danke für Ihre schnelle Hilfe!",
        "Danke für deine Mühe, Deniz",
        "Danke, das war super",
        "Hat geklappt, danke",
        "Funktioniert wieder, danke!",
        "Danke, alles bestens!",
        "Toller Service!",
        "Ihr seid die Besten 👏",
        "Danke, gleichfalls",
        "Einen schönen Tag noch",
        "Hat sich erledigt, danke",
        "Vielen Dank im Voraus",
        "Danke Ihnen und einen schönen Tag",
        "Thanks for your quick reply",
        "Thank you for sorting this out, Deniz",
        "Thanks, works now",
        "All sorted, thanks",
        "Great service!",
        "You too",
        "Have a nice weekend",
        "Brilliant, thank you :)",
        ":-)",
        "danke <3",
        "Hallo?",
    ],
)
def test_it_is_a_courtesy(text: str) -> None:
    assert courtesy_in(text, VOCABULARY, ("Deniz",)) is not None


@pytest.mark.parametrize(
    "text",
    [
        "Danke, aber es ist schon wieder kaputt",
        "Danke für nichts",
        "Ok, und dann?",
        "Danke, und wann?",
        "alles gut?",
        "danke :(",
        "super :-/",
        "Funktioniert wieder nicht",
        "Hat nicht geklappt",
        "kein Service",
        "nicht zufrieden",
        "Thanks, works now and then",
        "Thanks for the reply, still broken",
        "not sorted",
        "ok, when?",
        "great :(",
        ":(",
        "jetzt",
        "all",
    ],
)
def test_somebody_has_to_act_on_it(text: str) -> None:
    assert courtesy_in(text, VOCABULARY, ("Deniz",)) is None
