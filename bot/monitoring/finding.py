"""A finding of `anliegen doctor`: the common result of all its examinations."""

from enum import StrEnum
from typing import Final

from conversations.frozen import frozen


class Health(StrEnum):
    """How something is."""

    GOOD = "good"
    NOTE = "note"  # worth knowing, and no reason to act at once
    BAD = "bad"


@frozen
class Finding:
    """What was examined, how it is, what that means and, where something is to be done, what helps."""

    about: str
    state: Health
    text: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.about}: {self.text}{': ' if self.remedy else ''}{self.remedy}"


NETWORK_REMEDY: Final = "look at network, firewall and proxy (HTTPS_PROXY), then ask again"
