"""Interactive dialogs: opened by an integration, filled by a person, checked by the integration."""

import json
from typing import Any

from sandbox.call import OK, Body, Call
from sandbox.channels.rules import may_read_posts
from sandbox.dialog_shape import element_json, text_of
from sandbox.errors import ApiError, forbidden, invalid_body
from sandbox.events import Broadcast, dumps
from sandbox.integrations import Answer, Unreachable
from sandbox.routes import Routes
from sandbox.world import World

routes = Routes()
Json = dict[str, Any]
SUBMIT = "app.submit_interactive_dialog."
LOOKUP = "app.lookup_interactive_dialog."


@routes.post("/actions/dialogs/open", auth=False)
async def open_dialog(call: Call) -> object:
    """Open a dialog for the person of a trigger id, which is all that is checked of the caller."""
    body = call.body("dialog")
    url = body.text("url")
    if not url:
        raise invalid_body("url")
    client, user_id = call.world.triggers.read(body.text("trigger_id"))
    shown = {"trigger_id": client, "url": url, "dialog": dialog_json(call.world, body.object("dialog"))}
    call.world.hub.publish("open_dialog", {"dialog": dumps(shown)}, Broadcast(user_id=user_id))
    return OK


def dialog_json(world: World, given: Json) -> Json:
    """Return a dialog with the fields that this version knows."""
    elements = given.get("elements")
    body: Json = {
        "callback_id": text_of(given, "callback_id"),
        "title": text_of(given, "title"),
        "introduction_text": text_of(given, "introduction_text"),
        "icon_url": text_of(given, "icon_url"),
        "elements": None
        if not isinstance(elements, list)
        else [element_json(world.caps, one) for one in elements if isinstance(one, dict)],
        "submit_label": text_of(given, "submit_label"),
        "notify_on_cancel": given.get("notify_on_cancel") is True,
        "state": text_of(given, "state"),
    }
    if world.caps.dialog_steps and text_of(given, "source_url"):
        body["source_url"] = text_of(given, "source_url")
    return body


@routes.post("/actions/dialogs/submit")
async def submit_dialog(call: Call) -> object:
    """Send a submission (or a cancellation) to the integration, and return its answer."""
    body = _submission(call)
    refresh = call.world.caps.dialog_steps and body.text("type") == "refresh"
    sent = _request(call, body, "refresh" if refresh else "dialog_submission")
    answer = await _ask(call.world, body.text("url"), sent)
    return _submitted(call.world, answer)


@routes.post("/actions/dialogs/lookup")
async def look_up(call: Call) -> object:
    """Ask the integration for the options of a dynamic menu."""
    if not call.world.caps.dialog_multiselect:
        raise ApiError("api.context.404.app_error", 404)
    body = _submission(call)
    if not body.text("url").startswith(("http://", "https://")):
        raise invalid_body("url")
    sent = _request(call, body, "dialog_lookup")
    answer = await _ask(call.world, body.text("url"), sent)
    value = _decoded(answer, LOOKUP)
    items = value.get("items")
    found = [{"text": text_of(one, "text"), "value": text_of(one, "value")} for one in items or ()]
    return {"items": found if items is not None else None}


def _submission(call: Call) -> Body:
    """Return the body, if its author may read the channel and see the team."""
    body = call.body("submit")
    if not body.text("url"):
        raise invalid_body("url")
    channel = call.state.channels.get(body.text("channel_id"))
    if channel is None or not may_read_posts(call, channel):
        raise forbidden()
    if not call.world.rights.in_team(call.user, body.text("team_id"), "view_team"):
        raise forbidden()
    return body


def _request(call: Call, body: Body, kind: str) -> Json:
    """Make the request to the integration; the submitter is never taken from the client."""
    submission = body.values.get("submission")
    return {
        "type": kind,
        "callback_id": body.text("callback_id"),
        "state": body.text("state"),
        "user_id": call.user.id,
        "channel_id": body.text("channel_id"),
        "team_id": body.text("team_id"),
        "submission": submission if isinstance(submission, dict) else None,
        "cancelled": body.flag("cancelled"),
    }


async def _ask(world: World, url: str, body: Json) -> Answer:
    try:
        answer = await world.integrations.post_json(url, body)
    except Unreachable as failure:
        raise ApiError("api.post.do_action.action_integration.app_error", 400) from failure
    if answer.status != 200:
        raise ApiError("api.post.do_action.action_integration.app_error", 400)
    return answer


def _decoded(answer: Answer, error: str) -> Json:
    if not answer.body:
        return {}
    try:
        value = json.loads(answer.body)
    except ValueError as failure:
        raise ApiError(error + "decode_json_error", 500) from failure
    if not isinstance(value, dict):
        raise ApiError(error + "decode_json_error", 500)
    return value


def _submitted(world: World, answer: Answer) -> Json:
    """Return the answer for the client; old servers close the dialog on an unreadable answer of the integration."""
    try:
        value = _decoded(answer, SUBMIT)
    except ApiError:
        if world.caps.dialog_reply_must_be_json:
            raise
        return {}
    return _next_step(world, value) | _errors(value)


def _errors(value: Json) -> Json:
    error, errors = value.get("error"), value.get("errors")
    body: Json = {"error": error} if isinstance(error, str) and error else {}
    if isinstance(errors, dict) and errors:
        body["errors"] = {name: str(text) for name, text in errors.items()}
    return body


def _next_step(world: World, value: Json) -> Json:
    """Return the form of the next step; servers that know no steps leave it out."""
    kind = text_of(value, "type")
    if not world.caps.dialog_steps or not kind:
        return {}
    form = value.get("form")
    if kind not in ("form", "ok", "navigate") or (kind == "form" and not isinstance(form, dict)):
        raise ApiError(SUBMIT + "invalid_response", 400)
    return {"type": kind} | ({"form": dialog_json(world, form)} if isinstance(form, dict) else {})
