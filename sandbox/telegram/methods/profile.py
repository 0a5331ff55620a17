"""The bot about itself: getMe, its webhook, its command menu, its name and descriptions."""

import re
from typing import Any, Final

from sandbox.telegram.parameters import Parameters
from sandbox.telegram.refusals import Refusal, bad
from sandbox.telegram.world import World

COMMAND: Final = re.compile(r"[a-z0-9_]{1,32}")
LANGUAGE: Final = re.compile(r"[a-z]{2}|")
DESCRIPTION_LIMITS: Final = {"name": 64, "description": 512, "short_description": 120}


def get_me(world: World, given: Parameters) -> dict[str, Any]:
    return world.bot | {
        "can_join_groups": True,
        "can_read_all_group_messages": True,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def set_webhook(world: World, given: Parameters) -> bool:
    world.webhook.set(given["url"], given.get("secret_token", ""), given.get("max_connections", 40))
    if "allowed_updates" in given:
        world.updates.allowed = given["allowed_updates"]
    if given.get("drop_pending_updates"):
        world.updates.drop()
    if given["url"]:
        world.updates.interrupt(Refusal(409, "Conflict: terminated by setWebhook request"))
    return True


def delete_webhook(world: World, given: Parameters) -> bool:
    world.webhook.set("", "", 40)
    if given.get("drop_pending_updates"):
        world.updates.drop()
    return True


def get_webhook_info(world: World, given: Parameters) -> dict[str, Any]:
    return world.webhook.about()


def _menu(given: Parameters) -> tuple[str, str]:
    """The menu a call is about: scope and language. Raises Refusal for a language that is none."""
    scope = given.get("scope") or {"type": "default"}
    language = given.get("language_code", "")
    if not LANGUAGE.fullmatch(language):
        raise bad("invalid language code specified")
    place = [str(scope[name]) for name in ("chat_id", "user_id") if name in scope]
    return ":".join([scope["type"], *place]), language


def set_my_commands(world: World, given: Parameters) -> bool:
    menu, commands = _menu(given), given["commands"]
    if len(commands) > 100:
        raise bad("too many commands specified")
    for each in commands:
        if not COMMAND.fullmatch(each["command"].lstrip("/")):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(each["description"]) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
    world.commands[menu] = [
        {"command": each["command"].lstrip("/"), "description": each["description"]} for each in commands
    ]
    world.changes.tell("commands", None, {})
    return True


def get_my_commands(world: World, given: Parameters) -> list[dict[str, str]]:
    return world.commands.get(_menu(given), [])


def delete_my_commands(world: World, given: Parameters) -> bool:
    world.commands.pop(_menu(given), None)
    world.changes.tell("commands", None, {})
    return True


def _describe(world: World, given: Parameters, field: str) -> bool:
    text, language = given.get(field, ""), given.get("language_code", "")
    if len(text) > DESCRIPTION_LIMITS[field]:
        raise bad(f"{field.replace('_', ' ')} is too long")
    world.descriptions[field, language] = text
    return True


def set_my_name(world: World, given: Parameters) -> bool:
    return _describe(world, given, "name")


def set_my_description(world: World, given: Parameters) -> bool:
    return _describe(world, given, "description")


def set_my_short_description(world: World, given: Parameters) -> bool:
    return _describe(world, given, "short_description")


def menu_for(world: World, chat_id: int, language: str) -> list[dict[str, str]]:
    """The commands a customer sees, by Telegram's order of scopes (botcommandscope, "Determining list")."""
    scopes = (f"chat:{chat_id}", "all_private_chats", "default")
    found = (world.commands.get((scope, tag)) for scope in scopes for tag in (language, ""))
    return next((commands for commands in found if commands), [])
