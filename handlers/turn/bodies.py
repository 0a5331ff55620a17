"""Outbox bodies to JSON and back: what is stored is what will be sent, whatever happens in between.

Values equal to their default are not written, which saves most of a keyboard. So a body's default must never change.
"""

import json
from typing import Final

from pydantic import TypeAdapter

from conversations.effects import Kind, Message
from conversations.subject import SubjectKind
from handlers.turn.ports import Body, Card, DigestPost, Download, Overview, Parcel, Post
from storage.interface.claims import Claimed
from storage.interface.outbox import ROUND, BodyKind

_ADAPTERS: Final[dict[str, TypeAdapter[Body]]] = {
    BodyKind.MESSAGE: TypeAdapter(Message),
    BodyKind.CARD: TypeAdapter(Card),
    BodyKind.POST: TypeAdapter(Post),
    BodyKind.OVERVIEW: TypeAdapter(Overview),
    BodyKind.DIGEST: TypeAdapter(DigestPost),
    BodyKind.DOWNLOAD: TypeAdapter(Download),
}


def kind_of(body: Body) -> BodyKind:
    """Return the tag under which a body is stored."""
    match body:
        case Message():
            return BodyKind.MESSAGE
        case Card():
            return BodyKind.CARD
        case Post():
            return BodyKind.POST
        case Overview():
            return BodyKind.OVERVIEW
        case DigestPost():
            return BodyKind.DIGEST
        case Download():
            return BodyKind.DOWNLOAD


def encode(body: Body) -> tuple[BodyKind, str]:
    """Return (kind, JSON)."""
    kind = kind_of(body)
    return kind, _ADAPTERS[kind].dump_json(body, exclude_defaults=True).decode()


def body_of(kind: str, text: str) -> Body:
    """Read a stored body. Raises ValueError when it does not match its kind."""
    adapter = _ADAPTERS.get(kind)
    if adapter is None:
        raise ValueError(f"nobody knows how to send a {kind}")
    return adapter.validate_json(_as_today(kind, text))


def _as_today(kind: str, text: str) -> str:
    """Return a body in today's format: rows older than subjects name a case by its id alone."""
    if kind not in (BodyKind.CARD, BodyKind.OVERVIEW):
        return text
    body = json.loads(text)
    match body:
        case {"case": int(case), **rest}:
            return json.dumps({"subject": _case(case), **rest})
        case {"cards": [[_, int()], *_] as cards, **rest}:
            return json.dumps({"cards": [(line, _case(case)) for line, case in cards], **rest})
    return text


def _case(case: int) -> dict[str, object]:
    return {"kind": SubjectKind.CASE.value, "id": case}


def decode(claimed: Claimed) -> Parcel:
    """Return a claimed row ready to send. Raises ValueError when its body does not match its kind."""
    body = body_of(claimed.row.kind, claimed.row.body)
    row = claimed.row
    return Parcel(
        row.id,
        row.address,
        body,
        claimed.thread,
        claimed.edited,
        claimed.attempt % ROUND,
        bool(claimed.uncertain),
    )


def may_resend(body: Body) -> bool:
    """Return whether a send whose response was lost may be repeated. A receipt seen twice only confuses."""
    return not (isinstance(body, Message) and body.kind is Kind.RECEIPT)
