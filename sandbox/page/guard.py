"""Protection against foreign web pages: only pages of this server’s own address may call it from a browser.

Without this, a foreign page whose name was made to lead to this machine could read the demo’s passwords.
"""

from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sandbox.world import World

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
UNSAID = frozenset({"0.0.0.0", "::"})  # noqa: S104  (compared with, never listened on)


def guard(world: World) -> Middleware:
    """Make the middleware that refuses foreign ``Host`` and ``Origin`` headers with 403."""

    @web.middleware
    async def refuse_foreigners(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _is_own_host(world, request.host) or not _is_own_origin(request):
            raise web.HTTPForbidden(text="Cette adresse n’est pas celle de ce serveur.")
        return await handler(request)

    return refuse_foreigners


def _is_own_host(world: World, host: str) -> bool:
    name = _name(f"//{host}")
    listening = _name(world.url)
    # Told to listen on all addresses, the server cannot know its names.
    return name in LOOPBACK or listening in UNSAID or name in {listening, _name(_site_url(world))}


def _site_url(world: World) -> str:
    return str(world.config.service("SiteURL"))


def _is_own_origin(request: web.Request) -> bool:
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
