"""Stories: where the bot fails it gives a reference, and leads to help with it, wherever that can be shown."""

import re
from typing import NoReturn

import pytest

from bot.clock import utc_now
from bot.context import Context, Request
from bot.errors import ChatError
from bot.features import Feature
from bot.spool import Submission
from commands import hotline
from storage.database import change, store
from storage.hotline import suggestions, tickets
from storage.hotline.tickets import Incident
from tests.support.hotline import USUAL, Hotline, helpdesk
from tests.support.house import plain

__all__ = ["helpdesk"]


async def fail(*_: object, **__: object) -> NoReturn:
    raise RuntimeError("une chose imprévue")


async def be_away(*_: object, **__: object) -> NoReturn:
    raise ChatError(503)


def reference_in(text: str) -> str:
    """The reference that a refusal gives."""
    found = re.search(r"référence ([0-9a-f]{8})", text.replace("\u00a0", " "))
    assert found, text
    return found[1]


@pytest.mark.every_mode
async def test_a_command_that_fails_leads_to_help(helpdesk: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(tickets, "list_of_author", fail)
        told = await helpdesk.juliette.asks("/hotline demandes secret")
    reference = reference_in(told.text)
    assert told.buttons == ["Demander de l’aide"]
    form = await helpdesk.juliette.opens_by(told, "Demander de l’aide")
    assert form.shown("sujet").replace("\u00a0", " ") == f"Le bot a échoué (référence {reference})"
    assert "/hotline demandes" in form.shown("details")
    assert "secret" not in form.shown("details")
    assert (await form.fill(**USUAL).submit()).accepted
    await helpdesk.juliette.told(reference)
    card = await helpdesk.card(await helpdesk.ticket(helpdesk.juliette))
    assert reference in card.text


@pytest.mark.every_mode
async def test_a_button_that_fails_leads_to_help(helpdesk: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, _ = await helpdesk.asks(helpdesk.juliette, "Une imprimante muette")
    card = await helpdesk.card(ticket)
    monkeypatch.setattr(tickets, "make_move", fail)
    await helpdesk.agathe.clicks(card, "Prendre")
    told = await helpdesk.agathe.told("référence")
    reference = reference_in(told.text)
    form = await helpdesk.agathe.opens_by(told, "Demander de l’aide")
    assert reference in form.shown("sujet")
    assert "hotline.Take" in form.shown("details")


@pytest.mark.every_mode
async def test_a_dialog_that_fails_names_the_line_to_type(helpdesk: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    form = (await helpdesk.juliette.opens("/hotline")).fill(**(USUAL | {"sujet": "Un secret"}))
    monkeypatch.setattr(suggestions, "find_solved", fail)
    said = (await form.submit()).error
    assert f"tapez /hotline et donnez la référence {reference_in(said)}" in said.replace("\u00a0", " ")
    assert "/brouillon" in said
    monkeypatch.undo()
    assert (await form.submit()).accepted


async def test_no_help_is_offered_where_there_is_none_or_something_else_is_away(
    helpdesk: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Feature("casse")

    @broken.command("casse", help="Échouer")
    async def break_down(_: Context, __: str) -> NoReturn:
        raise RuntimeError("une chose imprévue")

    request = Request("command", "casse", helpdesk.juliette.id)
    async with helpdesk.house.replica(features=(broken,)) as alone:
        body = await alone.dispatcher.run(request, "")
    assert "à l’équipe d’animation" in str(body["text"])
    assert "attachments" not in body
    async with helpdesk.house.replica(features=(broken, hotline.feature)) as helped:
        body = await helped.dispatcher.run(request, "")
    assert "demandez de l’aide" in str(body["text"])
    assert "Demander de l’aide" in str(body["attachments"])
    monkeypatch.setattr(tickets, "list_of_author", be_away)
    told = await helpdesk.juliette.asks("/hotline demandes")
    assert "ne répond pas" in plain(told)
    assert not told.buttons


async def test_long_work_that_fails_leads_to_help(helpdesk: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    async with helpdesk.house.bot.database.transaction() as db:
        running = Incident(queue="espace-coop", subject="Plus de réseau", by=helpdesk.agathe.id, opened_at=utc_now())
        number = (await store(db, running)).number
    monkeypatch.setattr(tickets, "list_tickets_of_incident_after", fail)
    told = Submission("hotline.TellOutage", "k", helpdesk.agathe.id, {"nouvelles": "Du nouveau"}, {"incident": number})
    helpdesk.agathe.acts()
    await helpdesk.house.bot.dispatcher.run(Request("submit", "hotline.TellOutage", helpdesk.agathe.id, key="k"), told)
    begun = await helpdesk.agathe.told("Panne")
    failed = await helpdesk.agathe.rewritten(begun, "par une erreur de notre côté")
    form = await helpdesk.agathe.opens_by(failed, "Demander de l’aide")
    assert reference_in(failed.text) in form.shown("sujet")
    assert "Panne" in form.shown("details")
    async with helpdesk.house.bot.database.transaction() as db:
        found = await tickets.lock_incident(db, number)
        assert found
        await change(db, found, ended_at=utc_now())
