"""A Bot API server with its virtual customers, fast enough not to be what is measured. A process of its own.

    python -m benchmarks.server CUSTOMERS WARM_SECONDS SECONDS

Prints one JSON object a line: the port, the begin and the end of the measurement, the report. The bot's first poll
begins it all. It refuses nothing: what the platform refuses is the sandbox's business.
"""

import asyncio
import itertools
import json
import sys
import time
from collections import Counter
from typing import Any, Final

from benchmarks.customers import Crowd, Update, keyboard_of
from benchmarks.wire import Answer, Connection, Values

ME: Final = {"id": 700000001, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
ABOUT_ME: Final = ME | {
    "can_join_groups": True,
    "can_read_all_group_messages": False,
    "supports_inline_queries": False,
}
PATIENCE: Final = 20.0  # seconds: for a bot to start, and for an input given in time to be answered


class Platform:
    """The bot's side: updates wait until they are confirmed, messages reach their customer."""

    def __init__(self, customers: int) -> None:
        self.crowd = Crowd(customers, self._queue)
        self.calls: Counter[str] = Counter()
        self.polled = asyncio.Event()
        self._updates: list[tuple[int, bytes]] = []
        self._numbers = itertools.count(1)
        self._messages = itertools.count(1)
        self._waiting: Answer | None = None

    def call(self, name: str, values: Values, answer: Answer) -> None:
        """One method call."""
        self.calls[name] += 1
        match name:
            case "getupdates":
                self._poll(values, answer)
            case "getme":
                answer.ok(json.dumps(ABOUT_ME).encode())
            case "sendmessage":
                message = self._message(values, next(self._messages))
                answer.ok(json.dumps(message).encode())
                self.crowd.hear(message["chat"]["id"], message)
            case "editmessagetext" | "editmessagereplymarkup":
                answer.ok(json.dumps(self._message(values, int(values["message_id"]))).encode())
            case _:
                answer.ok(b"true")

    def _message(self, values: Values, number: int) -> dict[str, Any]:
        chat = {"id": int(values["chat_id"]), "type": "private", "first_name": "Customer"}
        about = {"message_id": number, "from": ME, "chat": chat, "date": int(time.time())}
        return about | {"text": values.get("text", "")} | keyboard_of(values.get("reply_markup", ""))

    def _queue(self, update: Update) -> None:
        number = next(self._numbers)
        self._updates.append((number, json.dumps({"update_id": number} | update).encode()))
        if self._waiting is not None and len(self._updates) == 1:
            # One turn of the loop later: what arrived together is handed over together.
            asyncio.get_running_loop().call_soon(self._hand_over)

    def _poll(self, values: Values, answer: Answer) -> None:
        confirmed = int(values.get("offset", 0))
        self._updates = [one for one in self._updates if one[0] >= confirmed]
        self._waiting = answer
        self.polled.set()
        if self._updates or not int(values.get("timeout", 0)):
            self._hand_over()

    def _hand_over(self) -> None:
        if self._waiting is not None:
            answer, self._waiting = self._waiting, None
            answer.ok(b"[" + b",".join(body for _, body in self._updates[:100]) + b"]")


async def main(customers: int, warm: float, seconds: float) -> None:
    platform = Platform(customers)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(platform.call), "127.0.0.1", 0)
    _say({"port": server.sockets[0].getsockname()[1]})
    async with asyncio.timeout(PATIENCE):
        await platform.polled.wait()
    await asyncio.sleep(0.3)  # a bot may still be arranging itself
    crowd = platform.crowd
    crowd.arrive()
    await asyncio.sleep(warm)
    calls, cpu, began = platform.calls.copy(), time.process_time(), time.perf_counter()
    crowd.measuring = True
    _say({"measuring": True})
    await asyncio.sleep(seconds)
    crowd.measuring = crowd.open = False
    took, cpu = time.perf_counter() - began, time.process_time() - cpu
    _say({"measuring": False})
    calls = platform.calls - calls
    await _until_still(crowd, PATIENCE)
    report: dict[str, Any] = {
        "seconds": took,
        "turns": crowd.turns,
        "finished": crowd.finished,
        "astray": crowd.astray,
    }
    report |= {"unanswered": crowd.unanswered, "server_core": cpu / took, "calls": dict(calls)}
    _say(report | {"latency_ms": _percentiles(crowd.latencies)})


async def _until_still(crowd: Crowd, seconds: float) -> None:
    """Wait until everybody is answered; who is not after these seconds counts as unanswered."""
    for _ in range(int(seconds / 0.05)):
        if not crowd.unanswered:
            return
        await asyncio.sleep(0.05)


def _percentiles(latencies: list[float]) -> dict[str, float]:
    ordered = sorted(latencies) or [0.0]
    return {f"p{share}": round(1000 * ordered[len(ordered) * share // 100], 1) for share in (50, 95, 99)}


def _say(line: dict[str, Any]) -> None:
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])))
