"""A dialogue whose reminder is due after it has expired."""

from collections.abc import Iterator

from conversations.checks.material import Material
from conversations.problem import Problem


def find(material: Material) -> Iterator[Problem]:
    """Compare the two durations where a dialogue sets both."""
    for sheet, dialogue in material.readable:
        remind, expire = dialogue.settings.remind_after, dialogue.settings.expire_after
        if remind and expire and remind >= expire:
            yield Problem("settings.remind_after", "is not before expire_after", "remind earlier", sheet.file)
