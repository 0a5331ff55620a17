"""The members of staff: whether Slack knows them, as active people of this workspace who see their channels."""

import asyncio
from collections.abc import Iterable, Mapping

from bot.channels.slack.examining.asking import TimedClient, Unanswered
from bot.channels.slack.examining.keys import Us
from bot.channels.slack.outbound.rich import Json
from bot.monitoring.finding import Finding, Health
from conversations.frozen import frozen

_AT_ONCE = 8  # questions: Slack answers a hundred a minute
_COPY_ID = "copy the member ID anew: the person's profile, three dots, Copy member ID"


@frozen
class StaffMember:
    """One of [[staff]], with the channels whose cases may be theirs."""

    id: str
    user: str
    channels: tuple[str, ...]


async def examine_staff(
    asking: TimedClient, staff: Iterable[StaffMember], channels: Mapping[str, Json], us: Us
) -> list[Finding]:
    """`channels` are those that take posts, by the name that members have them under."""
    room = asyncio.Semaphore(_AT_ONCE)
    inside = await _everybody(asking, channels, room)

    async def examined(member: StaffMember) -> Finding:
        async with room:
            return await _examined(asking, member, inside, us)

    return list(await asyncio.gather(*map(examined, staff)))


async def _everybody(
    asking: TimedClient, channels: Mapping[str, Json], room: asyncio.Semaphore
) -> dict[str, set[str]]:
    """Who is in each channel; one that Slack does not tell of is left out."""

    async def members(name: str) -> tuple[str, set[str] | None]:
        try:
            async with room:
                found = await asking.every(
                    "members", asking.client.conversations_members, channel=channels[name]["id"]
                )
        except Unanswered:
            return name, None
        return name, set(found)

    told = await asyncio.gather(*map(members, channels))
    return {name: users for name, users in told if users is not None}


async def _examined(
    asking: TimedClient, member: StaffMember, inside: Mapping[str, set[str]], us: Us
) -> Finding:
    name = member.user
    if "users:read" in us.scopes:  # where it is missing, the finding about the scopes says so
        try:
            told: Json = (await asking.ask(asking.client.users_info, user=member.user))["user"]
        except Unanswered as error:
            if error.error in ("user_not_found", "user_not_visible"):
                return _bad(member, f"Slack knows no member {member.user}", _COPY_ID)
            return error.finding(_about(member))
        if wrong := _wrong(member, told, us):
            return wrong
        name = " ".join(str(told.get("real_name") or told.get("name") or name).split())
    outside = [
        channel for channel in member.channels if member.user not in inside.get(channel, {member.user})
    ]
    if outside:
        return _bad(member, f"{name} is not in {_listed(outside)}", "/invite the person there")
    seen = [channel for channel in member.channels if channel in inside]
    return Finding(_about(member), Health.GOOD, f"{name}, in {_listed(seen)}" if seen else name)


def _wrong(member: StaffMember, told: Json, us: Us) -> Finding | None:
    """What keeps an account from acting on cases."""
    if told.get("deleted"):
        remedy = "give this member's routes to somebody else, then remove the [[staff]] row"
        return _bad(member, "the account in Slack is deactivated", remedy)
    if told.get("is_bot"):
        return _bad(member, f"{member.user} is a bot", _COPY_ID)
    if told.get("is_stranger") or told.get("team_id", us.team) != us.team:
        remedy = "name somebody of this workspace: people of other organisations cannot act on cases"
        return _bad(member, f"{member.user} belongs to another organisation", remedy)
    return None


def _bad(member: StaffMember, text: str, remedy: str) -> Finding:
    return Finding(_about(member), Health.BAD, text, remedy)


def _about(member: StaffMember) -> str:
    return f"staff {member.id}"


def _listed(channels: Iterable[str]) -> str:
    return " and ".join(f"#{channel}" for channel in channels)
