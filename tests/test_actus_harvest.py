"""Stories: what the bot brings into the news by itself: useful messages, and what its other features know."""

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete
from sqlmodel import col

from bot.mattermost import ChatPost
from bot.mattermost.wire import ChatReaction
from commands.actus import harvest
from commands.actus.harvest import PEOPLE_MIN, DigestPeriod, rank_posts
from storage.actus import items
from storage.actus.items import Item, ItemKind, NewsSection
from storage.hotline.tickets import Incident
from storage.people import Person as Registered
from storage.people import Role
from storage.people.arrivals import Arrival
from storage.ressources.resources import ResourceState
from tests.people import Post, unique
from tests.support.actus import NewsStage, news_stage
from tests.support.house import House, edit_post, react, reply_in_thread
from tests.support.ressources import make_resource, shelve
from tests.support.stats import OLD, Work, month, work

__all__ = ["month", "news_stage", "work"]


BOT = "b" * 26
_days = itertools.count()


async def useful(newsroom: NewsStage, words: str, *, place: str = "") -> Post:
    """A message of Léa’s that Juliette answers and Ana likes."""
    post = await newsroom.lea.says(words, place or newsroom.place)
    await reply_in_thread(newsroom.juliette, post, "Merci, c’est ce que je cherchais")
    await react(newsroom.ana, post, "heart")
    return post


async def gathered(newsroom: NewsStage) -> None:
    """The job has run, with all that follows."""
    await newsroom.runs("gather")


@pytest.mark.every_mode
async def test_messages_that_others_found_useful_are_gathered(newsroom: NewsStage) -> None:
    words = f"Le {unique('truc')} qui a débloqué l’imprimante"
    post = await useful(newsroom, f"**{words}**\nOn éteint, on attend, on rallume.")
    ignored = await newsroom.lea.says("Personne ne répond à ce message-là", newsroom.place)
    short = await useful(newsroom, "Ok merci")
    await gathered(newsroom)
    item = await newsroom.found(post)
    assert (item.kind, item.section, item.title) == (ItemKind.MESSAGE, NewsSection.COMMUNITY, words)
    assert (item.text, item.author_id) == ("On éteint, on attend, on rallume.", newsroom.lea.id)
    assert item.score == 5
    assert item.url.endswith(f"/pl/{post.id}")
    for other in (ignored, short):
        assert await newsroom.of_post(other) is None


async def test_gathering_again_follows_what_is_there(newsroom: NewsStage) -> None:
    word = unique("suite")
    kept, gone, spoilt = [await useful(newsroom, f"Une {word} numéro {n} pour tous") for n in range(3)]
    await gathered(newsroom)
    first = await newsroom.found(kept)
    await react(newsroom.juliette, kept, "tada")
    await edit_post(newsroom.lea, kept, f"Une {word} corrigée pour tous")
    house = newsroom.house
    await house.stop()
    await newsroom.lea.api.delete(f"/posts/{gone.id}")
    await edit_post(newsroom.lea, spoilt, f"Une {word} : appelez le 06 12 34 56 78 pour tous")
    await house.start()
    await gathered(newsroom)
    for post in (gone, spoilt):  # what nobody listened to is read after the start, before or after the job
        await newsroom.withdrawn(post)
    again = await newsroom.found(kept)
    assert (again.id, again.title, again.found_at) == (first.id, f"Une {word} corrigée pour tous", first.found_at)
    left = {post.id: await newsroom.of_post(post) for post in (gone, spoilt)}
    assert [bool(item and item.withdrawn) for item in left.values()] == [True, True], left
    await gathered(newsroom)
    assert len([item for item in await newsroom.items() if word in item.title and not item.withdrawn]) == 1


async def test_who_is_discreet_hidden_or_gone_is_not_quoted(newsroom: NewsStage) -> None:
    word, house = unique("qui"), newsroom.house
    paul, rose = await house.conseiller("paul", is_hidden=True), await house.conseiller("rose")
    await house.site.add_members(newsroom.place, paul, rose)
    posts = []
    for author in (newsroom.lea, paul, rose):
        post = await author.says(f"Un {word} qui peut servir", newsroom.place)
        await reply_in_thread(newsroom.juliette, post, "Merci bien")
        await react(newsroom.ana, post, "heart")
        posts.append(post)
    await newsroom.lea.asks("/actus discret")
    await house.registers(rose, Role.CONSEILLER, left_on=house.today - timedelta(days=2))
    await gathered(newsroom)
    assert [await newsroom.of_post(post) for post in posts] == [None, None, None]


async def test_what_somebody_proposed_stays_theirs_and_is_scored(newsroom: NewsStage) -> None:
    post = await useful(newsroom, f"Une {unique('idée')} bonne à partager")
    await newsroom.heard(newsroom.juliette, post)
    await newsroom.found(post)
    await gathered(newsroom)
    item = await newsroom.found(post)
    assert (item.kind, item.proposed_by) == (ItemKind.PROPOSAL, newsroom.juliette.id)
    assert item.score > 0


async def test_the_same_without_the_machinery(newsroom: NewsStage) -> None:
    post = await useful(newsroom, f"Un {unique('conseil')} qui a servi à plusieurs")
    bot, now = newsroom.house.bot, newsroom.house.clock()
    await harvest.harvest_messages(bot.chat, bot.database, bot.settings, now - harvest.WEEK, now + timedelta(minutes=1))
    assert (await newsroom.found(post)).kind is ItemKind.MESSAGE


@pytest.mark.both_databases
async def test_resources_and_ended_outages_are_news(newsroom: NewsStage) -> None:
    house, word = newsroom.house, unique("fiche")
    since = datetime(2019, 1, 1, tzinfo=UTC) + timedelta(days=10 * next(_days))
    until = since + timedelta(days=7)
    there = {"published_at": since + timedelta(days=1), "auteur": "juliette", "auteur_id": newsroom.juliette.id}
    one, old, not_yet = await shelve(
        house,
        make_resource(
            f"La {word}", url=f"https://exemple.fr/{word}", description="**Pas** à pas", themes=["courriel"], **there
        ),
        make_resource(f"Vieille {word}", **(there | {"published_at": since - timedelta(days=1)})),
        make_resource(f"Future {word}", state=ResourceState.PROPOSED, **there),
    )
    over: dict[str, Any] = {"queue": "espace-coop", "opened_at": since, "ended_at": since + timedelta(hours=5)}
    async with house.bot.database.transaction() as db:
        db.add(Incident(subject=f"Connexion {word}", by=newsroom.ana.id, news="C’est **réparé**.", **over))
        db.add(Incident(subject=f"Rien {word}", **over))
    for _ in range(2):
        async with house.bot.database.transaction() as db:
            await harvest.harvest_tables(db, since, until, house.settings)
    found = {item.title: item for item in await newsroom.items() if word in item.title}
    assert set(found) == {f"La {word}", f"Panne terminée : Connexion {word}"}
    fiche = found[f"La {word}"]
    assert (fiche.key, fiche.section, fiche.text) == (f"fiche:{one}", NewsSection.RESOURCES, "Pas à pas")
    assert (fiche.url, fiche.found_at) == (f"https://exemple.fr/{word}", there["published_at"])
    assert found[f"Panne terminée : Connexion {word}"].text == "C’est réparé."
    assert not {f"fiche:{old}", f"fiche:{not_yet}"} & {item.key for item in await newsroom.items()}


async def test_newcomers_are_counted_and_named_by_departement_from_five_on(newsroom: NewsStage) -> None:
    since = datetime(2018, 1, 1, tzinfo=UTC) + timedelta(days=10 * next(_days))
    period = DigestPeriod("vendredi", since.date(), since, since + timedelta(days=7), monthly=False)

    came: list[str] = []

    async def come(code: str, count: int) -> None:
        async with newsroom.house.bot.database.transaction() as db:
            for _ in range(count):
                ident = unique("n").replace("-", "")[:26].ljust(26, "n")
                came.append(ident)
                db.add(Registered(id=ident, username=ident, departements=[code], since=since))
                db.add(Arrival(person_id=ident, at=since + timedelta(days=1)))

    async def item() -> Item | None:
        async with newsroom.house.bot.database.transaction() as db:
            await harvest.harvest_period(db, period)
        async with newsroom.house.bot.database.transaction(writes=False) as db:
            return await items.get_by_key(db, f"nouveaux:vendredi:{period.day}")

    assert await item() is None
    await come("69", 1)
    await come("01", 4)
    first = await item()
    assert first
    assert (first.title, first.text) == ("5 nouvelles personnes nous ont rejoints", "")
    await come("01", 1)
    second = await item()
    assert second
    assert (second.id, second.title, second.text) == (
        first.id,
        "6 nouvelles personnes nous ont rejoints",
        "Notamment : Ain (5).",
    )
    async with newsroom.house.bot.database.transaction() as db:  # Mattermost knows none of them: nobody shall write
        await db.execute(delete(Registered).where(col(Registered.id).in_(came)))


@pytest.mark.parametrize("monthly", [True, False])
async def test_figures_are_those_that_stats_tell(house: House, work: Work, month: date, monthly: bool) -> None:
    """Five workshops of eight persons are told of exactly. Of a month in progress what is up to the last Sunday."""
    await work("69", 5, OLD)
    after = (month + timedelta(days=31)).replace(day=1)
    day = after + timedelta(days=5) if monthly else month.replace(day=27)
    until = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    key = f"essai-{monthly}"
    async with house.bot.database.transaction() as db:
        await harvest.harvest_period(db, DigestPeriod(key, day, until - timedelta(days=7), until, monthly))
    async with house.bot.database.transaction(writes=False) as db:
        item = await items.get_by_key(db, f"chiffres:{key}:{day}")
    assert item
    assert item.section is NewsSection.FIGURES
    assert item.title.replace("\u00a0", " ").endswith(" : 5 accompagnements et 40 personnes accompagnées")
    assert ("jusqu’au dimanche" in item.title) is not monthly
    assert item.details["accompagnements"] == 5


def post(ident: str, by: str, text: str = "Un message qui dit quelque chose", **more: object) -> ChatPost:
    return ChatPost(ident, by, "c" * 26, text, 1, **more)  # type: ignore[arg-type]


def likes(*people: str) -> Sequence[ChatReaction]:
    return [ChatReaction(each, "heart") for each in people]


def test_people_count_not_clicks_and_nobody_for_themselves() -> None:
    posts = [
        post("a", "lea", reactions=[*likes("x", "y"), ChatReaction("x", "tada")]),
        post("b", "lea", reactions=likes("lea", "x")),
        post("c", "lea"),
        *(post(f"c{n}", by, root_id="c") for n, by in enumerate(("x", "x", "y", "lea", BOT))),
        post("d", BOT, reactions=likes("x", "y")),
        post("e", "lea", type="system_join_channel", reactions=likes("x", "y")),
        post("f", "lea", props={"from_webhook": "true"}, reactions=likes("x", "y")),
        post("g", "lea", delete_at=1, reactions=likes("x", "y")),
        post("h", "lea", "Oui", reactions=likes("x", "y")),
    ]
    assert [(one.post.id, one.score) for one in rank_posts(posts, BOT)] == [("c", 6), ("a", 4)]


people = st.sampled_from(["lea", "juliette", "ana", "omar", BOT])
messages = st.lists(
    st.builds(
        lambda by, liked, root, text: (by, liked, root, text),
        people, st.lists(people, max_size=4), st.none() | st.integers(0, 5), st.text(max_size=40),
    ),
    max_size=8,
)  # fmt: skip


@given(messages)
def test_the_order_does_not_depend_on_that_of_the_messages(said: list[tuple[str, list[str], int | None, str]]) -> None:
    posts = [
        post(str(n), by, text, reactions=likes(*liked), root_id="" if root is None else str(root))
        for n, (by, liked, root, text) in enumerate(said)
    ]
    found = rank_posts(posts, BOT)
    assert found == rank_posts(list(reversed(posts)), BOT)
    assert all(one.post.user_id != BOT and one.score >= 2 * PEOPLE_MIN for one in found)
