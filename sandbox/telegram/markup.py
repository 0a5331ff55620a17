"""Keyboards a bot sends: checked as Telegram checks them, and read as people see them."""

from typing import Any, Final
from urllib.parse import urlsplit

from sandbox.telegram.refusals import bad

Markup = dict[str, Any]

CALLBACK_BYTES: Final = 64
BUTTONS: Final = 100
"""Limits of one inline keyboard (core.telegram.org/bots/api#inlinekeyboardbutton; observed)."""

ACTIONS: Final = frozenset(
    (
        *("url", "callback_data", "web_app", "login_url", "copy_text", "callback_game", "pay"),
        *("switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat"),
    )
)


def check_markup(markup: Markup | None, inline_only: bool = False) -> Markup | None:
    """The markup as it will be stored, None for none or an empty one; raises Refusal. Its types are known good."""
    if not markup:
        return None
    if "inline_keyboard" in markup:
        rows = [row for row in markup["inline_keyboard"] if row]
        if sum(map(len, rows)) > BUTTONS:
            raise bad("reply markup is too long")
        for row in rows:
            for button in row:
                _check_inline(button)
        return {"inline_keyboard": rows} if rows else None
    if inline_only:
        raise bad("inline keyboard expected")
    if "keyboard" in markup:
        rows = [[_reply_button(button) for button in row] for row in markup["keyboard"] if row]
        if not rows:
            raise bad("reply keyboard must contain at least one button")
        return {**markup, "keyboard": rows}
    return markup


def _check_inline(button: Markup) -> None:
    if not button["text"].strip():
        raise bad("inline keyboard button text must be non-empty")
    chosen = ACTIONS & button.keys()
    if not chosen:
        raise bad("text buttons are unallowed in the inline keyboard")
    if len(chosen) > 1:
        raise bad("can't parse inline keyboard button: exactly one action must be specified")
    if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= CALLBACK_BYTES:
        raise bad("BUTTON_DATA_INVALID")
    if "url" in button:
        _check_url(button["url"])


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https", "tg") or not parts.netloc:
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _reply_button(button: Markup | str) -> Markup:
    if isinstance(button, str):
        button = {"text": button}
    if not button["text"].strip():
        raise bad("keyboard button text must be non-empty")
    return button


def buttons(message: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The rows of the message's inline keyboard, none if it has none."""
    markup: Markup = message.get("reply_markup") or {}
    rows: list[list[dict[str, Any]]] = markup.get("inline_keyboard", [])
    return rows


def labels(message: dict[str, Any]) -> list[str]:
    return [button["text"] for row in buttons(message) for button in row]
