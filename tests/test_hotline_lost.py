"""Stories: what could be lost on the way: a database away, a choice never made, a file too large, a word at the end."""

from datetime import timedelta

import pytest

from bot.clock import utc_now
from tests.people import unique
from tests.support.faults import block_database
from tests.support.hotline import USUAL, Hotline, helpdesk, send_dialog
from tests.support.house import plain, reply_in_thread

__all__ = ["helpdesk"]


async def test_what_is_sent_while_the_database_is_away_is_taken_up_again(helpdesk: Hotline) -> None:
    form = (await helpdesk.juliette.opens("/hotline")).fill(**(USUAL | {"sujet": "Réseau de bibliothèque"}))
    async with block_database(helpdesk.house):
        answer = await form.submit()
    assert not answer.accepted
    news = await helpdesk.juliette.told("gardée")
    again = await helpdesk.juliette.opens_by(news, "Reprendre")
    assert again.shown("sujet") == "Réseau de bibliothèque"
    assert (await again.submit()).accepted
    assert (await form.submit()).accepted, "the window left open is still the same demand"
    await helpdesk.house.settled()
    mine = plain(await helpdesk.juliette.asks("/hotline demandes"))
    assert mine.count("Réseau de bibliothèque") == 1


async def test_a_demand_whose_author_chose_nothing_leaves_by_itself(helpdesk: Hotline) -> None:
    word = unique("muet")
    first, _ = await helpdesk.asks(helpdesk.juliette, f"Le {word} ne répond plus")
    await helpdesk.is_where(first)
    await send_dialog(helpdesk.agathe, await helpdesk.card(first), "Résoudre", solution="Le redémarrer.")
    form = await helpdesk.juliette.opens(f"/hotline {word} encore muet")
    assert (await form.fill(**USUAL).submit()).accepted
    shown = await helpdesk.juliette.told("lui ressemble")
    await helpdesk.house.settled()
    runs, clock = helpdesk.house.bot.runs, helpdesk.house.clock
    await runs.run(("job", "hotline.file_undecided"), f"tôt-{word}")
    assert (await helpdesk.ticket(helpdesk.juliette)).number == first.number
    assert "attend votre choix" in plain(await helpdesk.juliette.asks("/hotline demandes"))
    try:
        clock.goes_to(utc_now() + timedelta(hours=1, minutes=1))
        await runs.run(("job", "hotline.file_undecided"), f"tard-{word}")
        filed = await helpdesk.ticket(helpdesk.juliette)
        assert "encore muet" in filed.subject
        await helpdesk.card(filed)
        await helpdesk.house.settled()
    finally:
        clock.is_right_again()
    assert (await helpdesk.juliette.sees(shown)).buttons == []


@pytest.mark.every_mode
async def test_a_file_that_mattermost_takes_no_more_is_said_to_be_missing(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Un gros fichier")
    card = await helpdesk.card(ticket)
    await helpdesk.is_where(ticket)
    kept = await helpdesk.juliette.api.upload(receipt.channel_id, "petit.txt", b"petit")
    large = await helpdesk.juliette.api.upload(receipt.channel_id, "grand.bin", b"x" * 200_000)
    admin = helpdesk.house.site.admin
    await admin.put("/config/patch", {"FileSettings": {"MaxFileSize": 100_000}})
    try:
        await reply_in_thread(helpdesk.juliette, receipt, "deux fichiers", (kept, large))
        twin = await helpdesk.under(helpdesk.agathe, card, "deux fichiers")
    finally:
        await admin.put("/config/patch", {"FileSettings": {"MaxFileSize": 104_857_600}})
    assert list(await helpdesk.agathe.files(twin)) == ["petit.txt"]
    assert "grand.bin" in plain(twin)


async def test_who_was_not_helped_is_asked_about_the_second_solution(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "La visio coupe")
    await helpdesk.is_where(ticket)
    await send_dialog(helpdesk.agathe, await helpdesk.card(ticket), "Résoudre", solution="Redémarrez.")
    told = await helpdesk.under(helpdesk.juliette, receipt, "Cela vous a-t-il aidé")
    await helpdesk.juliette.clicks(told, "👎")
    rated = await helpdesk.juliette.rewritten(told, "👎")
    await helpdesk.juliette.clicks(rated, "Ce n’est pas réglé")
    card = await helpdesk.card(ticket, "rouvert")
    await send_dialog(helpdesk.agathe, card, "Résoudre", solution="Changez de câble.")
    again = await helpdesk.under(helpdesk.juliette, receipt, "Changez de câble.")
    assert "Cela vous a-t-il aidé" in plain(again)
    await helpdesk.juliette.clicks(again, "👍")
    await helpdesk.juliette.rewritten(again, "👍")
    assert (await helpdesk.now(ticket)).rating == 1


async def test_a_word_with_the_rating_is_read_by_agents(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Pas contente")
    await helpdesk.is_where(ticket)
    await send_dialog(helpdesk.agathe, await helpdesk.card(ticket), "Résoudre", raison="sans_suite")
    told = await helpdesk.under(helpdesk.juliette, receipt, "(sans suite)")
    await helpdesk.juliette.clicks(told, "👎")
    rated = await helpdesk.juliette.rewritten(told, "👎")
    form = await helpdesk.juliette.opens_by(rated, "Ajouter un mot")
    assert (await form.fill(mot="Trop *long*").submit()).accepted
    said = await helpdesk.under(helpdesk.agathe, await helpdesk.card(ticket), "ajoute")
    assert "👎" in said.text
    assert "*long*" not in said.text
    ended = await helpdesk.now(ticket)
    assert (ended.rating, ended.rating_word) == (-1, "Trop *long*")
