"""Slack-looking ids and timestamps: stable for what has a name, random for what happens once."""

import hashlib
import secrets
import time
from typing import Any

Json = dict[str, Any]

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def named(prefix: str, name: str) -> str:
    """Return the same id for the same name in every run, so that a bot's database outlives the sandbox."""
    digest = hashlib.sha256(f"{prefix}:{name}".encode()).digest()
    return prefix + "0" + "".join(_ALPHABET[byte % 36] for byte in digest[:9])


def fresh(prefix: str) -> str:
    """Return an id that no run repeats: a bot that remembers event ids must not mistake a new one for an old."""
    return prefix + "0" + "".join(secrets.choice(_ALPHABET) for _ in range(9))


class Stamps:
    """Gives message timestamps: real time in microseconds, strictly increasing, in Slack's `seconds.micros` form."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> str:
        self._last = max(time.time_ns() // 1_000, self._last + 100)
        return f"{self._last // 1_000_000}.{self._last % 1_000_000:06d}"
