"""Who answers at the public address of a bot, asked from here."""

import aiohttp
from aiohttp import web

from cli.setup.slash import PATH

_AWAY = (aiohttp.ClientError, TimeoutError, OSError, ValueError)


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5))


async def answers(public_url: str) -> bool:
    """Return whether a bot of this kind answers there."""
    try:
        async with _session() as session, session.get(f"{public_url}/healthz") as reply:
            return reply.status == 200 and (await reply.json()).get("status") == "ok"
    except _AWAY:
        return False


async def refuses(public_url: str, token: str) -> bool:
    """Return whether the bot that answers there refuses this token of commands: it is another’s, or was started with
    other settings. Where none answers, nothing refuses it."""
    if not await answers(public_url):
        return False
    try:
        # Nobody asks, and nothing: whoever takes the token refuses the rest with 400.
        async with _session() as session, session.post(public_url + PATH, data={"token": token}) as reply:
            return reply.status == web.HTTPUnauthorized.status_code
    except _AWAY:
        return False
