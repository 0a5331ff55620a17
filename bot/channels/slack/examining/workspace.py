"""Everything that is asked about one workspace: first who we are, then channels and staff."""

import asyncio
from collections.abc import Iterable

import aiohttp

from bot.channels.slack.channel import SlackSettings, client_of
from bot.channels.slack.examining.asking import TimedClient
from bot.channels.slack.examining.channels import examine_channels
from bot.channels.slack.examining.keys import examine_socket, examine_token
from bot.channels.slack.examining.staff import StaffMember, examine_staff
from bot.monitoring.finding import Finding
from bot.monitoring.pulse import Pulse, dating


async def examine(
    settings: SlackSettings,
    channels: Iterable[str],
    staff: Iterable[StaffMember],
    *,
    pulse: Pulse,
    seconds: float,
) -> list[Finding]:
    """Ask, so many seconds a question; where Slack refuses the token nothing else is asked with it."""
    async with aiohttp.ClientSession(trace_configs=[dating(pulse)]) as session:
        asking = TimedClient(client_of(settings, session), seconds)
        (keys, us), socket = await asyncio.gather(examine_token(asking), _socket(asking, settings))
        findings = keys + socket
        if us is not None:
            rooms, open_ = await examine_channels(asking, channels, us.scopes)
            findings += rooms
            findings += await examine_staff(asking, staff, open_, us)
    return findings


async def _socket(asking: TimedClient, settings: SlackSettings) -> list[Finding]:
    return await examine_socket(asking, settings.app_token) if settings.mode == "socket" else []
