"""Stories: the link of a deposit is tried after it; the depositor and the reviewers read when it leads nowhere."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web as server

from bot.french import say_date
from commands.ressources import upkeep
from storage.ressources.resources import Resource, ResourceState
from tests.people import Post, unique
from tests.support.house import House, plain
from tests.support.ressources import ReviewStage, send_dialog, stage
from tests.support.servers import FakeWeb, answer_too_late, answer_with, redirect

__all__ = ["stage"]

DEAD = "Ce lien ne répond pas"


@pytest.fixture
async def web(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeWeb]:
    """What is outside, archive included; the bot reaches nothing else."""
    async with house.outside() as made:
        monkeypatch.setattr(upkeep, "ARCHIVE", made.link("archive.example/available"))
        yield made


async def told_of(stage: ReviewStage, resource: Resource) -> list[Post]:
    """What Juliette reads of a resource’s link."""
    await stage.house.settled()
    posts = [(post, plain(post)) for post in await stage.juliette.direct()]
    number = f"ressource n° {resource.id}"
    return [
        post for post, text in posts if f"Le lien de la {number} (" in text or (DEAD in text and f"{number})" in text)
    ]


@pytest.mark.every_mode
async def test_a_dead_link_is_told_once_and_shown_to_its_reviewers(stage: ReviewStage, web: FakeWeb) -> None:
    word = unique("mort")
    resource, _ = await stage.proposes(stage.juliette, f"Le {word}", lien=web.link(f"{word}.example/page"))
    (told,) = await told_of(stage, resource)
    assert "il n’y a pas de page à cette adresse" in plain(told)
    assert "qui relira la ressource le verra aussi" in plain(told)
    assert told.buttons == ["Modifier", "Il marche chez moi", "Retirer"]
    seen = f"ne répond pas (page introuvable), vu le {say_date(stage.house.today)}"
    card = await stage.card(resource, f"Lien : {seen}.")
    assert card.buttons[0] == "Publier"
    await stage.agathe.clicks(card, "Publier")
    said = await stage.agathe.told("C’est publié")
    assert f"Attention, son lien {seen}." in plain(said)
    assert said.buttons == ["Corriger", "Retirer"]
    assert "Lien :" not in plain(await stage.card(resource, "publiée"))
    assert len(await told_of(stage, resource)) == 1


@pytest.mark.every_mode
async def test_a_link_put_right_is_tried_again(stage: ReviewStage, web: FakeWeb) -> None:
    word = unique("faute")
    web.pages[f"{word}.example/bon"] = 200
    resource, _ = await stage.proposes(stage.juliette, f"Une {word}", lien=web.link(f"{word}.absent.example/bon"))
    (told,) = await told_of(stage, resource)
    assert "aucun site ne porte ce nom" in plain(told)
    await stage.card(resource, "Lien : ne répond pas (site introuvable)")
    await send_dialog(stage.juliette, told, "Modifier", lien=web.link(f"{word}.example/bon"))
    await stage.house.settled()
    assert "Lien :" not in plain(await stage.card(resource))
    (after,) = await told_of(stage, resource)
    assert "marche de nouveau" in plain(after)
    assert not after.buttons


async def test_of_a_link_that_works_nothing_is_said(stage: ReviewStage, web: FakeWeb) -> None:
    word = unique("vif")
    web.pages |= {f"{word}.example/1": 200, f"{word}.example/2": redirect(f"http://{word}.example:{web.port}/1", 301)}
    for page in ("1", "2"):
        resource, _ = await stage.proposes(stage.juliette, f"{word} {page}", lien=web.link(f"{word}.example/{page}"))
        assert await told_of(stage, resource) == []
        assert "Lien :" not in plain(await stage.card(resource))
        assert web.asked(f"{word}.example/{page}")


async def test_what_proves_nothing_accuses_nobody(stage: ReviewStage, web: FakeWeb) -> None:
    word = unique("doute")
    web.pages |= {f"{word}.a.example/": 403, f"{word}.b.example/": 500, f"{word}.c.example/": answer_too_late}
    web.pages |= {f"{word}.d.example/": answer_with(b"", 429), f"{word}.f.example/": redirect("http://10.0.0.1/")}
    web.pages[f"{word}.g.example/robots.txt"] = answer_with(b"User-agent: *\nDisallow: /\n")
    web.names[f"{word}.e.example"] = ["192.168.1.4"]
    for name in "abcdefg":
        link = web.link(f"{word}.{name}.example/")
        resource, _ = await stage.proposes(stage.juliette, f"{word} {name}", lien=link)
        assert await told_of(stage, resource) == [], name
        assert "Lien :" not in plain(await stage.card(resource)), name
    assert web.asked(f"{word}.e.example/") == web.asked(f"{word}.g.example/") == []


async def test_what_works_for_the_depositor_is_shown_so(stage: ReviewStage, web: FakeWeb) -> None:
    word = unique("interne")
    resource, _ = await stage.proposes(stage.juliette, f"L’{word}", lien=web.link(f"{word}.example/page"))
    (told,) = await told_of(stage, resource)
    await stage.juliette.clicks(told, "Il marche chez moi")
    await stage.juliette.rewritten(told, "marche pour")
    await stage.card(resource, "quelqu’un dit qu’il marche chez lui")


async def test_a_dead_link_is_withdrawn_by_its_button(stage: ReviewStage, web: FakeWeb) -> None:
    word = unique("fini")
    resource, _ = await stage.proposes(stage.juliette, f"Le {word}", lien=web.link(f"{word}.example/page"))
    (told,) = await told_of(stage, resource)
    await stage.juliette.clicks(told, "Retirer")
    after = await stage.juliette.rewritten(told, "est retirée")
    assert (await stage.now(resource)).state is ResourceState.WITHDRAWN
    await stage.juliette.clicks(after, "Remettre")
    await stage.juliette.rewritten(after, "est remise")
    assert (await stage.now(resource)).state is ResourceState.PROPOSED
    assert len(await told_of(stage, resource)) == 0, "what stands already is not said anew"


@pytest.mark.every_mode
async def test_what_is_published_at_once_is_tried_too(stage: ReviewStage, web: FakeWeb) -> None:
    word = unique("direct")
    await stage.deposits(stage.agathe, titre=f"Un {word}", lien=web.link(f"{word}.example/page"))
    resource = await stage.titled(f"Un {word}")
    await stage.house.settled()
    (told,) = [
        post for post in await stage.agathe.direct() if f"n° {resource.id})" in plain(post) and DEAD in plain(post)
    ]
    assert "Pour le corriger : « Modifier »." in plain(told)
    assert "relira" not in plain(told)


async def test_a_bot_killed_in_the_middle_tells_once(stage: ReviewStage, web: FakeWeb) -> None:
    reached, word = asyncio.Event(), unique("lent")

    async def answer_slowly(_: server.Request) -> server.StreamResponse:
        reached.set()
        await asyncio.sleep(0.3)
        return server.Response(status=410)

    web.pages[f"{word}.example/page"] = answer_slowly
    await stage.deposits(stage.juliette, titre=f"Le {word}", lien=web.link(f"{word}.example/page"))
    resource = await stage.titled(f"Le {word}")
    async with asyncio.timeout(20):
        await reached.wait()
    await stage.house.restart()
    assert len(await told_of(stage, resource)) == 1
    await stage.card(resource, "Lien : ne répond pas")
    await stage.house.restart()
    assert len(await told_of(stage, resource)) == 1


async def test_where_the_operator_forbids_it_nothing_is_tried(stage: ReviewStage, web: FakeWeb) -> None:
    house, before, word = stage.house, stage.house.settings, unique("non")
    await house.stop()
    house.settings = before.model_copy(update={"link_check": "non"})
    await house.start()
    resource, _ = await stage.proposes(stage.juliette, f"Le {word}", lien=web.link(f"{word}.example/page"))
    assert await told_of(stage, resource) == []
    await house.stop()
    house.settings = before
    await house.start()
    assert web.asked(f"{word}.example/page") == []
