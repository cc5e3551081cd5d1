"""Answers of commands: read from HTTP, and posted in the name of the person who ran the command."""

import json
import re
from dataclasses import dataclass
from typing import Any

from sandbox.attachments import announced, from_slack, slack_links, typed, with_text_values
from sandbox.errors import ApiError, invalid_param
from sandbox.system_posts import NewPost, send_ephemeral, send_post
from sandbox.world import World

Json = dict[str, Any]
_FIELDS: dict[str, type] = {
    "response_type": str,
    "text": str,
    "username": str,
    "channel_id": str,
    "icon_url": str,
    "type": str,
    "props": dict,
    "goto_location": str,
    "trigger_id": str,
    "skip_slack_parsing": bool,
    "attachments": list,
    "extra_responses": list,
}
_MENTION = re.compile(r"<@([a-zA-Z0-9]+)>")
_NULLS = ("props", "attachments", "extra_responses")


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer is posted, in whose name, and how the command wants to be called."""

    user_id: str
    channel_id: str
    root_id: str
    username: str = ""
    icon_url: str = ""
    built_in: bool = False


def read(content_type: str, body: bytes) -> Json | None:
    """Return the answer of an integration in full form; None for `null`; ValueError when it cannot be read."""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return full({}) | {"text": body.decode(errors="replace")}
    value = json.loads(body)
    return None if value is None else full(value)


def full(given: object) -> Json:
    """Return a response with all its fields, their types checked as the server's decoder does."""
    if not isinstance(given, dict):
        raise ValueError("not an object")
    response: Json = {}
    for name, kind in _FIELDS.items():
        value = given.get(name)
        if value is not None and not isinstance(value, kind):
            raise ValueError(name)
        response[name] = value if value is not None or name in _NULLS else kind()
    response["text"] = announced(response["text"])
    if response["attachments"] is not None:
        response["attachments"] = from_slack(with_text_values(typed(response["attachments"])), announced)
    if response["extra_responses"] is not None:
        response["extra_responses"] = [full(extra) for extra in response["extra_responses"]]
    return response


def post_all(world: World, place: Place, response: Json) -> None:
    """Post a response and its extra ones; all are tried, and the last failure is raised."""
    failure: ApiError | None = None
    for one in [response, *(response["extra_responses"] or [])]:
        try:
            post_one(world, place, one)
        except ApiError as error:
            failure = error
    if failure:
        raise failure


def post_one(world: World, place: Place, response: Json) -> None:
    """Post a response: for everybody, for the person who ran the command, or not at all."""
    channel_id = place.channel_id
    if response["channel_id"]:
        channel_id = response["channel_id"]
        if world.state.member(channel_id, place.user_id) is None:
            raise ApiError("api.command.command_post.forbidden.app_error", 403)
    if response["type"].startswith("system_"):
        raise invalid_param("post.type")
    post = NewPost(
        user_id=place.user_id,
        channel_id=channel_id,
        root_id=place.root_id,
        message=_message(world, response, response["text"]),
        type=response["type"] or ("slack_attachment" if response["attachments"] is not None else ""),
        props=(response["props"] or {}) | _overrides(world, place, response) | _attachments(world, response),
    )
    if response["response_type"] == "in_channel":
        send_post(world, post)
    elif response["response_type"] in ("", "ephemeral") and (response["text"] or response["attachments"] is not None):
        send_ephemeral(world, place.user_id, post)


def _message(world: World, response: Json, text: str) -> str:
    """Convert Slack’s markup to Mattermost’s, unless the integration wants it left."""
    if response["skip_slack_parsing"]:
        return text
    return slack_links(_MENTION.sub(lambda found: _mention(world, found), announced(text)))


def _mention(world: World, found: re.Match[str]) -> str:
    user = world.state.users.get(found[1])
    return f"@{user.username}" if user else found[0]


def _attachments(world: World, response: Json) -> Json:
    attachments = response["attachments"]
    if attachments is None:
        return {}
    return {"attachments": from_slack(attachments, lambda text: _message(world, response, text))}


def _overrides(world: World, place: Place, response: Json) -> Json:
    """Return the name and picture under which the post appears, where the admin allows it."""
    props: Json = {} if place.built_in else {"from_webhook": "true"}
    name = place.username or response["username"]
    if world.config.service("EnablePostUsernameOverride") and name:
        props |= {"override_username": name, "from_webhook": "true"}
    if world.config.service("EnablePostIconOverride"):
        icon = place.icon_url or response["icon_url"]
        props |= {"override_icon_url": icon} | ({"from_webhook": "true"} if icon else {})
    return props
