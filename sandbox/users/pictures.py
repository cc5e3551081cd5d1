"""Pictures of accounts."""

import base64

from aiohttp import BodyPartReader, web

from sandbox.call import OK, Call
from sandbox.errors import ApiError, forbidden, missing_user
from sandbox.posts.sizes import image_size
from sandbox.records import FileContent, User
from sandbox.routes import Routes
from sandbox.users.activation import tell_updated

routes = Routes()


@routes.post("/users/{user_id}/image", limit_body=False)
async def set_picture(call: Call) -> object:
    """Give an account a picture: one's own, that of one's bot, or anybody's as system admin."""
    user = call.state.users.get(call.id("user_id"))
    if not _may_change(call, user):
        raise forbidden()
    if user is None:
        raise missing_user()
    content = await _image(call)
    if image_size(content) == (0, 0):
        raise ApiError("api.user.upload_profile_user.decode.app_error", 400)
    call.state.contents.add(FileContent(user.id, base64.b64encode(content).decode()))
    user.update_at = user.last_picture_update = call.state.clock.tick()
    tell_updated(call.world, user)
    return OK


@routes.get("/users/{user_id}/image")
async def picture(call: Call) -> object:
    """Return the picture that was given to an account; this server draws none itself."""
    stored = call.state.contents.get(call.id("user_id"))
    if stored is None:
        raise missing_user()
    return web.Response(body=base64.b64decode(stored.data), content_type="image/png")


def _may_change(call: Call, user: User | None) -> bool:
    if user is not None and user.is_bot and user.bot_owner_id == call.user.id:
        return True
    is_own = user is not None and user.id == call.user.id
    return is_own or call.world.rights.in_system(call.user, "edit_other_users")


async def _image(call: Call) -> bytes:
    if call.request.content_type != "multipart/form-data":
        raise ApiError("api.user.upload_profile_user.parse.app_error", 500)
    async for part in await call.request.multipart():
        if isinstance(part, BodyPartReader) and part.name == "image" and part.filename is not None:
            return bytes(await part.read())
    raise ApiError("api.user.upload_profile_user.no_file.app_error", 400)
