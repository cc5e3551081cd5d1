"""Incoming webhooks: addresses at which anybody may post into a channel."""

import json
from typing import Any

from aiohttp import web

from sandbox.attachments import announced, from_slack, slack_links, typed, with_text_values
from sandbox.call import OK, Call, created
from sandbox.errors import ApiError, forbidden, invalid_body, missing_channel
from sandbox.ids import new_id
from sandbox.records import Channel
from sandbox.routes import Routes
from sandbox.system_posts import NewPost, send_post
from sandbox.webhooks.appearance import fill, overrides
from sandbox.webhooks.records import IncomingHook
from sandbox.world import World

routes = Routes()
entrance = Routes(prefix="")
Json = dict[str, Any]


@routes.post("/hooks/incoming")
async def create_incoming(call: Call) -> object:
    """Make an address for a channel."""
    body = call.body("incoming_webhook")
    channel = call.state.channels.get(body.text("channel_id"))
    if channel is None:
        raise missing_channel()
    if not call.world.rights.in_team(call.user, channel.team_id, "manage_incoming_webhooks"):
        raise forbidden()
    now = call.state.clock.tick()
    hook = IncomingHook(new_id(), now, now, call.user.id, channel.id, channel.team_id)
    hook.channel_locked = body.flag("channel_locked")
    fill(hook, body)
    return created(call.world.webhooks.incoming.add(hook).as_dict())


@routes.get("/hooks/incoming")
async def list_incoming(call: Call) -> object:
    """Return the addresses of a team."""
    team_id = call.query("team_id")
    if not call.world.rights.in_team(call.user, team_id, "manage_incoming_webhooks"):
        raise forbidden()
    rows = [row for row in call.world.webhooks.incoming if row.team_id == team_id and not row.delete_at]
    return [row.as_dict() for row in call.page().cut(rows)]


@routes.delete("/hooks/incoming/{hook_id}")
async def delete_incoming(call: Call) -> object:
    """Close an address."""
    hook = call.world.webhooks.incoming.get(call.id("hook_id"))
    if hook is None or hook.delete_at:
        raise ApiError("app.webhooks.get_incoming.app_error", 404)
    if not call.world.rights.in_team(call.user, hook.team_id, "manage_incoming_webhooks"):
        raise forbidden()
    hook.delete_at = call.state.clock.tick()
    return OK


@entrance.post("/hooks/{hook_id}", auth=False)
async def receive(call: Call) -> object:
    """Post what arrives at a hook’s address, in the name of its creator."""
    hook = call.world.webhooks.incoming.get(call.path("hook_id"))
    if hook is None or hook.delete_at:
        raise _unknown(call)
    payload = await _payload(call)
    text, attachments = payload.get("text"), payload.get("attachments")
    if not text and attachments is None:
        raise ApiError("web.incoming_webhook.text.app_error", 400)
    channel = _channel(call.world, hook, payload)
    send_post(call.world, _incoming(call.world, hook, channel, payload), set_online=call.world.caps.hooks_set_online)
    return web.Response(body=b"ok", headers={"Content-Type": "text/plain"})


def _unknown(call: Call) -> ApiError:
    if not call.world.caps.hook_errors_are_general:
        return ApiError("web.incoming_webhook.invalid.app_error", 400)
    kind = call.request.headers.get("Content-Type", "")
    blanks = (("media_type", kind), ("hook_id", call.path("hook_id")))
    return ApiError("web.incoming_webhook.general.app_error", 400, blanks)


async def _payload(call: Call) -> Json:
    form = call.request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded")
    raw = (await call.request.post()).get("payload", "") if form else call.payload
    try:
        value = json.loads(raw if isinstance(raw, str | bytes) else b"")
    except ValueError as failure:
        raise ApiError("web.incoming_webhook.parse.app_error", 400) from failure
    if not isinstance(value, dict):
        raise invalid_body("payload")
    return value


def _channel(world: World, hook: IncomingHook, payload: Json) -> Channel:
    """Return the hook's channel, or the one of the team that the payload names."""
    name = payload.get("channel")
    if not isinstance(name, str) or not name or hook.channel_locked:
        return world.state.channels.rows[hook.channel_id]
    channel = world.state.channels_by_name.first(hook.team_id, name.removeprefix("#"))
    if channel is None:
        raise ApiError("web.incoming_webhook.channel.app_error", 404)
    return channel


def _incoming(world: World, hook: IncomingHook, channel: Channel, payload: Json) -> NewPost:
    name, icon = hook.username or payload.get("username"), hook.icon_url or payload.get("icon_url")
    given = payload.get("props")
    props: Json = dict(given) if isinstance(given, dict) else {}
    props |= {"webhook_display_name": hook.display_name} | overrides(world, name, icon)
    attachments = payload.get("attachments")
    if attachments is not None:
        full = from_slack(with_text_values(typed(attachments)), announced)
        props["attachments"] = from_slack(full, slack_links)
    message = slack_links(announced(str(payload.get("text") or "")))
    kind = "slack_attachment" if attachments is not None else ""
    return NewPost(hook.user_id, channel.id, message, type=kind, props=props)
