"""Outbox bodies as JSON and back: what is stored is what will be sent, whatever happens in between.

What equals its default is not written: most of a keyboard would be. So a default of a body must never change.
"""

from typing import Final

from pydantic import TypeAdapter

from conversations.effects import Kind, Message
from handlers.ports import Body, Card, DigestPost, Download, Overview, Parcel, Post
from storage.interface_outbox import ROUND, Claimed

_ADAPTERS: Final[dict[str, TypeAdapter[Body]]] = {
    "message": TypeAdapter(Message),
    "card": TypeAdapter(Card),
    "post": TypeAdapter(Post),
    "overview": TypeAdapter(Overview),
    "digest": TypeAdapter(DigestPost),
    "download": TypeAdapter(Download),
}


def kind_of(body: Body) -> str:
    """Return the tag under which a body is stored."""
    match body:
        case Message():
            return "message"
        case Card():
            return "card"
        case Post():
            return "post"
        case Overview():
            return "overview"
        case DigestPost():
            return "digest"
        case Download():
            return "download"


def encode(body: Body) -> tuple[str, str]:
    """Return (kind, JSON)."""
    kind = kind_of(body)
    return kind, _ADAPTERS[kind].dump_json(body, exclude_defaults=True).decode()


def decode(claimed: Claimed) -> Parcel:
    """Make a claimed row ready to go. Raises ValueError when its body is not what its kind says."""
    body = _ADAPTERS[claimed.row.kind].validate_json(claimed.row.body)
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
    """Whether a send whose answer was not seen may be repeated. A receipt seen twice only confuses."""
    return not (isinstance(body, Message) and body.kind is Kind.RECEIPT)
