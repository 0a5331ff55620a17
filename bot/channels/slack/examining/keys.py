"""The tokens: whose they are, whether all scopes were granted, and whether Socket Mode lets us in."""

from collections.abc import Mapping
from typing import Any, Final

from bot.channels.slack.examining.asking import TimedClient, Unanswered
from bot.channels.slack.scopes import EXAMINING, INSTALL_AGAIN, SCOPES
from bot.monitoring.finding import Finding, Health
from conversations.frozen import frozen

_TOKEN: Final = "slack token"  # noqa: S105 - a heading
_SCOPES: Final = "slack scopes"
_SOCKET: Final = "slack socket"


@frozen
class Us:
    """Who we are: the workspace's id, and the scopes that were granted."""

    team: str
    scopes: frozenset[str]


async def examine_token(asking: TimedClient) -> tuple[list[Finding], Us | None]:
    """Return what was found and who we are: None where Slack refuses the token or does not tell."""
    try:
        told = await asking.ask(asking.client.auth_test)
    except Unanswered as error:
        return [error.finding(_TOKEN)], None
    text = f"it is that of the bot {told.get('user', '')} in the workspace {told.get('team', '')}"
    granted = _granted(told.headers)
    return [Finding(_TOKEN, Health.GOOD, text), *_scopes(granted)], Us(str(told.get("team_id", "")), granted)


async def examine_socket(asking: TimedClient, app_token: str) -> list[Finding]:
    """Whether a connection may be opened."""
    try:
        await asking.ask(asking.client.apps_connections_open, "[slack] app_token", app_token=app_token)
    except Unanswered as error:
        return [error.finding(_SOCKET)]
    return [Finding(_SOCKET, Health.GOOD, "Slack opens a connection")]


def _granted(headers: Mapping[str, Any]) -> frozenset[str]:
    told = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    return frozenset(scope.strip() for scope in str(told).split(",") if scope.strip())


def _scopes(granted: frozenset[str]) -> list[Finding]:
    if missing := [scope for scope in SCOPES if scope not in granted | EXAMINING]:
        needs = ", ".join(f"{scope} (for {SCOPES[scope]})" for scope in missing)
        text = f"{needs} {'is' if len(missing) == 1 else 'are'} missing"
        return [Finding(_SCOPES, Health.BAD, text, INSTALL_AGAIN)]
    if not granted >= EXAMINING:
        text = "all that the service needs; users:read is missing, so that staff cannot be examined"
        return [Finding(_SCOPES, Health.NOTE, text, INSTALL_AGAIN)]
    return [Finding(_SCOPES, Health.GOOD, "all that slack-manifest.yaml asks for")]
