"""The texts whose keys the handlers compose from names; every other key is a literal in the code."""

from typing import Final

from conversations.cases.case import State
from conversations.definition.dialogue import CASE_KINDS
from conversations.kinds import CaseClock, Severity
from conversations.refusals import Refusal
from handlers.cases.cards import CARD_FIELDS
from handlers.monitoring.alarms import RULES
from storage.interface.messages import DeliveryState

PROMISES: Final = (CaseClock.ANSWER.promise, CaseClock.DECIDE.promise)
LISTS: Final = ("mine", "open")

MADE_UP: Final = ("case.category", "case.remedy", "staff.kind")
"""Tables for names of an organisation or a platform: a name without a text is shown as it is."""


def text_keys() -> tuple[str, ...]:
    """Return them all."""
    return (
        *(f"case.state.{one}" for one in State),
        *(f"case.kind.{one}" for one in CASE_KINDS),
        *(f"case.severity.{one}" for one in Severity),
        *(f"case.status.{one}" for one in PROMISES),
        *(f"file.{one}" for one in Refusal if one is not Refusal.TOO_MANY),
        *(f"staff.card.{one}" for one in CARD_FIELDS),
        *(f"staff.delivery.{one}" for one in DeliveryState if one is not DeliveryState.NONE),
        *(f"staff.line.undelivered.{one}" for one in (DeliveryState.FAILED, DeliveryState.UNKNOWN)),
        *(f"staff.file.reason.{one}" for one in Refusal),
        *(f"staff.list.{one}" for one in LISTS),
        *(f"alarm.{one}" for one in ("raised", "again", "over")),
        *(f"alarm.{rule.name}.{part}" for rule in RULES for part in ("title", "text", "remedy")),
    )
