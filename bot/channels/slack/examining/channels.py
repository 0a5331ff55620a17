"""The channels named in the configuration: whether they exist, take posts, and let the bot in."""

from collections.abc import Iterable

from bot.channels.slack.examining.asking import TimedClient, Unanswered
from bot.channels.slack.outbound.destinations import by_name
from bot.channels.slack.outbound.rich import Json
from bot.monitoring.finding import Finding, Health


def bare(name: str) -> str:
    """Return a channel's name or id without its sign."""
    return name.strip().removeprefix("#")


async def examine_channels(
    asking: TimedClient, names: Iterable[str], granted: frozenset[str]
) -> tuple[list[Finding], dict[str, Json]]:
    """Return what was found, and the channels that take posts: by the name they were asked for."""
    wanted = list(dict.fromkeys(map(bare, names)))
    if not wanted:
        return [], {}
    try:
        listed: list[Json] = await asking.every(
            "channels",
            asking.client.conversations_list,
            types="public_channel,private_channel",
            exclude_archived=False,
        )
    except Unanswered as error:
        return [error.finding("slack channels")], {}
    known = by_name(listed) | {channel["id"]: channel for channel in listed}
    findings = [_channel(name, known.get(name), granted) for name in wanted]
    open_ = {name: known[name] for name in wanted if name in known and not known[name].get("is_archived")}
    return findings, open_


def _channel(name: str, found: Json | None, granted: frozenset[str]) -> Finding:
    about = f"slack channel #{name}"
    if found is None:
        text = "there is none of this name, or it is private and the bot is not in it"
        return Finding(about, Health.BAD, text, "create it; into a private one /invite the bot")
    if found.get("is_archived"):
        remedy = "unarchive it, or name another one in the configuration"
        return Finding(about, Health.BAD, "it is archived and takes no posts", remedy)
    if not found.get("is_member") and "channels:join" not in granted:
        return Finding(
            about, Health.BAD, "the bot is not in it and cannot enter by itself", "/invite the bot there"
        )
    if name not in (found["name"], found["id"]):
        remedy = f"write #{found['name']} in the configuration, before something else gets its old name"
        return Finding(about, Health.NOTE, f"it is called #{found['name']} now", remedy)
    inside = "the bot is in it" if found.get("is_member") else "the bot enters it with its first post"
    return Finding(about, Health.GOOD, inside)
