"""A local Slack and the real SDK's client that calls it."""

from collections.abc import AsyncIterator

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack.local import LocalSlack


@pytest.fixture
async def slack() -> AsyncIterator[LocalSlack]:
    slack = LocalSlack()
    await slack.serve()
    yield slack
    await slack.close()


@pytest.fixture
def client(slack: LocalSlack) -> AsyncWebClient:
    """A client that does not try again by itself."""
    return AsyncWebClient("xoxb-sandbox-bot", base_url=slack.base_url, retry_handlers=[])
