"""Payload -> Event: the only translation, used before a body is stored, by Bolt's listeners and when it is applied."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from bot.channels.slack.inbound.payloads import (
    STAMP,
    WRITTEN,
    Identity,
    Payload,
    identifier,
    key_of,
    number,
    optional,
    parse,
    plain,
    unknown_key,
    word,
)
from conversations.events import (
    Acted,
    Address,
    Attached,
    Commanded,
    Edited,
    Event,
    FileKind,
    FileRef,
    HomeOpened,
    Instant,
    Overheard,
    Pressed,
    Said,
    Sender,
    Submitted,
    Threaded,
    Unsupported,
    What,
)
from conversations.forms import SentValue
from conversations.frozen import frozen
from conversations.subject import Subject, SubjectKind, read_subject
from conversations.texts.graphemes import clip
from conversations.texts.texts import Texts
from handlers.turn.ports import Unreadable
from storage.interface.inbox import RawBody

SUBJECTS: Final = {kind.value for kind in SubjectKind}
"""What the action ids of buttons for staff begin with (`case.reply`); all other buttons are a dialogue's."""

TEXT_LIMIT = 12_000
"""Characters of a message that are read; Slack's own client sends no longer ones."""

_GONE = {"tombstone", "hidden_by_limit"}


def sealed(body: bytes, us: Identity) -> RawBody | None:
    """Return what to store of a body; None for one to ignore.

    An unreadable body is stored too: it becomes a dead letter that somebody sees.
    """
    try:
        payload = parse(body)
        event = read(payload, key_of(payload) or unknown_key(body), 0, us)
    except Unreadable:
        return RawBody(f"{us.account}:{unknown_key(body)}", us.account, f"{us.account}:unreadable", body)
    if event is None:
        return None
    chat = event.address.chat
    is_message = event.key.startswith("message:") and STAMP.fullmatch(event.message)
    return RawBody(
        f"{us.account}:{event.key}",
        us.account,
        f"{us.account}:{chat}",
        body,
        chat=chat,
        message=event.message if is_message else "",
    )


def read(payload: Payload, key: str, at: Instant, us: Identity) -> Event | None:
    """Translate a payload; None for one to ignore. Raises Unreadable for a shape Slack does not document."""
    try:
        match payload:
            case {"type": "event_callback", "event": dict(event)}:
                found = _event(event, us)
            case {"type": "block_actions"}:
                found = _press(payload, us)
            case {"type": "view_submission"}:
                found = None if objections(payload) else _form(payload, us)
            case {"command": str(command)}:
                found = _command(command, payload, us)
            case _:
                found = None
        if found is None:
            return None
        chat, sender, what, message = found
        answered = _answered(payload)
        return Event(key, at, Address(us.account, identifier(chat)), sender, what, word(message), answered)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        raise Unreadable(f"not a payload as Slack documents it: {type(error).__name__} {error}") from error


def _answered(payload: Payload) -> str:
    """The message under which somebody wrote to us in a thread; Slack knows no other reply."""
    event = payload.get("event")
    if not isinstance(event, dict) or event.get("channel_type") != "im":
        return ""
    thread = optional(event.get("thread_ts"))
    return "" if thread == event.get("ts") else thread


Found = tuple[str, Sender, What, str]
"""Chat, sender, what happened, the platform's id of the person's message."""


@frozen
class FormWords:
    """What is said at a field; the channel does not know who reads it, so it is said in all languages of staff.

    `another_day` has the first day at `{0}` and the last one at `{1}`.
    """

    missing: str = "✎"
    another_day: str = "{0} – {1}"


def form_words(texts: Texts, languages: Iterable[str]) -> FormWords:
    """Return the words in these languages, one beside the other."""
    tags = sorted(set(languages))

    def said(key: str, **days: str) -> str:
        return " · ".join(dict.fromkeys(texts.plain(key, tag, **days) for tag in tags))

    blank = FormWords()
    return FormWords(
        said("staff.form.missing") or blank.missing,
        said("staff.form.another_day", first="{0}", last="{1}") or blank.another_day,
    )


def objections(payload: Payload, words: FormWords = FormWords()) -> dict[str, str]:  # noqa: B008 - frozen
    """Return what is wrong with a sent form, by field.

    Slack lets white space pass where words are required, and its calendar knows no first and last day.
    """
    view = payload["view"]
    values, days, found = _values(view), _days(view), dict[str, str]()
    for block in view.get("blocks", []):
        if block.get("type") != "input":
            continue
        name = block["block_id"]
        value = values.get(name, "")
        if not (value.strip() if isinstance(value, str) else value):
            found |= {} if block.get("optional") else {name: words.missing}
        elif (
            name in days and not days[name][0] <= str(value) <= days[name][1]
        ):  # 2026-12-31: text sorts like time
            found[name] = words.another_day.format(*days[name])
    return found


# -- events --------------------------------------------------------------------------------------------------------


def _event(event: Payload, us: Identity) -> Found | None:
    match event["type"]:
        case "message":
            return _message(event, us)
        case "app_mention":
            if "thread_ts" in event or _automatic(event, us):
                return None  # in a thread the same words come as a message too
            return event["channel"], _author(event, us), Overheard(), event["ts"]
        case "app_home_opened" if event.get("tab") == "home":
            return event["channel"], _author(event, us), HomeOpened(), ""
    return None


def _message(event: Payload, us: Identity) -> Found | None:
    direct = event.get("channel_type") == "im"
    if event.get("subtype") == "message_changed":
        return _edited(event, us) if direct else None
    if event.get("subtype") not in (None, *WRITTEN) or _automatic(event, us):
        return None
    author, ts, thread = _author(event, us), event["ts"], optional(event.get("thread_ts"))
    text, files = _readable(optional(event.get("text"))), tuple(_files(event))
    if direct:
        return event["channel"], author, _said(text, files, event), ts
    if thread and thread != ts:
        return event["channel"], author, Threaded(thread, text, files), ts
    return None  # people talking among themselves


def _said(text: str, files: tuple[FileRef, ...], event: Payload) -> What:
    if files:
        return Attached(files, text)
    if text.strip():
        return Said(text)
    return Unsupported("file" if event.get("files") else "attachment")


def _edited(event: Payload, us: Identity) -> Found | None:
    """An edit by a person; Slack reports its own unfurling of links as an edit too."""
    now, before = event["message"], event.get("previous_message", {})
    if _automatic(now, us) or now.get("text") == before.get("text"):
        return None
    text = _readable(word(now["text"]))
    return event["channel"], _author(now, us), Edited(word(now["ts"]), text), now["ts"]


def _readable(text: str) -> str:
    return clip(plain(text), TEXT_LIMIT)


def _automatic(message: Payload, us: Identity) -> bool:
    return bool(message.get("bot_id")) or message.get("user") in (us.user, None, "USLACKBOT")


def _author(message: Payload, us: Identity) -> Sender:
    profile = message.get("user_profile") or {}
    name = profile.get("display_name") or profile.get("real_name")
    team = message.get("user_team") or message.get("team")
    return Sender(_person(message["user"], team, us), optional(name))


def _person(user: object, team: object, us: Identity) -> str:
    """Return a person's id; people of another workspace (Slack Connect) bear its id, so that they equal no staff."""
    home = optional(team)
    return identifier(user) if home in ("", us.team) else f"{identifier(home)}/{identifier(user)}"


def _files(message: Payload) -> Iterator[FileRef]:
    """Yield files; one shared from another organisation comes without address, and is asked for by its id."""
    for file in message.get("files", []):
        if file.get("mode") in _GONE:
            continue
        mime = optional(file.get("mimetype")) or "application/octet-stream"
        ref = word(file.get("url_private_download") or file.get("url_private") or identifier(file["id"]))
        name = word(file.get("name") or file["id"])
        yield FileRef(ref, _kind(mime, file), name, mime, number(file.get("size", 0)))


def _kind(mime: str, file: Payload) -> str:
    if mime.startswith("audio/") or file.get("subtype") == "slack_audio":
        return FileKind.VOICE
    if mime.startswith("video/"):
        return "video"
    return FileKind.PHOTO if mime.startswith("image/") and "svg" not in mime else FileKind.DOCUMENT


# -- interactions --------------------------------------------------------------------------------------------------


def _press(payload: Payload, us: Identity) -> Found | None:
    action, container = payload["actions"][0], payload["container"]
    sender = _actor(payload, us)
    chat = container.get("channel_id") or payload["user"]["id"]
    message = optional(container.get("message_ts"))
    kind, _, name = action["action_id"].partition(".")
    if kind in SUBJECTS:
        subject = Subject(SubjectKind(kind), number(action["value"]))
        return chat, sender, Acted(name, subject, optional(payload.get("trigger_id"))), message
    if not action.get("value") or action.get("url"):
        return None  # a link was opened
    callback = optional(payload.get("response_url"))
    return chat, sender, Pressed(word(action["value"]), callback, message), message


def _form(payload: Payload, us: Identity) -> Found | None:
    view = payload["view"]
    where = parse(view["private_metadata"].encode())
    about = (
        where.get("subject") or f"{SubjectKind.CASE.value}:{number(where['case'])}"
    )  # of an open older form
    what = Submitted(word(view["callback_id"]), read_subject(word(about)), _values(view))
    return where["chat"], _actor(payload, us), what, ""


def _actor(payload: Payload, us: Identity) -> Sender:
    user = payload["user"]
    name = optional(user.get("name") or user.get("username"))
    return Sender(_person(user["id"], user.get("team_id"), us), name)


def _values(view: Payload) -> dict[str, SentValue]:
    return {
        block: _chosen(entry)
        for block, entries in view.get("state", {}).get("values", {}).items()
        for entry in entries.values()
    }


def _chosen(entry: dict[str, Any]) -> SentValue:
    match entry:
        case {"selected_option": {"value": str(value)}}:
            return value
        case {"selected_options": list(options)}:
            return tuple(word(option["value"]) for option in options)
        case {"selected_date": str(day)}:
            return day
        case {"files": list()}:
            return tuple(_files(entry))
    return str(entry.get("value") or "")


def _days(view: Payload) -> Mapping[str, tuple[str, str]]:
    """Return the first and the last day that may be chosen, by field, as `modal` wrote them."""
    try:
        found = parse(optional(view.get("private_metadata")).encode()).get("days") or {}
        return {str(name): (str(first), str(last)) for name, (first, last) in found.items()}
    except (Unreadable, AttributeError, TypeError, ValueError):
        return {}  # not from us


def _command(command: str, form: Payload, us: Identity) -> Found:
    what = Commanded(
        command.removeprefix("/").lower(), plain(optional(form.get("text"))).strip(), word(form["trigger_id"])
    )
    sender = Sender(_person(form["user_id"], form.get("team_id"), us), optional(form.get("user_name")))
    return form["channel_id"], sender, what, ""
