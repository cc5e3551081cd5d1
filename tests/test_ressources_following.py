"""Themes are followed: each Monday what is new, ten at most, imports counted; paused, resumed, stopped by a click."""

import tracemalloc
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert

from config.themes import THEMES, bits
from storage.database import Database
from storage.ressources import collections, search
from storage.ressources.collections import FreshResource, NewsHarvest, ThemeFollow
from tests.people import Person, Post
from tests.support.databases import database
from tests.support.house import House, plain
from tests.support.ressources import (
    NOW,
    ShelfStage,
    choose_action,
    kept_shelf,
    make_resource,
    paris_time,
    store_resources,
)

__all__ = ["database", "kept_shelf"]


EMPLOI, COURRIEL, SANTE = "trouver emploi", "courriel", "sante"
MiB = 1024 * 1024


def monday(house: House, weeks: int = 1) -> date:
    today = house.today
    return today + timedelta(days=7 * weeks - today.weekday())


async def follows(stage: ShelfStage, who: Person) -> Sequence[ThemeFollow]:
    async with stage.house.bot.database.transaction(writes=False) as db:
        return await collections.list_followed_themes(db, who.id)


async def deposits(stage: ShelfStage, *titles: str, themes: Sequence[str] = (EMPLOI,)) -> None:
    for title in titles:
        await stage.holds(title, themes=themes, deposited_by=stage.ana.id, auteur_id=stage.ana.id)


async def news(stage: ShelfStage, who: Person) -> list[Post]:
    return await stage.told(who, "Du nouveau dans les thèmes que vous suivez")


@pytest.mark.every_mode
async def test_a_week_of_a_theme(stage: ShelfStage) -> None:
    said = await stage.juliette.asks("/ressources suivre emploi")
    assert "chaque lundi" in plain(said)
    assert "Emploi, formation" in plain(said)
    await deposits(stage, "Écrire un CV *simple*", "L’entretien")
    await deposits(stage, "La boîte mail", themes=[COURRIEL])
    await stage.runs("tell_news", paris_time(monday(stage.house)))
    (told,) = await news(stage, stage.juliette)
    assert r"Écrire un CV \*simple\*" in plain(told)
    assert "L’entretien" in plain(told)
    assert "La boîte mail" not in plain(told)
    assert told.buttons == ["Mettre en pause", "Ne plus suivre"]
    await stage.runs("tell_news", paris_time(monday(stage.house)))
    assert len(await news(stage, stage.juliette)) == 1
    await stage.juliette.clicks(told, "Mettre en pause")
    await stage.juliette.told("C’est en pause")
    await deposits(stage, "Pendant la pause")
    await stage.runs("tell_news", paris_time(monday(stage.house)))
    assert len(await news(stage, stage.juliette)) == 1


@pytest.mark.every_mode
async def test_paused_resumed_stopped_from_the_list(stage: ShelfStage) -> None:
    await stage.juliette.asks("/ressources suivre emploi")
    listed = await stage.juliette.asks("/ressources suivis")
    assert listed.buttons == ["Mettre en pause", "Ne plus suivre"]
    await stage.juliette.clicks(listed, "Mettre en pause")
    listed = await stage.juliette.whispered("en pause")
    assert [each.paused for each in await follows(stage, stage.juliette)] == [True]
    await deposits(stage, "Que personne n’attendait")
    await stage.juliette.clicks(listed, "Reprendre")
    listed = await stage.juliette.whispered("Vous suivez 1 thème")
    await stage.runs("tell_news", paris_time(monday(stage.house)))
    assert await news(stage, stage.juliette) == []
    await stage.juliette.clicks(listed, "Ne plus suivre")
    await stage.juliette.whispered("Vous ne suivez aucun thème")
    assert await follows(stage, stage.juliette) == []


async def test_stopping_is_taken_back(stage: ShelfStage) -> None:
    await stage.juliette.asks("/ressources suivre emploi")
    await deposits(stage, "Une ressource")
    await stage.runs("tell_news", paris_time(monday(stage.house)))
    (told,) = await news(stage, stage.juliette)
    await stage.juliette.clicks(told, "Ne plus suivre")
    after = await stage.juliette.told("Vous ne suivez plus")
    assert await follows(stage, stage.juliette) == []
    await stage.juliette.clicks(after, "Annuler")
    await stage.juliette.told("C’est noté")
    assert [each.theme for each in await follows(stage, stage.juliette)] == [EMPLOI]


@pytest.mark.every_mode
async def test_from_a_resource(stage: ShelfStage) -> None:
    one = await stage.holds("Deux thèmes", themes=[EMPLOI, COURRIEL])
    opened = await stage.juliette.asks(f"/ressources {one.number}")
    await choose_action(stage.juliette, opened, "Suivre ce thème")
    offered = await stage.juliette.whispered("Cette ressource parle de")
    await stage.juliette.clicks(offered, "Suivre « Courriels »")
    await stage.juliette.whispered("C’est noté")
    assert [each.theme for each in await follows(stage, stage.juliette)] == [COURRIEL]


async def test_what_is_no_theme_and_what_is_followed(stage: ShelfStage) -> None:
    assert "Je ne connais pas le thème" in plain(await stage.juliette.asks("/ressources suivre @all `pêche`"))
    await stage.juliette.asks("/ressources suivre emploi")
    again = await stage.juliette.asks("/ressources suivre emploi")
    assert "Vous suivez déjà" in plain(again)
    assert again.buttons == []
    assert "Quel thème suivre" in plain(await stage.juliette.asks("/ressources suivre"))


async def test_ten_are_listed_and_imports_are_counted(stage: ShelfStage) -> None:
    await stage.juliette.asks("/ressources suivre emploi")
    await deposits(stage, *(f"Ressource {at:02}" for at in range(13)))
    now = stage.house.clock()
    imported = [
        make_resource(
            f"Importée {at}",
            themes=[EMPLOI],
            published_at=now,
            url=f"https://import.example/{at}",
            date=stage.house.today,
        )
        for at in range(1500)
    ]
    async with stage.house.bot.database.transaction() as db:
        await store_resources(db, *imported)
    await stage.runs("tell_news", paris_time(monday(stage.house)))
    (told,) = await news(stage, stage.juliette)
    assert plain(told).count("- n° ") == 10
    assert "1500 ressources importées" in plain(told).replace("\u202f", "")
    assert "Importée" not in plain(told).replace("importées", "")
    query = plain(told).partition("`/ressources ")[2].partition("`")[0]
    async with stage.house.bot.database.transaction(writes=False) as db:
        found = await search(db, query, patience=None)  # as long as it takes to read them
    assert found.total == 1500
    assert not found.query.unknown


async def test_who_left_hears_nothing_and_it_is_morning_elsewhere(stage: ShelfStage) -> None:
    camille, awa = await stage.house.conseiller("camille"), await stage.house.conseiller("awa")
    for who in (stage.juliette, camille, awa):
        await who.asks("/ressources suivre emploi")
    await stage.house.registers(camille, None, left_on=stage.house.today - timedelta(days=1))
    await stage.house.registers(awa, None, timezone="Indian/Reunion")
    await deposits(stage, "Pour qui est là")
    await stage.runs("tell_news", paris_time(monday(stage.house, 2)))
    assert len(await news(stage, stage.juliette)) == 1
    assert await news(stage, camille) == []
    assert await news(stage, awa) == []
    assert [each.told_at < stage.house.clock() - timedelta(days=1) for each in await follows(stage, awa)] == [True]


@pytest.mark.slow
async def test_four_thousand_followers_in_pages(database: Database) -> None:
    """Each is met once, in pages, with little in hand."""
    codes = list(THEMES)
    async with database.transaction() as db:
        followed = [(f"{at:026}", codes[(at + n) % 19]) for at in range(4000) for n in range(2)]
        rows = [{"user_id": who, "theme": theme, "paused": False, "at": NOW, "told_at": NOW} for who, theme in followed]
        await db.execute(insert(ThemeFollow), rows)
        await store_resources(
            db, *(make_resource(f"F {at}", themes=[codes[at % 19]], published_at=NOW, source="x") for at in range(300))
        )
    until_, seen, pages = NOW + timedelta(days=7), list[str](), 0
    tracemalloc.start()
    after = ""
    while True:
        async with database.transaction() as db:
            page = await collections.list_followers(db, after, until_, 100)
            if not page:
                break
            found = await collections.read_harvest(db, NOW - timedelta(days=1), until_)
            assert all(len(each) == 2 for each in page.values())
            assert all(found.of(each) for each in page.values())
            await collections.note_followers_told(db, list(page), until_)
        seen, after, pages = [*seen, *page], max(page), pages + 1
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (len(seen), len(set(seen)), pages) == (4000, 4000, 40)
    assert peak < 8 * MiB


async def test_following_twice_tells_from_the_first_time(database: Database) -> None:
    later = NOW + timedelta(days=3)
    async with database.transaction() as db:
        await collections.follow_themes(db, "a" * 26, [EMPLOI], NOW)
        await collections.follow_themes(db, "a" * 26, [EMPLOI, SANTE], later)
        assert {each.theme: each.told_at for each in await collections.list_followed_themes(db, "a" * 26)} == {
            EMPLOI: NOW,
            SANTE: later,
        }


def test_what_is_new_is_told_by_each_theme() -> None:
    def one(theme: str, day: int) -> ThemeFollow:
        at = datetime(2026, 11, day, tzinfo=UTC)
        return ThemeFollow(user_id="a", theme=theme, at=at, told_at=at)

    when = datetime(2026, 11, 10, tzinfo=UTC)
    both = bits([EMPLOI, SANTE])
    found = NewsHarvest(
        [
            FreshResource(1, bits([EMPLOI]), when),
            FreshResource(2, both, when),
            FreshResource(3, bits([COURRIEL]), when),
        ],
        {(both, when): 7},
    )
    assert found.of([one(EMPLOI, 3), one(SANTE, 20)]).numbers == [1, 2]
    assert found.of([one(SANTE, 3)]).numbers == [2]
    assert found.of([one(SANTE, 20)]).imported == 0
    assert found.of([one(SANTE, 3), one(EMPLOI, 3)]).imported == 7
