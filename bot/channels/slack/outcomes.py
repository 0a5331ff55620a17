"""The result of a failed call to Slack: surely not done, refused for good, or unknown."""

import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from handlers.turn.ports import Later, Never, Unknown

log = logging.getLogger(__name__)

TROUBLE = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)
"""The exceptions of a call caused by Slack or the network."""


class Garbled(Exception):
    """Slack responded with success, but not in the documented shape."""


# Errors: docs.slack.dev/reference/methods/chat.postMessage and its siblings.
OUR_TOKEN = {
    "account_inactive",
    "invalid_auth",
    "not_authed",
    "token_expired",
    "token_revoked",
    "org_login_required",
    "team_access_not_granted",
    "ekm_access_denied",
}
_ABOUT_THE_PERSON = {"cannot_dm_bot", "user_disabled", "user_not_found", "user_not_visible"}
_MENDED_BY = {
    "missing_scope": "install the app again with the scopes of slack-manifest.yaml, which `anliegen init` writes",
    "not_allowed_token_type": "use the bot token (xoxb-) as [slack] bot_token",
}
MENDABLE = {"no_permission", "not_in_channel", "restricted_action"}
"""What may change in a direct message, too; nobody brings one back that is gone."""
_ABOUT_THE_PLACE = MENDABLE | {
    "channel_not_found",
    "external_channel_migrating",
    "is_archived",
    "is_inactive",
    "posting_to_general_channel_denied",
    "restricted_action_non_threadable_channel",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
}
_WITHOUT_VERDICT = {"fatal_error", "internal_error", "service_unavailable", "request_timeout"}
"""Slack's own documentation says of these that part of the operation may have succeeded."""


def error_of(error: BaseException) -> str:
    """Return Slack's word for what went wrong, empty where it said none."""
    if isinstance(error, SlackApiError):
        data = getattr(error.response, "data", None)
        if isinstance(data, dict):
            return str(data.get("error", ""))
    return ""


def classify(error: BaseException) -> Later | Never | Unknown:
    """Judge a failed call; times are seconds. What is none of TROUBLE was an answer that nobody can read."""
    if isinstance(error, SlackApiError):
        return _refused(error)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Later(5, f"Slack cannot be reached: {error}", whole=True)
    if not isinstance(error, TROUBLE):
        log.warning("an answer from Slack cannot be read", exc_info=error)
    return Unknown(f"no answer from Slack: {type(error).__name__}")


def _refused(error: SlackApiError) -> Later | Never | Unknown:
    code = error_of(error)
    response: Any = error.response  # the SDK's own, or aiohttp's where the answer was no JSON
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    headers: Mapping[str, str] = getattr(response, "headers", {})
    if status == 429 or code in ("ratelimited", "rate_limited"):
        return Later(_seconds(headers.get("Retry-After")), "Slack asks to slow down", limited=True)
    if code in OUR_TOKEN:
        log.error("Slack refuses our token (%s): check [slack] bot_token", code)
        return Later(60, f"Slack refuses our token: {code}", whole=True)
    if code in _MENDED_BY:
        log.error("Slack refuses (%s): %s", code, _MENDED_BY[code])
        return Later(60, f"{code}: {_MENDED_BY[code]}")
    if code in _ABOUT_THE_PLACE:
        return Later(2, code, shut=True)
    if not code and 400 <= status < 500:
        return Later(30, f"Slack answered with status {status}")
    if not code or status >= 500 or code in _WITHOUT_VERDICT:
        return Unknown(f"Slack answered {code or 'no JSON'} with status {status}")
    return Never(f"{code}{_details(error)}", unreachable=code in _ABOUT_THE_PERSON)


def _seconds(retry_after: str | None) -> float:
    """Return how long to wait: what Slack says, within a second and an hour, or half a minute."""
    return min(max(float(retry_after), 1.0), 3_600.0) if retry_after and retry_after.isdecimal() else 30.0


def _details(error: SlackApiError) -> str:
    """Return Slack's own explanation of a refused block; it names places, never words."""
    found = (error.response.get("response_metadata") or {}).get("messages") or []
    return f" ({'; '.join(map(str, found[:3]))})" if found else ""
