"""The page’s own addresses: one document for all of its views, its scripts and styles, and two questions it asks."""

import mimetypes
from importlib.resources import files
from pathlib import Path

from aiohttp import web

from sandbox.page.emoji import emoji
from sandbox.page.markdown import Renderer
from sandbox.page.people import Presented
from sandbox.world import World

WEB = Path(str(files("sandbox").joinpath("web")))
VIEWS = ("/", "/login", "/{team}/channels/{name}", "/{team}/messages/@{user}", "/{team}/pl/{id}")
MOST_TEXTS = 500
"""How many texts are rendered at once."""
_IMAGES = "'self' blob: data: http://127.0.0.1:* http://localhost:*"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    f"img-src {_IMAGES}; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""Nothing from elsewhere, nothing inline; pictures also from this machine, where the bot may draw some."""


def add_page(app: web.Application, world: World, people: Presented) -> None:
    """Add the page’s addresses to a server."""
    page = Page(world, people)
    for view in VIEWS:
        app.router.add_get(view, page.index)
    app.router.add_get("/static/{name}", page.static)
    app.router.add_get("/page/people", page.people)
    app.router.add_get("/page/emoji", page.emoji)
    app.router.add_post("/page/render", page.render)


class Page:
    """The handlers of the page."""

    def __init__(self, world: World, people: Presented) -> None:
        self._world = world
        self._people = people
        self._renderer = Renderer(world.state)

    async def index(self, request: web.Request) -> web.Response:
        """Return the document of the page, the same for every view."""
        return _file("index.html")

    async def static(self, request: web.Request) -> web.Response:
        """Return a script, a style sheet or a picture."""
        return _file(request.match_info["name"])

    async def people(self, request: web.Request) -> web.Response:
        """Return the people whom the demo presents, with the password; nobody where there is no demo."""
        return web.json_response(self._people.as_json(), headers=HEADERS)

    async def emoji(self, request: web.Request) -> web.Response:
        """Return the characters of all emoji by name."""
        return web.json_response(emoji(), headers=HEADERS)

    async def render(self, request: web.Request) -> web.Response:
        """Return the HTML of texts: ``{"team": name, "texts": […]}`` → ``{"html": […]}``; only for people logged in."""
        if self._world.token_of(request) is None:
            raise web.HTTPUnauthorized(headers=HEADERS)
        try:
            asked = await request.json()
            team, texts = str(asked["team"]), [str(text) for text in asked["texts"][:MOST_TEXTS]]
        except (ValueError, TypeError, KeyError):
            raise web.HTTPBadRequest(headers=HEADERS) from None
        return web.json_response({"html": [self._renderer.html(text, team) for text in texts]}, headers=HEADERS)


def _file(name: str) -> web.Response:
    path = WEB / name
    if path.parent != WEB or not path.is_file():
        raise web.HTTPNotFound(headers=HEADERS)
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return web.Response(body=path.read_bytes(), content_type=kind, charset="utf-8", headers=HEADERS)
