"""Every platform that is on, asked at the same time, and what time it is there."""

import asyncio
import os
from collections.abc import Awaitable
from typing import Final

from bot.monitoring.finding import Finding, Health
from bot.monitoring.pulse import Pulse
from bot.settings.config import ConfigProblems, Settings

SECONDS: Final = 10.0
"""What a platform may take to answer one question."""


class Platforms:
    """Asks the platforms of a configuration. `pulses` tell afterwards what time it is there."""

    def __init__(self, settings: Settings) -> None:
        self.pulses = {name: Pulse() for name, on in _on(settings).items() if on}
        self._settings = settings

    async def examine(self) -> list[Finding]:
        """Ask all of them."""
        asking = {"Telegram": self._telegram, "Slack": self._slack}
        found = await asyncio.gather(*(asking[name](pulse) for name, pulse in self.pulses.items()))
        return [finding for findings in found for finding in findings]

    # Each platform's SDK takes a second to import: load only those that are switched on.

    async def _telegram(self, pulse: Pulse) -> list[Finding]:
        from bot.app import telegram_proxy  # noqa: PLC0415
        from bot.channels.telegram.examining import examine  # noqa: PLC0415

        telegram = self._settings.telegram
        wanted = telegram.webhook.url if telegram.mode == "webhook" else ""
        token = telegram.token.get_secret_value()
        try:
            proxy = telegram_proxy(self._settings, os.environ)
        except ConfigProblems as wrong:  # of the environment: what is left can be asked all the same
            return [
                Finding("telegram proxy", Health.BAD, f"{one.path} {one.text}", one.remedy)
                for one in wrong.problems
            ]
        return await examine(
            token, telegram.base_url, webhook_url=wanted, proxy=proxy, pulse=pulse, seconds=SECONDS
        )

    def _slack(self, pulse: Pulse) -> Awaitable[list[Finding]]:
        from bot.app import slack_settings  # noqa: PLC0415
        from bot.channels.slack.examining.staff import StaffMember  # noqa: PLC0415
        from bot.channels.slack.examining.workspace import examine  # noqa: PLC0415

        settings = self._settings
        routes = [((row.owner, row.deputy, row.manager), row.channel) for row in settings.routes]
        staff = [
            StaffMember(
                one.id, one.slack, tuple(dict.fromkeys(channel for who, channel in routes if one.id in who))
            )
            for one in settings.staff
        ]
        told = [channel for row in settings.policy().escalation for channel in row.channels]
        named = [*(channel for _, channel in routes), *told, settings.digest.channel, settings.watch.channel]
        return examine(slack_settings(settings), filter(None, named), staff, pulse=pulse, seconds=SECONDS)


def _on(settings: Settings) -> dict[str, bool]:
    return {"Telegram": settings.telegram.on, "Slack": settings.slack.on}
