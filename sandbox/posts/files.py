"""Files: uploading, reading and finding them."""

import base64
import mimetypes
from dataclasses import dataclass, field

from aiohttp import BodyPartReader, hdrs, web

from sandbox.call import Call, created
from sandbox.channels.rules import may_read_posts
from sandbox.channels.unreads import unlicensed
from sandbox.errors import ApiError, forbidden, invalid_body
from sandbox.ids import new_id
from sandbox.posts.lists import readable_post
from sandbox.posts.sizes import image_size
from sandbox.posts.views import file_json
from sandbox.records import Channel, FileContent, FileInfo
from sandbox.routes import Routes

routes = Routes()


@dataclass(slots=True)
class Upload:
    """The content of an upload."""

    channel_id: str = ""
    client_ids: list[str] = field(default_factory=list)
    files: list[tuple[str, bytes]] = field(default_factory=list)


@routes.post("/files", limit_body=False)
async def upload_files(call: Call) -> object:
    """Take files for a channel; they stay loose until a post carries them."""
    if not call.world.config.get("FileSettings", "EnableFileAttachments"):
        raise unlicensed(call, "api.file.attachments.disabled.app_error")
    is_form = call.request.content_type == "multipart/form-data"
    upload = await _form(call) if is_form else await _raw(call)
    if not upload.channel_id:
        raise invalid_body("channel_id")
    channel = call.state.channels.get(upload.channel_id)
    if channel is None or not call.world.rights.in_channel(call.user, channel, "upload_file"):
        raise forbidden()
    infos = [keep(call, channel, name, content) for name, content in upload.files]
    rows = [file_json(call.world, info) for info in infos]
    return created({"file_infos": rows, "client_ids": upload.client_ids})


async def _form(call: Call) -> Upload:
    upload = Upload()
    async for part in await call.request.multipart():
        if not isinstance(part, BodyPartReader):
            raise invalid_body("files")
        if part.filename is not None:
            upload.files.append((_base(part.filename), await _content(call, part)))
        elif part.name == "channel_id":
            upload.channel_id = await part.text()
        elif part.name == "client_ids":
            upload.client_ids.append(await part.text())
        else:
            raise invalid_body(part.name or "files")
    return upload


async def _content(call: Call, part: BodyPartReader) -> bytes:
    limit = call.world.config.get("FileSettings", "MaxFileSize")
    content = bytearray()
    while chunk := await part.read_chunk():
        content += chunk
        if len(content) > limit:
            raise _too_large(_base(part.filename or ""), -1, limit)
    return bytes(content)


async def _raw(call: Call) -> Upload:
    name, limit = _base(call.query("filename")), call.world.config.get("FileSettings", "MaxFileSize")
    if not name:
        raise invalid_body("filename")
    size = int(call.request.headers.get(hdrs.CONTENT_LENGTH, "0"))
    if size > limit:
        raise _too_large(name, size, limit)
    return Upload(call.query("channel_id"), [], [(name, await call.request.read())])


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _too_large(name: str, size: int, limit: int) -> ApiError:
    blanks = (("Filename", name), ("Length", str(size)), ("Limit", str(limit)))
    return ApiError("api.file.upload_file.too_large_detailed.app_error", 413, blanks)


def keep(call: Call, channel: Channel, name: str, content: bytes) -> FileInfo:
    """Keep a file, loose for now."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    width, height = image_size(content)
    info = FileInfo(
        id=new_id(),
        user_id=call.user.id,
        channel_id=channel.id,
        create_at=call.state.clock.tick(),
        name=name,
        extension=name.rpartition(".")[2].lower() if "." in name else "",
        size=len(content),
        mime_type=f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        width=width,
        height=height,
    )
    call.state.contents.add(FileContent(info.id, base64.b64encode(content).decode()))
    return call.state.files.add(info)


def _readable(call: Call) -> FileInfo:
    info = call.state.files.get(call.id("file_id"))
    if info is None or info.delete_at:
        raise ApiError("app.file_info.get.app_error", 404)
    channel = call.state.channels.get(info.channel_id)
    is_loose = not info.post_id and not call.world.caps.loose_files_readable
    may = channel is not None and not is_loose and may_read_posts(call, channel)
    if info.user_id != call.user.id and not may:
        raise forbidden()
    return info


@routes.get("/files/{file_id}/info")
async def file_info(call: Call) -> object:
    """Describe a file."""
    return file_json(call.world, _readable(call))


@routes.get("/files/{file_id}")
async def file_content(call: Call) -> object:
    """Return a file."""
    return _served(call, _readable(call))


def _served(call: Call, info: FileInfo) -> web.Response:
    stored = call.state.contents.get(info.id)
    body = base64.b64decode(stored.data) if stored else b""
    inline = info.mime_type.startswith(("image/", "text/plain"))
    place = "inline" if inline and not call.flag("download") else "attachment"
    headers = {
        hdrs.CONTENT_TYPE: info.mime_type,
        hdrs.CONTENT_DISPOSITION: f'{place};filename="{info.name}"'.encode().decode("latin-1"),
        "X-Content-Type-Options": "nosniff",
    }
    return web.Response(body=body, headers=headers)


@routes.get("/files/{file_id}/thumbnail")
async def thumbnail(call: Call) -> object:
    """Return an image to be shown small; it is the image itself, since nothing here draws."""
    return _image(call, "api.file.get_file_thumbnail.no_thumbnail.app_error")


@routes.get("/files/{file_id}/preview")
async def preview(call: Call) -> object:
    """Return an image to be shown in a post."""
    return _image(call, "api.file.get_file_preview.no_preview.app_error")


def _image(call: Call, error_id: str) -> web.Response:
    info = _readable(call)
    if not info.width:
        raise ApiError(error_id, 400)
    return _served(call, info)


@routes.get("/files/{file_id}/link")
async def public_link(call: Call) -> object:
    """Return a link for everybody, where the admin allows such links."""
    info = _readable(call)
    if not call.world.config.get("FileSettings", "EnablePublicLink"):
        raise unlicensed(call, "api.file.get_public_link.disabled.app_error")
    return {"link": f"{call.world.url}/files/{info.id}/public"}


@routes.get("/posts/{post_id}/files/info")
async def files_of_post(call: Call) -> object:
    """Describe a post's files."""
    post = readable_post(call, call.id("post_id"))
    found = [call.state.files.get(file_id) for file_id in post.file_ids]
    return [file_json(call.world, info) for info in found if info and not info.delete_at]


@routes.post("/teams/{team_id}/files/search")
async def search_files(call: Call) -> object:
    """Find files by the words of their names, in the caller's own channels."""
    team_id = call.id("team_id")
    terms = call.body("params").text("terms").lower().split()
    if not terms:
        raise invalid_body("terms")
    if not call.world.rights.in_team(call.user, team_id, "view_team"):
        raise forbidden()
    found = [info for info in call.state.files if _is_found(call, team_id, info, terms)]
    found.sort(key=lambda info: -info.create_at)
    rows = {info.id: file_json(call.world, info) | {"channel_id": info.channel_id} for info in found}
    body = {"order": list(rows), "file_infos": rows, "next_file_info_id": "", "prev_file_info_id": ""}
    return body | ({"first_inaccessible_file_time": 0} if call.world.caps.list_says_inaccessible else {})


def _is_found(call: Call, team_id: str, info: FileInfo, terms: list[str]) -> bool:
    channel = call.state.channels.get(info.channel_id)
    is_loose = not info.post_id and not call.world.caps.search_finds_loose_files
    if channel is None or info.delete_at or is_loose or channel.team_id not in {"", team_id}:
        return False
    words = info.name.lower().replace("-", " ").replace(".", " ").split()
    is_named = all(any(word.startswith(term) for word in words) for term in terms)
    return is_named and call.state.member(channel.id, call.user.id) is not None
