"""Stories: what is heavy waits for a second animateur, whoever clicks first; nobody decides about oneself."""

import asyncio

import pytest

from storage.moderation import CaseState
from storage.people import Role
from tests.people import Person
from tests.support.house import plain
from tests.support.moderation import CaseStage, open_dialog, room, send_dialog

__all__ = ["room"]


async def test_an_exclusion_waits_for_another_animateur_who_may_refuse_or_approve(room: CaseStage) -> None:
    case, card = await room.opened()
    form = await open_dialog(room.agathe, card, "Exclure du canal")
    assert form.shown("canal") == room.place
    assert (await form.fill(raison="Encore, malgré l’avertissement.").submit()).accepted
    assert "attend un second animateur" in plain(await room.agathe.told("second animateur"))
    card = await room.card(case, "propose : exclusion du canal")
    assert card.buttons == ["Approuver", "Refuser", "Voir le contexte"]
    assert not [p for p in await room.lea.direct() if "malgré l’avertissement" in plain(p)]
    await room.agathe.clicks(card, "Approuver")
    assert "un second animateur" in plain(await room.agathe.whispered("vous-même"))
    room.agathe.acts()
    await send_dialog(room.omar, card, "Refuser", raison="Trop lourd à mon avis.")
    assert "Trop lourd à mon avis" in plain(await room.agathe.told("n’approuve pas"))
    card = await room.card(case, "à décider")
    await send_dialog(room.omar, card, "Suspendre l’écriture", duree="30j", raison="Trente jours suffisent.")
    card = await room.card(case, "propose : écriture suspendue 30 jours")
    room.lea.acts()
    room.juliette.acts()
    await room.agathe.clicks(card, "Approuver")
    assert "Trente jours suffisent." in plain(await room.lea.told("Trente jours"))
    assert "et y ont donné suite" in plain(await room.juliette.told("donné suite"))
    done = await room.now(case)
    assert (done.state, done.act, done.decided_by) == (CaseState.DECIDED, "moderation.silence", room.agathe.id)
    assert await room.acts(case) == [
        "moderation.proposer",
        "moderation.refuser",
        "moderation.proposer",
        "moderation.silence",
    ]


async def list_late(person: Person) -> set[str]:
    """The messages that told somebody that they came second."""
    return {post.id for post in await person.direct() if "a déjà décidé" in plain(post)}


async def test_of_two_at_once_one_decides_and_the_other_reads_who(room: CaseStage) -> None:
    case, card = await room.opened()
    both = (room.agathe, room.omar)
    before = [await list_late(who) for who in both]
    forms = [await open_dialog(who, card, "Rappel de la charte") for who in both]
    room.lea.acts()
    answers = await asyncio.gather(*(form.submit() for form in forms))
    assert all(answer.accepted for answer in answers)
    await room.house.settled()
    late = [await list_late(who) - known for who, known in zip(both, before, strict=True)]
    assert sorted(map(len, late)) == [0, 1]
    assert await room.acts(case) == ["moderation.rappeler"]
    assert len([r for r in await room.reported(case) if r.told_at]) == 1


@pytest.mark.both_databases
async def test_nobody_decides_about_oneself_nor_against_an_administrateur(room: CaseStage) -> None:
    case, card = await room.opened()
    await room.house.registers(room.lea, Role.ANIMATEUR)
    await room.house.site.add_members(room.room, room.lea)
    for label in ("Voir le contexte", "Rien à faire"):
        await room.lea.clicks(card, label)
        assert "Ce dossier vous concerne" in plain(await room.lea.whispered("Ce dossier"))
    await room.house.registers(room.lea, Role.ADMINISTRATEUR)
    form = await open_dialog(room.agathe, card, "Avertir")
    assert "administrateur" in (await form.submit()).error
    await send_dialog(room.agathe, card, "Rien à faire")
    assert (await room.now(case)).state is CaseState.DECIDED
