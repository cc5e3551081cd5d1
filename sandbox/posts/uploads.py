"""Uploads in parts."""

from aiohttp import web

from sandbox.call import Call, created
from sandbox.errors import ApiError, forbidden
from sandbox.ids import new_id
from sandbox.posts.files import keep
from sandbox.posts.views import file_json
from sandbox.routes import Routes

routes = Routes()


@routes.post("/uploads")
async def create_upload(call: Call) -> object:
    """Begin an upload in parts."""
    body = call.body("upload")
    channel = call.state.channels.get(body.text("channel_id"))
    if channel is None or not call.world.rights.in_channel(call.user, channel, "upload_file"):
        raise forbidden()
    size, limit = body.number("file_size"), call.world.config.get("FileSettings", "MaxFileSize")
    if size > limit:
        raise ApiError("api.upload.create.upload_too_large.app_error", 413)
    session = {
        "id": new_id(),
        "type": "attachment",
        "create_at": call.state.clock.tick(),
        "user_id": call.user.id,
        "channel_id": channel.id,
        "filename": body.text("filename"),
        "file_size": size,
        "file_offset": 0,
        "remote_id": "",
        "req_file_id": "",
    }
    call.world.uploads[str(session["id"])] = (session, b"")
    return created(session)


@routes.post("/uploads/{upload_id}", limit_body=False)
async def continue_upload(call: Call) -> object:
    """Take the next part of an upload; the last one makes the file."""
    known = call.world.uploads.get(call.id("upload_id"))
    if known is None or known[0]["user_id"] != call.user.id:
        raise forbidden()
    session, content = known
    content += await call.request.read()
    session = session | {"file_offset": len(content)}
    if len(content) < session["file_size"]:
        call.world.uploads[session["id"]] = (session, content)
        return web.Response(status=204)
    del call.world.uploads[session["id"]]
    channel = call.state.channels.rows[session["channel_id"]]
    return created(file_json(call.world, keep(call, channel, session["filename"], content)))
