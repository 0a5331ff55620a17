"""Virtual customers in a closed loop: each walks the survey, and gives its place to a fresh one at the end.

A turn is one input together with its first answer. A customer that is offered other buttons than the walk expects
stops, and the measurement counts it as astray: a bot that asks something else is not measured.
"""

import itertools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.survey import PRESSED, WALK

Update = dict[str, Any]


@dataclass(slots=True)
class Customer:
    """Where somebody stands: `done` inputs of the walk were given, the last one at `since` (0: it was answered)."""

    about: dict[str, Any]
    chat: dict[str, Any]
    done: int = 0
    since: float = 0.0


@dataclass(slots=True)
class Crowd:
    """So many customers at the same time. `send` takes an update to the bot."""

    size: int
    send: Callable[[Update], None]
    open: bool = True
    measuring: bool = False
    turns: int = 0
    finished: int = 0
    astray: int = 0
    latencies: list[float] = field(default_factory=list)
    _people: dict[int, Customer] = field(default_factory=dict)
    _ids: Iterator[int] = field(default_factory=lambda: itertools.count(10_000_000))
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def arrive(self) -> None:
        """Let everybody begin."""
        for _ in range(self.size):
            self._begin()

    def hear(self, chat: int, message: dict[str, Any]) -> None:
        """A message of the bot. A greeting before the question is no answer yet."""
        customer = self._people.get(chat)
        if customer is None or not customer.since:
            return
        wanted = WALK[customer.done] if customer.done < len(WALK) else ""
        buttons = _buttons(message)
        if wanted in PRESSED and not buttons:
            return
        if self.measuring:
            self.turns += 1
            self.latencies.append(time.perf_counter() - customer.since)
        customer.since = 0.0
        if not wanted:
            self.finished += 1
            self._leave(chat)
        elif wanted not in PRESSED:
            self._write(customer, wanted)
        elif wanted in buttons:
            self._press(customer, message, buttons[wanted])
        else:
            self.astray += 1
            self._leave(chat)

    @property
    def unanswered(self) -> int:
        """How many wait for an answer now."""
        return sum(1 for one in self._people.values() if one.since)

    def _begin(self) -> None:
        number = next(self._ids)
        name = f"Customer {number}"
        about = {"id": number, "is_bot": False, "first_name": name, "language_code": "en"}
        chat = {"id": number, "type": "private", "first_name": name}
        self._people[number] = customer = Customer(about, chat)
        self._write(customer, WALK[0])

    def _leave(self, chat: int) -> None:
        del self._people[chat]
        if self.open:
            self._begin()

    def _write(self, customer: Customer, text: str) -> None:
        message: dict[str, Any] = self._message(customer) | {"text": text}
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
        self._give(customer, {"message": message})

    def _press(self, customer: Customer, message: dict[str, Any], data: str) -> None:
        press = {
            "id": str(4 * 10**17 + next(self._numbers)),
            "from": customer.about,
            "message": message,
            "chat_instance": f"{customer.chat['id']}7",
            "data": data,
        }
        self._give(customer, {"callback_query": press})

    def _message(self, customer: Customer) -> dict[str, Any]:
        number = next(self._numbers) + 10**9
        return {"message_id": number, "from": customer.about, "chat": customer.chat, "date": int(time.time())}

    def _give(self, customer: Customer, update: Update) -> None:
        customer.done += 1
        customer.since = time.perf_counter()
        self.send(update)


def _buttons(message: dict[str, Any]) -> dict[str, str]:
    keyboard = message.get("reply_markup", {}).get("inline_keyboard", [])
    return {one["text"]: one["callback_data"] for row in keyboard for one in row}


def keyboard_of(markup: str) -> dict[str, Any]:
    """An inline keyboard as a message carries it; other markup is not shown in messages."""
    found = json.loads(markup) if markup else {}
    return {"reply_markup": found} if "inline_keyboard" in found else {}
