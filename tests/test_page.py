"""The sandbox’s page without a browser: who may read it, what it tells, what it makes of messages."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from cli.demo import entrance
from cli.demo.cast import CAST, PASSWORD, everybody
from sandbox.page.markdown import Renderer
from sandbox.page.routes import WEB
from sandbox.records import Channel, Team, User
from sandbox.server import Sandbox
from sandbox.state import State
from tests.people import new_session

LINES, LARGEST = 250, 150_000


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Sandbox]:
    entrance.write(tmp_path / "people.json")
    server = Sandbox(people=tmp_path / "people.json")
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with new_session() as session:
        yield session


@pytest.mark.parametrize("view", ["/", "/login", "/cnum/channels/national", "/cnum/messages/@agathe", "/cnum/pl/abc"])
async def test_every_view_is_one_document_that_runs_nothing_foreign(
    server: Sandbox, session: aiohttp.ClientSession, view: str
) -> None:
    async with session.get(server.url + view) as reply:
        html = await reply.text()
    assert reply.status == 200
    assert reply.headers["Cache-Control"] == "no-store"
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "<script>" not in html
    assert "Set-Cookie" not in reply.headers


@pytest.mark.parametrize("name", ["../server.py", "%2e%2e%2fserver.py", "nothing.js", "%00"])
async def test_nothing_but_the_page_is_served(server: Sandbox, session: aiohttp.ClientSession, name: str) -> None:
    async with session.get(f"{server.url}/static/{name}") as reply:
        assert reply.status in {400, 404}


async def test_the_entrance_presents_the_demo_and_nobody_without_it(
    server: Sandbox, session: aiohttp.ClientSession
) -> None:
    async with session.get(f"{server.url}/page/people") as reply:
        told = await reply.json()
    assert told["password"] == PASSWORD
    assert [one["username"] for one in told["people"]] == [actor.username for actor in CAST]
    assert all(one["name"] and one["role"] and one["place"] for one in told["people"])
    assert [one["value"] for one in told["others"]] == [actor.username for actor in everybody()[len(CAST) :]]
    assert all(
        actor.last_name in one["text"] for one, actor in zip(told["others"], everybody()[len(CAST) :], strict=True)
    )
    alone = Sandbox()
    await alone.start()
    async with session.get(f"{alone.url}/page/people") as reply:
        assert await reply.json() == {"password": "", "people": []}
    await alone.stop()


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example:8065"}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
@pytest.mark.parametrize("path", ["/", "/page/people", "/api/v4/system/ping", "/api/v4/websocket"])
async def test_foreign_pages_are_refused(
    server: Sandbox, session: aiohttp.ClientSession, path: str, headers: dict[str, str]
) -> None:
    async with session.get(server.url + path, headers=headers) as reply:
        assert reply.status == 403
    own = {"Origin": server.url}
    async with session.get(f"{server.url}/api/v4/system/ping", headers=own) as reply:
        assert reply.status == 200


async def test_rendering_asks_who_is_there_and_what_for(server: Sandbox, session: aiohttp.ClientSession) -> None:
    async with session.post(f"{server.url}/page/render", json={"team": "", "texts": ["**a**"]}) as reply:
        assert reply.status == 401
    marie = {"username": "marie", "email": "marie@example.com", "password": PASSWORD}
    await (await session.post(f"{server.url}/api/v4/users", json=marie)).read()
    login = {"login_id": "marie", "password": PASSWORD}
    async with session.post(f"{server.url}/api/v4/users/login", json=login) as reply:
        headers = {"Authorization": f"Bearer {reply.headers['Token']}"}
    session.cookie_jar.clear()
    for asked, status in (({"team": "", "texts": ["**a**"]}, 200), ({"texts": 3}, 400), ([], 400), ("x", 400)):
        async with session.post(f"{server.url}/page/render", json=asked, headers=headers) as reply:
            assert reply.status == status
            if status == 200:
                assert await reply.json() == {"html": ["<p><strong>a</strong></p>\n"]}
    async with session.get(f"{server.url}/page/emoji") as reply:
        assert (await reply.json())["sunny"].startswith("☀")


def town() -> State:
    state = State()
    state.teams.add(Team("t" * 26, "cnum", "Équipe", "O", 1, 1))
    state.users.add(User("u" * 26, "marie.h", "m@example.com", 1, 1))
    for kind, name, title in (("O", "seniors", "Ateliers <seniors>"), ("P", "secret", "Bien caché")):
        state.channels.add(Channel(name.ljust(26, "c"), "t" * 26, kind, name, title, "", 1, 1))
    return state


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("a\nb", "<p>a<br>\nb</p>\n"),
        ("~~x~~ _y_", "<p><s>x</s> <em>y</em></p>\n"),
        ("# Titre", '<h3 class="heading-1">Titre</h3>\n'),
        ("`@marie.h`", "<p><code>@marie.h</code></p>\n"),
        ("@personne", "<p>@personne</p>\n"),
        ("~secret", "<p>~secret</p>\n"),
        ("a@marie.h", "<p>a@marie.h</p>\n"),
        (":pas_un_emoji: 10:30:00", "<p>:pas_un_emoji: 10:30:00</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"),
    ],
)
def test_markdown_is_drawn_as_mattermost_draws_it(text: str, html: str) -> None:
    assert Renderer(town()).html(text, "cnum") == html


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Salut @Marie.h.", '<a class="mention" href="/cnum/messages/@marie.h" data-mention="marie.h"'),
        ("@all", '<span class="mention" data-mention="all">@all</span>'),
        ("~seniors", 'href="/cnum/channels/seniors"'),
        ("~seniors", "~Ateliers &lt;seniors&gt;</a>"),
        ("#bon-plan", '<a class="hashtag" href="#bon-plan" data-hashtag="bon-plan"'),
        (":tada:", 'aria-label=":tada:"'),
        (
            "voir https://a.fr/(b).",
            '<a href="https://a.fr/(b)" rel="noopener noreferrer nofollow">https://a.fr/(b)</a>.',
        ),
        ("![plan](http://a.fr/p.png)", '<a href="http://a.fr/p.png" rel="noopener noreferrer nofollow">plan</a>'),
        ("|a|\n|-:|\n|1|", '<td class="right">1</td>'),
        ("- un\n- deux", "<li>deux</li>"),
        ("> cité", "<blockquote>"),
        ("```js\n<b>\n```", "&lt;b&gt;"),
    ],
)
def test_words_become_links(text: str, part: str) -> None:
    assert part in Renderer(town()).html(text, "cnum")


def test_names_are_drawn_as_they_are_now() -> None:
    state = town()
    renderer = Renderer(state)
    text = "@zoe et ~seniors"
    assert "<a" in renderer.html(text, "cnum")
    assert "data-mention" not in renderer.html(text, "cnum")
    zoe = User("z" * 26, "zoe", "z@example.com", 1, 1)
    state.users.add(zoe)
    assert 'data-mention="zoe"' in renderer.html(text, "cnum")
    (seniors,) = [channel for channel in state.channels if channel.name == "seniors"]
    seniors.type = "P"
    assert "Ateliers" not in renderer.html(text, "cnum")


@pytest.mark.parametrize("text", ["[" * 16383, ">" * 16383, "*a " * 5000, "|a" * 8000, "![a](" * 3000, "`" * 16383])
def test_texts_made_to_be_slow_are_rendered(text: str) -> None:
    assert "<script" not in Renderer(town()).html(text, "cnum")


def test_scripts_and_styles_stay_short_and_light() -> None:
    sources = [path for path in WEB.iterdir() if path.suffix in {".js", ".css"}]
    assert not {path.name for path in sources if len(path.read_text("utf-8").splitlines()) > LINES}
    assert sum(path.stat().st_size for path in sources) <= LARGEST


async def test_scripts_are_served_as_they_are(server: Sandbox, session: aiohttp.ClientSession) -> None:
    async with session.get(f"{server.url}/static/main.js") as reply:
        assert reply.content_type in {"text/javascript", "application/javascript"}
        assert await reply.read() == (WEB / "main.js").read_bytes()


def test_the_page_names_only_files_that_are_there() -> None:
    html = (WEB / "index.html").read_text("utf-8")
    assert "http" not in html
    for word in html.split('"'):
        if word.startswith("/static/"):
            assert (WEB / word.removeprefix("/static/")).is_file()


@pytest.mark.parametrize(
    ("seen", "environment"), [(False, {}), (True, {"DISPLAY": ":0"}), (True, {"WAYLAND_DISPLAY": "w"})]
)
def test_a_browser_opens_where_there_is_a_screen(
    monkeypatch: pytest.MonkeyPatch, seen: bool, environment: dict[str, Any]
) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    assert entrance.has_screen(environment) is seen
    opened: list[str] = []

    def come(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setattr("webbrowser.open", come)
    monkeypatch.setattr(entrance, "has_screen", lambda: seen)
    assert entrance.open_browser("http://127.0.0.1:1") is seen
    assert len(opened) == seen


def test_the_line_of_who_may_what_names_everybody(tmp_path: Path) -> None:
    entrance.write(tmp_path / "people.json")
    assert all(actor.username in entrance.who_may_what() for actor in CAST)
    assert json.loads((tmp_path / "people.json").read_text("utf-8"))["people"][0]["username"] == CAST[0].username
