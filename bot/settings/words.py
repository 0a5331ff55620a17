"""The words of every language as this installation speaks them, and all that is missing or wrong in them."""

from bot.settings.config import Settings
from bot.settings.language_files import own_words, shipped_words
from bot.text_keys import text_keys
from conversations.checks import own_texts
from conversations.problem import Problem
from conversations.talk.command_words import Command
from conversations.texts.languages import Language, Wanted, foreign, lacking, read_languages, unspoken
from handlers.text_keys import MADE_UP


def read_words(settings: Settings) -> tuple[dict[str, Language], tuple[Problem, ...]]:
    """Read what ships and what the organisation says differently.

    Problems, but for hints, keep the service from starting: whoever reads such a language would meet a gap.
    """
    own, problems = own_words(settings.texts.folder)
    languages, wrong = read_languages((*shipped_words(), *own))
    offered, read = settings.organisation.languages, [one.language for one in settings.staff]
    wanted = Wanted(text_keys(), MADE_UP, tuple(dict.fromkeys((*offered, *read))), tuple(Command))
    return languages, (
        *problems,
        *wrong,
        *unspoken(languages, "organisation.languages", offered),
        *(one for n, tag in enumerate(read) for one in unspoken(languages, f"staff[{n}].language", (tag,))),
        *foreign(languages, wanted),
        *lacking(languages, wanted),
        *own_texts.find(languages),
    )
