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
    """The markup as it will be stored, None for none or an empty one; raises Refusal."""
    if not markup:
        return None
    if "inline_keyboard" in markup:
        rows = _rows(markup["inline_keyboard"], "inline keyboard")
        for row in rows:
            for button in row:
                _check_inline(button)
        if sum(map(len, rows)) > BUTTONS:
            raise bad("reply markup is too long")
        return {"inline_keyboard": [row for row in rows if row]} if any(rows) else None
    if inline_only:
        raise bad("inline keyboard expected")
    if "keyboard" in markup:
        rows = [[_reply_button(button) for button in row] for row in _rows(markup["keyboard"], "keyboard")]
        if not any(rows):
            raise bad("reply keyboard must contain at least one button")
        return {**markup, "keyboard": rows}
    if markup.get("remove_keyboard") is True or markup.get("force_reply") is True:
        return markup
    raise bad("object expected as reply markup")


def _rows(rows: Any, where: str) -> list[list[Any]]:
    if not isinstance(rows, list):
        raise bad(f'field "{where.replace(" ", "_")}" must be of type Array')
    if any(not isinstance(row, list) for row in rows):
        raise bad(f"can't parse {where}: expected an Array of Array")
    return rows


def _check_inline(button: Any) -> None:
    if not isinstance(button, dict):
        raise bad("can't parse inline keyboard button: expected an Object")
    if not isinstance(button.get("text"), str) or not button["text"].strip():
        raise bad('can\'t parse inline keyboard button: field "text" must be a non-empty String')
    button["text"].encode()
    chosen = ACTIONS & button.keys()
    if not chosen:
        raise bad("text buttons are unallowed in the inline keyboard")
    if len(chosen) > 1:
        raise bad("can't parse inline keyboard button: exactly one action must be specified")
    if "callback_data" in button:
        data = button["callback_data"]
        if not isinstance(data, str) or not 1 <= len(data.encode()) <= CALLBACK_BYTES:
            raise bad("BUTTON_DATA_INVALID")
    if "url" in button:
        _check_url(button["url"])


def _check_url(url: Any) -> None:
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in ("http", "https", "tg") or not parts.netloc:
        raise bad(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")


def _reply_button(button: Any) -> dict[str, Any]:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict) or not isinstance(button.get("text"), str) or not button["text"]:
        raise bad('can\'t parse keyboard button: field "text" must be a non-empty String')
    return button


def buttons(message: dict[str, Any]) -> list[list[dict[str, Any]]]:
    """The rows of the message's inline keyboard, none if it has none."""
    markup: Markup = message.get("reply_markup") or {}
    rows: list[list[dict[str, Any]]] = markup.get("inline_keyboard", [])
    return rows


def labels(message: dict[str, Any]) -> list[str]:
    return [button["text"] for row in buttons(message) for button in row]
