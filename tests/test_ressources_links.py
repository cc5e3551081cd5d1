"""The weekly look at links: what is broken is told once to whoever keeps the resource, and taken back when it works."""

import asyncio
import gc
import tracemalloc
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from aiohttp import web as server

from commands.ressources import upkeep
from commands.ressources.records import CheckLinks
from storage.ressources import ResourceState, feedback
from storage.ressources.feedback import Fault, Kind, LinkCheck, Look, judge_look
from tests.people import Post
from tests.support.house import House, plain
from tests.support.ressources import NOW, ShelfStage, in_days, kept_shelf
from tests.support.servers import FakeWeb, answer_endlessly, answer_too_late, answer_with, redirect, serve_sites

__all__ = ["kept_shelf"]


MiB = 1024 * 1024


@pytest.fixture
async def web(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeWeb]:
    """What is outside, archive included; the bot reaches nothing else."""
    async with house.outside() as made:
        monkeypatch.setattr(upkeep, "ARCHIVE", made.link("archive.example/available"))
        yield made


async def check(stage: ShelfStage, number: int) -> LinkCheck | None:
    async with stage.house.bot.database.transaction(writes=False) as db:
        return (await feedback.find_checks(db, [number])).get(number)


async def broken(stage: ShelfStage, web: FakeWeb, where: str, **more: str) -> tuple[int, Post]:
    """A resource whose link is found broken twice, and what its author is told."""
    one = await stage.holds(f"Ressource {where}", url=web.link(where), **more)
    await stage.runs("check_links", in_days(stage.house, 0))
    assert not await stage.told(stage.juliette, f"ressource n° {one.number} ne répond plus")
    await stage.runs("check_links", in_days(stage.house, 3))
    (told,) = await stage.told(stage.juliette, f"ressource n° {one.number} ne répond plus")
    return one.number, told


@pytest.mark.every_mode
async def test_a_broken_link_is_told_once_and_taken_back(stage: ShelfStage, web: FakeWeb) -> None:
    number, told = await broken(stage, web, "vieux.example/atelier")
    assert "Le lien de votre ressource" in plain(told)
    assert web.link("vieux.example/atelier") in plain(told)
    assert told.buttons == ["Modifier", "Il marche chez moi", "Retirer"]
    for later in (5, 12, 19):
        await stage.runs("check_links", in_days(stage.house, later))
    assert len(await stage.told(stage.juliette, f"ressource n° {number} ne répond plus")) == 1
    web.pages["vieux.example/atelier"] = 200
    await stage.runs("check_links", in_days(stage.house, 26))
    (mended,) = [post for post in await stage.juliette.direct() if post.id == told.id]
    assert "marche de nouveau" in plain(mended)
    assert not mended.buttons


async def test_a_copy_of_the_archive_is_shown(stage: ShelfStage, web: FakeWeb) -> None:
    copy = "http://web.archive.org/web/2024/http://vieux.example/copie"
    body = b'{"archived_snapshots": {"closest": {"available": true, "status": "200", "url": "%s"}}}'
    web.pages["archive.example/available"] = answer_with(body % copy.encode())
    _, told = await broken(stage, web, "vieux.example/copie")
    assert copy.replace("http:", "https:", 1) in plain(told)


@pytest.mark.parametrize(
    "answer",
    [
        *(b"", b"[]", b"{", b"[" * 9000, b'{"archived_snapshots": {}}', b"\xff\xfe", b'{"archived_snapshots": null}'),
        b'{"archived_snapshots": {"closest": {"available": true, "url": "https://evil.example/x"}}}',
        b'{"archived_snapshots": {"closest": {"available": true, "url": "http://web.archive.org/a> @all"}}}',
        b'{"archived_snapshots": {"closest": {"available": "no", "url": "http://web.archive.org/a"}}}',
    ],
)
async def test_an_archive_that_says_nonsense_harms_nothing(answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serve_sites() as made:
        monkeypatch.setattr(upkeep, "ARCHIVE", made.link("archive.example/available"))
        web = made.client()
        made.pages["archive.example/available"] = answer_with(answer)
        assert await upkeep.find_archive(web, "http://x.example/") == ""
        made.pages["archive.example/available"] = answer_too_late
        assert await upkeep.find_archive(web, "http://x.example/") == ""
        await web.close()


async def test_what_works_for_somebody_is_left_alone_until_it_changes(stage: ShelfStage, web: FakeWeb) -> None:
    number, told = await broken(stage, web, "interne.example/page")
    await stage.juliette.clicks(told, "Il marche chez moi")
    await stage.juliette.rewritten(told, "marche pour")
    web.calls.clear()
    await stage.runs("check_links", in_days(stage.house, 20))
    assert web.asked("interne.example/page") == []
    found = await check(stage, number)
    assert found
    assert found.quiet
    async with stage.house.bot.database.transaction(writes=False) as db:
        one = await feedback.list_links_due(db, stage.house.clock() + timedelta(days=90), 500)
    assert number not in [due for due, _ in one]


@pytest.mark.every_mode
async def test_withdrawn_by_its_button_and_put_back(stage: ShelfStage, web: FakeWeb) -> None:
    number, told = await broken(stage, web, "vieux.example/fini")
    await stage.juliette.clicks(told, "Retirer")
    after = await stage.juliette.rewritten(told, "est retirée")
    async with stage.house.bot.database.transaction(writes=False) as db:
        assert (await feedback.list_links_due(db, in_days(stage.house, 60), 500)) == []
    await stage.juliette.clicks(after, "Remettre")
    await stage.juliette.rewritten(after, "est remise")
    one = await stage.now(number)
    assert one.state is ResourceState.PUBLISHED


async def test_strangers_change_nothing(stage: ShelfStage, web: FakeWeb) -> None:
    number, told = await broken(stage, web, "vieux.example/autrui")
    camille = await stage.house.conseiller("camille")
    await stage.changes(number, auteur_id=camille.id)
    await stage.juliette.clicks(told, "Retirer")
    await stage.juliette.whispered("peuvent changer cette ressource")
    assert (await stage.now(number)).state is ResourceState.PUBLISHED


async def test_who_left_is_replaced_by_the_depositor_then_by_animateurs(stage: ShelfStage, web: FakeWeb) -> None:
    yesterday = stage.house.today - timedelta(days=1)
    camille = await stage.house.conseiller("camille")
    await stage.house.registers(camille, None, left_on=yesterday)
    url = web.link("vieux.example/parti")
    theirs = await stage.holds("Le départ", url=url, auteur_id=camille.id, deposited_by=stage.juliette.id)
    nobodys = await stage.holds("À personne", url=web.link("vieux.example/seul"), auteur_id=camille.id)
    for day in (0, 3, 6):
        await stage.runs("check_links", in_days(stage.house, day))
    assert len(await stage.told(stage.juliette, f"ressource n° {theirs.number} ne")) == 1
    card = await stage.said(f"Le lien de la ressource n° {nobodys.number} ne répond plus")
    assert not await stage.told(camille, "ne répond plus")
    await stage.ana.clicks(card, "Retirer")
    await stage.said(f"La ressource n° {nobodys.number} (")
    assert (await stage.now(nobodys.number)).state is ResourceState.WITHDRAWN


async def test_what_the_bot_may_not_see_is_never_told(stage: ShelfStage, web: FakeWeb) -> None:
    web.pages |= {"a.example/1": 401, "b.example/2": 403, "c.example/3": 500, "d.example/4": answer_too_late}
    web.pages |= {"e.example/5": answer_with(b"", 429, Retry_After="5"), "f.example/6": redirect("http://10.0.0.1/")}
    web.pages |= {"g.example/robots.txt": answer_with(b"User-agent: *\nDisallow: /\n"), "h.example/8": redirect("/8")}
    web.names["interne.example"] = ["192.168.1.4"]
    wheres = [*web.pages, "g.example/7", "interne.example/9"]
    links = {where: await stage.holds(f"Doute {where}", url=web.link(where)) for where in wheres if "txt" not in where}
    for day in (0, 3, 7, 14, 21):
        await stage.runs("check_links", in_days(stage.house, day))
    assert not await stage.told(stage.juliette, "ne répond plus")
    assert web.asked("g.example/7") == []
    looked = {where: await check(stage, one.number) for where, one in links.items()}
    faults = {where: found.fault for where, found in looked.items() if found}
    assert faults == {
        **{"a.example/1": "denied", "b.example/2": "denied", "c.example/3": "server", "d.example/4": "slow"},
        **{"e.example/5": "", "f.example/6": "forbidden", "g.example/7": "robots", "h.example/8": "loop"},
        **{"interne.example/9": "forbidden"},
    }


async def test_by_get_where_head_is_refused(stage: ShelfStage, web: FakeWeb) -> None:
    async def only_get(request: server.Request) -> server.StreamResponse:
        return server.Response(status=405 if request.method == "HEAD" else 200)

    web.pages["a.example/page"] = only_get
    web.pages["a.example/film"] = answer_endlessly
    page = await stage.holds("Page", url=web.link("a.example/page"))
    film = await stage.holds("Film", url=web.link("a.example/film"))
    await stage.runs("check_links", in_days(stage.house, 0))
    assert web.asked("a.example/page") == ["HEAD", "GET"]
    for one in (page, film):
        found = await check(stage, one.number)
        assert found
        assert found.fault == ""


async def test_all_are_looked_at_once_a_week_also_after_a_kill(stage: ShelfStage, web: FakeWeb) -> None:
    """Two dozen links, more than three steps: the bot is stopped in the middle and goes on after its restart."""
    reached = asyncio.Event()

    async def note(request: server.Request) -> server.StreamResponse:
        if request.path == "/12":
            reached.set()
            await asyncio.sleep(0.2)
        return server.Response()

    for number in range(24):
        web.pages[f"s{number}.example/{number}"] = note
        await stage.holds(f"Lot {number}", url=web.link(f"s{number}.example/{number}"))
    house = stage.house
    house.clock.goes_to(in_days(house, 0))
    await house.bot.runs.run(("job", "ressources.check_links"), f"lot-{house.clock()}")
    async with asyncio.timeout(20):
        await reached.wait()
    await house.restart()
    await house.settled()
    asked = [web.asked(f"s{number}.example/{number}") for number in range(24)]
    assert all(asked)
    assert sum(map(len, asked)) <= 24 + 8
    web.calls.clear()
    await stage.runs("check_links", in_days(stage.house, 3))
    assert web.calls == []


async def test_where_the_operator_forbids_it_nothing_is_asked(stage: ShelfStage, web: FakeWeb) -> None:
    await stage.holds("Interdite", url=web.link("a.example/non"))
    house, before = stage.house, stage.house.settings
    await house.stop()
    house.settings = before.model_copy(update={"link_check": "non"})
    await house.start()
    await stage.runs("check_links", in_days(house, 0))
    await house.stop()
    house.settings = before
    await house.start()
    assert web.calls == []


@pytest.mark.slow
async def test_hundreds_of_bad_links_take_little_memory() -> None:
    """Redirect loops, endless answers, dead pages and private addresses, in steps as the work takes them.

    Those in hand take two MiB; if each that is done kept 12 KiB, it were too much.
    """
    async with serve_sites() as made:
        web = made.client()
        made.pages |= {"boucle.example/": redirect("/"), "film.example/": answer_endlessly}
        hosts = ["boucle.example/", "film.example/", "mort.example/", "prive.example/"]
        made.names["prive.example"] = ["10.1.1.1"]
        gc.freeze()  # what other tests left is looked through no more
        tracemalloc.start()
        for start in range(0, 200, 8):
            links = [(n, made.link(f"{hosts[n % 4]}?{n}")) for n in range(start, start + 8)]
            assert len(await upkeep.look_at_links(web, links)) == 8
            made.calls.clear()
            gc.collect()  # the suite lets garbage lie for longer than these steps take
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        await web.close()
        assert peak < 4.5 * MiB


DAY = date(2026, 11, 24)


def faults(*seen: tuple[int, Fault]) -> list[bool]:
    """Whether somebody is told after each look, on these days."""
    stands, told = None, []
    for day, fault in seen:
        stands = judge_look(
            stands, Look(1, "http://a.example/", fault), NOW + timedelta(days=day), DAY + timedelta(days=day)
        )
        told.append(stands.is_to_be_told(DAY + timedelta(days=day)))
        if told[-1]:
            stands.told_at = NOW
    return told


def test_when_somebody_is_told() -> None:
    gone, slow_, none = Fault.GONE, Fault.SLOW, Fault.NONE
    assert faults((0, gone), (0, gone), (1, gone), (2, gone)) == [False, False, True, False]
    assert faults((0, gone), (3, Fault.NAME)) == [False, True]
    assert faults((0, gone), (3, slow_), (6, gone), (9, gone)) == [False, False, False, True]
    assert faults((0, gone), (3, Fault.BUSY), (6, gone)) == [False, False, True]
    assert faults((0, gone), (3, gone), (9, none), (16, gone), (19, gone)) == [False, True, False, False, True]
    assert faults(*((7 * week, slow_) for week in range(12))) == [False] * 10 + [True, False]
    assert not any(faults(*((7 * week, Fault.DENIED) for week in range(60))))
    assert {fault.kind for fault in Fault} == set(Kind)


def test_another_link_is_another_matter() -> None:
    first = judge_look(None, Look(1, "http://a.example/", Fault.GONE), NOW, DAY)
    first.told_at, first.quiet = NOW, True
    other = judge_look(
        first, Look(1, "http://b.example/", Fault.GONE), NOW + timedelta(days=7), DAY + timedelta(days=7)
    )
    assert (other.failures, other.told_at, other.quiet) == (1, None, False)


def test_what_is_begun_travels_whole() -> None:
    assert CheckLinks.model_validate(CheckLinks(begun=NOW).model_dump(mode="json")).begun == NOW
