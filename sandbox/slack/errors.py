"""What the local Slack refuses, by Slack's own error codes."""

from sandbox.slack.ids import Json


class Refusal(Exception):
    """An API call is answered `ok: false` with this code and these further fields."""

    def __init__(self, code: str, **further: object) -> None:
        super().__init__(code)
        self.code = code
        self.further = further

    @property
    def answer(self) -> Json:
        return {"ok": False, "error": self.code, **self.further}


class Impossible(AssertionError):
    """A person tried what the Slack client would not let them do: no such button, no open form, a missing answer."""


def invalid(code: str, problems: list[str]) -> Refusal:
    """Return a refusal that lists every problem the way Slack does, each with its JSON pointer."""
    return Refusal(
        code, errors=problems, response_metadata={"messages": [f"[ERROR] {line}" for line in problems]}
    )
