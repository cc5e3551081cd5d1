"""Stories: somebody gets their own digest: near to what they do, at their hour, each thing once, with its reason."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, delete, select

from bot.calendar import is_working_day
from config.themes import bits
from storage.actus import digests, items
from storage.actus.digests import Digest, DigestEntry, DigestState
from storage.actus.items import Item, ItemKind, NewsSection
from storage.actus.subscriptions import NewsSubscription
from storage.people import Role
from tests.people import Person, Post, unique
from tests.support.cra import file_workshop
from tests.support.house import House, plain
from tests.support.ressources import paris_time

_RUNS = itertools.count()
EMPLOI, COURRIEL = "trouver emploi", "courriel"


@dataclass
class Press:
    """What came out so far, and when the bot looks who is to hear of it."""

    house: House
    juliette: Person

    async def publishes(self, *things: Item) -> Digest:
        """A digest with these comes out now."""
        now = self.house.clock()
        async with self.house.bot.database.transaction() as db:
            await items.add(db, things)
            known = {each.key: each for thing in things if (each := await items.get_by_key(db, thing.key))}
            await digests.hold_numbers(db, now)
            day = date(2030, 1, 1) + timedelta(days=next(_RUNS))
            made = await digests.begin(
                db,
                Digest(
                    number=0,
                    edition="vendredi",
                    day=day,
                    first_day=day,
                    at=now,
                    state=DigestState.PUBLISHED,
                    since=now,
                    until=now,
                    published_at=now,
                    created_at=now,
                ),
            )
            await digests.add_entries(
                db, [digests.make_entry(known[thing.key], made.number, at) for at, thing in enumerate(things)]
            )
        return made

    async def looks(self, at: datetime) -> None:
        """It is that time; who is due is told, in Paris and elsewhere."""
        self.house.clock.goes_to(at)
        await self.house.bot.runs.run(("job", "actus.tell"), f"essai-{next(_RUNS)}")
        await self.house.settled()

    async def told(self, who: Person) -> list[Post]:
        """All the digests of somebody’s own."""
        return [post for post in await who.direct() if "Vos actus, d’après" in plain(post).replace("*", "")]

    async def row(self, who: Person) -> NewsSubscription | None:
        async with self.house.bot.database.transaction(writes=False) as db:
            return (await db.exec(select(NewsSubscription).where(col(NewsSubscription.user_id) == who.id))).first()


def thing(house: House, title: str, themes: Sequence[str] = (), **more: Any) -> Item:
    values: dict[str, Any] = {
        "key": unique("essai"),
        "kind": ItemKind.FEED,
        "section": NewsSection.PRESS,
        "title": title,
        "url": f"https://exemple.fr/{unique('page')}",
        "themes": bits(themes),
        "found_at": house.clock(),
    }
    return Item(**(values | more))


@pytest.fixture
async def digest_workplace(house: House) -> Press:
    async with house.bot.database.transaction() as db:
        for table in (NewsSubscription, DigestEntry, Digest, Item):
            await db.execute(delete(table))
    juliette = await house.conseiller("juliette")
    return Press(house, juliette)


async def subscribes(who: Person, **fields: object) -> Post:
    """Somebody opens the window from the command, and sends it."""
    shown = await who.asks("/actus abonnement")
    form = await who.opens_by(shown, "M’abonner…" if "M’abonner…" in shown.buttons else "Régler…")
    answer = await form.fill(**fields).submit()
    assert answer.accepted, answer
    return await who.whispered("Prochain envoi")


def friday(house: House, weeks: int = 1) -> date:
    """A Friday to come that is no holiday in Alsace, nor elsewhere."""
    today = house.today
    days = (today + timedelta(days=(4 - today.weekday()) % 7 + 7 * week) for week in itertools.count(weeks))
    return next(day for day in days if is_working_day(day, "67"))


@pytest.mark.every_mode
async def test_it_comes_on_my_day_at_my_hour_with_what_is_near_to_my_work(
    house: House, digest_workplace: Press
) -> None:
    juliette = digest_workplace.juliette
    await file_workshop(juliette, themes=[EMPLOI])
    said = await juliette.asks("/actus abonnement")
    assert "sept au plus" in plain(said)
    said = await subscribes(juliette, rythme="semaine", jour="4", heure="9")
    assert "chaque vendredi à 9 h" in plain(said)
    near = thing(house, "Écrire un *CV*", [EMPLOI], text="Un modèle simple.", credit="Le journal")
    await digest_workplace.publishes(
        near, thing(house, "La boîte mail", [COURRIEL]), *(thing(house, f"Loin {n}") for n in range(5))
    )
    await digest_workplace.looks(paris_time(friday(house), 8))
    assert await digest_workplace.told(juliette) == []
    await digest_workplace.looks(paris_time(friday(house), 9))
    (told,) = await digest_workplace.told(juliette)
    text = plain(told)
    assert text.index(r"Écrire un \*CV\*") < text.index("La boîte mail"), "the nearest first"
    assert "vous accompagnez souvent sur « Emploi, formation »" in text
    assert "Un modèle simple." in text
    assert "(Le journal)" in text
    assert text.count("Pourquoi :") == 3, "one is near; two more are for all"
    await digest_workplace.looks(paris_time(friday(house), 10))
    await digest_workplace.looks(paris_time(friday(house, 2), 9))
    assert len(await digest_workplace.told(juliette)) == 1, "never the same twice, and nothing where nothing is new"


async def test_an_item_that_comes_out_in_two_digests_comes_once(house: House, digest_workplace: Press) -> None:
    await subscribes(digest_workplace.juliette)
    again = thing(house, "Deux fois", section=NewsSection.TOP)
    await digest_workplace.publishes(again)
    await digest_workplace.looks(paris_time(friday(house), 9))
    await digest_workplace.publishes(again, thing(house, "Du neuf", section=NewsSection.TOP))
    await digest_workplace.looks(paris_time(friday(house), 9))
    first, second = [plain(post) for post in await digest_workplace.told(digest_workplace.juliette)]
    assert ("Deux fois" in first, "Deux fois" in second, "Du neuf" in second) == (True, False, True)


@pytest.mark.every_mode
async def test_less_of_that_and_back(house: House, digest_workplace: Press) -> None:
    juliette = digest_workplace.juliette
    await file_workshop(juliette, themes=[EMPLOI])
    await subscribes(juliette)
    await digest_workplace.publishes(thing(house, "Un CV", [EMPLOI]))
    await digest_workplace.looks(paris_time(friday(house), 9))
    (told,) = await digest_workplace.told(juliette)
    await juliette.chooses(told, "Moins de…", "« Emploi, formation »")
    said = await juliette.told("vous recevrez moins de")
    await digest_workplace.publishes(
        thing(house, "Un autre CV", [EMPLOI]), thing(house, "À la une", [EMPLOI], section=NewsSection.TOP)
    )
    await digest_workplace.looks(paris_time(friday(house), 9))
    second = plain((await digest_workplace.told(juliette))[-1])
    assert ("Un autre CV" in second, "À la une" in second) == (False, True)
    await juliette.clicks(said, "Ne plus rien écarter")
    await juliette.told("Prochain envoi")
    await digest_workplace.publishes(thing(house, "Encore un CV", [EMPLOI]))
    await digest_workplace.looks(paris_time(friday(house), 9))
    assert "Encore un CV" in plain((await digest_workplace.told(juliette))[-1])


async def test_nothing_on_leave_and_then_what_came_meanwhile(house: House, digest_workplace: Press) -> None:
    back = friday(house, 2)
    said = await subscribes(digest_workplace.juliette, conges=f"{back - timedelta(days=1):%d/%m}")
    assert "En congé jusqu’au" in plain(said)
    await digest_workplace.publishes(thing(house, "Pendant les congés", section=NewsSection.TOP))
    await digest_workplace.looks(paris_time(friday(house), 9))
    assert await digest_workplace.told(digest_workplace.juliette) == []
    await digest_workplace.looks(paris_time(back, 9))
    assert "Pendant les congés" in plain((await digest_workplace.told(digest_workplace.juliette))[0])


async def test_what_is_of_a_departement_is_for_who_works_there(house: House, digest_workplace: Press) -> None:
    there = await house.conseiller("amina", departements=["23"])
    for who in (digest_workplace.juliette, there):
        await subscribes(who)
    await digest_workplace.publishes(
        thing(house, "En Creuse", departement="23"), thing(house, "Partout", section=NewsSection.TOP)
    )
    await digest_workplace.looks(paris_time(friday(house), 9))
    mine, theirs = [plain((await digest_workplace.told(who))[0]) for who in (digest_workplace.juliette, there)]
    assert "En Creuse" not in mine
    assert "cela se passe dans votre département (Creuse)" in theirs


async def test_what_was_withdrawn_or_dropped_comes_to_nobody(house: House, digest_workplace: Press) -> None:
    await subscribes(digest_workplace.juliette)
    gone, kept = thing(house, "Retiré", section=NewsSection.TOP), thing(house, "Gardé", section=NewsSection.TOP)
    await digest_workplace.publishes(gone, kept)
    async with house.bot.database.transaction() as db:
        await items.withdraw(db, [gone.key])
    await digest_workplace.looks(paris_time(friday(house), 9))
    (told,) = await digest_workplace.told(digest_workplace.juliette)
    assert ("Retiré" in plain(told), "Gardé" in plain(told)) == (False, True)


@pytest.mark.every_mode
async def test_see_it_now_and_end_it(house: House, digest_workplace: Press) -> None:
    juliette = digest_workplace.juliette
    said = await subscribes(juliette, rythme="mois", jour="1", heure="18")
    assert "le premier mardi du mois à 18 h" in plain(said)
    await juliette.clicks(said, "Voir maintenant")
    await juliette.whispered("Rien de neuf pour vous")
    await digest_workplace.publishes(thing(house, "À voir", section=NewsSection.TOP))
    await juliette.clicks(said, "Voir maintenant")
    await juliette.whispered("À voir")
    await juliette.clicks(said, "Me désabonner")
    await juliette.whispered("ne recevrez plus d’actus")
    assert await digest_workplace.row(juliette) is None
    assert "pas d’abonnement" in plain(await juliette.asks("/actus abonnement non"))


async def test_who_left_gets_nothing_and_a_killed_bot_sends_once(house: House, digest_workplace: Press) -> None:
    left = await house.conseiller("paul")
    for who in (digest_workplace.juliette, left):
        await subscribes(who)
    await house.registers(left, Role.CONSEILLER, left_on=house.today - timedelta(days=1))
    await digest_workplace.publishes(thing(house, "Une fois", section=NewsSection.TOP))
    house.clock.goes_to(paris_time(friday(house), 9))
    await house.bot.runs.run(("job", "actus.tell"), f"essai-{next(_RUNS)}")
    await house.restart()
    await house.settled()
    await digest_workplace.looks(paris_time(friday(house), 9))
    assert len(await digest_workplace.told(digest_workplace.juliette)) == 1
    assert await digest_workplace.told(left) == []


async def test_a_wrong_date_is_explained_and_nothing_is_lost(digest_workplace: Press) -> None:
    shown = await digest_workplace.juliette.asks("/actus abonnement")
    form = await digest_workplace.juliette.opens_by(shown, "M’abonner…")
    answer = await form.fill(conges="quand je reviens @all", heure="12").submit()
    assert "Je n’ai pas compris la date" in answer.errors["conges"]
    assert (await form.fill(conges="").submit()).accepted
    row = await digest_workplace.row(digest_workplace.juliette)
    assert row
    assert (row.hour, row.away_until) == (12, None)
