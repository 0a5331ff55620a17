"""The configuration of the company as plain values for the handlers, read once at the start."""

from collections.abc import Mapping
from dataclasses import field
from datetime import tzinfo

from conversations.cases.policy import Policy
from conversations.definition.library import Library
from conversations.frozen import frozen
from conversations.texts.languages import FALLBACK
from conversations.texts.texts import Texts


@frozen
class DigestPlan:
    """When and where the weekly digest is posted: `weekday` 0 is Monday, `hour` in `zone`; without a channel, never."""

    weekday: int
    hour: int
    zone: tzinfo
    channel: str = ""
    language: str = FALLBACK


@frozen
class WatchPlan:
    """Where alarms are posted, and at which hour the daily heartbeat; None for never."""

    channel: str = ""
    hour: int | None = None


@frozen
class Organisation:
    """One company. `staff_account` is the Slack account its staff work in, empty when Slack is off.

    `rooms` are the channels the configuration names: platform id (the name where there is none) -> display name.
    """

    name: str
    languages: tuple[str, ...]
    zone: tzinfo
    policy: Policy
    library: Library
    texts: Texts
    digest: DigestPlan
    staff_account: str = ""
    watch: WatchPlan = WatchPlan()
    rooms: Mapping[str, str] = field(default_factory=dict)
