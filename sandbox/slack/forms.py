"""What a person puts into an element, as the state that Slack sends: typed per element, with what is preset."""

from collections.abc import Callable, Mapping
from typing import Any

from sandbox.slack.errors import Impossible
from sandbox.slack.ids import Json
from sandbox.slack.messages import elements_of
from sandbox.slack.views import View

ONE_OPTION = {"static_select", "external_select", "radio_buttons", "overflow"}
MANY_OPTIONS = {"multi_static_select", "multi_external_select", "checkboxes"}
PLAIN = {
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
    "file_input": "files",
    "rich_text_input": "rich_text_value",
}
PRESETS = {
    "value": "initial_value",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_date": "initial_date",
    "selected_time": "initial_time",
    "selected_date_time": "initial_date_time",
    "selected_user": "initial_user",
    "selected_users": "initial_users",
    "selected_conversation": "initial_conversation",
    "selected_conversations": "initial_conversations",
    "selected_channel": "initial_channel",
    "selected_channels": "initial_channels",
}


def holds_state(element: Json) -> bool:
    return element["type"] in {*ONE_OPTION, *MANY_OPTIONS, *PLAIN} - {"overflow"}


def slot_of(element: Json) -> str:
    """Return the key that carries the element's answer."""
    if element["type"] in ONE_OPTION:
        return "selected_option"
    if element["type"] in MANY_OPTIONS:
        return "selected_options"
    return PLAIN[element["type"]]


def preset(element: Json) -> Json:
    """Return the element's state before anybody touched it."""
    slot = slot_of(element)
    empty: object = [] if slot.endswith("s") and slot != "files" else None
    value = element.get(PRESETS.get(slot, ""), empty)
    return {"type": element["type"], slot: value}


def chosen(element: Json, value: Any) -> Json:
    """Return the element's state after a person chose `value`: words, an option's text or value, or a list of them."""
    slot = slot_of(element)
    if slot == "selected_option":
        return {"type": element["type"], slot: None if value is None else option_of(element, value)}
    if slot == "selected_options":
        wanted = value if isinstance(value, list | tuple) else [value]
        return {"type": element["type"], slot: [option_of(element, each) for each in wanted]}
    if slot.endswith("s") and not isinstance(value, list | tuple):
        value = [value]
    if slot == "value" and value is not None:
        value = str(value)
    return {"type": element["type"], slot: value or None if slot == "value" else value}


def option_of(element: Json, wanted: str) -> Json:
    groups = [element, *element.get("option_groups", [])]
    options: list[Json] = [option for group in groups for option in group.get("options", [])]
    for option in options:
        if wanted in (option["value"], option["text"]["text"]):
            return option
    offered = [option["text"]["text"] for option in options]
    raise Impossible(f"there is no option {wanted!r}; offered are {offered}")


def state_of(blocks: list[Json], touched: Mapping[str, Json]) -> Json:
    """Return `state.values`: every element that holds state, as touched or as preset."""
    values: Json = {}
    for element in elements_of(blocks):
        if holds_state(element):
            block, action = element["block_id"], element["action_id"]
            values.setdefault(block, {})[action] = touched.get(block, {}).get(action) or preset(element)
    return values


def fill(view: View, answers: Mapping[str, Any], upload: Callable[[Any], Json]) -> None:
    """Put answers into a form; they are named by label, block_id or action_id. Raises Impossible for unknown names.

    `upload` gives the file object for a file, as it was handed over or by its id.
    """
    fields: dict[str, Json] = {}
    for block in view.blocks:
        for element in elements_of([block]):
            if holds_state(element):
                names = [block["block_id"], element["action_id"], (block.get("label") or {}).get("text", "")]
                for name in names:
                    fields.setdefault(name, element)
    for name, value in answers.items():
        if name not in fields:
            raise Impossible(f"the form {view.title!r} has no field {name!r}; it has {sorted(set(fields))}")
        element = fields[name]
        if element["type"] == "file_input":
            value = [upload(file) for file in value or ()]
        view.values.setdefault(element["block_id"], {})[element["action_id"]] = chosen(element, value)


def objections(view: View) -> dict[str, str]:
    """Return what Slack's client itself objects to before it sends a form, by block_id."""
    found: dict[str, str] = {}
    values = state_of(view.blocks, view.values)
    for block in view.blocks:
        if block["type"] == "input":
            element = block["element"]
            answer = values[block["block_id"]][element["action_id"]].get(slot_of(element))
            if problem := _objection(element, answer, bool(block.get("optional"))):
                found[block["block_id"]] = problem
    return found


def _objection(element: Json, answer: Any, optional: bool) -> str:
    if answer in (None, "", []):
        return "" if optional else "Please complete this required field."
    if element["type"] == "file_input" and len(answer) > element.get("max_files", 10):
        return f"You can upload at most {element.get('max_files', 10)} files."
    if element["type"] == "number_input":
        return _number_objection(element, answer)
    if isinstance(answer, str):
        if len(answer) < element.get("min_length", 0):
            return f"Must be at least {element['min_length']} characters."
        if len(answer) > element.get("max_length", 3000):
            return f"Must be at most {element.get('max_length', 3000)} characters."
    return ""


def _number_objection(element: Json, answer: str) -> str:
    try:
        number = float(answer) if element["is_decimal_allowed"] else int(answer)
    except ValueError:
        return "Enter a number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and number < float(low):
        return f"Must be at least {low}."
    if high is not None and number > float(high):
        return f"Must be at most {high}."
    return ""
