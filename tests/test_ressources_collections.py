"""Collections: made, filled, sorted, renamed, removed and put back, by who may; the library that comes with the bot."""

import itertools
from dataclasses import replace

import pytest

from config.ressources import KINDS, NAME, TOOLS
from storage.database import Database
from storage.ressources import ResourceState, collections, resources
from storage.ressources.collections import HELD_MAX, ResourceCollection, make_name_key
from storage.urls import read_link
from tests.people import Person, Post
from tests.support.databases import database
from tests.support.house import plain
from tests.support.ressources import NOW, ShelfStage, choose_action, in_days, kept_shelf, make_resource, store_resources

__all__ = ["database", "kept_shelf"]


_NAMES = itertools.count(1)


def called(words: str = "Bureautique seniors") -> str:
    """A name that no other story has."""
    return f"{words} {next(_NAMES)}"


async def makes(who: Person, name: str, **more: str) -> Post:
    """Somebody makes a collection."""
    form = await who.opens("/ressources collection nouvelle")
    answer = await form.fill(nom=name, **more).submit()
    assert answer.accepted, answer
    return await who.whispered("est créée")


async def lines_of(who: Person, name: str) -> str:
    return plain(await who.asks(f"/ressources collection {name}"))


@pytest.mark.every_mode
async def test_made_filled_and_shown(stage: ShelfStage) -> None:
    name = called()
    await makes(stage.juliette, name, sujet="Pour les ateliers du mardi")
    one, other = await stage.holds("Le clavier"), await stage.holds("La souris")
    said = await stage.juliette.asks(f"/ressources collection ajouter {one.number} {name.upper()}")
    assert f"La ressource n° {one.number} est dans « {name} »" in plain(said)
    await stage.juliette.asks(f"/ressources collection ajouter {other.number} {name}")
    seen = await lines_of(stage.juliette, name)
    assert "2 ressources" in seen
    assert "Pour les ateliers du mardi" in seen
    assert seen.index("Le clavier") < seen.index("La souris")
    again = await stage.juliette.asks(f"/ressources collection ajouter {one.number} {name}")
    assert "est déjà dans" in plain(again)
    assert name in plain(await stage.juliette.asks("/ressources collection"))


@pytest.mark.every_mode
async def test_sorted_and_taken_out_and_put_back(stage: ShelfStage) -> None:
    name = called("Rangement")
    await makes(stage.juliette, name)
    for title in ("Un", "Deux", "Trois"):
        one = await stage.holds(f"{title} {name}")
        await stage.juliette.asks(f"/ressources collection ajouter {one.number} {name}")
    opened = await stage.juliette.asks(f"/ressources collection {name}")
    await stage.juliette.clicks(opened, "Ranger")
    sorting = await stage.juliette.whispered("Monter")
    order = [action for action in sorting.actions if action.name == "Monter"]
    assert len(order) == 3
    number = one.number
    async with stage.house.bot.database.transaction() as db:
        found = await collections.find_by_name(db, name)
        assert found
        await collections.move_up(db, found.number, number)
    seen = await lines_of(stage.juliette, name)
    assert seen.index("Un ") < seen.index("Trois ") < seen.index("Deux ")
    out = await stage.juliette.asks(f"/ressources collection retirer {number} {name}")
    assert "2 ressources" in await lines_of(stage.juliette, name)
    await stage.juliette.clicks(out, "Annuler")
    await stage.juliette.whispered("est dans")
    assert "3 ressources" in await lines_of(stage.juliette, name)


async def test_a_click_moves_up(stage: ShelfStage) -> None:
    name = called("Monter")
    await makes(stage.juliette, name)
    for title in ("Premier", "Second"):
        one = await stage.holds(f"{title} {name}")
        await stage.juliette.asks(f"/ressources collection ajouter {one.number} {name}")
    opened = await stage.juliette.asks(f"/ressources collection {name}")
    await stage.juliette.clicks(opened, "Ranger")
    sorting = await stage.juliette.whispered("Monter")
    below = [card for card in sorting.cards if "Second" in str(card["text"])]
    await stage.juliette.clicks(replace(sorting, props={"attachments": below}), "Monter")
    await stage.juliette.whispered("Monter")
    seen = await lines_of(stage.juliette, name)
    assert seen.index("Second") < seen.index("Premier")


@pytest.mark.every_mode
async def test_renamed_removed_and_put_back(stage: ShelfStage) -> None:
    name, other = called("Ancien nom"), called("Nouveau nom de la collection")
    await makes(stage.juliette, name)
    opened = await stage.juliette.asks(f"/ressources collection {name}")
    form = await stage.juliette.opens_by(opened, "Renommer")
    assert (await form.fill(nom=other).submit()).accepted
    await stage.juliette.whispered("C’est changé")
    assert "Je ne connais pas de collection" in await lines_of(stage.juliette, name)
    opened = await stage.juliette.asks(f"/ressources collection {other}")
    await stage.juliette.clicks(opened, "Supprimer")
    gone = await stage.juliette.whispered("est supprimée")
    assert "Je ne connais pas de collection" in await lines_of(stage.juliette, other)
    await stage.juliette.clicks(gone, "Annuler")
    await stage.juliette.whispered("de nouveau là")
    assert "0 ressource" in await lines_of(stage.juliette, other)
    resource = await stage.holds(called("Le clavier"))
    near = await stage.juliette.asks(
        f"/ressources collection ajouter {resource.number} {other.replace('Nouveau', 'Nouvo')}"
    )
    assert "Vous cherchez peut-être" in plain(near)
    await stage.juliette.clicks(near, f"Ajouter à {other}"[:40])
    await stage.juliette.whispered(other)
    assert "1 ressource" in await lines_of(stage.juliette, other)


@pytest.mark.every_mode
async def test_the_same_name_and_names_that_are_none(stage: ShelfStage) -> None:
    name = called("Été des aînés")
    await makes(stage.juliette, name)
    camille = await stage.house.conseiller("camille")
    number = name.rpartition(" ")[2]
    names = [name.upper(), f"ete des AINES {number}", f" été-des-aînés  {number} !", f"Été des aînés\u200b {number}"]
    for again in names:
        form = await camille.opens("/ressources collection nouvelle")
        answer = await form.fill(nom=again).submit()
        assert "déjà ce nom" in str(answer.errors) or "autre nom" in str(answer.errors), again
    assert (await camille.opens("/ressources collection nouvelle Jeux seniors")).values["nom"] == "Jeux seniors"
    assert "ajouter 12 Bureautique seniors" in plain(await camille.asks("/ressources collection ajouter"))
    for wrong in ("!!!", "ajouter 12 ressources", "Nouvelle", "x" * 81, "\u202e\u200b"):
        form = await camille.opens("/ressources collection nouvelle")
        assert not (await form.fill(nom=wrong).submit()).accepted, wrong


async def test_hostile_names_stay_names(stage: ShelfStage) -> None:
    name = called("@all **gras** [ici](https://evil.example) `x`")
    await makes(stage.juliette, name)
    seen = (await stage.juliette.asks("/ressources collection")).text
    assert "@all" not in seen
    assert "](https://" not in seen.replace("\\](https", "")


@pytest.mark.every_mode
async def test_only_its_owner_and_animateurs_change_it(stage: ShelfStage) -> None:
    name = called("À moi")
    await makes(stage.juliette, name)
    camille, one = await stage.house.conseiller("camille"), await stage.holds("La ressource")
    assert "n’est pas la vôtre" in plain(await camille.asks(f"/ressources collection ajouter {one.number} {name}"))
    assert (await camille.asks(f"/ressources collection {name}")).buttons == []
    assert "est dans" in plain(await stage.ana.asks(f"/ressources collection ajouter {one.number} {name}"))
    hidden = await stage.holds("Proposée", state=ResourceState.PROPOSED)
    said = await stage.ana.asks(f"/ressources collection ajouter {hidden.number} {name}")
    assert "Il n’y a pas de ressource publiée" in plain(said)


@pytest.mark.every_mode
async def test_from_a_resource_into_a_new_one(stage: ShelfStage) -> None:
    name, camille = called("Depuis une ressource"), await stage.house.conseiller("camille")
    one = await stage.holds("À ranger", themes=["courriel"])
    opened = await camille.asks(f"/ressources {one.number}")
    form = await choose_action(camille, opened, "Ajouter à une collection")
    if form is None or "chosen" in form.names:
        # An old server’s dialog does not go on: a button opens the next one.
        going_on = await camille.whispered()
        form = await camille.opens_by(going_on, going_on.buttons[0])
    assert (await form.fill(**{form.names[0]: name}).submit()).accepted
    assert "1 ressource" in await lines_of(camille, name)


async def test_the_library_comes_once_and_is_pinned(stage: ShelfStage) -> None:
    await stage.runs("keep_library", in_days(stage.house, 1, 7))
    card = await stage.said(f"#### {NAME}", stage.channel)
    assert card.is_pinned
    assert all(tool.url in plain(card) for tool in TOOLS)
    first = await stage.juliette.asks(f"/ressources {await number_of(stage, TOOLS[0].url)}")
    assert "équipe d’animation" in plain(first)
    out = await number_of(stage, TOOLS[1].url)
    await stage.ana.asks(f"/ressources collection retirer {out} {NAME}")
    mine = await stage.holds("Un outil de chez nous", url="https://outil.example/nous")
    await stage.ana.asks(f"/ressources collection ajouter {mine.number} {NAME}")
    await stage.house.settled()
    card = await stage.said("Un outil de chez nous", stage.channel)
    assert TOOLS[1].url not in plain(card)
    assert "n’est pas la vôtre" in plain(await stage.juliette.asks(f"/ressources collection retirer {out} {NAME}"))
    await stage.changes(mine.number, titre="Notre outil")
    await stage.runs("keep_library", in_days(stage.house, 1, 7))
    card = await stage.said("Notre outil", stage.channel)
    opened = await stage.ana.asks(f"/ressources collection {NAME}")
    await stage.ana.clicks(opened, "Voir la suite")
    opened = await stage.ana.whispered(NAME)
    await stage.ana.clicks(opened, "Supprimer")
    await stage.ana.whispered("est supprimée")
    await stage.runs("keep_library", in_days(stage.house, 1, 7))
    assert "Je ne connais pas de collection" in await lines_of(stage.ana, NAME)
    posts = [post for post in await stage.ana.reads(stage.channel) if NAME in plain(post)]
    assert len(posts) == 1
    assert "n’est plus là" in plain(posts[0])


async def number_of(stage: ShelfStage, url: str) -> int:
    async with stage.house.bot.database.transaction(writes=False) as db:
        found = await resources.find_by_key(db, resources.make_key(url, ""))
    assert found
    return found.number


def test_the_tools_are_well_formed() -> None:
    for tool in TOOLS:
        assert read_link(tool.url) == tool.url
        assert tool.url.startswith("https://")
        assert tool.type in KINDS
    assert {"ABC Diag", "Pix Orga"} <= {tool.titre for tool in TOOLS}
    assert {"outil", "tutoriel"} == {tool.type for tool in TOOLS}


async def test_order_survives_what_is_withdrawn(database: Database) -> None:
    async with database.transaction() as db:
        await store_resources(
            db, *(make_resource(f"F{at}") for at in range(1, 6)), make_resource("cachée", state=ResourceState.WITHDRAWN)
        )
        number = await collections.add_collection(db, ResourceCollection(key="c", name="C", created_at=NOW))
        assert number
        for one in (1, 6, 2, 3):
            assert await collections.put_in(db, number, one, "", NOW)
        assert not await collections.put_in(db, number, 1, "", NOW)
        await collections.move_up(db, number, 2)
        assert await collections.list_contents(db, number) == [2, 1, 3]
        await collections.move_up(db, number, 2)
        await collections.move_up(db, number, 4)
        assert await collections.list_contents(db, number) == [2, 1, 3]
        assert [(one.name, count) for one, count in await collections.list_collections(db)] == [("C", 3)]
        assert await collections.add_collection(db, ResourceCollection(key="c", name="c", created_at=NOW)) is None


async def test_a_collection_is_bounded(database: Database) -> None:
    async with database.transaction() as db:
        number = await collections.add_collection(db, ResourceCollection(key="c", name="C", created_at=NOW))
        assert number
        assert all([await collections.put_in(db, number, one, "", NOW) for one in range(1, HELD_MAX + 1)])
        assert not await collections.put_in(db, number, HELD_MAX + 1, "", NOW)


@pytest.mark.parametrize(("name", "key"), [("Été  des-aînés !", "ete des aines"), ("œ" * 80, "oe" * 40), ("🙂", "")])
def test_keys_of_names(name: str, key: str) -> None:
    assert make_name_key(name) == key
