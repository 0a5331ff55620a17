"""The names of lanes: what stands in one leaves in order. They are written and read here, and nowhere else."""

from enum import StrEnum
from typing import Final, NewType

Lane = NewType("Lane", str)
"""The lane of a row to send, as it is stored: `conversation:12`."""


class LaneKind(StrEnum):
    """What keeps its order; beside each stands what one lane of it is named after."""

    CONVERSATION = "conversation"  # its id
    CASE = "case"  # its id: the card and its thread
    FILE = "file"  # its id: a slow download must not hold back the talk
    DIRECT = "direct"  # the platform's id of a member of staff, whose channel takes no posts
    ESCALATION = "escalation"  # the channel that is told
    DIGEST = "digest"  # channel and who asked for it, as `C1:U1`; nobody asked for the weekly one
    HOME = "home"  # the platform's id of the member of staff who sees it
    STAFF = "staff"  # the id of the member of staff who asked


WATCH: Final = Lane("watch")
"""The lane of alarms: there is one."""


def lane_for(kind: LaneKind, name: object) -> Lane:
    """Return the lane of something."""
    return Lane(f"{kind}:{name}")


def lane_name(lane: Lane) -> str:
    """Return what a lane is named after: the id of its file, say."""
    return lane.partition(":")[2]
