"""What Telegram refuses, in its own words: programs tell these cases apart by code and text."""

from typing import Any


class Refusal(Exception):
    """A call the Bot API does not carry out: code, description and, seldom, parameters of the error body."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters is not None:
            body["parameters"] = self.parameters
        return body


def bad(reason: str) -> Refusal:
    return Refusal(400, f"Bad Request: {reason}")


def forbidden(reason: str) -> Refusal:
    return Refusal(403, f"Forbidden: {reason}")


def cannot_parse(reason: str) -> Refusal:
    return bad(f"can't parse entities: {reason}")


def unauthorized() -> Refusal:
    return Refusal(401, "Unauthorized")


def not_found(what: str | None = None) -> Refusal:
    return Refusal(404, f"Not Found: {what}" if what else "Not Found")


def too_large() -> Refusal:
    return Refusal(413, "Request Entity Too Large")


def chat_not_found() -> Refusal:
    return bad("chat not found")


def blocked() -> Refusal:
    return forbidden("bot was blocked by the user")


def never_started() -> Refusal:
    return forbidden("bot can't initiate conversation with a user")


def deactivated() -> Refusal:
    return forbidden("user is deactivated")


def kicked(kind: str) -> Refusal:
    return forbidden(f"bot was kicked from the {kind} chat")


def migrated(new_id: int) -> Refusal:
    reason = "Bad Request: group chat was upgraded to a supergroup chat"
    return Refusal(400, reason, {"migrate_to_chat_id": new_id})


def second_poller() -> Refusal:
    reason = "terminated by other getUpdates request; make sure that only one bot instance is running"
    return Refusal(409, f"Conflict: {reason}")


def webhook_is_set() -> Refusal:
    reason = (
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
    )
    return Refusal(409, f"Conflict: {reason}")


def not_modified() -> Refusal:
    return bad(
        "message is not modified: specified new message content and reply markup are exactly the same as "
        "a current content and reply markup of the message"
    )


def query_too_old() -> Refusal:
    return bad("query is too old and response timeout expired or query ID is invalid")


def scripted(code: int, retry_after: int | None) -> Refusal:
    """The usual body of a fault by its status."""
    match code:
        case 401:
            return unauthorized()
        case 403:
            return blocked()
        case 404:
            return not_found()
        case 409:
            return second_poller()
        case 429:
            if retry_after is None:
                return Refusal(429, "Too Many Requests")
            text = f"Too Many Requests: retry after {retry_after}"
            return Refusal(429, text, {"retry_after": retry_after})
        case 400:
            return bad("wrong request")
        case _:
            return Refusal(code, "Internal Server Error" if code == 500 else "Bad Gateway")
