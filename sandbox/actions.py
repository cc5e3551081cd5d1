"""Clicks on the buttons and menus of posts."""

import json
from dataclasses import dataclass
from typing import Any

from sandbox.attachments import find_action, slack_links
from sandbox.call import OK, Body, Call
from sandbox.channels.rules import may_read_posts
from sandbox.errors import ApiError, forbidden, missing_post
from sandbox.integrations import Answer, Unreachable
from sandbox.posts.edits import changes_by_button, kept_props, update_post
from sandbox.records import Channel, Post
from sandbox.routes import Routes
from sandbox.seals import unseal
from sandbox.system_posts import NewPost, cookie_key, send_ephemeral
from sandbox.world import World

routes = Routes()
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Click:
    """A click: the action, and its post, for which a cookie stands where the post is ephemeral."""

    post_id: str
    root_id: str
    channel: Channel
    action: Json
    post: Post | None
    kept: Json
    """The props that neither update nor whisper loses."""


def not_integrated() -> ApiError:
    """Make the error of an integration that did not answer, or not as it should."""
    return ApiError("api.post.do_action.action_integration.app_error", 400)


@routes.post("/posts/{post_id}/actions/{action_id}")
async def click(call: Call) -> object:
    """Send a click to the integration, and apply its answer."""
    post_id, action_id = call.id("post_id"), call.path("action_id")
    body = Body("action", _given(call.payload))
    clicked = _find(call, post_id, action_id, body.text("cookie"))
    client, trigger_id = call.world.triggers.make(call.user.id)
    sent = _request(call, clicked, trigger_id, body.text("selected_option"))
    answer = await _ask(call.world, clicked, sent)
    _obey(call, clicked, answer)
    return OK | {"trigger_id": client}


def _given(payload: bytes) -> Json:
    """Return the context that the client sends along; an unreadable body counts as none."""
    try:
        value = json.loads(payload)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _find(call: Call, post_id: str, action_id: str, cookie: str) -> Click:
    """Find the action in its post, or else in the cookie, for somebody who may read the channel."""
    post = call.state.posts.get(post_id)
    if cookie and (post is None or post.delete_at):
        return _by_cookie(call, post_id, cookie)
    channel = call.state.channels.get(post.channel_id) if post else None
    if post is None or channel is None or not may_read_posts(call, channel):
        raise forbidden()
    if post.delete_at:
        raise missing_post()
    action = find_action(post.props, action_id)
    if action is None or not action.get("integration"):
        raise ApiError("api.post.do_action.action_id.app_error", 404)
    return Click(post.id, post.root_id or post.id, channel, action, post, kept_props(post))


def _by_cookie(call: Call, post_id: str, cookie: str) -> Click:
    try:
        value = unseal(cookie_key(call.world), cookie)
    except ValueError as failure:
        raise not_integrated() from failure
    channel = call.state.channels.get(value["channel_id"])
    if channel is None or not may_read_posts(call, channel):
        raise forbidden()
    if value["post_id"] != post_id:
        raise not_integrated()
    action = {name: value[name] for name in ("type", "data_source", "integration")}
    return Click(post_id, value["root_post_id"] or post_id, channel, action, None, value["retain_props"])


def _request(call: Call, clicked: Click, trigger_id: str, selected: str) -> Json:
    """Make the body of the request to the integration."""
    team = call.state.teams.get(clicked.channel.team_id) if clicked.channel.team_id else None
    action = clicked.action
    context = dict(action["integration"].get("context") or {})
    if selected:
        context["selected_option"] = selected
    body: Json = {
        "user_id": call.user.id,
        "user_name": call.user.username,
        "channel_id": clicked.channel.id,
        "channel_name": clicked.channel.name,
        "team_id": team.id if team else "",
        "team_domain": team.name if team else "",
        "post_id": clicked.post_id,
        "trigger_id": trigger_id,
        "type": action.get("type", ""),
        "data_source": action.get("data_source", "") if selected else "",
    }
    return body | ({"context": context} if context else {})


async def _ask(world: World, clicked: Click, body: Json) -> Json:
    try:
        answer = await world.integrations.post_json(clicked.action["integration"].get("url", ""), body)
    except Unreachable as failure:
        raise not_integrated() from failure
    return _read(world, answer)


def _read(world: World, answer: Answer) -> Json:
    if answer.status != 200:
        raise not_integrated()
    if not answer.body and world.caps.empty_action_reply_accepted:
        return {}
    try:
        value = json.loads(answer.body)
    except ValueError as failure:
        raise not_integrated() from failure
    if not isinstance(value, dict) or not isinstance(value.get("update") or {}, dict):
        raise not_integrated()
    return value


def _obey(call: Call, clicked: Click, answer: Json) -> None:
    """Change the post and whisper to the clicker, as the integration answers."""
    update = answer.get("update")
    if update is not None:
        if clicked.post is None:
            raise missing_post()
        update_post(call.world, clicked.post, changes_by_button(clicked.post, update))
    text = answer.get("ephemeral_text")
    if isinstance(text, str) and text:
        message = text if answer.get("skip_slack_parsing") else slack_links(text)
        whisper = NewPost(call.user.id, clicked.channel.id, message, clicked.root_id, props=clicked.kept)
        send_ephemeral(call.world, call.user.id, whisper)
