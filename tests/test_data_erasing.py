"""Stories: somebody has their data erased, thinks better of it, or is forgotten after long silence."""

from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlmodel import col, select

from bot.texts import render
from storage import drafts, people
from storage.cra import Cra
from storage.drafts import Draft
from storage.journal import AuditAct, JournalEntry
from storage.people import Person as Registered
from storage.people import Role, transitions
from storage.people.transitions import Erasure
from storage.personal_data import retention, rights
from tests.people import Person, unique
from tests.support.conversation import answered
from tests.support.cra import file_workshop
from tests.support.house import House, wait_for
from tests.test_stats import said

ERASE = ("job", "donnees.erase_due")
LOOK = ("job", "donnees.look_for_sleepers")


async def wish(house: House, person: Person) -> Erasure | None:
    async with house.bot.database.transaction(writes=False) as db:
        return await transitions.get_erasure(db, person.id)


async def registered(house: House, person: Person) -> Registered | None:
    async with house.bot.database.transaction(writes=False) as db:
        return await people.get(db, person.id)


async def authors(house: House) -> set[str]:
    async with house.bot.database.transaction(writes=False) as db:
        return set((await db.exec(select(Cra.author_id))).all())


async def run(house: House, *keys: tuple[str, str]) -> None:
    """These jobs run once more, and what they begin comes to its end."""
    for key in keys:
        await house.bot.runs.run(key, unique("fois"))  # type: ignore[arg-type]
    await house.settled()


async def test_somebody_is_erased_a_week_after_they_wished_it(house: House, juliette: Person) -> None:
    await file_workshop(juliette)
    before = len(await house.reports(juliette))
    told = await juliette.asks("/mes-donnees effacer")
    words = said(told)
    assert "pseudonyme" in words
    assert "Le journal ne se réécrit pas" in words
    assert words.count("Une mesure doit pouvoir être expliquée") == 1, "what stays for one reason is one line"
    assert "compte Mattermost" in words
    await juliette.clicks(told, "Effacer mes données")
    post = await juliette.told("Vos données seront effacées le")
    await run(house, ERASE)
    assert len(await house.reports(juliette)) == before, "nothing happens before its time"
    assert "seront effacées" in said(await juliette.asks("/mes-donnees effacer"))
    juliette.acts()
    try:
        house.clock.goes_to(house.clock() + timedelta(days=7, hours=1))
        await run(house, ERASE)
        await juliette.told("Vos données ont été effacées")
    finally:
        house.clock.is_right_again()
    assert post.id
    assert await registered(house, juliette) is None
    assert await house.reports(juliette) == []
    nobodies = [one for one in await authors(house) if one != juliette.id]
    assert nobodies
    done = await wish(house, juliette)
    assert done
    assert done.done_at
    assert done.pseudonym == ""
    async with house.bot.database.transaction(writes=False) as db:
        noted = (
            await db.exec(
                select(JournalEntry).where(JournalEntry.act == AuditAct.ERASE, JournalEntry.target_id == juliette.id)
            )
        ).all()
    assert len(noted) == 1
    assert "à propos" not in said(await juliette.asks("/aide")), "who comes back is a newcomer"


async def test_somebody_thinks_better_of_it(house: House, juliette: Person) -> None:
    """By the button, or by a line."""
    assert "Aucun effacement" in said(await juliette.asks("/mes-donnees annuler"))
    await juliette.clicks(await juliette.asks("/mes-donnees effacer"), "Effacer mes données")
    post = await juliette.told("Vos données seront effacées le")
    offered = await answered(juliette, "non, finalement je veux garder mes données", "Vous cherchez peut-être")
    assert offered.buttons[0] == "Garder mes données"
    await juliette.clicks(post, "Annuler l’effacement")
    await juliette.rewritten(post, "L’effacement est annulé")
    assert "seront effacées" not in said(await juliette.asks("/aide"))
    await juliette.clicks(await juliette.asks("/mes-donnees effacer"), "Effacer mes données")
    await juliette.whispered("C’est noté")
    home = await juliette.asks("/aide")
    assert "Vos données seront effacées le" in said(home), "it waits until the last moment"
    await juliette.clicks(home, "Garder mes données")
    assert "annulé" in said(await juliette.whispered())
    try:
        house.clock.goes_to(house.clock() + timedelta(days=8))
        await run(house, ERASE)
    finally:
        house.clock.is_right_again()
    assert await registered(house, juliette)


@pytest.mark.parametrize("words", ["annule", "finalement je reste"])
async def test_who_changes_their_mind_is_not_told_that_nothing_waits(
    house: House, juliette: Person, words: str
) -> None:
    await juliette.clicks(await juliette.asks("/mes-donnees effacer"), "Effacer mes données")
    await juliette.told("Vos données seront effacées le")
    offered = await answered(juliette, words, "Vous cherchez peut-être")
    assert offered.buttons[0] == "Garder mes données"
    await juliette.clicks(offered, "Garder mes données")
    await juliette.whispered("L’effacement est annulé")
    assert "Aucun effacement" in said(await juliette.asks("/mes-donnees annuler"))


@pytest.mark.newest_only
async def test_who_has_something_in_hand_is_told_what_becomes_of_it(house: House) -> None:
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    assert "Vous animez le réseau" in said(await agathe.asks("/mes-donnees effacer"))


@pytest.mark.both_databases
async def test_a_sleeping_account_is_told_and_erased_unless_it_wakes(house: House, juliette: Person) -> None:
    """One keeps their data by the button, one files a report, the third is erased."""
    jean, marie = await house.conseiller("jean"), await house.conseiller("marie")
    for person in (juliette, jean, marie):
        await file_workshop(person)
    now, months = house.clock(), house.settings.account_months
    try:
        house.clock.goes_to(now + timedelta(days=31 * months))
        await run(house, LOOK)
        for person in (juliette, jean, marie):
            assert (found := await wish(house, person))
            assert found.asleep
        post = await juliette.told(f"rien fait ici depuis {months} mois")
        await juliette.clicks(post, "Garder mes données")
        await juliette.rewritten(post, "annulé")
        await file_workshop(jean)
        await run(house, LOOK)
        house.clock.goes_to(now + timedelta(days=31 * months + 31))
        async with house.bot.database.transaction() as db:  # those of earlier stories sleep, too
            await db.execute(delete(Erasure).where(col(Erasure.user_id) != marie.id))
        await run(house, ERASE, LOOK)
        assert await registered(house, juliette)
        assert await registered(house, jean)
        await wait_for(lambda: is_gone(house, marie))
    finally:
        house.clock.is_right_again()


@pytest.mark.newest_only
async def test_an_erasure_that_stopped_in_the_middle_goes_on_after_a_restart(house: House, juliette: Person) -> None:
    await file_workshop(juliette)
    house_now = house.clock()
    for _ in range(4):  # as a process does that is killed then
        async with house.bot.database.transaction() as db:
            found = await transitions.lock_erasure(db, juliette.id)
            if found is None:
                asked = house_now - timedelta(days=8)
                await transitions.note_erasure(db, Erasure(user_id=juliette.id, asked_at=asked, due_at=house_now))
                continue
            await rights.erase_step(db, found, house_now)
    half = await wish(house, juliette)
    assert half
    assert (half.step, half.done_at) == (3, None)
    assert half.pseudonym
    assert "a commencé" in said(await juliette.asks("/mes-donnees annuler"))
    await house.restart()
    await run(house, ERASE)
    await juliette.told("Vos données ont été effacées")
    assert await is_gone(house, juliette)
    assert await house.reports(juliette) == []


@pytest.mark.newest_only
async def test_what_is_too_old_goes_at_night_part_by_part(
    house: House, juliette: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 2)
    now = house.clock()
    async with house.bot.database.transaction() as db:
        for n in range(9):
            saved = now - timedelta(days=n)
            row = Draft(key=f"essai{n}", user_id=juliette.id, form="NewCra", raw={}, hidden={}, saved_at=saved)
            await drafts.keep(db, row)
    await run(house, ("job", "menage.tidy"))
    async with house.bot.database.transaction(writes=False) as db:
        kept = (await db.exec(select(Draft.key).where(Draft.user_id == juliette.id))).all()
    assert sorted(kept) == [f"essai{n}" for n in range(7)]


async def is_gone(house: House, person: Person) -> bool:
    return await registered(house, person) is None


@pytest.mark.parametrize(("count", "ends"), [(1, ("elle sera", "elle reviendra", "il restera")), (2, ("elles", "ils"))])
def test_what_is_in_hand_is_told_of_one_and_of_several(count: int, ends: tuple[str, ...]) -> None:
    duties = rights.Duties(asked=count, held=count, turns=count)
    told = {"kept": [], "asked": "X", "held": "X", "turns": "X", "animates": False, "months": 24, "days": 7}
    text = render("donnees/explain", duties=duties, **told)
    assert all(end in text for end in ends)
    assert ("elles" in text, "ils resteront" in text) == (count > 1, count > 1)
