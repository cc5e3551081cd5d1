"""The addresses for late answers to a command (`response_url`): 30 minutes, five times."""

from aiohttp import web

from sandbox.call import Call
from sandbox.commands import response
from sandbox.commands.records import HOOK_LIFE, ResponseHook
from sandbox.commands.response import Place
from sandbox.errors import ApiError
from sandbox.routes import Routes

routes = Routes(prefix="")

MOST_USES = 5
ERROR = "web.command_webhook."


@routes.post("/hooks/commands/{hook_id}", auth=False)
async def answer_late(call: Call) -> object:
    """Post a late answer where the command was run, in the name of the person who ran it."""
    hook = _usable(call)
    command = call.world.commands.get(hook.command_id)
    if command is None:
        raise ApiError(ERROR + "command.app_error")
    try:
        got = response.read(call.request.headers.get("Content-Type", ""), call.payload)
    except ValueError as failure:
        raise ApiError(ERROR + "parse.app_error") from failure
    if got is None:
        raise ApiError(ERROR + "parse.app_error")
    place = Place(hook.user_id, hook.channel_id, hook.root_id, command.username, command.icon_url)
    response.post_all(call.world, place, got)
    return web.Response(body=b"ok", headers={"Content-Type": "text/plain"})


def _usable(call: Call) -> ResponseHook:
    """Count one use of a hook that is neither expired nor used up."""
    hook = call.world.commands.hooks.get(call.path("hook_id"))
    if hook is None or call.state.clock.tick() - hook.create_at > HOOK_LIFE:
        raise ApiError(ERROR + "general.app_error", 404)
    if hook.uses >= MOST_USES:
        raise ApiError(ERROR + "general.app_error", 400)
    hook.uses += 1
    return hook
