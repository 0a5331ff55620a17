"""The arguments of an API call, however they came: query, form or JSON."""

import json
from typing import Any

from aiohttp import web

from sandbox.slack.errors import Refusal
from sandbox.slack.ids import Json


async def read(request: web.Request) -> Json:
    """Return all arguments of a call; JSON bodies that are no object are refused as Slack refuses them."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            raise Refusal("invalid_json") from None
        if not isinstance(body, dict):
            raise Refusal("json_not_object")
        return arguments | body
    return arguments | dict(await request.post())


class Arguments:
    """Reads single arguments. A form brings numbers, flags and JSON as strings; a JSON body brings them as they are."""

    def __init__(self, values: Json) -> None:
        self.values = values

    def __contains__(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else str(value)

    def required(self, name: str, code: str = "invalid_arguments") -> str:
        if not (value := self.text(name)):
            problem = {"messages": [f"[ERROR] missing required field: {name}"]}
            raise Refusal(code, **({"response_metadata": problem} if code == "invalid_arguments" else {}))
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.values.get(name, default)
        return value in (True, 1, "1", "true", "True")

    def number(self, name: str, default: int, most: int, code: str = "invalid_limit") -> int:
        try:
            value = int(self.text(name) or default)
        except ValueError:
            raise Refusal(code) from None
        if not 0 < value <= most:
            raise Refusal(code)
        return value

    def words(self, name: str) -> list[str]:
        """Return a comma-separated list; a JSON list serves too."""
        value = self.values.get(name)
        if isinstance(value, list):
            return [str(item) for item in value]
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def parsed(self, name: str, code: str) -> Any:
        """Return a structured argument, decoded where it came as a string; None where there is none."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise Refusal(code) from None
