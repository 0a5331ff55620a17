"""Checks Block Kit elements as Slack does. Limits: docs.slack.dev/reference/block-kit/block-elements."""

from collections.abc import Callable

from sandbox.slack.findings import Findings, Node

LISTS = ("static", "external", "users", "conversations", "channels")
MENUS = {f"{many}{kind}_select" for many in ("", "multi_") for kind in LISTS}
CHOICES = {"checkboxes", "radio_buttons", "datepicker", "timepicker", "datetimepicker"}
WRITING = {
    f"{kind}_input" for kind in ("plain_text", "email_text", "url_text", "number", "rich_text", "file")
}
PRESSED = {"button", "overflow", "workflow_button"}

IN_ACTIONS = MENUS | CHOICES | PRESSED
IN_SECTION = MENUS | CHOICES | PRESSED | {"image"}
IN_INPUT = MENUS | CHOICES | WRITING


def check_element(element: Node, where: str, allowed: set[str], found: Findings) -> None:
    """Check one element; `allowed` are the types its block may hold."""
    if not found.is_object(element, where):
        return
    kind = element.get("type")
    if kind not in allowed:
        found.note(f"{where}/type", f"unsupported type: {kind}")
        return
    found.string(element, "action_id", where, 255)
    if "placeholder" in element:
        found.text(element, "placeholder", where, 150, plain=True)
    if "confirm" in element:
        _check_confirm(element["confirm"], f"{where}/confirm", found)
    CHECKS.get(kind, _nothing_more)(element, where, found)


def _nothing_more(element: Node, where: str, found: Findings) -> None:
    """Pickers and menus of people and channels have no further limits that we check."""


def _check_confirm(confirm: Node, where: str, found: Findings) -> None:
    if found.is_object(confirm, where):
        found.text(confirm, "title", where, 100, plain=True, required=True)
        found.text(confirm, "text", where, 300, required=True)
        found.text(confirm, "confirm", where, 30, plain=True, required=True)
        found.text(confirm, "deny", where, 30, plain=True, required=True)


def _check_button(element: Node, where: str, found: Findings) -> None:
    found.text(element, "text", where, 75, plain=True, required=True)
    found.string(element, "value", where, 2000)
    found.string(element, "url", where, 3000)
    found.string(element, "accessibility_label", where, 75)
    found.choice(element, "style", where, {"primary", "danger"})


def _check_menu(element: Node, where: str, found: Findings) -> None:
    if ("options" in element) == ("option_groups" in element):
        found.note(where, "must provide either options or option_groups")
    elif "options" in element:
        _check_options(element, where, 100, found)
    else:
        for group, here in found.items(element, "option_groups", where, 100):
            found.text(group, "label", here, 75, plain=True, required=True)
            _check_options(group, here, 100, found)
    if "initial_option" in element:
        _check_initial([element["initial_option"]], element, f"{where}/initial_option", found)
    if "initial_options" in element:
        _check_initial(element["initial_options"], element, f"{where}/initial_options", found)


def _check_few(element: Node, where: str, found: Findings) -> None:
    """Checkboxes and radio buttons: ten options, whose texts may be mrkdwn."""
    _check_options(element, where, 10, found, plain=False)
    if "initial_option" in element:
        _check_initial([element["initial_option"]], element, f"{where}/initial_option", found)
    if "initial_options" in element:
        _check_initial(element["initial_options"], element, f"{where}/initial_options", found)


def _check_overflow(element: Node, where: str, found: Findings) -> None:
    _check_options(element, where, 5, found)


def _check_options(node: Node, where: str, most: int, found: Findings, *, plain: bool = True) -> None:
    for option, here in found.items(node, "options", where, most):
        found.text(option, "text", here, 75, plain=plain, required=True)
        found.string(option, "value", here, 150, required=True)
        found.text(option, "description", here, 75, plain=plain)


def _check_initial(chosen: Node, element: Node, where: str, found: Findings) -> None:
    """What is chosen at first must be exactly one of the options, text included."""
    groups = [element, *element.get("option_groups", [])]
    offered = [_core(option) for group in groups for option in group.get("options", [])]
    if not isinstance(chosen, list) or not chosen:
        found.note(where, "must provide at least 1 item")
    elif any(_core(option) not in offered for option in chosen):
        found.note(where, "failed to match one of the provided options")


def _core(option: Node) -> Node:
    text = option.get("text", {}) if isinstance(option, dict) else {}
    return (text.get("text"), option.get("value")) if isinstance(text, dict) else None


def _check_writing(element: Node, where: str, found: Findings) -> None:
    found.whole(element, "min_length", where, 0, 3000)
    found.whole(element, "max_length", where, 1, 3000)
    longest = element.get("max_length")
    found.string(element, "initial_value", where, longest if isinstance(longest, int) else 3000)


def _check_number(element: Node, where: str, found: Findings) -> None:
    if not isinstance(element.get("is_decimal_allowed"), bool):
        found.note(where, "missing required field: is_decimal_allowed")
    for key in ("min_value", "max_value", "initial_value"):
        found.string(element, key, where, 3000)


def _check_file_input(element: Node, where: str, found: Findings) -> None:
    found.whole(element, "max_files", where, 1, 10)


def check_image(element: Node, where: str, found: Findings) -> None:
    """Check the image element of a section or context; an image block shares these rules."""
    if ("image_url" in element) == ("slack_file" in element):
        found.note(where, "must provide either image_url or slack_file")
    found.string(element, "image_url", where, 3000)
    found.string(element, "alt_text", where, 2000, required=True)


CHECKS: dict[str, Callable[[Node, str, Findings], None]] = {
    "button": _check_button,
    "static_select": _check_menu,
    "multi_static_select": _check_menu,
    "checkboxes": _check_few,
    "radio_buttons": _check_few,
    "overflow": _check_overflow,
    "plain_text_input": _check_writing,
    "number_input": _check_number,
    "file_input": _check_file_input,
    "image": check_image,
}
