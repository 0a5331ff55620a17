"""What a configuration still has of an example, or left empty: hints, for nothing of it is wrong."""

import re
from collections.abc import Iterator
from typing import Final

from bot.settings.config import Settings
from conversations.problem import Problem

EXAMPLE_NAMES: Final = {
    "Muster GmbH",
    "Jana Beispiel",
    "Tom Example",
    "Mira Muster",
    "Our company",
    "Your Name",
}
_EXAMPLE_MEMBER: Final = re.compile(r"[UW]0{3,}\d{0,3}")


def unfilled(settings: Settings) -> Iterator[Problem]:
    """Yield a hint for every place. Only lines that are there count: without one, a channel is off."""
    if settings.organisation.name in EXAMPLE_NAMES and "name" in settings.organisation.model_fields_set:
        yield _example("organisation.name", settings.organisation.name, "write what customers know you as")
    telegram, slack = settings.telegram, settings.slack
    if not telegram.on and "token" in telegram.model_fields_set:
        yield _empty("telegram.token", "so that Telegram is off", "BotFather shows it")
    if not slack.on and "bot_token" in slack.model_fields_set:
        yield _empty("slack.bot_token", "so that Slack is off", "Slack shows it under 'OAuth & Permissions'")
    also = "app_token" if slack.mode == "socket" else "signing_secret"
    if not slack.on and also in slack.model_fields_set:
        yield _empty(f"slack.{also}", "and Slack needs it too", "Slack shows it under 'Basic Information'")
    for n, one in enumerate(settings.staff):
        if _EXAMPLE_MEMBER.fullmatch(one.slack):
            yield _example(f"staff[{n}].slack", one.slack, "in Slack: profile, three dots, 'Copy member ID'")
        if one.name in EXAMPLE_NAMES:
            yield _example(f"staff[{n}].name", one.name, "write the full name; customers see the first")


def _example(path: str, value: str, remedy: str) -> Problem:
    return Problem(path, f"'{value}' is only an example", remedy, hint=True)


def _empty(path: str, consequence: str, remedy: str) -> Problem:
    return Problem(path, f"is empty, {consequence}", remedy, hint=True)
