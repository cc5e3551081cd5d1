"""The client of what is outside, for feeds: what is known already, where it is for good, private addresses."""

from aiohttp import web as server

from bot.web import HostRateLimit, Reach, Trouble, WebClient
from tests.support.servers import HERE, FakeWeb, answer_with, redirect
from tests.test_web import site, trouble, web

__all__ = ["site", "web"]


async def test_where_something_is_for_good_is_told(site: FakeWeb, web: WebClient) -> None:
    site.pages |= {"c.example/": answer_with(b"la"), "b.example/": redirect(site.link("c.example/"), 302)}
    site.pages |= {"a.example/": redirect(site.link("b.example/"), 301), "d.example/": redirect("/fin", 308)}
    site.pages["d.example/fin"] = answer_with(b"fin")
    moved = {where: (await web.fetch("GET", site.link(f"{where}.example/"), robots=False)).moved for where in "abcd"}
    assert moved == {"a": site.link("b.example/"), "b": "", "c": "", "d": site.link("d.example/fin")}


async def test_what_is_known_of_it_is_said(site: FakeWeb, web: WebClient) -> None:
    async def answer(request: server.Request) -> server.StreamResponse:
        return server.Response(status=304 if request.headers.get("If-None-Match") == '"a"' else 200)

    site.pages["a.example/"] = answer
    asked = [await web.fetch("GET", site.link("a.example/"), known=known) for known in ({}, {"If-None-Match": '"a"'})]
    assert [each.status for each in asked] == [200, 304]


async def test_private_addresses_only_by_the_client_that_is_let_there(site: FakeWeb) -> None:
    web = WebClient("coop-bot/1 (essai)", Reach(lookup=site.reach.lookup), HostRateLimit(0, 10_000))
    try:
        site.pages["127.0.0.1/"] = answer_with(b"ici")
        url = f"http://{HERE}:{site.port}/"
        assert await trouble(web, url, robots=False) is Trouble.FORBIDDEN
        assert (await web.anywhere().fetch("GET", url, most=9, robots=False)).body == b"ici"
        assert web.anywhere() is web.anywhere()
        assert await trouble(web, url, robots=False) is Trouble.FORBIDDEN
        assert await trouble(web.anywhere(), "file:///etc/passwd", robots=False) is Trouble.FORBIDDEN
    finally:
        await web.close()
