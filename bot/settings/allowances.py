"""How fast each platform lets us send: what it documents, as far as it does, and what the configuration says."""

from collections.abc import Iterable
from typing import Final

from bot.settings.config import Settings
from handlers.sending.limits import Allowance, Rate

# docs.slack.dev/apis/web-api/rate-limits: one message a second and channel, short bursts tolerated; chat.update is of
# tier 3 (50 a minute), views.publish of tier 4 (100 a minute), both of the whole workspace.
_BURST: Final = 5.0  # seconds' worth of posts after a silence
_UPDATES: Final = Rate(50 / 60, 20)
_VIEWS: Final = Rate(100 / 60, 40)
_SLACK_BULK: Final = Rate(2, 2)  # "several hundred messages per minute" are the workspace's limit
_SLACK_TOGETHER: Final = 50


def allowances(settings: Settings, accounts: Iterable[str]) -> dict[str, Allowance]:
    """Return what each account may send."""
    return {account: _allowance(settings, account.partition(":")[0]) for account in accounts}


def _allowance(settings: Settings, platform: str) -> Allowance:
    match platform:
        case "telegram":
            # core.telegram.org/bots/faq: its limits concern "bulk notifications", about 30 a second; all other sends
            # are told by a 429 when they were too many.
            bulk = settings.telegram.bulk_per_second
            return Allowance(bulk=Rate(bulk, max(bulk, 1.0)))
        case "slack":
            posts = settings.slack.posts_per_second
            times = max(posts, 1.0)  # where Slack does not count posts it counts nothing
            return Allowance(
                post=Rate(posts, max(posts * _BURST, 1.0)),
                edit=_UPDATES.times(times),
                draw=_VIEWS.times(times),
                bulk=_SLACK_BULK,
                together=_SLACK_TOGETHER,
            )
    return Allowance()
