"""Buttons and dialogs that are forged, expired or somebody else’s are refused, and change nothing."""

from datetime import timedelta

import pytest

from bot.context import Request
from bot.delivery import Delivery, DeliveryDependencies
from bot.links import Links
from bot.replies import Button, Direct, Refresh, Say
from commands.cra.cards import RECEIPT, Delete, RestoreReport
from storage.outbox import Outgoing, TargetKind
from storage.people import Role
from tests.people import Person, Refused
from tests.support.cra import file_workshop, fill_workshop, read_number
from tests.support.house import House, age_links
from tests.support.security import Attacker, make_links, mallory

__all__ = ["mallory"]


pytestmark = pytest.mark.newest_only


@pytest.mark.parametrize("link", ["", "x", "e30.aaaa.bbbb", None, 7, ["x"], {"b": "cra.Delete"}])
async def test_a_forged_button_is_refused(house: House, mallory: Attacker, juliette: Person, link: object) -> None:
    await file_workshop(juliette)
    status, body = await mallory.sends("/buttons", mallory.click(link))

    assert status == 200, "Mattermost would otherwise show a technical error"
    assert "authentique" in body["ephemeral_text"]
    assert [c.deleted_at for c in await house.reports(juliette)] == [None]


async def test_a_button_sealed_with_another_key_is_refused(house: House, mallory: Attacker, juliette: Person) -> None:
    number = read_number(await file_workshop(juliette))
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
    number = read_number(await file_workshop(juliette))
    sealed = make_links(house).seal("button", {"b": f"cra.{name}", "d": {"number": number}})
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
        sealed = make_links(house).seal("button", {"b": f"cra.{name}", "d": payload})
        assert "quelqu’un d’autre" in (await mallory.sends("/buttons", mallory.click(sealed)))[1]["ephemeral_text"]
    assert await house.reports(juliette) == await house.reports(mallory.person) == []


def delivery_of(house: House) -> Delivery:
    """The way out of the bot at work."""
    app = house.bot
    ways = DeliveryDependencies(
        app.database, app.chat, app.outbox, app.people, make_links(house), house.settings, house.clock
    )
    return Delivery(ways)


def links_in(body: object) -> list[str]:
    """Every link that an answer or a post carries."""
    if isinstance(body, dict):
        return [body["link"]] if "link" in body else [link for value in body.values() for link in links_in(value)]
    return [link for value in body for link in links_in(value)] if isinstance(body, list) else []


async def links_of(house: House, mallory: Attacker, juliette: Person) -> list[str]:
    """What every kind of message for one person carries: receipts, previews, answers, and what replaces them."""
    number = read_number(await file_workshop(juliette))
    found = []
    for line in ("atelier 8p 1h30 mail +60", f"supprimer {number}", f"rétablir {number}"):
        found += links_in((await mallory.sends_form(mallory.command(user_id=juliette.id, text=line)))[1])
    found += links_in((await mallory.sends_form(mallory.command(user_id=juliette.id, command="/stats", text="")))[1])
    button, request = Button("Supprimer", Delete(number=number)), Request("button", "", user_id=juliette.id)
    direct = Direct("", [button], user_id=juliette.id)
    refresh = Refresh("", [button], topic=RECEIPT.of(number))
    await house.settled()  # there has to be a receipt to rewrite
    async with house.bot.database.transaction() as db:
        rows = await delivery_of(house).prepare(db, [direct, refresh], request)
        await db.rollback()
    messages = [row for row in rows if isinstance(row, Outgoing)]
    assert [row.where for row in messages] == [TargetKind.PERSON, TargetKind.POST]
    found += [link for row in messages for link in links_in(row.content)]
    deleted = mallory.click(found[-1], user_id=juliette.id)
    return [*found, *links_in((await mallory.sends("/buttons", deleted))[1])]


async def test_a_button_is_of_use_to_nobody_but_whom_it_was_made_for(
    house: House, mallory: Attacker, juliette: Person
) -> None:
    made = await links_of(house, mallory, juliette)
    assert len(made) >= 10
    for link in made:
        status, body = await mallory.sends("/buttons", mallory.click(link))
        assert (status, "quelqu’un d’autre" in body["ephemeral_text"], "update" in body) == (200, True, False)
    assert [c.deleted_at is None for c in await house.reports(juliette)] == [False], "restored by nobody"


async def test_a_button_in_a_channel_is_for_who_may_click_there(
    house: House, mallory: Attacker, juliette: Person
) -> None:
    """What all of a channel read carries no person, and what replaces it none either; the role is looked at."""
    (link,) = links_in(delivery_of(house).content(Say("", [Button("Rétablir", RestoreReport(number=1))])))
    for person in (mallory.person, juliette):
        said = (await mallory.sends("/buttons", mallory.click(link, user_id=person.id)))[1]["ephemeral_text"]
        assert "n° 1" in said.replace("\u00a0", " ")
    stranger = await house.someone(Role.INVITE, "invitee")
    said = (await mallory.sends("/buttons", mallory.click(link, user_id=stranger.id)))[1]["ephemeral_text"]
    assert Role.INVITE.label in said


async def test_a_button_of_before_persons_were_named_still_works(
    house: House, mallory: Attacker, juliette: Person
) -> None:
    number = read_number(await file_workshop(juliette))
    old = make_links(house).seal("button", {"b": "cra.Delete", "d": {"number": number}})
    await mallory.sends("/buttons", mallory.click(old, user_id=juliette.id))
    assert [c.deleted_at is None for c in await house.reports(juliette)] == [False]


async def test_a_button_for_what_no_longer_exists_is_explained(house: House, mallory: Attacker) -> None:
    gone = make_links(house).seal("button", {"b": "cra.Gone", "d": {}})
    changed = make_links(house).seal("button", {"b": "cra.Delete", "d": {"numero": "sept"}})

    assert "n’existe pas" in (await mallory.sends("/buttons", mallory.click(gone)))[1]["ephemeral_text"]
    assert "ancienne" in (await mallory.sends("/buttons", mallory.click(changed)))[1]["ephemeral_text"]


async def test_a_dialog_is_no_button_and_a_button_no_dialog(house: House, mallory: Attacker, juliette: Person) -> None:
    form = await fill_workshop(juliette)
    button = make_links(house).seal("button", {"b": "cra.Delete", "d": {"number": 1}})

    assert "authentique" in (await mallory.sends("/buttons", mallory.click(form.state)))[1]["ephemeral_text"]
    assert "authentique" in (await mallory.sends("/dialogs", mallory.submission(form, state=button)))[1]["error"]


@pytest.mark.parametrize("state", ["", "x", None, 7, {"u": "x"}])
async def test_a_dialog_with_a_forged_state_is_refused(house: House, mallory: Attacker, state: object) -> None:
    form = await fill_workshop(mallory.person)
    status, body = await mallory.sends("/dialogs", mallory.submission(form, state=state))

    assert (status, "authentique" in body["error"]) == (200, True)
    assert await house.reports(mallory.person) == []


async def test_a_dialog_with_one_changed_character_is_refused(house: House, mallory: Attacker) -> None:
    form = await fill_workshop(mallory.person)
    for place in (0, len(form.state) // 2, len(form.state) - 3):
        other = "A" if form.state[place] != "A" else "B"
        state = form.state[:place] + other + form.state[place + 1 :]
        assert "authentique" in (await mallory.sends("/dialogs", mallory.submission(form, state=state)))[1]["error"]
    assert await house.reports(mallory.person) == []


async def test_the_dialog_of_somebody_else_is_refused(house: House, mallory: Attacker, juliette: Person) -> None:
    form = await fill_workshop(juliette)
    body = (await mallory.sends("/dialogs", mallory.submission(form)))[1]

    assert "quelqu’un d’autre" in body["error"]
    assert await house.reports(juliette) == await house.reports(mallory.person) == []


async def test_nobody_can_submit_in_the_name_of_somebody_else(house: House, juliette: Person) -> None:
    """Mattermost itself says who submits; a client cannot."""
    carl = await house.conseiller("carl")
    form = await fill_workshop(carl)
    form.person = juliette
    answer = await form.send(carl.client.sent(form.elements, form.values), user_id=carl.id)

    assert "quelqu’un d’autre" in answer.error
    assert await house.reports(carl) == []


async def test_a_lookup_proposes_nothing_and_tells_a_forger_nothing(house: House, mallory: Attacker) -> None:
    form = await fill_workshop(mallory.person)
    for state in (form.state, "faux"):
        status, body = await mallory.sends("/dialogs/lookup", mallory.submission(form, state=state))
        assert (status, body) == (200, {"items": []})


async def test_an_expired_dialog_is_not_recorded(house: House, mallory: Attacker) -> None:
    form = await fill_workshop(mallory.person)
    with age_links(timedelta(hours=25)):
        body = (await mallory.sends("/dialogs", mallory.submission(form)))[1]

    assert "24" in body["error"]
    assert await house.reports(mallory.person) == []


async def test_an_expired_dialog_of_somebody_else_leaves_them_no_draft(
    house: House, mallory: Attacker, juliette: Person
) -> None:
    form = await fill_workshop(juliette)
    with age_links(timedelta(hours=25)):
        body = (await mallory.sends("/dialogs", mallory.submission(form)))[1]

    assert "quelqu’un d’autre" in body["error"]
    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_an_expired_button_is_refused(house: House, mallory: Attacker) -> None:
    number = read_number(await file_workshop(mallory.person))
    sealed = make_links(house).seal("button", {"b": "cra.Delete", "d": {"number": number}})
    with age_links(timedelta(days=366)):
        body = (await mallory.sends("/buttons", mallory.click(sealed)))[1]

    assert "ancienne" in body["ephemeral_text"]
    assert [c.deleted_at for c in await house.reports(mallory.person)] == [None]


@pytest.mark.parametrize("role", [Role.INVITE, Role.COORDINATEUR, Role.ANIMATEUR])
async def test_whoever_lost_the_role_can_neither_submit_nor_click(house: House, mallory: Attacker, role: Role) -> None:
    form = await fill_workshop(mallory.person)
    receipt = await file_workshop(mallory.person)
    await house.registers(mallory.person, role)
    sealed = make_links(house).seal("button", {"b": "cra.Delete", "d": {"number": read_number(receipt)}})

    assert role.label in (await mallory.sends("/dialogs", mallory.submission(form)))[1]["error"]
    assert role.label in (await mallory.sends("/buttons", mallory.click(sealed)))[1]["ephemeral_text"]
    assert [(c.deleted_at, c.version) for c in await house.reports(mallory.person)] == [(None, 1)]


async def test_a_client_cannot_reach_the_bot_through_somebody_elses_post(house: House, juliette: Person) -> None:
    receipt = await file_workshop(juliette)
    carl = await house.conseiller("carl")
    with pytest.raises(Refused) as refusal:
        await carl.clicks(receipt, "Supprimer")

    assert refusal.value.status == 403
