"""files.*: uploads in two steps, and looking files up."""

from sandbox.slack.arguments import Arguments
from sandbox.slack.errors import Refusal
from sandbox.slack.files import StoredFile, Upload
from sandbox.slack.ids import Json, fresh
from sandbox.slack.methods.chat import content_of, thread_of
from sandbox.slack.methods.method import Method, Methods, writable_channel
from sandbox.slack.workspace import Workspace

LARGEST = 1_000_000_000  # bytes, Slack's own limit of 1 GB


def get_upload_url(workspace: Workspace, arguments: Arguments) -> Json:
    name = arguments.required("filename")
    length = arguments.number("length", 0, LARGEST, "invalid_arguments")
    ticket, file_id = fresh("up"), fresh("F")
    workspace.uploads[ticket] = Upload(file_id, name, length)
    return {"upload_url": f"{workspace.url}/slack/upload/{workspace.team}/{ticket}", "file_id": file_id}


def complete_upload(workspace: Workspace, arguments: Arguments) -> Json:
    """Make files of what was uploaded and share them, in one message, where a channel is named."""
    wanted = arguments.parsed("files", "invalid_arguments")
    if not isinstance(wanted, list) or not wanted:
        raise Refusal("invalid_arguments")
    arguments.values["channel_id"] = arguments.text("channel_id") or arguments.text("channels")
    channel = writable_channel(workspace, arguments, "channel_id") if arguments.text("channel_id") else None
    thread_ts = thread_of(channel, arguments) if channel else ""
    blocks = content_of(Arguments({"blocks": arguments.values.get("blocks")}), 0)
    files = [_completed(workspace, item) for item in wanted]
    if channel:
        comment = arguments.text("initial_comment")
        workspace.post(channel, workspace.bot, comment, files=files, thread_ts=thread_ts, **blocks)
    return {"files": [file.whole for file in files]}


def _completed(workspace: Workspace, item: object) -> StoredFile:
    file_id, title = (item.get("id"), item.get("title")) if isinstance(item, dict) else (None, None)
    for ticket, upload in workspace.uploads.items():
        if upload.file_id == file_id and upload.content is not None:
            del workspace.uploads[ticket]
            return workspace.add_file(
                upload.name, upload.content, workspace.bot, str(title or ""), upload.file_id
            )
    raise Refusal("file_not_found")


def info(workspace: Workspace, arguments: Arguments) -> Json:
    file = workspace.files.get(arguments.text("file"))
    if file is None:
        raise Refusal("file_not_found")
    return {"file": file.whole, "comments": [], "response_metadata": {"next_cursor": ""}}


METHODS: Methods = {
    "files.getUploadURLExternal": Method(get_upload_url, ("files:write",)),
    "files.completeUploadExternal": Method(complete_upload, ("files:write",)),
    "files.info": Method(info, ("files:read",)),
}
