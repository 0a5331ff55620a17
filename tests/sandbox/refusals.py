"""How the local Slack says no, seen through the real SDK."""

from collections.abc import Awaitable

import pytest
from slack_sdk.errors import SlackApiError


async def refused(call: Awaitable[object]) -> str:
    """Return the error code that a call is refused with."""
    with pytest.raises(SlackApiError) as refusal:
        await call
    return str(refusal.value.response["error"])
