"""What answers of Mattermost hold: JSON, the name of a fault, a file."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from bot.errors import ChatError

CHUNK_BYTES = 256 * 1024
"""Bytes of a file in memory at a time."""


async def chunks(reply: aiohttp.ClientResponse, limit: int) -> AsyncIterator[bytes]:
    """The body as it comes, as long as it is no larger than said."""
    size = reply.content_length or 0
    if size <= limit:
        size = 0
        async for chunk in reply.content.iter_chunked(CHUNK_BYTES):
            size += len(chunk)
            if size > limit:
                break
            yield chunk
    if size > limit:
        raise ChatError(413, "too_large")


async def decode(reply: aiohttp.ClientResponse) -> Any:
    """The JSON; ChatError where it is none."""
    try:
        return await reply.json(content_type=None)
    except ValueError:
        # A proxy’s own page: what stands behind it may be back soon.
        raise ChatError(502, "not_json") from None


async def error_id(reply: aiohttp.ClientResponse) -> str:
    """Mattermost’s own name of a fault; empty where it is not told."""
    try:
        body = await reply.json(content_type=None)
        return str(body["id"])
    except (ValueError, TypeError, KeyError):
        return ""
