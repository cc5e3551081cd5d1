"""Stories: what is no feed, leads elsewhere, is slow, private, or fails for a week, and what animateurs hear of it."""

import asyncio
import sys
from pathlib import Path

import pytest
from aiohttp import web as server

from bot.web import reader
from commands.actus import feeds as command
from tests.people import unique
from tests.support.actus import (
    RSS,
    NewsStage,
    add_feed,
    follow_feed,
    make_article,
    make_feed,
    news_stage,
    pass_hours,
    web,
)
from tests.support.house import plain, read_news, wait_until
from tests.support.servers import FakeWeb, answer_endlessly, answer_too_late, answer_with, redirect, serve_sites
from tests.test_reader import HEAVY, children

__all__ = ["news_stage", "web"]


async def test_one_that_failed_at_first_begins_like_any_other(
    newsroom: NewsStage, web: FakeWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One article at first, from the feed that a page names: what the site had before is no news."""
    monkeypatch.setattr(command, "AT_ONCE_S", 0)
    page = b'<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head></html>'
    web.pages["reparti.example/"] = 500
    assert "répond lentement" in await follow_feed(newsroom, web.link("reparti.example/"))
    await newsroom.house.settled()
    number = (await newsroom.feeds())[-1].number
    articles = [make_article(n, guid=unique("i"), link=f"https://p.example/{unique('i')}") for n in (1, 2, 3)]
    web.pages["reparti.example/"] = answer_with(page, Content_Type="text/html")
    web.pages["reparti.example/rss.xml"] = answer_with(make_feed(*articles), Content_Type=RSS)
    await pass_hours(newsroom)
    assert len(await newsroom.of_feed(number)) == 1


@pytest.mark.every_mode
async def test_one_that_fails_for_a_week_is_told_of_once_and_again_after_it_worked(
    newsroom: NewsStage, web: FakeWeb
) -> None:
    word = unique("f")
    number = await add_feed(
        newsroom, web, "panne.example/flux", make_article(1, guid=word, link=f"https://p.example/{word}")
    )
    works = web.pages["panne.example/flux"]

    async def told() -> list[str]:
        posts = await newsroom.ana.reads(newsroom.room)
        return [plain(post) for post in posts if f"(n° {number})" in plain(post)]

    web.pages["panne.example/flux"] = 500
    for hours in (1, 24 * 5):
        await pass_hours(newsroom, hours)
    assert await told() == []
    listed = plain(await newsroom.ana.asks("/actus flux"))
    assert "ne se lit plus depuis le" in listed
    assert "le site répond par une erreur (500)" in listed
    for hours in (24 * 3, 24 * 3, 24 * 8):
        await pass_hours(newsroom, hours)
    (said,) = await told()
    assert "ne se lit plus" in said
    web.pages["panne.example/flux"] = works
    await pass_hours(newsroom)
    assert not (await newsroom.feed(number)).fault
    web.pages["panne.example/flux"] = 404
    for hours in (1, 24 * 8, 24):
        await pass_hours(newsroom, hours)
    assert len(await told()) == 2
    web.pages["panne.example/flux"] = works
    await pass_hours(newsroom)
    web.pages["panne.example/flux"] = 410
    await pass_hours(newsroom)
    assert "est fermé" in (await told())[-1]
    assert (await newsroom.feed(number)).removed


async def test_a_page_that_names_its_feed_leads_there(newsroom: NewsStage, web: FakeWeb) -> None:
    word = unique("g")
    page = b'<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head></html>'
    web.pages["site.example/"] = answer_with(page, Content_Type="text/html")
    web.pages["site.example/rss.xml"] = answer_with(
        make_feed(make_article(1, guid=word, link=f"https://p.example/{word}")), Content_Type=RSS
    )
    assert "1 article pris sur 1" in await follow_feed(newsroom, web.link("site.example/"))
    assert (await newsroom.feeds())[-1].url == web.link("site.example/rss.xml")
    web.pages["boucle.example/"] = answer_with(page.replace(b"/rss.xml", b"/"), Content_Type="text/html")
    assert "c’est une page, sans flux" in await follow_feed(newsroom, web.link("boucle.example/"))


async def test_what_is_no_feed_is_refused_with_its_reason(newsroom: NewsStage, web: FakeWeb) -> None:
    web.pages |= {
        "page.example/": answer_with(b"<html><body>Bonjour</body></html>"),
        "rien.example/": 404,
        "vide.example/": 200,
    }
    web.pages |= {
        "tourne.example/": redirect("/"),
        "lourd.example/": answer_endlessly,
        "ferme.example/": redirect("http://10.0.0.1/"),
    }
    web.pages["gzip.example/"] = answer_with(b"\x1f\x8b" + b"\0" * 99, Content_Encoding="gzip", Content_Type=RSS)
    web.names["interne.example"] = ["192.168.1.4"]
    reasons = {
        "page.example/": "c’est une page, sans flux",
        "rien.example/": "il n’y a rien à cette adresse",
        "vide.example/": "ce n’est pas un flux",
        "tourne.example/": "sans fin d’une page à l’autre",
        "lourd.example/": "pèse plus de 5 Mo",
        "ferme.example/": "n’est pas publique",
        "gzip.example/": "compressée",
        "interne.example/": "n’est pas publique",
        "absent.example/": "ce nom de site n’existe pas",
    }
    for where, reason in reasons.items():
        assert reason in await follow_feed(newsroom, web.link(where)), where
    assert "Tapez" in await follow_feed(newsroom, "")
    for text in ("bonjour", "ftp://a.example/x", "file:///etc/passwd", "http://127.0.0.1:1/flux", "http://[::1]/"):
        said = await follow_feed(newsroom, text)
        assert "il lui faut une adresse publique" in said, text
    assert await newsroom.feeds() == []


async def test_a_slow_one_is_read_all_the_same(
    newsroom: NewsStage, web: FakeWeb, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "AT_ONCE_S", 0.05)
    word = unique("h")

    async def late(_: server.Request) -> server.StreamResponse:
        await asyncio.sleep(0.2)
        return server.Response(
            body=make_feed(make_article(1, guid=word, link=f"https://p.example/{word}")), content_type=RSS
        )

    web.pages["lent.example/flux"] = late
    assert "répond lentement" in await follow_feed(newsroom, web.link("lent.example/flux"))
    number = (await newsroom.feeds())[-1].number
    await newsroom.house.settled()
    assert await newsroom.of_feed(number) == ["Article 1"]
    assert "1 article pris sur 1" in plain((await newsroom.ana.direct())[-1])
    web.pages["lent.example/flux"] = answer_too_late
    assert await newsroom.ana.runs(f"/actus flux essayer {number}")
    await newsroom.house.settled()
    told = plain((await newsroom.ana.direct())[-1])
    assert "ne répond pas à temps" in told
    assert f"`/actus flux retirer {number}`" in told, "nobody keeps by mistake what was no feed"
    web.pages["lent.example/flux"] = late
    monkeypatch.setattr(command, "AT_ONCE_S", 5)
    again = await follow_feed(newsroom, web.link("lent.example/flux"))
    assert f"`/actus flux essayer {number}` le relit" in again


async def test_private_addresses_only_where_the_operator_lets_it(newsroom: NewsStage) -> None:
    word, house = unique("i"), newsroom.house
    async with serve_sites() as site:
        site.pages["127.0.0.1/flux"] = answer_with(
            make_feed(make_article(1, guid=word, link=f"https://p.example/{word}")), Content_Type=RSS
        )
        url = f"http://127.0.0.1:{site.port}/flux"
        assert "n’est pas l’adresse d’un flux" in await follow_feed(newsroom, url)
        before = house.settings
        await house.stop()
        house.settings = before.model_copy(update={"allow_private_feeds": True})
        await house.start()
        try:
            assert "est suivi" in await follow_feed(newsroom, url)
            assert not house.bot.web.reach.everywhere, "nothing else goes there"
            number = (await newsroom.feeds())[-1].number
            newer = make_article(2, guid=f"{word}2", link=f"https://p.example/{word}2")
            site.pages["127.0.0.1/flux"] = answer_with(make_feed(newer), Content_Type=RSS)
            await pass_hours(newsroom)
            assert await newsroom.of_feed(number) == ["Article 1", "Article 2"]
        finally:
            await house.stop()
            house.settings = before
            await house.start()
        await pass_hours(newsroom)
        assert "n’est pas publique" in (await newsroom.feed(number)).fault


async def test_only_animateurs_follow_feeds(newsroom: NewsStage) -> None:
    assert "réservée" in plain(await newsroom.juliette.asks("/actus flux"))
    for line in ("ajoute", "retirer", "retirer 99999", "essayer x"):
        said = plain(await newsroom.ana.asks(f"/actus flux {line}"))
        assert "Tapez" in said or "Il n’y a pas de flux" in said


async def test_a_hostile_one_holds_up_nobody_and_its_owner_hears_of_it_once(newsroom: NewsStage, web: FakeWeb) -> None:
    word = unique("n")
    numbers = [
        await add_feed(
            newsroom,
            web,
            f"{at}{word}.example/flux",
            make_article(1, guid=f"{word}{at}", link=f"https://p.example/{word}{at}"),
        )
        for at in range(2)
    ]
    web.pages[f"0{word}.example/flux"] = answer_with(HEAVY, Content_Type=RSS)
    web.pages[f"1{word}.example/flux"] = answer_with(
        make_feed(make_article(2, guid=f"{word}-2", link=f"https://p.example/{word}-2"))
    )
    assert "il est trop lourd" in await follow_feed(newsroom, web.link(f"0{word}.example/flux?encore"))
    reading = asyncio.create_task(pass_hours(newsroom))
    loop = asyncio.get_running_loop()
    while not reading.done():
        begun = loop.time()
        assert (await newsroom.juliette.asks("/aide")).buttons
        assert loop.time() - begun < 2
    await reading
    assert "trop lourd" in (await newsroom.feed(numbers[0])).fault
    assert await newsroom.of_feed(numbers[1]) == ["Article 1", "Article 2"], "the next one had its turn"
    await pass_hours(newsroom)

    assert plain(await read_news(newsroom.ana)).count("Un flux que vous avez ajouté aux actus ne se lit pas") == 1
    web.pages[f"0{word}.example/flux"] = answer_with(
        make_feed(make_article(3, guid=f"{word}-3", link=f"https://p.example/{word}-3"))
    )
    await pass_hours(newsroom)
    assert not (await newsroom.feed(numbers[0])).fault


async def test_a_bot_that_stops_leaves_no_reading_behind(
    newsroom: NewsStage, web: FakeWeb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    word, house = unique("o"), newsroom.house
    number = await add_feed(
        newsroom, web, f"{word}.example/flux", make_article(1, guid=word, link=f"https://p.example/{word}")
    )
    endless, begun = tmp_path / "python", tmp_path / "begun"
    endless.write_text(f"#!{sys.executable}\nimport time\nopen({str(begun)!r}, 'w')\ntime.sleep(60)\n")
    endless.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(endless))
    web.pages[f"{word}.example/flux"] = answer_with(make_feed(make_article(2, guid=f"{word}-2")), Content_Type=RSS)
    assert await newsroom.ana.runs(f"/actus flux essayer {number}")
    await wait_until(begun.exists)
    asked = asyncio.get_running_loop().time()
    await house.stop()
    try:
        assert children() == []
        assert asyncio.get_running_loop().time() - asked < reader.TIME_S
    finally:
        monkeypatch.undo()
        await house.start()
    await house.settled()
    assert "Article 2" in await newsroom.of_feed(number), "what was stopped is taken up again"
