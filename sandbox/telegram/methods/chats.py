"""getChat and leaveChat."""

from typing import Any

from sandbox.telegram.parameters import Parameters
from sandbox.telegram.refusals import bad
from sandbox.telegram.world import World


def get_chat(world: World, given: Parameters) -> dict[str, Any]:
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    return world.find(given["chat_id"]).about | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


def leave_chat(world: World, given: Parameters) -> bool:
    chat = world.open_for_bot(given["chat_id"])
    if chat.user is not None:
        raise bad("chat member status can't be changed in private chats")
    chat.member = False
    world.changes.tell("chat", chat.id, {})
    return True
