"""The list of commands that the app offers behind its menu button, per language."""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from telegram import Bot, BotCommandScopeAllPrivateChats

Menus: TypeAlias = Mapping[str, Sequence[tuple[str, str]]]
"""Language tag -> (command without slash, description); the first language is also everybody else's."""


async def show_menus(bot: Bot, menus: Menus) -> None:
    """Set the menus. Raises TelegramError."""
    scope = BotCommandScopeAllPrivateChats()
    for number, (language, commands) in enumerate(menus.items()):
        if number == 0:
            await bot.set_my_commands(commands, scope=scope)
        # The platform knows two-letter languages only; a variant such as de-formal is nobody's app language.
        if len(language) == 2:
            await bot.set_my_commands(commands, scope=scope, language_code=language)
