"""Stories: « Annuler » is asked again what who clicks may do today, and lives for a month."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.clock import utc_now
from commands.canaux.runs import UNDO_FOR
from storage.canaux.runs import Run
from storage.people import Role
from tests.people import Person, unique
from tests.support.hotline import Rota, rota
from tests.support.house import House, agathe, plain
from tests.support.publications import (
    RHONE,
    confirm,
    list_standing,
    make_coordinateur,
    plain_spaces,
    preview_announcement,
)
from tests.test_membres import lea_of, row

__all__ = ["agathe", "rota"]


async def test_a_coordinateur_who_moved_undoes_nothing_of_the_old_departement(house: House) -> None:
    omar, lea = await make_coordinateur(house, "69"), await lea_of(house)
    told = await omar.asks(f"/membres role @{lea.username} invite")
    assert "rôle" in plain(told)
    await house.registers(omar, Role.COORDINATEUR, departements=["38"])
    await omar.clicks(told, "Annuler")
    assert "n’est pas de votre département" in plain(await omar.whispered())
    assert (await row(house, lea)).role is Role.INVITE
    await house.registers(omar, Role.COORDINATEUR, departements=["69"])
    await omar.clicks(told, "Annuler")
    assert "de nouveau comme avant" in plain(await omar.whispered("annulé"))


async def test_an_announcement_is_taken_back_by_who_may_announce_there_now(house: House) -> None:
    rhone, omar, words = (
        await house.site.channel(*RHONE),
        await make_coordinateur(house, "69"),
        unique("Local"),
    )
    preview = await preview_announcement(omar, texte=words)
    await confirm(house, omar, preview)
    await house.registers(omar, Role.COORDINATEUR, departements=["38"])
    card = await omar.sees(preview)
    await omar.clicks(card, "Retirer")
    assert "les canaux de vos départements" in plain_spaces((await omar.whispered()).text)
    await omar.clicks(card, "Corriger")
    assert "les canaux de vos départements" in plain_spaces((await omar.whispered()).text)
    assert await list_standing(house, rhone, containing=words) == [[words]]


async def test_nobody_is_put_back_on_duty_who_may_not_be_any_more(rota: Rota) -> None:
    agathe, bilal = await rota.agent("agathe", Role.ANIMATEUR), await rota.agent("bilal")
    await bilal.asks(f"/garde moi {rota.days(7, 11)}")
    gone = await agathe.asks(f"/garde retirer @{bilal.username} {rota.day(8):%d/%m/%Y}")
    await rota.house.registers(bilal, Role.CONSEILLER, departements=["69"])
    await agathe.clicks(gone, "Annuler")
    assert "n’est ni agent de la hotline" in plain(await agathe.whispered())


async def test_changes_of_channels_are_undone_for_a_month(house: House, agathe: Person) -> None:
    form = await agathe.opens("/canaux creer")
    assert (await form.fill(nom=unique("Vieux"), sujet="Pour un mois.").submit()).accepted
    await agathe.told("est créé")
    asked = await agathe.asks("/canaux annuler")
    async with house.bot.database.transaction() as db:
        mine = update(Run).where(col(Run.by) == agathe.id)
        await db.execute(mine.values(at=house.clock() - UNDO_FOR - timedelta(days=1)))
    await agathe.clicks(asked, "Annuler ces changements")
    assert "plus de trente jours" in plain_spaces((await agathe.whispered()).text)


async def test_a_link_that_undoes_lives_for_a_month(
    house: House, agathe: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    lea = await lea_of(house)
    told = await agathe.asks(f"/membres role @{lea.username} invite")
    with monkeypatch.context() as later:
        later.setattr("bot.links.utc_now", lambda: utc_now() + timedelta(days=31))
        await agathe.clicks(told, "Annuler")
        assert "plus de 30 jours" in plain(await agathe.whispered())
    assert (await row(house, lea)).role is Role.INVITE
    await agathe.clicks(told, "Annuler")
    await agathe.whispered("annulé")
    assert (await row(house, lea)).role is Role.CONSEILLER
