"""Outgoing webhooks: posts that are told to the outside."""

import asyncio
import json

from sandbox.attachments import announced, slack_links
from sandbox.call import Call, created
from sandbox.errors import ApiError, forbidden
from sandbox.ids import new_id
from sandbox.integrations import Unreachable
from sandbox.records import Channel, Post
from sandbox.routes import Routes
from sandbox.system_posts import NewPost, send_post
from sandbox.webhooks.appearance import fill, overrides
from sandbox.webhooks.records import OutgoingHook
from sandbox.world import World

routes = Routes()


@routes.post("/hooks/outgoing")
async def create_outgoing(call: Call) -> object:
    """Create an outgoing hook."""
    body = call.body("outgoing_webhook")
    team_id = body.text("team_id")
    if not call.world.rights.in_team(call.user, team_id, "manage_outgoing_webhooks"):
        raise forbidden()
    words, urls = body.texts("trigger_words"), body.texts("callback_urls")
    if not urls or not (words or body.text("channel_id")):
        raise ApiError("api.webhook.create_outgoing.triggers.app_error")
    now = call.state.clock.tick()
    hook = OutgoingHook(new_id(), new_id(), now, now, call.user.id, body.text("channel_id"), team_id)
    hook.trigger_words, hook.callback_urls = words, urls
    fill(hook, body)
    hook.content_type, hook.trigger_when = body.text("content_type"), body.number("trigger_when")
    return created(call.world.webhooks.outgoing.add(hook).as_dict())


def tell(world: World, post: Post) -> None:
    """Send a new post to the outgoing hooks that wait for it."""
    channel = world.state.channels.rows[post.channel_id]
    if channel.type != "O" or post.type.startswith("system_") or post.props.get("from_webhook"):
        return
    first = post.message.split(maxsplit=1)[0] if post.message.split() else ""
    for hook in world.webhooks.outgoing_of_team.rows(channel.team_id):
        if not hook.delete_at and hook.channel_id in ("", channel.id) and _waits(hook, first):
            world.in_background(_tell(world, hook, post, channel, first if hook.trigger_words else ""))


def _waits(hook: OutgoingHook, word: str) -> bool:
    if not hook.trigger_words:
        return True
    if hook.trigger_when == 1:
        return any(word.startswith(known) for known in hook.trigger_words)
    return word in hook.trigger_words


async def _tell(world: World, hook: OutgoingHook, post: Post, channel: Channel, word: str) -> None:
    team, user = world.state.teams.get(channel.team_id), world.state.users.get(post.user_id)
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
        *(world.integrations.post_json(url, body) for url in hook.callback_urls), return_exceptions=True
    )
    for answer in answers:
        if not isinstance(answer, BaseException) and answer.status == 200:
            _answer(world, hook, post, answer.body)
        elif isinstance(answer, BaseException) and not isinstance(answer, Unreachable):
            raise answer


def _answer(world: World, hook: OutgoingHook, post: Post, body: bytes) -> None:
    """Post what the integration answered: as a comment, or as a post of its own."""
    try:
        value = json.loads(body)
    except ValueError:
        return
    if not isinstance(value, dict) or not value.get("text"):
        return
    name, icon = hook.username or value.get("username"), hook.icon_url or value.get("icon_url")
    props = {"webhook_display_name": hook.display_name} | overrides(world, name, icon)
    root_id = (post.root_id or post.id) if value.get("response_type") == "comment" else ""
    message = slack_links(announced(str(value["text"])))
    new = NewPost(hook.creator_id, post.channel_id, message, root_id, props=props)
    send_post(world, new, set_online=world.caps.hooks_set_online)
