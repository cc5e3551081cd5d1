"""Who may speak to this server from a browser: pages of its own address, and nobody else’s.

Without this, a foreign page whose name was made to lead to this machine could read the demo’s passwords.
"""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

if TYPE_CHECKING:
    from sandbox.server import Sandbox

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
UNSAID = frozenset({"0.0.0.0", "::"})  # noqa: S104  (compared with, never listened on)


def guard(server: "Sandbox") -> Middleware:
    """Return what refuses foreign ``Host`` and ``Origin`` headers with 403."""

    @web.middleware
    async def refuse_foreigners(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not _is_own_host(server, request.host) or not _is_own_origin(request):
            raise web.HTTPForbidden(text="Cette adresse n’est pas celle de ce serveur.")
        return await handler(request)

    return refuse_foreigners


def _is_own_host(server: "Sandbox", host: str) -> bool:
    name = _name(f"//{host}")
    listening = _name(server.url)
    # Told to listen on all addresses, the server cannot know its names.
    return name in LOOPBACK or listening in UNSAID or name in {listening, _name(_site_url(server))}


def _site_url(server: "Sandbox") -> str:
    return str(server.config.service("SiteURL"))


def _is_own_origin(request: web.Request) -> bool:
    origin = request.headers.get("Origin")
    return origin is None or urlsplit(origin).netloc == request.host


def _name(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""
