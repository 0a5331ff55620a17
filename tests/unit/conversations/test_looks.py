"""What a question looks like is made once per language, and never shows one person what another one answered."""

import tomllib

from conversations.definition.library import Library
from conversations.definition.parse import parse
from tests.unit.conversations.chat import Chat, system_texts

PURCHASE = """
start = "mood"
may = ["order"]

[settings]
purpose = "survey"

[questions.mood]
type = "choice"
ask.en = "How was order {{ order }}?"
label.en = "Mood"
options.good.en = "Good"
options.bad.en = "Bad, {{ person.name }}"
next = "score"

[questions.score]
type = "scale"
low.en = "never"
label.en = "Score"
ask.en = "Would you come back?"
next = "when"

[questions.when]
type = "date"
label.en = "Day"
ask.en = "When? You said “{{ answers.mood }}” and “{{ answers.score }}”."
next = "right"

[questions.right]
type = "summary"
ask.en = "Is that right?"
next = "done"

[outcomes.done]
say.en = "Thank you, {{ person.name }}."
"""


def shelf() -> Library:
    """A library of the dialogue above."""
    dialogue, problems = parse("purchase", tomllib.loads(PURCHASE))
    assert dialogue is not None, problems
    return Library([dialogue], system_texts(), organisation="Acme", languages=("en",))


def test_everybody_sees_their_own_values_and_answers() -> None:
    library = shelf()
    kim = Chat(library).begins("purchase", order="A1").sees("How was order A1?")
    ada = Chat(library, name="Ada").begins("purchase", order="B2").sees("How was order B2?")
    assert (kim.labels[1], ada.labels[1]) == ("Bad, Kim", "Bad, Ada")
    kim.presses("Good", "9").sees("You said “Good” and “9 of 10”.")
    ada.presses("Bad, Ada", "3").sees("You said “Bad, Ada” and “3 of 10”.")
    kim.says("24.11.2025").sees("<b>Score:</b> 9 of 10", "November 24")
    ada.says("23.11.2025").sees("<b>Score:</b> 3 of 10", "November 23")
    kim.presses("That is right").sees("Thank you, Kim.")


def test_what_is_alike_for_everybody_is_made_once() -> None:
    library = shelf()
    Chat(library).begins("purchase").presses("Good", "9").says("24.11.2025")
    kept = {question for _, question, _ in library.current["purchase"].looks}
    assert "score" in kept
    assert not kept & {"mood", "right"}, "a label names the person, a summary shows their answers"
