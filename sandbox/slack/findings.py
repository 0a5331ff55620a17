"""The pen of Block Kit's examiner: notes problems in Slack's words, each with its JSON pointer."""

from collections.abc import Iterable, Iterator
from typing import Any

Node = Any
"""A piece of decoded JSON that a bot sent and nobody has checked yet."""


class Findings:
    """Collects problems; every check says whether the thing is fit to be looked into further."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def note(self, where: str, problem: str) -> None:
        self.problems.append(f"{problem} [json-pointer:{where}]")

    def is_object(self, node: Node, where: str) -> bool:
        if isinstance(node, dict):
            return True
        self.note(where, "must provide an object")
        return False

    def string(self, node: Node, key: str, where: str, limit: int, *, required: bool = False) -> None:
        """Check the string `node[key]`; `limit` is in characters, an empty string counts as missing."""
        value = node.get(key)
        if value is None or (value == "" and required):
            if required:
                self.note(where, f"missing required field: {key}")
        elif not isinstance(value, str):
            self.note(f"{where}/{key}", "must provide a string")
        elif len(value) > limit:
            self.note(f"{where}/{key}", f"must be less than {limit + 1} characters")

    def items(
        self, node: Node, key: str, where: str, most: int, least: int = 1
    ) -> Iterator[tuple[Node, str]]:
        """Check the length of the list `node[key]` and yield its objects with their pointers."""
        value = node.get(key)
        here = f"{where}/{key}"
        if not isinstance(value, list):
            self.note(where, f"missing required field: {key}")
            return
        if len(value) > most:
            self.note(here, f"no more than {most} items allowed")
        if len(value) < least:
            self.note(
                here, f"no fewer than {least} items allowed" if least > 1 else "must provide at least 1 item"
            )
        for index, item in enumerate(value):
            if self.is_object(item, f"{here}/{index}"):
                yield item, f"{here}/{index}"

    def text(
        self, node: Node, key: str, where: str, limit: int, *, plain: bool = False, required: bool = False
    ) -> None:
        """Check the text object `node[key]`; with `plain` only plain_text will do."""
        value = node.get(key)
        if value is None:
            if required:
                self.note(where, f"missing required field: {key}")
            return
        self.text_object(value, f"{where}/{key}", limit, plain=plain)

    def text_object(self, value: Node, where: str, limit: int, *, plain: bool = False) -> None:
        if not self.is_object(value, where):
            return
        allowed = {"plain_text"} if plain else {"plain_text", "mrkdwn"}
        if value.get("type") not in allowed:
            self.note(f"{where}/type", f"must be one of {sorted(allowed)}")
        if value.get("type") == "mrkdwn" and "emoji" in value:
            self.note(where, "additional property: emoji")
        words = value.get("text")
        if not isinstance(words, str):
            self.note(where, "missing required field: text")
        elif not words:
            self.note(f"{where}/text", "must be more than 0 characters")
        elif len(words) > limit:
            self.note(f"{where}/text", f"must be less than {limit + 1} characters")

    def choice(self, node: Node, key: str, where: str, allowed: Iterable[str]) -> None:
        if key in node and node[key] not in (options := sorted(allowed)):
            self.note(f"{where}/{key}", f"must be one of {options}")

    def whole(self, node: Node, key: str, where: str, least: int, most: int) -> None:
        """Check an optional whole number within its bounds."""
        value = node.get(key)
        if value is not None and (not isinstance(value, int) or not least <= value <= most):
            self.note(f"{where}/{key}", f"must be an integer between {least} and {most}")

    def unique(self, seen: set[str], value: Node, where: str, what: str) -> None:
        if isinstance(value, str):
            if value in seen:
                self.note(where, f"`{what}` {value} already exists")
            seen.add(value)
