"""What comes in a request: read whole, and refused with a status where it is not what it says it is."""

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

ENCODINGS = frozenset({"utf-8", "utf8", "us-ascii"})
"""What texts may be written in; Mattermost knows no other, and some others are slow to read."""

_ID = re.compile(r"[a-z0-9]{26}")


async def read(request: web.Request) -> None:
    """Have the whole body. Raises HTTPBadRequest for one that is cut short, badly packed or oddly written."""
    if (request.charset or "utf-8").lower() not in ENCODINGS:
        raise web.HTTPBadRequest
    try:
        await request.read()
    except web.HTTPException:
        raise
    except Exception:
        request.content.feed_eof()  # nothing more can be had of it
        raise web.HTTPBadRequest from None


async def fields(request: web.Request) -> dict[str, str]:
    """The fields of a form, without the character that no database keeps. Raises HTTPException."""
    if request.content_type != "application/x-www-form-urlencoded":
        raise web.HTTPUnsupportedMediaType
    try:
        return {name: str(value).replace("\0", " ") for name, value in (await request.post()).items()}
    except ValueError:
        raise web.HTTPBadRequest from None


async def json_object(request: web.Request) -> dict[str, Any]:
    """The object that a JSON text means. Raises HTTPException."""
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType
    try:
        text = await request.text()
        body = json.loads(text, parse_constant=_refuse)
        if "\\u" in text:
            json.dumps(body, ensure_ascii=False).encode()  # half a character is no text
    except (ValueError, RecursionError):
        raise web.HTTPBadRequest from None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest
    return body


def person(body: Mapping[str, Any]) -> str:
    """The id of who acts, which must be one of Mattermost’s. Raises HTTPBadRequest."""
    user_id = body.get("user_id")
    if not isinstance(user_id, str) or not _ID.fullmatch(user_id):
        raise web.HTTPBadRequest
    return user_id


def place(request: web.Request) -> str:
    """What was asked for, to be written down: not the key of a feed, which is somebody’s."""
    resource = request.match_info.route.resource
    if resource is not None:
        return resource.canonical
    first, *rest = request.path.removeprefix("/").split("/")
    return f"/{first}/…" if rest else f"/{first}"


def _refuse(constant: str) -> None:
    """NaN and Infinity are no JSON."""
    raise ValueError(constant)
