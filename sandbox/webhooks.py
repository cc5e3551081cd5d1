"""Incoming and outgoing webhooks: posts from outside, and posts told to the outside."""

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.attachments import announced, from_slack, slack_links, typed, with_text_values
from sandbox.call import OK, Call, created
from sandbox.errors import ApiError, forbidden, invalid_body
from sandbox.ids import new_id
from sandbox.integrations import Unreachable
from sandbox.records import Channel, Post
from sandbox.routes import Routes
from sandbox.sending import NewPost, send_post
from sandbox.tables import Index, Record

if TYPE_CHECKING:
    from sandbox.server import Sandbox
    from sandbox.state import State

routes = Routes()
entrance = Routes(prefix="")
Json = dict[str, Any]


@dataclass(eq=False)
class IncomingHook(Record):
    """An address at which anybody may post into a channel."""

    id: str
    create_at: int
    update_at: int
    user_id: str
    channel_id: str
    team_id: str
    delete_at: int = 0
    display_name: str = ""
    description: str = ""
    username: str = ""
    icon_url: str = ""
    channel_locked: bool = False


@dataclass(eq=False)
class OutgoingHook(Record):
    """Addresses that are told of posts that begin with certain words."""

    id: str
    token: str
    create_at: int
    update_at: int
    creator_id: str
    channel_id: str
    team_id: str
    trigger_words: list[str]
    callback_urls: list[str]
    trigger_when: int = 0
    delete_at: int = 0
    display_name: str = ""
    description: str = ""
    content_type: str = ""
    username: str = ""
    icon_url: str = ""


class Webhooks:
    """The hooks of all teams."""

    def __init__(self, state: "State") -> None:
        self.incoming = state.table("incoming_hooks", IncomingHook)
        self.outgoing = state.table("outgoing_hooks", OutgoingHook)
        self.outgoing_of_team = Index(self.outgoing, "team_id")


def _texts(body: Any) -> dict[str, str]:
    return {name: body.text(name) for name in ("display_name", "description", "username", "icon_url")}


@routes.post("/hooks/incoming")
async def create_incoming(call: Call) -> object:
    """Make an address for a channel."""
    body = call.body("incoming_webhook")
    channel = call.state.channels.get(body.text("channel_id"))
    if channel is None:
        raise ApiError("app.channel.get.existing.app_error", 404)
    if not call.server.rights.in_team(call.user, channel.team_id, "manage_incoming_webhooks"):
        raise forbidden()
    now = call.state.clock.tick()
    locked = body.flag("channel_locked")
    hook = IncomingHook(new_id(), now, now, call.user.id, channel.id, channel.team_id, **_texts(body))
    hook.channel_locked = locked
    return created(call.server.webhooks.incoming.add(hook).as_dict())


@routes.get("/hooks/incoming")
async def list_incoming(call: Call) -> object:
    """Return the addresses of a team."""
    team_id = call.query("team_id")
    if not call.server.rights.in_team(call.user, team_id, "manage_incoming_webhooks"):
        raise forbidden()
    rows = [row for row in call.server.webhooks.incoming if row.team_id == team_id and not row.delete_at]
    return [row.as_dict() for row in call.page().cut(rows)]


@routes.delete("/hooks/incoming/{hook_id}")
async def delete_incoming(call: Call) -> object:
    """Close an address."""
    hook = call.server.webhooks.incoming.get(call.id("hook_id"))
    if hook is None or hook.delete_at:
        raise ApiError("app.webhooks.get_incoming.app_error", 404)
    if not call.server.rights.in_team(call.user, hook.team_id, "manage_incoming_webhooks"):
        raise forbidden()
    hook.delete_at = call.state.clock.tick()
    return OK


@routes.post("/hooks/outgoing")
async def create_outgoing(call: Call) -> object:
    """Ask to be told of posts."""
    body = call.body("outgoing_webhook")
    team_id = body.text("team_id")
    if not call.server.rights.in_team(call.user, team_id, "manage_outgoing_webhooks"):
        raise forbidden()
    words, urls = body.texts("trigger_words"), body.texts("callback_urls")
    if not urls or not (words or body.text("channel_id")):
        raise ApiError("api.webhook.create_outgoing.triggers.app_error")
    now = call.state.clock.tick()
    owner = (call.user.id, body.text("channel_id"), team_id, words, urls)
    hook = OutgoingHook(new_id(), new_id(), now, now, *owner, **_texts(body))
    hook.content_type, hook.trigger_when = body.text("content_type"), body.number("trigger_when")
    return created(call.server.webhooks.outgoing.add(hook).as_dict())


@entrance.post("/hooks/{hook_id}", auth=False)
async def receive(call: Call) -> object:
    """Post what comes in at an address, in the name of who made it."""
    hook = call.server.webhooks.incoming.get(call.path("hook_id"))
    if hook is None or hook.delete_at:
        name = "general" if call.server.caps.hook_errors_are_general else "invalid"
        raise ApiError(f"web.incoming_webhook.{name}.app_error", 400)
    payload = await _payload(call)
    text, attachments = payload.get("text"), payload.get("attachments")
    if not text and attachments is None:
        raise ApiError("web.incoming_webhook.text.app_error", 400)
    channel = _channel(call.server, hook, payload)
    send_post(call.server, _incoming(call.server, hook, channel, payload), set_online=call.server.caps.hooks_set_online)
    return web.Response(body=b"ok", headers={"Content-Type": "text/plain"})


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


def _channel(server: "Sandbox", hook: IncomingHook, payload: Json) -> Channel:
    """Return the hook's channel, or the one of the team that the payload names."""
    name = payload.get("channel")
    if not isinstance(name, str) or not name or hook.channel_locked:
        return server.state.channels.rows[hook.channel_id]
    channel = server.state.channels_by_name.first(hook.team_id, name.removeprefix("#"))
    if channel is None:
        raise ApiError("web.incoming_webhook.channel.app_error", 404)
    return channel


def _incoming(server: "Sandbox", hook: IncomingHook, channel: Channel, payload: Json) -> NewPost:
    name, icon = hook.username or payload.get("username"), hook.icon_url or payload.get("icon_url")
    given = payload.get("props")
    props: Json = dict(given) if isinstance(given, dict) else {}
    props |= {"webhook_display_name": hook.display_name} | overrides(server, name, icon)
    attachments = payload.get("attachments")
    if attachments is not None:
        full = from_slack(with_text_values(typed(attachments)), announced)
        props["attachments"] = from_slack(full, slack_links)
    message = slack_links(announced(str(payload.get("text") or "")))
    kind = "slack_attachment" if attachments is not None else ""
    return NewPost(hook.user_id, channel.id, message, type=kind, props=props)


def overrides(server: "Sandbox", name: object, icon: object) -> Json:
    """Return the name and picture of what a hook posts, where the admin allows them."""
    props: Json = {"from_webhook": "true"}
    if server.config.service("EnablePostUsernameOverride"):
        props["override_username"] = name if isinstance(name, str) and name else "webhook"
    if server.config.service("EnablePostIconOverride") and isinstance(icon, str) and icon:
        props["override_icon_url"] = icon
    return props


# ---- outgoing


def tell(server: "Sandbox", post: Post) -> None:
    """Tell the hooks that wait for a post that somebody made."""
    channel = server.state.channels.rows[post.channel_id]
    if channel.type != "O" or post.type.startswith("system_") or post.props.get("from_webhook"):
        return
    first = post.message.split(maxsplit=1)[0] if post.message.split() else ""
    for hook in server.webhooks.outgoing_of_team.rows(channel.team_id):
        if not hook.delete_at and hook.channel_id in ("", channel.id) and _waits(hook, first):
            server.in_background(_tell(server, hook, post, channel, first if hook.trigger_words else ""))


def _waits(hook: OutgoingHook, word: str) -> bool:
    if not hook.trigger_words:
        return True
    if hook.trigger_when == 1:
        return any(word.startswith(known) for known in hook.trigger_words)
    return word in hook.trigger_words


async def _tell(server: "Sandbox", hook: OutgoingHook, post: Post, channel: Channel, word: str) -> None:
    team, user = server.state.teams.get(channel.team_id), server.state.users.get(post.user_id)
    body = {
        "token": hook.token,
        "team_id": channel.team_id,
        "team_domain": team.name if team else "",
        "channel_id": channel.id,
        "channel_name": channel.name,
        "timestamp": post.create_at,
        "user_id": post.user_id,
        "user_name": user.username if user else "",
        "post_id": post.id,
        "text": post.message,
        "trigger_word": word,
        "file_ids": ",".join(post.file_ids),
    }
    answers = await asyncio.gather(
        *(server.integrations.post_json(url, body) for url in hook.callback_urls), return_exceptions=True
    )
    for answer in answers:
        if not isinstance(answer, BaseException) and answer.status == 200:
            _answer(server, hook, post, answer.body)
        elif isinstance(answer, BaseException) and not isinstance(answer, Unreachable):
            raise answer


def _answer(server: "Sandbox", hook: OutgoingHook, post: Post, body: bytes) -> None:
    """Post what the outside answered: as a comment, or as a post of its own."""
    try:
        value = json.loads(body)
    except ValueError:
        return
    if not isinstance(value, dict) or not value.get("text"):
        return
    name, icon = hook.username or value.get("username"), hook.icon_url or value.get("icon_url")
    props = {"webhook_display_name": hook.display_name} | overrides(server, name, icon)
    root_id = (post.root_id or post.id) if value.get("response_type") == "comment" else ""
    message = slack_links(announced(str(value["text"])))
    new = NewPost(hook.creator_id, post.channel_id, message, root_id, props=props)
    send_post(server, new, set_online=server.caps.hooks_set_online)
