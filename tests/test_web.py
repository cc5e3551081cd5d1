"""The client of what is outside: private addresses, redirects, slow and endless answers, robots, and its pace."""

import asyncio
import itertools
import ssl
import subprocess
import tracemalloc
from collections.abc import AsyncIterator
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest
from aiohttp import web as server
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.web import HostRateLimit, Reach, Trouble, WebClient, WebError, describe_agent
from bot.web.reader import REMEMBERED_MAX, ROBOTS_MAX, RobotRulesCache
from config.addresses import is_inside, is_public
from config.settings import Settings
from tests.support.servers import HERE, FakeWeb, answer_endlessly, answer_too_late, answer_with, redirect, serve_sites

MiB = 1024 * 1024


@pytest.fixture
async def site() -> AsyncIterator[FakeWeb]:
    async with serve_sites() as made:
        yield made


@pytest.fixture
async def web(site: FakeWeb) -> AsyncIterator[WebClient]:
    made = site.client()
    yield made
    await made.close()


async def trouble(web: WebClient, link: str, method: str = "GET", *, robots: bool = True) -> Trouble:
    with pytest.raises(WebError) as caught:
        await web.fetch(method, link, robots=robots)  # type: ignore[arg-type]
    return caught.value.trouble


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1", "198.18.0.1", "192.0.2.1"),
        *("::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1", "::127.0.0.1"),
        *("::ffff:10.0.0.1", "2002:7f00:1::", "2002:c0a8:101::1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1"),
        *("64:ff9b:1::808:808", "2001::1", "2001:db8::1", "100::1", "fec0::1", "", "localhost", "1.2.3"),
    ],
)
def test_no_such_address_is_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "172.32.0.1", "2a01:e0a::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_such_an_address_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        *((host, True) for host in ("169.254.169.254", "127.1", "0x7f.0.0.1", "0177.0.0.1", "box.local", "a.internal")),
        *((host, True) for host in ("１０.0.0.1", "intranet", "a.home.arpa", "10.0.0.1.")),
        *((host, False) for host in ("8.8.8.8", "exemple.fr", "local.fr", "10.0.0.1.exemple.fr", "été.fr")),
    ],
)
def test_hosts_of_links_that_are_only_somebody_s_own(host: str, *, inside: bool) -> None:
    assert is_inside(host) is inside


@given(st.ip_addresses())
def test_what_the_standard_library_calls_private_is_not_public(address: IPv4Address | IPv6Address) -> None:
    holds = isinstance(address, IPv6Address) and (address.ipv4_mapped or address.sixtofour)
    if (address.is_private or address.is_multicast or address.is_loopback) and not holds:
        assert not is_public(str(address))


@pytest.mark.parametrize(
    "link",
    [
        *("http://127.0.0.1:{port}/", "http://localhost/", "http://127.1/", "http://2130706433/", "http://0/"),
        *("http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0x7f.1/", "http://0177.0.0.1/", "http://①②⑦.0.0.1/"),
        *(
            "http://user:secret@public.example/",
            "ftp://public.example/",
            "file:///etc/passwd",
            "http://public.example:22/",
        ),
        *("http://169.254.169.254/latest/meta-data/", "http://dedans.example/", "http://mixte.example/", "http:///x"),
    ],
)
async def test_what_is_private_is_never_asked(site: FakeWeb, link: str) -> None:
    """Whether it is said by its address, in whatever writing, or by a name: of all this, nothing is connected to."""
    names = {"dedans.example": ["10.0.0.7"], "mixte.example": ["8.8.8.8", "127.0.0.1"], "public.example": [HERE]}

    async def lookup(host: str, port: int) -> list[str]:
        found = await asyncio.get_running_loop().getaddrinfo(host, port) if host not in names else []
        return names.get(host) or [str(each[4][0]) for each in found]

    web = WebClient("coop-bot/1", Reach(lookup=lookup), HostRateLimit(0, 1000))
    assert await trouble(web, link.format(port=site.port)) in {Trouble.FORBIDDEN, Trouble.ODD}
    assert site.calls == []
    await web.close()


async def test_the_last_look_is_where_the_connection_is_made(site: FakeWeb) -> None:
    """A guard that forgot to look at names would still not connect."""

    class Blind(Reach):
        async def addresses(self, host: str, port: int) -> list[str]:
            return [HERE]

    web = WebClient("coop-bot/1", Blind(frozenset({("10.9.9.9", site.port)})), HostRateLimit(0, 1000))
    assert await trouble(web, site.link("ruse.example/")) is Trouble.FORBIDDEN
    assert site.calls == []
    await web.close()


async def test_a_redirect_is_looked_at_again(site: FakeWeb, web: WebClient) -> None:
    site.names["dedans.example"] = ["192.168.0.10"]
    for to in ("http://10.0.0.1/", "http://dedans.example/", f"http://{HERE}:1/", "file:///etc/passwd", "//[::1]/"):
        site.pages["a.example/"] = redirect(to)
        assert await trouble(web, site.link("a.example/")) is Trouble.FORBIDDEN, to


async def test_redirects_are_followed_five_times(site: FakeWeb, web: WebClient) -> None:
    for step in range(6):
        site.pages[f"a.example/{step}"] = redirect(f"/{step + 1}", 308)
    site.pages["a.example/6"] = answer_with(b"enfin")
    assert (await web.fetch("GET", site.link("a.example/1"), most=10)).body == b"enfin"
    assert await trouble(web, site.link("a.example/0")) is Trouble.LOOP
    site.pages["a.example/tour"] = redirect("/tour")
    assert await trouble(web, site.link("a.example/tour")) is Trouble.LOOP
    assert len(site.asked("a.example/tour")) == 6


async def test_slow_and_endless_answers_end(site: FakeWeb, web: WebClient) -> None:
    site.pages |= {
        "a.example/lent": answer_too_late,
        "a.example/robots.txt": 404,
        "b.example/sans-fin": answer_endlessly,
    }
    assert await trouble(web, site.link("a.example/lent")) is Trouble.SLOW
    tracemalloc.start()
    answer = await web.fetch("GET", site.link("b.example/sans-fin"), most=4096)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(answer.body) == 4096
    assert peak < 4 * MiB


async def test_endless_headers_and_junk_end(site: FakeWeb) -> None:
    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n" if await reader.readline() else b"")
        try:
            for number in range(10_000_000):
                writer.write(b"X-%d: %s\r\n" % (number, b"y" * 4000))
                await writer.drain()
        except ConnectionError:
            writer.close()

    async with await asyncio.start_server(pour, HERE, 0) as pourer:
        port = pourer.sockets[0].getsockname()[1]
        web = WebClient("coop-bot/1", Reach(frozenset({(HERE, port)})), HostRateLimit(0, 1000))
        tracemalloc.start()
        with pytest.raises(WebError) as caught:
            await web.fetch("GET", f"http://{HERE}:{port}/", robots=False)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert caught.value.trouble is Trouble.ODD
        assert peak < 4 * MiB
        await web.close()


async def test_nobody_there_no_such_name_no_proof(site: FakeWeb, web: WebClient, tmp_path: Path) -> None:
    assert await trouble(web, site.link("absent.example/")) is Trouble.NAME
    assert await trouble(web, site.link("a.example/").replace("http:", "https:")) is Trouble.TLS
    port = site.port
    web.reach = Reach(frozenset({(HERE, 1)}))
    assert await trouble(web, f"http://{HERE}:1/") is Trouble.REFUSED
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=autre.example", "-days", "2"]
    subprocess.run([*made, "-keyout", tmp_path / "k", "-out", tmp_path / "c"], check=True, capture_output=True)  # noqa: ASYNC221
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "c", tmp_path / "k")
    async with await asyncio.start_server(lambda _, writer: writer.close(), HERE, 0, ssl=context) as proud:
        port = proud.sockets[0].getsockname()[1]
        web.reach = Reach(frozenset({(HERE, port)}))
        assert await trouble(web, f"https://{HERE}:{port}/") is Trouble.TLS


ROBOTS = b"User-agent: *\nDisallow: /tous\n\nUser-agent: coop-bot\nDisallow: /prive\n"


async def test_robots_are_respected_and_read_once(site: FakeWeb, web: WebClient) -> None:
    site.pages |= {"a.example/robots.txt": answer_with(ROBOTS), "a.example/tous": 200, "a.example/prive": 200}
    assert (await web.fetch("HEAD", site.link("a.example/tous"))).status == 200
    assert await trouble(web, site.link("a.example/prive"), "HEAD") is Trouble.ROBOTS
    assert site.asked("a.example/prive") == []
    assert site.asked("a.example/robots.txt") == ["GET"]
    site.pages["b.example/"] = redirect(site.link("a.example/prive"))
    assert await trouble(web, site.link("b.example/")) is Trouble.ROBOTS


async def test_robots_that_cannot_be_had(site: FakeWeb, web: WebClient) -> None:
    """As RFC 9309 has it: none where there is none, all forbidden where the site fails; redirects are followed."""
    site.pages |= {f"{name}.example/": 200 for name in "abcd"}
    site.pages |= {"a.example/robots.txt": 403, "b.example/robots.txt": 503, "c.example/robots.txt": answer_endlessly}
    assert (await web.fetch("GET", site.link("a.example/"))).status == 200
    assert await trouble(web, site.link("b.example/")) is Trouble.ROBOTS
    assert (await web.fetch("GET", site.link("c.example/"))).status == 200
    site.pages["d.example/robots.txt"] = redirect(site.link("e.example/r"))
    site.pages["e.example/r"] = answer_with(b"User-agent: *\nDisallow: /\n")
    assert await trouble(web, site.link("d.example/")) is Trouble.ROBOTS


async def test_what_is_remembered_of_robots_is_bounded() -> None:
    robots = RobotRulesCache("coop-bot")
    for number in range(200):
        await asyncio.sleep(0)
        robots.learn(URL(f"http://{number}.example"), b"#" * ROBOTS_MAX)
    kept = [number for number in range(200) if robots.recall(URL(f"http://{number}.example"))]
    assert kept == list(range(200 - len(kept), 200))
    assert 0 < len(kept) * ROBOTS_MAX <= REMEMBERED_MAX


async def test_a_host_that_wants_peace_has_it(site: FakeWeb, web: WebClient) -> None:
    site.pages |= {"a.example/": answer_with(b"", 429, Retry_After="3600"), "a.example/autre": 200, "b.example/": 200}
    assert (await web.fetch("GET", site.link("a.example/"))).status == 429
    assert await trouble(web, site.link("a.example/autre")) is Trouble.BUSY
    assert site.asked("a.example/autre") == []
    assert (await web.fetch("GET", site.link("b.example/"))).status == 200


async def test_the_pace_is_kept(site: FakeWeb) -> None:
    loop, times = asyncio.get_running_loop(), list[tuple[str, float]]()

    async def note(request: server.Request) -> server.StreamResponse:
        times.append((str(request.url.host), loop.time()))
        return server.Response()

    site.pages |= {"a.example/": note, "b.example/": note}
    web = site.client(HostRateLimit(0.2, 50))
    hosts = ["a.example/", "a.example/", "a.example/", "b.example/"]
    await asyncio.gather(*(web.fetch("HEAD", site.link(host), robots=False) for host in hosts))
    of_a = [at for host, at in times if host == "a.example"]
    assert all(later - earlier > 0.15 for earlier, later in itertools.pairwise(of_a))
    assert times.index(next(t for t in times if t[0] == "b.example")) == 1
    await web.close()


async def test_the_bot_says_who_it_is(site: FakeWeb, web: WebClient) -> None:
    site.pages["a.example/"] = 200
    await web.fetch("HEAD", site.link("a.example/"))
    assert site.agents == {web.agent}
    said = describe_agent(Settings(contact="Équipe d’animation\r\nX-Autre: 1", mattermost_url="https://chat.example"))
    assert said.startswith("coop-bot/")
    assert "https://chat.example" in said
    assert said.isascii()
    assert "\n" not in said
