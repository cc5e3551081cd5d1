"""Buttons and dialogs that are forged, expired or somebody else’s are refused, and change nothing."""

from datetime import timedelta

import pytest

from bot.links import Links
from storage.people import Role
from tests.attacker import Attacker, links, mallory
from tests.house import House, links_grown_old
from tests.people import Person, Refused
from tests.telling import asked, filed, number_of

__all__ = ["mallory"]


pytestmark = pytest.mark.newest_only


@pytest.mark.parametrize("link", ["", "x", "e30.aaaa.bbbb", None, 7, ["x"], {"b": "cra.Delete"}])
async def test_a_forged_button_is_refused(house: House, mallory: Attacker, juliette: Person, link: object) -> None:
    await filed(juliette)
    status, body = await mallory.sends("/buttons", mallory.click(link))

    assert status == 200, "Mattermost would otherwise show a technical error"
    assert "authentique" in body["ephemeral_text"]
    assert [c.deleted_at for c in await house.reports(juliette)] == [None]


async def test_a_button_sealed_with_another_key_is_refused(house: House, mallory: Attacker, juliette: Person) -> None:
    number = number_of(await filed(juliette))
    sealed = Links(["une-autre-cle"]).seal("button", {"b": "cra.Delete", "d": {"number": number}})

    assert "authentique" in (await mallory.sends("/buttons", mallory.click(sealed)))[1]["ephemeral_text"]
    assert [c.deleted_at for c in await house.reports(juliette)] == [None]


@pytest.mark.parametrize("context", [None, "x", [], {}])
async def test_a_button_without_its_context_is_refused(mallory: Attacker, context: object) -> None:
    status, body = await mallory.sends("/buttons", mallory.click("", context=context))

    assert (status, "authentique" in body["ephemeral_text"]) == (200, True)


@pytest.mark.parametrize("name", ["Delete", "Edit", "Copy", "Spread", "Restore"])
async def test_a_true_button_of_somebody_else_does_nothing_for_others(
    house: House, mallory: Attacker, juliette: Person, name: str
) -> None:
    number = number_of(await filed(juliette))
    sealed = links(house).seal("button", {"b": f"cra.{name}", "d": {"number": number}})
    status, body = await mallory.sends("/buttons", mallory.click(sealed))

    assert status == 200
    assert f"n° {number}" in body["ephemeral_text"].replace("\u00a0", " ")
    assert "update" not in body
    assert [(c.deleted_at, c.version) for c in await house.reports(juliette)] == [(None, 1)]


async def test_the_preview_of_somebody_else_cannot_be_recorded(
    house: House, mallory: Attacker, juliette: Person
) -> None:
    raw = {"activite": "individuel"}
    for name in ("Save", "Complete", "Drop"):
        payload = {"author": juliette.id, "key": "k", "raw": raw}
        sealed = links(house).seal("button", {"b": f"cra.{name}", "d": payload})
        assert "quelqu’un d’autre" in (await mallory.sends("/buttons", mallory.click(sealed)))[1]["ephemeral_text"]
    assert await house.reports(juliette) == await house.reports(mallory.person) == []


async def test_a_button_for_what_no_longer_exists_is_explained(house: House, mallory: Attacker) -> None:
    gone = links(house).seal("button", {"b": "cra.Gone", "d": {}})
    changed = links(house).seal("button", {"b": "cra.Delete", "d": {"numero": "sept"}})

    assert "n’existe pas" in (await mallory.sends("/buttons", mallory.click(gone)))[1]["ephemeral_text"]
    assert "ancienne" in (await mallory.sends("/buttons", mallory.click(changed)))[1]["ephemeral_text"]


async def test_a_dialog_is_no_button_and_a_button_no_dialog(house: House, mallory: Attacker, juliette: Person) -> None:
    form = await asked(juliette)
    button = links(house).seal("button", {"b": "cra.Delete", "d": {"number": 1}})

    assert "authentique" in (await mallory.sends("/buttons", mallory.click(form.state)))[1]["ephemeral_text"]
    assert "authentique" in (await mallory.sends("/dialogs", mallory.submission(form, state=button)))[1]["error"]


@pytest.mark.parametrize("state", ["", "x", None, 7, {"u": "x"}])
async def test_a_dialog_with_a_forged_state_is_refused(house: House, mallory: Attacker, state: object) -> None:
    form = await asked(mallory.person)
    status, body = await mallory.sends("/dialogs", mallory.submission(form, state=state))

    assert (status, "authentique" in body["error"]) == (200, True)
    assert await house.reports(mallory.person) == []


async def test_a_dialog_with_one_changed_character_is_refused(house: House, mallory: Attacker) -> None:
    form = await asked(mallory.person)
    for place in (0, len(form.state) // 2, len(form.state) - 3):
        other = "A" if form.state[place] != "A" else "B"
        state = form.state[:place] + other + form.state[place + 1 :]
        assert "authentique" in (await mallory.sends("/dialogs", mallory.submission(form, state=state)))[1]["error"]
    assert await house.reports(mallory.person) == []


async def test_the_dialog_of_somebody_else_is_refused(house: House, mallory: Attacker, juliette: Person) -> None:
    form = await asked(juliette)
    body = (await mallory.sends("/dialogs", mallory.submission(form)))[1]

    assert "quelqu’un d’autre" in body["error"]
    assert await house.reports(juliette) == await house.reports(mallory.person) == []


async def test_nobody_can_submit_in_the_name_of_somebody_else(house: House, juliette: Person) -> None:
    """Mattermost itself says who submits; a client cannot."""
    carl = await house.conseiller("carl")
    form = await asked(carl)
    form.person = juliette
    answer = await form.send(carl.client.sent(form.elements, form.values), user_id=carl.id)

    assert "quelqu’un d’autre" in answer.error
    assert await house.reports(carl) == []


async def test_a_lookup_proposes_nothing_and_tells_a_forger_nothing(house: House, mallory: Attacker) -> None:
    form = await asked(mallory.person)
    for state in (form.state, "faux"):
        status, body = await mallory.sends("/dialogs/lookup", mallory.submission(form, state=state))
        assert (status, body) == (200, {"items": []})


async def test_an_expired_dialog_is_not_recorded(house: House, mallory: Attacker) -> None:
    form = await asked(mallory.person)
    with links_grown_old(timedelta(hours=25)):
        body = (await mallory.sends("/dialogs", mallory.submission(form)))[1]

    assert "24" in body["error"]
    assert await house.reports(mallory.person) == []


async def test_an_expired_dialog_of_somebody_else_leaves_them_no_draft(
    house: House, mallory: Attacker, juliette: Person
) -> None:
    form = await asked(juliette)
    with links_grown_old(timedelta(hours=25)):
        body = (await mallory.sends("/dialogs", mallory.submission(form)))[1]

    assert "quelqu’un d’autre" in body["error"]
    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_an_expired_button_is_refused(house: House, mallory: Attacker) -> None:
    number = number_of(await filed(mallory.person))
    sealed = links(house).seal("button", {"b": "cra.Delete", "d": {"number": number}})
    with links_grown_old(timedelta(days=366)):
        body = (await mallory.sends("/buttons", mallory.click(sealed)))[1]

    assert "ancienne" in body["ephemeral_text"]
    assert [c.deleted_at for c in await house.reports(mallory.person)] == [None]


@pytest.mark.parametrize("role", [Role.INVITE, Role.COORDINATEUR, Role.ANIMATEUR])
async def test_whoever_lost_the_role_can_neither_submit_nor_click(house: House, mallory: Attacker, role: Role) -> None:
    form = await asked(mallory.person)
    receipt = await filed(mallory.person)
    await house.registers(mallory.person, role)
    sealed = links(house).seal("button", {"b": "cra.Delete", "d": {"number": number_of(receipt)}})

    assert role.label in (await mallory.sends("/dialogs", mallory.submission(form)))[1]["error"]
    assert role.label in (await mallory.sends("/buttons", mallory.click(sealed)))[1]["ephemeral_text"]
    assert [(c.deleted_at, c.version) for c in await house.reports(mallory.person)] == [(None, 1)]


async def test_a_client_cannot_reach_the_bot_through_somebody_elses_post(house: House, juliette: Person) -> None:
    receipt = await filed(juliette)
    carl = await house.conseiller("carl")
    with pytest.raises(Refused) as refusal:
        await carl.clicks(receipt, "Supprimer")

    assert refusal.value.status == 403
