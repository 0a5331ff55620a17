"""Proof of the texts that were sent: a salted hash is in the fact of the step, the salt is stored with the text.

Erasing the text erases the salt: the hash then reveals nothing, and no fact changes.
"""

import secrets
from collections.abc import Sequence
from hashlib import sha256

from storage.interface.facts import FactRow
from storage.interface.messages import CaseMessage
from storage.interface.outbox import OutboxRow

SALT = 16  # bytes


def salt() -> str:
    """Return a new salt in hex."""
    return secrets.token_hex(SALT)


def hashed(salt: str, text: str) -> str:
    """Return the SHA-256 of salt and text in hex."""
    return sha256((salt + text).encode("utf-8", "replace")).hexdigest()


def sealed(
    facts: Sequence[FactRow], sent: Sequence[OutboxRow], said: Sequence[CaseMessage]
) -> Sequence[FactRow]:
    """Add to each fact the hashes of the texts of its step: those to its conversation, those of its case.

    A text belongs to the latest fact before it, else to the first one after it: ids only grow within a turn. The text
    of a step without a fact has no hash.
    """
    found: dict[int, list[str]] = {}
    for row in sent:
        if row.salt:
            theirs = [fact.id for fact in facts if fact.conversation == row.conversation]
            _put(found, theirs, row.id, f"outbox:{row.id}:{hashed(row.salt, row.body)}")
    for one in said:
        theirs = [fact.id for fact in facts if fact.case == one.case]
        _put(found, theirs, one.id, f"message:{one.id}:{hashed(one.salt, one.text)}")
    if not found:
        return facts
    return [_with(fact, " ".join(found[fact.id])) if fact.id in found else fact for fact in facts]


def _put(found: dict[int, list[str]], theirs: Sequence[int], at: int, text: str) -> None:
    if theirs:
        found.setdefault(max((one for one in theirs if one < at), default=theirs[0]), []).append(text)


def _with(fact: FactRow, texts: str) -> FactRow:
    return FactRow(fact.id, fact.at, fact.fact, fact.person, fact.conversation, fact.case, fact.order, texts)
