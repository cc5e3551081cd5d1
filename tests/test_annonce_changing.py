"""What was announced is corrected and taken back everywhere; what is stopped on its way says so, and goes on."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.admission import Admission
from bot.broadcasts import PostedBatches
from bot.context import Request
from bot.features import Trigger
from bot.outbox import service
from bot.replies import Step
from bot.work import steps
from commands import annonce
from commands.annonce import cards
from sandbox.faults import Faults
from storage import journal
from storage.people import Person as Registered
from storage.people import Role
from tests.people import Person, unique
from tests.support.house import House, agathe, list_audit, wait_for, wait_until
from tests.support.publications import (
    CONFIRM,
    ISERE,
    MANY,
    RHONE,
    SENT,
    confirm,
    do_some_stand,
    ensure_many_channels,
    is_all_noted,
    list_standing,
    open_card,
    plain_spaces,
    preview_announcement,
    withdraw,
)

__all__ = ["agathe"]


@pytest.mark.every_mode
async def test_a_correction_rewrites_it_and_a_withdrawal_deletes_it_everywhere(house: House, agathe: Person) -> None:
    rhone, isere = await house.site.channel(*RHONE), await house.site.channel(*ISERE)
    words, others = unique("Erreur"), unique("Juste")
    preview = await preview_announcement(agathe, texte=words, destinataires=["69", "38"])
    await confirm(house, agathe, preview)
    card = await agathe.sees(preview)

    window = await agathe.opens_by(card, "Corriger")
    assert window.shown("texte") == words
    assert (await window.fill(texte=others).submit()).accepted
    await house.settled()
    await house.settled()
    assert await list_standing(house, rhone, isere, containing=words) == [[], []]
    assert await list_standing(house, rhone, isere, containing=others) == [[others]] * 2
    card = await agathe.sees(card)
    assert card.message == others

    await withdraw(agathe, card)
    await house.settled()
    await house.settled()
    assert await list_standing(house, rhone, isere, containing=others) == [[], []]
    card = await agathe.sees(card)
    assert card.buttons == ["Rétablir"]
    async with house.bot.database.transaction(writes=False) as db:
        last = (await journal.list_by_name(db, agathe.username, 1))[0].object
    assert [act for act, _ in await list_audit(house, last)] == ["envoyer", "corriger", "retirer"]
    assert "État : Retirée" in card.text


async def test_one_that_waits_for_its_hour_is_taken_back(house: House, agathe: Person) -> None:
    rhone, words = await house.site.channel(*RHONE), unique("Jamais")
    preview = await preview_announcement(agathe, texte=words, destinataires=["69"], quand="demain 9h")
    await agathe.clicks(preview, "Programmer")
    progress = await agathe.told("partira")
    await wait_for(lambda: is_all_noted(house))
    await withdraw(agathe, await agathe.sees(preview))
    await agathe.rewritten(progress, "arrêté")
    await house.settled()
    assert await list_standing(house, rhone, containing=words) == [[]]


@pytest.mark.both_databases
async def test_a_withdrawal_asks_first_and_is_undone(house: House, agathe: Person) -> None:
    rhone, isere = await house.site.channel(*RHONE), await house.site.channel(*ISERE)
    words = unique("Reviens")
    preview = await preview_announcement(agathe, texte=words, destinataires=["69", "38"], mention="oui")
    await confirm(house, agathe, preview)
    card = await agathe.sees(preview)
    await agathe.clicks(card, "Retirer")
    asked = await agathe.rewritten(card, "Retirer cette annonce")
    assert "2 canaux sur 2" in plain_spaces(asked.text)
    await agathe.clicks(asked, "Non, la laisser")
    card = await agathe.rewritten(asked, "État : Envoyée")
    assert await list_standing(house, rhone, isere, containing=words) == [[f"@channel\n\n{words}"]] * 2
    await withdraw(agathe, card)
    await house.settled()
    await house.settled()
    assert await list_standing(house, rhone, isere, containing=words) == [[], []]
    await agathe.clicks(await agathe.sees(card), "Rétablir")
    await house.settled()
    await house.settled()
    assert await list_standing(house, rhone, isere, containing=words) == [[words]] * 2, "nobody is called twice"
    again = await agathe.sees(card)
    assert ("État : Envoyée" in again.text, again.buttons) == (True, SENT)


@pytest.mark.newest_only
async def test_who_may_announce_no_more_restores_nothing(house: House, agathe: Person) -> None:
    rhone, words = await house.site.channel(*RHONE), unique("Plus à moi")
    preview = await preview_announcement(agathe, texte=words, destinataires=["69"])
    await confirm(house, agathe, preview)
    await withdraw(agathe, await agathe.sees(preview))
    await house.settled()
    await house.settled()
    await house.registers(agathe, Role.COORDINATEUR, departements=["38"])
    await agathe.clicks(await agathe.sees(preview), "Rétablir")
    assert "vos départements" in (await agathe.whispered()).text
    assert await list_standing(house, rhone, containing=words) == [[]]


@pytest.mark.both_databases
async def test_what_is_taken_back_while_it_is_sent_stands_nowhere(house: House, agathe: Person) -> None:
    channels, words = await ensure_many_channels(house), unique("Oups")
    preview = await preview_announcement(agathe, texte=words, destinataires=MANY)
    await agathe.clicks(preview, "Envoyer")
    await wait_for(lambda: do_some_stand(house, channels, words))
    card = await agathe.sees(preview)
    assert "En cours d’envoi" in card.text
    await withdraw(agathe, card)
    await house.settled()
    assert await list_standing(house, *channels, containing=words) == [[]] * len(MANY)


class Turnstile:
    """Holds who passes as the nth one until it is opened."""

    def __init__(self, nth: int) -> None:
        self.left, self.reached, self.opened = nth, asyncio.Event(), asyncio.Event()

    async def __call__(self, *_: object) -> list[str]:
        self.left -= 1
        if self.left == 0:
            self.reached.set()
            await self.opened.wait()
        return []


def held(monkeypatch: pytest.MonkeyPatch, nth: int) -> Turnstile:
    """The sending is held where Mattermost is asked for the files: by the click on « Envoyer », then by each batch."""
    stile = Turnstile(nth)
    monkeypatch.setattr(cards, "find_missing", stile)
    return stile


def held_before_role(monkeypatch: pytest.MonkeyPatch, nth: int) -> Turnstile:
    """The sending is held before its nth batch, when the role of who asked for it was not looked at again yet."""
    stile, look = Turnstile(nth), Admission.person

    async def look_later(self: Admission, db: AsyncSession, request: Request, trigger: Trigger) -> Registered:
        if request.kind == "work":
            await stile()
        return await look(self, db, request, trigger)

    monkeypatch.setattr(Admission, "person", look_later)
    return stile


@pytest.mark.both_databases
async def test_what_is_stopped_says_how_far_it_came_and_goes_on(
    house: House, agathe: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels, words, stile = await ensure_many_channels(house), unique("Halte"), held(monkeypatch, 3)
    monkeypatch.setattr(steps, "TOLD_AFTER", timedelta())
    preview = await preview_announcement(agathe, texte=words, destinataires=MANY)
    await agathe.clicks(preview, "Envoyer")
    progress = await agathe.told("⏳")
    await stile.reached.wait()
    await wait_for(lambda: stand_in(house, channels, words, 20))
    await agathe.clicks(await agathe.sees(progress), "Arrêter")
    stile.opened.set()
    await agathe.rewritten(progress, "arrêté")
    await house.settled()
    assert "20 envois sur 24" in plain_spaces((await agathe.sees(progress)).text)
    assert not [post for post in await agathe.direct() if "en chemin" in post.message], "who stopped it knows"
    card = await agathe.sees(preview)
    assert "État : Arrêtée : 20 canaux sur 24" in plain_spaces(card.text)
    assert card.buttons == ["Reprendre", *SENT]

    await agathe.clicks(card, "Reprendre")
    await house.settled()
    await house.settled()
    assert await list_standing(house, *channels, containing=words) == [[words]] * len(MANY)
    assert "État : Envoyée" in (await agathe.sees(card)).text


async def stand_in(house: House, channels: list[str], words: str, count: int) -> bool:
    return sum(map(bool, await list_standing(house, *channels, containing=words))) >= count


@pytest.mark.both_databases
async def test_what_nobody_tried_to_send_is_taken_back_by_a_stop_and_sent_when_it_goes_on(
    house: House, agathe: Person, faults: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels, words, stile = await ensure_many_channels(house), unique("Lent"), held(monkeypatch, 2)
    start = annonce.start_broadcast
    monkeypatch.setattr(annonce, "start_broadcast", lambda *asked: replace(start(*asked), said="va partir."))
    monkeypatch.setattr(service, "TAKEN_AT_ONCE", 2)
    preview = await preview_announcement(agathe, texte=words, destinataires=MANY)
    await agathe.clicks(preview, "Envoyer")
    progress = await agathe.told("⏳")
    await stile.reached.wait()
    faults.slow = "/posts"
    stile.opened.set()
    await wait_until(lambda: faults.held >= 2)
    await agathe.clicks(await agathe.sees(progress), "Arrêter")
    await agathe.rewritten(progress, "arrêté")
    faults.slow = ""
    await house.settled()
    there = sum(map(len, await list_standing(house, *channels, containing=words)))
    assert 0 < there < len(MANY)
    card = await agathe.sees(preview)
    assert f"Arrêtée : {there} cana" in plain_spaces(card.text)

    await agathe.clicks(card, "Reprendre")
    await house.settled()
    await house.settled()
    assert await list_standing(house, *channels, containing=words) == [[words]] * len(MANY)


@pytest.mark.both_databases
async def test_who_may_no_more_is_stopped_and_an_animateur_takes_it_back(
    house: House, agathe: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels, words, stile = await ensure_many_channels(house), unique("Partie"), held_before_role(monkeypatch, 2)
    preview = await preview_announcement(agathe, texte=words, destinataires=MANY)
    await agathe.clicks(preview, "Envoyer")
    await stile.reached.wait()
    await wait_for(lambda: stand_in(house, channels, words, 20))
    await house.registers(agathe, Role.INVITE)
    stile.opened.set()
    await agathe.told("réservé")
    assert "20 canaux sur 24" in plain_spaces((await agathe.told("arrêtée en chemin")).text)
    await house.settled()
    assert "Arrêtée : 20 canaux sur 24" in plain_spaces((await agathe.sees(preview)).text)

    amina = await house.someone(Role.ANIMATEUR, "amina")
    card = await open_card(amina, words)
    assert card.buttons == ["Reprendre", *SENT]
    await withdraw(amina, card)
    await house.settled()
    await house.settled()
    assert await list_standing(house, *channels, containing=words) == [[]] * len(MANY)
    for copy in (await amina.sees(card), await agathe.sees(preview)):
        assert ("État : Retirée" in copy.text, copy.buttons) == (True, ["Rétablir"])


@pytest.mark.newest_only
async def test_one_that_is_stopped_before_its_hour_is_a_preview_again(house: House, agathe: Person) -> None:
    rhone, words = await house.site.channel(*RHONE), unique("Plus tard")
    preview = await preview_announcement(agathe, texte=words, destinataires=["69"], quand="demain 9h")
    await agathe.clicks(preview, "Programmer")
    progress = await agathe.told("partira")
    await wait_for(lambda: is_all_noted(house))
    assert "État : Prévue" in (await agathe.sees(preview)).text
    window = await agathe.opens_by(await agathe.sees(preview), "Corriger")
    assert "« Arrêter » sous l’envoi prévu" in plain_spaces(window.introduction)
    await house.restart()
    await agathe.clicks(await agathe.sees(progress), "Arrêter")
    assert "arrêtée avant que rien ne parte : elle est redevenue un aperçu" in plain_spaces(
        (await agathe.rewritten(progress, "arrêté")).text
    )
    await house.settled()
    again = await agathe.sees(preview)
    assert again.buttons == ["Programmer", *CONFIRM[1:]]
    await house.restart()
    await agathe.clicks(again, "Programmer")
    progress = await agathe.told("partira")
    await wait_for(lambda: is_all_noted(house))
    await agathe.clicks(await agathe.sees(progress), "Arrêter")
    await agathe.rewritten(progress, "arrêté")
    await house.settled()
    again = await agathe.sees(preview)
    assert again.buttons == ["Programmer", *CONFIRM[1:]]
    window = await agathe.opens_by(again, "Modifier")
    assert (await window.fill(quand="").submit()).accepted
    await confirm(house, agathe, await agathe.rewritten(again, words))
    assert await list_standing(house, rhone, containing=words) == [[words]]


async def comes_no_further(*_: object) -> Step:
    return Step(total=1)


@pytest.mark.newest_only
async def test_a_withdrawal_that_is_cut_off_can_be_finished(
    house: House, agathe: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    rhone, words = await house.site.channel(*RHONE), unique("Reste")
    preview = await preview_announcement(agathe, texte=words, destinataires=["69"])
    await confirm(house, agathe, preview)
    with monkeypatch.context() as waits:
        waits.setattr(PostedBatches, "remove", comes_no_further)
        await withdraw(agathe, await agathe.sees(preview))
        await house.registers(agathe, Role.INVITE)
        await agathe.told("réservé")
        await house.settled()
    card = await agathe.sees(preview)
    assert ("Retirée en partie" in card.text, card.buttons) == (True, ["Retirer"])
    assert await list_standing(house, rhone, containing=words) == [[words]]
    await house.registers(agathe, Role.ANIMATEUR)
    await withdraw(agathe, card)
    await house.settled()
    await house.settled()
    assert await list_standing(house, rhone, containing=words) == [[]]
    assert "État : Retirée" in (await agathe.sees(preview)).text
