"""Which dialogue was begun most often."""

from reports.blocks import Block, Note
from reports.data import Figures
from reports.words import Words

TITLE = "digest.busiest_dialogue.title"
RANK = 35
TEXTS = {
    "title": {"en": "The busiest dialogue", "de": "Der meistgeführte Dialog"},
    "line": {
        "en": "{{ dialogue }} was begun {{ times }} times.",
        "de": "{{ dialogue }} wurde {{ times }}-mal begonnen.",
    },
}


def build(figures: Figures, words: Words) -> tuple[Block, ...]:
    """Return one line; nothing in a week in which nothing was begun."""
    begun = figures.by_dialogue("started")
    if not begun:
        return ()
    dialogue, times = begun.most_common(1)[0]
    name, number = words.label("dialogue", dialogue), words.number(times)
    return (Note(words.say("busiest_dialogue.line", dialogue=name, times=number)),)
