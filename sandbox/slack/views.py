"""Views: a person's stack of modals and their App Home, checked and kept as Slack does."""

import hashlib
import json
import time
from dataclasses import dataclass, field

from sandbox.slack.blocks import problems_of, with_ids
from sandbox.slack.errors import Refusal, invalid
from sandbox.slack.findings import Findings, Node
from sandbox.slack.ids import Json, fresh
from sandbox.slack.messages import texts_of

DEEPEST_STACK = 3
LARGEST = 250_000  # bytes of JSON
WORDED = ("title", "close", "submit")
NAMES = ("private_metadata", "callback_id", "external_id")
SWITCHES = ("clear_on_close", "notify_on_close")


@dataclass(slots=True, eq=False)
class View:
    """One form or home. `values` is what the person chose in it so far, `errors` what the app objected to, by block."""

    id: str
    person: str
    team: str
    app_id: str
    bot_id: str
    body: Json
    blocks: list[Json]
    root: str = ""
    previous: str | None = None
    values: dict[str, Json] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""  # what the client shows when the app did not answer
    version: int = 0

    @property
    def title(self) -> str:
        return str((self.body.get("title") or {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        return str(self.body.get("callback_id", ""))

    @property
    def words(self) -> str:
        return "\n".join([self.title, *texts_of(self.blocks)])

    @property
    def hash(self) -> str:
        content = json.dumps([self.body, self.blocks, self.version], sort_keys=True)
        return f"{int(time.time())}.{hashlib.sha256(content.encode()).hexdigest()[:8]}"

    def matches(self, given: str) -> bool:
        """Whether a hash an app remembers is still of this version, whatever second it was made in."""
        return given.rpartition(".")[2] == self.hash.rpartition(".")[2]

    def replace(self, body: Json) -> None:
        """Take new content; what was chosen in blocks that stay is kept, as in Slack's client."""
        self.body, self.blocks = body, with_ids(body["blocks"])
        kept = {block["block_id"] for block in self.blocks}
        self.values = {block: value for block, value in self.values.items() if block in kept}
        self.errors, self.trouble = {}, ""
        self.version += 1

    def json(self, values: Json | None = None) -> Json:
        """The view object of responses and payloads; `values` stands in `state.values`."""
        return {
            "id": self.id,
            "team_id": self.team,
            "type": self.body["type"],
            **{key: self.body.get(key) for key in WORDED},
            **{key: self.body.get(key) or "" for key in NAMES},
            **{key: bool(self.body.get(key)) for key in SWITCHES},
            "blocks": self.blocks,
            "state": {"values": self.values if values is None else values},
            "hash": self.hash,
            "root_view_id": self.root or self.id,
            "previous_view_id": self.previous,
            "app_id": self.app_id,
            "app_installed_team_id": self.team,
            "bot_id": self.bot_id,
        }


class Views:
    """Every view that is open or published."""

    def __init__(self, team: str, app_id: str, bot_id: str) -> None:
        self._owner = (team, app_id, bot_id)
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def _new(self, person: str, body: Json) -> View:
        team, app_id, bot_id = self._owner
        return View(fresh("V"), person, team, app_id, bot_id, body, with_ids(body["blocks"]))

    def _every(self) -> list[View]:
        return [view for stack in self.stacks.values() for view in stack] + list(self.homes.values())

    def find(self, view_id: str, external_id: str = "") -> View | None:
        return next(
            (
                view
                for view in self._every()
                if view.id == view_id or (external_id and view.body.get("external_id") == external_id)
            ),
            None,
        )

    def top(self, person: str) -> View | None:
        stack = self.stacks.get(person)
        return stack[-1] if stack else None

    def open(self, person: str, body: Json) -> View:
        """Show a modal in place of whatever was open. Raises Refusal for a used external_id."""
        self._check_external_id(body, None)
        view = self._new(person, body)
        self.stacks[person] = [view]
        return view

    def push(self, person: str, body: Json) -> View:
        """Put a modal on the open ones. Raises Refusal where none is open or three are."""
        stack = self.stacks.get(person, [])
        if not stack:
            raise Refusal("not_found")
        if len(stack) >= DEEPEST_STACK:
            raise Refusal("push_limit_reached")
        self._check_external_id(body, None)
        view = self._new(person, body)
        view.root, view.previous = stack[0].id, stack[-1].id
        stack.append(view)
        return view

    def update(self, view: View, body: Json, given_hash: str = "") -> View:
        if given_hash and not view.matches(given_hash):
            raise Refusal("hash_conflict")
        self._check_external_id(body, view)
        view.replace(body)
        return view

    def publish(self, person: str, body: Json, given_hash: str = "") -> View:
        if view := self.homes.get(person):
            return self.update(view, body, given_hash)
        return self.homes.setdefault(person, self._new(person, body))

    def close(self, view: View) -> None:
        """Take a modal off its stack; one that something else has replaced is gone already."""
        stack = self.stacks.get(view.person, [])
        if view in stack:
            stack.remove(view)

    def clear(self, person: str) -> None:
        self.stacks.pop(person, None)

    def _check_external_id(self, body: Json, own: View | None) -> None:
        if (external := body.get("external_id")) and self.find("", external) not in (None, own):
            raise Refusal("duplicate_external_id")


def checked(body: Node, *allowed: str) -> Json:
    """Return a view's body that Slack would take as one of the `allowed` types. Raises Refusal with every problem."""
    if not isinstance(body, dict):
        raise Refusal(
            "invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: view"]}
        )
    if len(json.dumps(body)) > LARGEST:
        raise Refusal("view_too_large")
    if problems := problems_of_view(body, allowed):
        raise invalid("invalid_arguments", problems)
    return body


def problems_of_view(body: Json, allowed: tuple[str, ...]) -> list[str]:
    """Return what Slack would refuse in a view, empty if nothing."""
    found = Findings()
    kind = body.get("type")
    if kind not in allowed:
        found.note("/view/type", f"must be one of {list(allowed)}")
        return found.problems
    if kind == "modal":
        found.text(body, "title", "/view", 24, plain=True, required=True)
        found.text(body, "submit", "/view", 24, plain=True)
        found.text(body, "close", "/view", 24, plain=True)
        _check_submit(body, found)
    found.string(body, "private_metadata", "/view", 3000)
    found.string(body, "callback_id", "/view", 255)
    found.string(body, "external_id", "/view", 255)
    if not isinstance(body.get("blocks"), list):
        found.note("/view", "missing required field: blocks")
        return found.problems
    return found.problems + problems_of(
        body["blocks"], "modal" if kind == "modal" else "home", "/view/blocks"
    )


def _check_submit(body: Json, found: Findings) -> None:
    blocks = body.get("blocks")
    asks = any(isinstance(block, dict) and block.get("type") == "input" for block in blocks or [])
    if asks and not body.get("submit"):
        found.note("/view", "missing required field: submit")
