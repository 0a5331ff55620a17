"""Checks Block Kit blocks as Slack does. Limits: docs.slack.dev/reference/block-kit/blocks."""

import secrets
from collections.abc import Callable
from typing import Literal

from sandbox.slack.elements import IN_ACTIONS, IN_INPUT, IN_SECTION, check_element, check_image
from sandbox.slack.findings import Findings, Node
from sandbox.slack.ids import Json

Surface = Literal["message", "modal", "home"]
MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
LONGEST_MESSAGE = 12_000  # characters of text in all blocks; measured by others: slackapi/bolt-js#2509
ONLY_IN_MESSAGES = {"table", "file"}


def problems_of(blocks: Node, surface: Surface, where: str = "/blocks") -> list[str]:
    """Return what Slack would refuse, empty if nothing."""
    found = Findings()
    seen: set[str] = set()
    if isinstance(blocks, list) and not blocks:
        return []
    parent, _, key = where.rpartition("/")
    for block, here in found.items({key: blocks}, key, parent, MOST_BLOCKS[surface]):
        kind = block.get("type")
        if kind not in CHECKS or (kind in ONLY_IN_MESSAGES and surface != "message"):
            found.note(f"{here}/type", f"unsupported type: {kind}")
            continue
        found.string(block, "block_id", here, 255)
        found.unique(seen, block.get("block_id"), f"{here}/block_id", "block_id")
        CHECKS[kind](block, here, found)
        _check_action_ids(block, here, found)
    return found.problems


def _check_action_ids(block: Node, where: str, found: Findings) -> None:
    """Ids of actions are unique in their block; the same id in two blocks is Slack's ordinary case."""
    seen: set[str] = set()
    elements = block.get("elements")
    for index, element in enumerate(elements if isinstance(elements, list) else []):
        if isinstance(element, dict):
            found.unique(seen, element.get("action_id"), f"{where}/elements/{index}/action_id", "action_id")


def _check_section(block: Node, where: str, found: Findings) -> None:
    if "text" not in block and "fields" not in block:
        found.note(where, "missing required field: text")
    found.text(block, "text", where, 3000)
    if "fields" in block:
        for field, here in found.items(block, "fields", where, 10):
            found.text_object(field, here, 2000)
    if "accessory" in block:
        check_element(block["accessory"], f"{where}/accessory", IN_SECTION, found)


def _check_header(block: Node, where: str, found: Findings) -> None:
    found.text(block, "text", where, 150, plain=True, required=True)


def _check_actions(block: Node, where: str, found: Findings) -> None:
    for element, here in found.items(block, "elements", where, 25):
        check_element(element, here, IN_ACTIONS, found)


def _check_context(block: Node, where: str, found: Findings) -> None:
    for element, here in found.items(block, "elements", where, 10):
        if element.get("type") == "image":
            check_image(element, here, found)
        else:
            found.text_object(element, here, 3000)


def _check_input(block: Node, where: str, found: Findings) -> None:
    found.text(block, "label", where, 2000, plain=True, required=True)
    found.text(block, "hint", where, 2000, plain=True)
    if "element" not in block:
        found.note(where, "missing required field: element")
    else:
        check_element(block["element"], f"{where}/element", IN_INPUT, found)


def _check_image_block(block: Node, where: str, found: Findings) -> None:
    check_image(block, where, found)
    found.text(block, "title", where, 2000, plain=True)


def _check_markdown(block: Node, where: str, found: Findings) -> None:
    found.string(block, "text", where, 12_000, required=True)


def _check_elements_there(block: Node, where: str, found: Findings) -> None:
    if not isinstance(block.get("elements"), list):
        found.note(where, "missing required field: elements")


def _check_table(block: Node, where: str, found: Findings) -> None:
    rows = block.get("rows")
    if not isinstance(rows, list) or not rows:
        found.note(where, "missing required field: rows")
    elif len(rows) > 100 or any(not isinstance(row, list) or len(row) > 20 for row in rows):
        found.note(f"{where}/rows", "no more than 100 rows of 20 cells allowed")


def _check_video(block: Node, where: str, found: Findings) -> None:
    found.text(block, "title", where, 199, plain=True, required=True)
    for key in ("video_url", "thumbnail_url", "alt_text"):
        found.string(block, key, where, 3000, required=True)


def _check_nothing(block: Node, where: str, found: Findings) -> None:
    """A divider and a remote file have nothing to get wrong."""


CHECKS: dict[str, Callable[[Node, str, Findings], None]] = {
    "section": _check_section,
    "header": _check_header,
    "actions": _check_actions,
    "context": _check_context,
    "divider": _check_nothing,
    "input": _check_input,
    "image": _check_image_block,
    "markdown": _check_markdown,
    "rich_text": _check_elements_there,
    "table": _check_table,
    "video": _check_video,
    "file": _check_nothing,
}


def with_ids(blocks: list[Json]) -> list[Json]:
    """Return the blocks as Slack keeps them: whatever had no block_id or action_id gets one."""
    return [_with_ids(block) for block in blocks]


def _with_ids(block: Json) -> Json:
    named: Json = {**block, "block_id": block.get("block_id") or secrets.token_urlsafe(4)[:5]}
    for key in ("accessory", "element"):
        if key in named:
            named[key] = _with_action_id(named[key])
    if named["type"] == "actions":
        named["elements"] = [_with_action_id(element) for element in named["elements"]]
    return named


def _with_action_id(element: Json) -> Json:
    if element.get("type") == "image" or element.get("action_id"):
        return element
    return {**element, "action_id": secrets.token_urlsafe(4)[:5]}
