"""Stories: animateurs follow feeds: one item at first, a few each hour, never twice; a broken one is told of once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiohttp import web as server

from commands.actus import feeds as command
from tests.collecting import Newsroom, newsroom
from tests.helping import plain
from tests.people import unique
from tests.webbing import Outside, endless, outside, redirect, says, slow

__all__ = ["newsroom"]

RSS = "application/rss+xml"


@pytest.fixture
async def web(newsroom: Newsroom) -> AsyncIterator[Outside]:
    """What is outside; the bot reaches nothing else."""
    async with outside() as made:
        made.opens_to(newsroom.house.bot.web)
        yield made


def article(number: int, day: str = "", **more: str) -> str:
    """Something of a feed."""
    said = {"guid": f"art-{number}", "title": f"Article {number}", "link": f"https://presse.example/{number}"} | more
    if day:
        said["pubDate"] = day
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in said.items()) + "</item>"


def rss(*articles: str, name: str = "La presse") -> bytes:
    """A feed of these."""
    channel = f"<channel><title>{name}</title>{''.join(articles)}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'.encode()


async def follows(newsroom: Newsroom, link: str) -> str:
    """Ana wants it; what the bot says to that."""
    return plain(await newsroom.ana.asks(f"/actus flux ajouter {link}"))


async def number_of(newsroom: Newsroom, web: Outside, where: str, *articles: str) -> int:
    """A feed that is followed from now on: its number."""
    web.pages[where] = says(rss(*articles), Content_Type=RSS)
    assert "est suivi" in await follows(newsroom, web.link(where))
    return max(feed.number for feed in await newsroom.feeds())


async def hour(newsroom: Newsroom, hours: float = 1) -> None:
    """So many hours later feeds are read."""
    await newsroom.runs("hourly", newsroom.house.clock() + timedelta(hours=hours))


@pytest.mark.every_mode
async def test_a_feed_gives_one_article_at_first_and_new_ones_later(newsroom: Newsroom, web: Outside) -> None:
    word = unique("a")
    older = [article(n, guid=f"{word}{n}", link=f"https://p.example/{word}{n}") for n in range(40)]
    web.pages["presse.example/flux"] = says(rss(*older), Content_Type=RSS)
    said = await follows(newsroom, web.link("presse.example/flux"))
    assert "1 article pris sur 40 ; les prochains viendront d’heure en heure" in said
    (feed,) = await newsroom.feeds()
    assert feed.name == "La presse"
    assert await newsroom.of_feed(feed.number) == ["Article 0"]
    await hour(newsroom)
    assert await newsroom.of_feed(feed.number) == ["Article 0"]
    newer = [article(n, guid=f"{word}{n}", link=f"https://p.example/{word}{n}") for n in range(40, 43)]
    web.pages["presse.example/flux"] = says(rss(*newer, *older), Content_Type=RSS)
    await hour(newsroom)
    assert await newsroom.of_feed(feed.number) == ["Article 0", "Article 40", "Article 41", "Article 42"]
    listed = plain(await newsroom.ana.asks("/actus flux"))
    assert f"n° {feed.number} : [La presse]" in listed
    assert "4 articles apportés" in listed
    assert "déjà suivi" in await follows(newsroom, web.link("presse.example/flux?utm_source=x"))
    assert "n’est plus suivi" in plain(await newsroom.ana.asks(f"/actus flux retirer {feed.number}"))
    assert "ne suivent encore aucun flux" in plain(await newsroom.ana.asks("/actus flux"))
    web.calls.clear()
    await hour(newsroom)
    assert web.calls == []


async def test_a_feed_never_floods_and_says_no_old_thing(newsroom: Newsroom, web: Outside) -> None:
    word = unique("b")
    number = await number_of(
        newsroom, web, "crue.example/flux", article(1, guid=f"{word}-1", link=f"https://p.example/{word}")
    )
    many = [article(n, guid=f"{word}{n}", link=f"https://p.example/{word}/{n}") for n in range(100, 160)]
    web.pages["crue.example/flux"] = says(rss(*many), Content_Type=RSS)
    await hour(newsroom)
    assert len(await newsroom.of_feed(number)) == 11
    await hour(newsroom)
    assert len(await newsroom.of_feed(number)) == 11, "what was too much is seen"
    old = article(3, "Mon, 05 Jan 2015 10:00:00 GMT", guid=f"{word}-old", link=f"https://p.example/{word}/old")
    web.pages["crue.example/flux"] = says(rss(old), Content_Type=RSS)
    await hour(newsroom)
    assert len(await newsroom.of_feed(number)) == 11


async def test_the_same_thing_is_known_by_its_id_and_by_its_link(newsroom: Newsroom, web: Outside) -> None:
    word = unique("c")
    one = article(1, guid=word, link=f"https://p.example/{word}")
    number = await number_of(newsroom, web, "memes.example/flux", one)
    again = article(2, guid=word, link=f"https://p.example/{word}/corrige", title="Corrigé")
    moved = article(3, guid=f"{word}-2", link=f"http://www.p.example/{word}/?utm_campaign=x", title="Le même")
    web.pages["memes.example/flux"] = says(rss(again, moved), Content_Type=RSS)
    await hour(newsroom)
    assert await newsroom.of_feed(number) == ["Article 1"]
    other = await number_of(
        newsroom, web, "autre.example/flux", article(9, guid="autre", link=f"https://p.example/{word}")
    )
    assert await newsroom.of_feed(other) == [], "another feed brought it"


async def test_the_newest_is_the_newest_by_its_date_and_none_is_of_tomorrow(newsroom: Newsroom, web: Outside) -> None:
    word = unique("d")
    dates = ["Tue, 03 Nov 2026 10:00:00 GMT", "Wed, 04 Nov 2026 10:00:00 GMT", "Mon, 02 Nov 2026 10:00:00 GMT"]
    rows = [article(n, day, guid=f"{word}{n}", link=f"https://p.example/{word}{n}") for n, day in enumerate(dates)]
    number = await number_of(newsroom, web, "dates.example/flux", *rows)
    assert await newsroom.of_feed(number) == ["Article 1"]
    far = article(7, "Mon, 02 Nov 2099 10:00:00 GMT", guid=f"{word}7", link=f"https://p.example/{word}7")
    web.pages["dates.example/flux"] = says(rss(*rows, far), Content_Type=RSS)
    await hour(newsroom)
    assert await newsroom.of_feed(number) == ["Article 1", "Article 7"]


@pytest.mark.every_mode
async def test_what_did_not_change_is_not_sent_again_and_what_moved_is_followed(
    newsroom: Newsroom, web: Outside
) -> None:
    word, asked = unique("e"), []
    body = rss(article(1, guid=word, link=f"https://p.example/{word}"))

    async def answer(request: server.Request) -> server.StreamResponse:
        asked.append((request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")))
        if request.headers.get("If-None-Match") == '"v1"':
            return server.Response(status=304)
        headers = {"ETag": '"v1"', "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT", "Content-Type": RSS}
        return server.Response(body=body, headers=headers)

    web.pages["poli.example/flux"] = answer
    assert "est suivi" in await follows(newsroom, web.link("poli.example/flux"))
    number = max(feed.number for feed in await newsroom.feeds())
    await hour(newsroom)
    assert asked == [(None, None), ('"v1"', "Mon, 02 Nov 2026 10:00:00 GMT")]
    assert not (await newsroom.feed(number)).fault
    web.pages |= {"ici.example/flux": answer, "poli.example/flux": redirect(web.link("ici.example/flux"), 301)}
    await hour(newsroom)
    assert (await newsroom.feed(number)).url == web.link("ici.example/flux")
    web.pages["ici.example/flux"] = redirect(web.link("poli.example/flux"), 302)
    web.pages["poli.example/flux"] = answer
    await hour(newsroom)
    assert (await newsroom.feed(number)).url == web.link("ici.example/flux"), "for the moment is not for good"


@pytest.mark.every_mode
async def test_one_that_fails_for_a_week_is_told_of_once_and_again_after_it_worked(
    newsroom: Newsroom, web: Outside
) -> None:
    word = unique("f")
    number = await number_of(
        newsroom, web, "panne.example/flux", article(1, guid=word, link=f"https://p.example/{word}")
    )
    works = web.pages["panne.example/flux"]

    async def told() -> list[str]:
        posts = await newsroom.ana.reads(newsroom.room)
        return [plain(post) for post in posts if f"(n° {number})" in plain(post)]

    web.pages["panne.example/flux"] = 500
    for hours in (1, 24 * 5):
        await hour(newsroom, hours)
    assert await told() == []
    listed = plain(await newsroom.ana.asks("/actus flux"))
    assert "ne se lit plus depuis le" in listed
    assert "le site répond par une erreur (500)" in listed
    for hours in (24 * 3, 24 * 3, 24 * 8):
        await hour(newsroom, hours)
    (said,) = await told()
    assert "ne se lit plus" in said
    web.pages["panne.example/flux"] = works
    await hour(newsroom)
    assert not (await newsroom.feed(number)).fault
    web.pages["panne.example/flux"] = 404
    for hours in (1, 24 * 8, 24):
        await hour(newsroom, hours)
    assert len(await told()) == 2
    web.pages["panne.example/flux"] = works
    await hour(newsroom)
    web.pages["panne.example/flux"] = 410
    await hour(newsroom)
    assert "est fermé" in (await told())[-1]
    assert (await newsroom.feed(number)).removed


async def test_a_page_that_names_its_feed_leads_there(newsroom: Newsroom, web: Outside) -> None:
    word = unique("g")
    page = b'<!doctype html><html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head></html>'
    web.pages["site.example/"] = says(page, Content_Type="text/html")
    web.pages["site.example/rss.xml"] = says(
        rss(article(1, guid=word, link=f"https://p.example/{word}")), Content_Type=RSS
    )
    assert "1 article pris sur 1" in await follows(newsroom, web.link("site.example/"))
    assert (await newsroom.feeds())[-1].url == web.link("site.example/rss.xml")
    web.pages["boucle.example/"] = says(page.replace(b"/rss.xml", b"/"), Content_Type="text/html")
    assert "c’est une page, sans flux" in await follows(newsroom, web.link("boucle.example/"))


async def test_what_is_no_feed_is_refused_with_its_reason(newsroom: Newsroom, web: Outside) -> None:
    web.pages |= {
        "page.example/": says(b"<html><body>Bonjour</body></html>"),
        "rien.example/": 404,
        "vide.example/": 200,
    }
    web.pages |= {
        "tourne.example/": redirect("/"),
        "lourd.example/": endless,
        "ferme.example/": redirect("http://10.0.0.1/"),
    }
    web.pages["gzip.example/"] = says(b"\x1f\x8b" + b"\0" * 99, Content_Encoding="gzip", Content_Type=RSS)
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
        assert reason in await follows(newsroom, web.link(where)), where
    for text in ("", "bonjour", "ftp://a.example/x", "file:///etc/passwd", "http://127.0.0.1:1/flux", "http://[::1]/"):
        said = await follows(newsroom, text)
        assert "Tapez" in said, text
    assert await newsroom.feeds() == []


async def test_a_slow_one_is_read_all_the_same(
    newsroom: Newsroom, web: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "AT_ONCE_S", 0.05)
    word = unique("h")

    async def late(_: server.Request) -> server.StreamResponse:
        await asyncio.sleep(0.2)
        return server.Response(body=rss(article(1, guid=word, link=f"https://p.example/{word}")), content_type=RSS)

    web.pages["lent.example/flux"] = late
    assert "prend son temps" in await follows(newsroom, web.link("lent.example/flux"))
    number = (await newsroom.feeds())[-1].number
    await newsroom.house.settled()
    assert await newsroom.of_feed(number) == ["Article 1"]
    assert "1 article pris sur 1" in plain((await newsroom.ana.direct())[-1])
    web.pages["lent.example/flux"] = slow
    assert await newsroom.ana.runs(f"/actus flux essayer {number}")
    await newsroom.house.settled()
    assert "ne répond pas à temps" in plain((await newsroom.ana.direct())[-1])


async def test_private_addresses_only_where_the_operator_lets_it(newsroom: Newsroom) -> None:
    word, house = unique("i"), newsroom.house
    async with outside() as site:
        site.pages["127.0.0.1/flux"] = says(
            rss(article(1, guid=word, link=f"https://p.example/{word}")), Content_Type=RSS
        )
        url = f"http://127.0.0.1:{site.port}/flux"
        assert "n’est pas l’adresse d’un flux" in await follows(newsroom, url)
        before = house.settings
        await house.stop()
        house.settings = before.model_copy(update={"allow_private_feeds": True})
        await house.start()
        try:
            assert "est suivi" in await follows(newsroom, url)
            assert not house.bot.web.reach.everywhere, "nothing else goes there"
            number = (await newsroom.feeds())[-1].number
            newer = article(2, guid=f"{word}2", link=f"https://p.example/{word}2")
            site.pages["127.0.0.1/flux"] = says(rss(newer), Content_Type=RSS)
            await hour(newsroom)
            assert await newsroom.of_feed(number) == ["Article 1", "Article 2"]
        finally:
            await house.stop()
            house.settings = before
            await house.start()
        await hour(newsroom)
        assert "n’est pas publique" in (await newsroom.feed(number)).fault


async def test_only_animateurs_follow_feeds(newsroom: Newsroom) -> None:
    assert "réservée" in plain(await newsroom.juliette.asks("/actus flux"))
    for line in ("ajoute", "retirer", "retirer 99999", "essayer x"):
        said = plain(await newsroom.ana.asks(f"/actus flux {line}"))
        assert "Tapez" in said or "Il n’y a pas de flux" in said


async def test_ten_thousand_articles_keep_nobody_waiting(newsroom: Newsroom, web: Outside) -> None:
    word = unique("j")
    many = [article(n, guid=f"{word}{n}", link=f"https://p.example/{word}/{n}") for n in range(10_000)]
    web.pages["immense.example/flux"] = says(rss(*many), Content_Type=RSS)
    said = asyncio.create_task(follows(newsroom, web.link("immense.example/flux")))
    home = await newsroom.juliette.asks("/aide")
    assert home.buttons
    assert "1 article pris sur 10" in (await said).replace("\u202f", " ")
    number = (await newsroom.feeds())[-1].number
    assert await newsroom.of_feed(number) == ["Article 0"]
    await hour(newsroom)
    assert await newsroom.of_feed(number) == ["Article 0"]


async def test_two_replicas_read_each_thing_once(newsroom: Newsroom, web: Outside) -> None:
    word = unique("k")
    number = await number_of(
        newsroom, web, "deux.example/flux", article(1, guid=word, link=f"https://p.example/{word}")
    )
    web.pages["deux.example/flux"] = says(
        rss(*(article(n, guid=f"{word}{n}", link=f"https://p.example/{word}{n}") for n in range(5))), Content_Type=RSS
    )
    async with newsroom.house.replica() as second:
        web.opens_to(second.web)
        newsroom.house.clock.goes_to(newsroom.house.clock() + timedelta(hours=1))
        runs = [
            bot.runs.run(("job", "actus.hourly"), f"{word}-{at}") for at, bot in enumerate((newsroom.house.bot, second))
        ]
        await asyncio.gather(*runs)
        await newsroom.house.settled()
    assert len(await newsroom.of_feed(number)) == 6


async def test_a_feed_that_is_followed_again_begins_anew(newsroom: Newsroom, web: Outside) -> None:
    word = unique("l")
    number = await number_of(
        newsroom, web, "retour.example/flux", article(1, guid=word, link=f"https://p.example/{word}")
    )
    await newsroom.ana.asks(f"/actus flux retirer n° {number}")
    later = article(2, guid=f"{word}2", link=f"https://p.example/{word}2")
    assert await number_of(newsroom, web, "retour.example/flux", later, article(1, guid=word)) == number
    assert await newsroom.of_feed(number) == ["Article 1", "Article 2"]
