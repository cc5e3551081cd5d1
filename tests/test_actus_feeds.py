"""Stories: animateurs follow feeds: one article at first, a few each hour, never twice."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web as server

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
from tests.support.house import PATIENCE, plain
from tests.support.servers import FakeWeb, answer_with, redirect

__all__ = ["news_stage", "web"]


@pytest.mark.every_mode
async def test_a_feed_gives_one_article_at_first_and_new_ones_later(newsroom: NewsStage, web: FakeWeb) -> None:
    word = unique("a")
    older = [make_article(n, guid=f"{word}{n}", link=f"https://p.example/{word}{n}") for n in range(40)]
    web.pages["presse.example/flux"] = answer_with(make_feed(*older), Content_Type=RSS)
    said = await follow_feed(newsroom, web.link("presse.example/flux"))
    assert "1 article pris sur 40. Le bot le lira chaque heure." in said
    (feed,) = await newsroom.feeds()
    assert feed.name == "La presse"
    assert await newsroom.of_feed(feed.number) == ["Article 0"]
    await pass_hours(newsroom)
    assert await newsroom.of_feed(feed.number) == ["Article 0"]
    newer = [make_article(n, guid=f"{word}{n}", link=f"https://p.example/{word}{n}") for n in range(40, 43)]
    web.pages["presse.example/flux"] = answer_with(make_feed(*newer, *older), Content_Type=RSS)
    await pass_hours(newsroom)
    assert await newsroom.of_feed(feed.number) == ["Article 0", "Article 40", "Article 41", "Article 42"]
    listed = plain(await newsroom.ana.asks("/actus flux"))
    assert f"n° {feed.number} : [La presse]" in listed
    assert "4 articles apportés" in listed
    assert "déjà suivi" in await follow_feed(newsroom, web.link("presse.example/flux?utm_source=x"))
    assert "n’est plus suivi" in plain(await newsroom.ana.asks(f"/actus flux retirer {feed.number}"))
    assert "ne suivent encore aucun flux" in plain(await newsroom.ana.asks("/actus flux"))
    web.calls.clear()
    await pass_hours(newsroom)
    assert web.calls == []


async def test_a_feed_never_floods_and_says_no_old_thing(newsroom: NewsStage, web: FakeWeb) -> None:
    word = unique("b")
    number = await add_feed(
        newsroom, web, "crue.example/flux", make_article(1, guid=f"{word}-1", link=f"https://p.example/{word}")
    )
    many = [make_article(n, guid=f"{word}{n}", link=f"https://p.example/{word}/{n}") for n in range(100, 160)]
    web.pages["crue.example/flux"] = answer_with(make_feed(*many), Content_Type=RSS)
    await pass_hours(newsroom)
    assert len(await newsroom.of_feed(number)) == 11
    await pass_hours(newsroom)
    assert len(await newsroom.of_feed(number)) == 11, "what was too much is seen"
    old = make_article(3, "Mon, 05 Jan 2015 10:00:00 GMT", guid=f"{word}-old", link=f"https://p.example/{word}/old")
    web.pages["crue.example/flux"] = answer_with(make_feed(old), Content_Type=RSS)
    await pass_hours(newsroom)
    assert len(await newsroom.of_feed(number)) == 11


async def test_the_same_thing_is_known_by_its_id_and_by_its_link(newsroom: NewsStage, web: FakeWeb) -> None:
    word = unique("c")
    one = make_article(1, guid=word, link=f"https://p.example/{word}")
    number = await add_feed(newsroom, web, "memes.example/flux", one)
    again = make_article(2, guid=word, link=f"https://p.example/{word}/corrige", title="Corrigé")
    moved = make_article(3, guid=f"{word}-2", link=f"http://www.p.example/{word}/?utm_campaign=x", title="Le même")
    web.pages["memes.example/flux"] = answer_with(make_feed(again, moved), Content_Type=RSS)
    await pass_hours(newsroom)
    assert await newsroom.of_feed(number) == ["Article 1"]
    other = await add_feed(
        newsroom, web, "autre.example/flux", make_article(9, guid="autre", link=f"https://p.example/{word}")
    )
    assert await newsroom.of_feed(other) == [], "another feed brought it"


async def test_the_newest_is_the_newest_by_its_date_and_none_is_of_tomorrow(newsroom: NewsStage, web: FakeWeb) -> None:
    word = unique("d")
    dates = ["Tue, 03 Nov 2026 10:00:00 GMT", "Wed, 04 Nov 2026 10:00:00 GMT", "Mon, 02 Nov 2026 10:00:00 GMT"]
    rows = [make_article(n, day, guid=f"{word}{n}", link=f"https://p.example/{word}{n}") for n, day in enumerate(dates)]
    number = await add_feed(newsroom, web, "dates.example/flux", *rows)
    assert await newsroom.of_feed(number) == ["Article 1"]
    far = make_article(7, "Mon, 02 Nov 2099 10:00:00 GMT", guid=f"{word}7", link=f"https://p.example/{word}7")
    web.pages["dates.example/flux"] = answer_with(make_feed(*rows, far), Content_Type=RSS)
    await pass_hours(newsroom)
    assert await newsroom.of_feed(number) == ["Article 1", "Article 7"]


@pytest.mark.every_mode
async def test_what_did_not_change_is_not_sent_again_and_what_moved_is_followed(
    newsroom: NewsStage, web: FakeWeb
) -> None:
    word, asked = unique("e"), []
    body = make_feed(make_article(1, guid=word, link=f"https://p.example/{word}"))

    async def answer(request: server.Request) -> server.StreamResponse:
        asked.append((request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")))
        if request.headers.get("If-None-Match") == '"v1"':
            return server.Response(status=304)
        headers = {"ETag": '"v1"', "Last-Modified": "Mon, 02 Nov 2026 10:00:00 GMT", "Content-Type": RSS}
        return server.Response(body=body, headers=headers)

    web.pages["poli.example/flux"] = answer
    assert "est suivi" in await follow_feed(newsroom, web.link("poli.example/flux"))
    number = max(feed.number for feed in await newsroom.feeds())
    await pass_hours(newsroom)
    assert asked == [(None, None), ('"v1"', "Mon, 02 Nov 2026 10:00:00 GMT")]
    assert not (await newsroom.feed(number)).fault
    web.pages |= {"ici.example/flux": answer, "poli.example/flux": redirect(web.link("ici.example/flux"), 301)}
    await pass_hours(newsroom)
    assert (await newsroom.feed(number)).url == web.link("ici.example/flux")
    web.pages["ici.example/flux"] = redirect(web.link("poli.example/flux"), 302)
    web.pages["poli.example/flux"] = answer
    await pass_hours(newsroom)
    assert (await newsroom.feed(number)).url == web.link("ici.example/flux"), "for the moment is not for good"


async def test_ten_thousand_articles_keep_nobody_waiting(newsroom: NewsStage, web: FakeWeb) -> None:
    word = unique("j")
    many = [make_article(n, guid=f"{word}{n}", link=f"https://p.example/{word}/{n}") for n in range(10_000)]
    web.pages["immense.example/flux"] = answer_with(make_feed(*many), Content_Type=RSS)
    said = asyncio.create_task(follow_feed(newsroom, web.link("immense.example/flux")))
    home = await newsroom.juliette.asks("/aide")
    assert home.buttons
    assert "1 article pris sur 10" in (await said).replace("\u202f", " ")
    number = (await newsroom.feeds())[-1].number
    assert await newsroom.of_feed(number) == ["Article 0"]
    await pass_hours(newsroom)
    assert await newsroom.of_feed(number) == ["Article 0"]


async def test_two_replicas_read_each_thing_once(newsroom: NewsStage, web: FakeWeb) -> None:
    word = unique("k")
    number = await add_feed(
        newsroom, web, "deux.example/flux", make_article(1, guid=word, link=f"https://p.example/{word}")
    )
    web.pages["deux.example/flux"] = answer_with(
        make_feed(*(make_article(n, guid=f"{word}{n}", link=f"https://p.example/{word}{n}") for n in range(5))),
        Content_Type=RSS,
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


async def test_a_feed_that_is_followed_again_begins_anew(newsroom: NewsStage, web: FakeWeb) -> None:
    word = unique("l")
    number = await add_feed(
        newsroom, web, "retour.example/flux", make_article(1, guid=word, link=f"https://p.example/{word}")
    )
    await newsroom.ana.asks(f"/actus flux retirer n° {number}")
    later = make_article(2, guid=f"{word}2", link=f"https://p.example/{word}2")
    assert await add_feed(newsroom, web, "retour.example/flux", later, make_article(1, guid=word)) == number
    assert await newsroom.of_feed(number) == ["Article 1", "Article 2"]


@pytest.mark.slow
async def test_reading_goes_on_after_a_kill_and_takes_each_thing_once(newsroom: NewsStage, web: FakeWeb) -> None:
    word, reached, house = unique("m"), asyncio.Event(), newsroom.house
    numbers = []
    for n in range(9):
        first = make_article(0, guid=f"{word}{n}", link=f"https://p.example/{word}/{n}")
        numbers.append(await add_feed(newsroom, web, f"s{n}.example/flux", first))

    async def answer(request: server.Request) -> server.StreamResponse:
        site = str(request.url.host)[1:2]
        if site == "5":
            reached.set()
            await asyncio.sleep(0.2)
        more = make_article(1, guid=f"{word}{site}-1", link=f"https://p.example/{word}/{site}/1")
        return server.Response(body=make_feed(more), content_type=RSS)

    web.pages |= {f"s{n}.example/flux": answer for n in range(9)}
    house.clock.goes_to(house.clock() + timedelta(hours=1))
    await house.bot.runs.run(("job", "actus.hourly"), f"{word}-mort")
    async with asyncio.timeout(PATIENCE):
        await reached.wait()
    await house.restart()
    await house.settled()
    found = [await newsroom.of_feed(number) for number in numbers]
    assert found == [["Article 0", "Article 1"]] * 9
