"""Stories: what could be lost on the way: a database away, a choice never made, a file too large, a word at the end."""

from datetime import timedelta

import pytest

from bot.clock import utc_now
from tests.people import unique
from tests.support.faults import block_database
from tests.support.hotline import USUAL, Hotline, desk, send_dialog
from tests.support.house import plain, reply_in_thread

__all__ = ["desk"]


async def test_what_is_sent_while_the_database_is_away_is_taken_up_again(desk: Hotline) -> None:
    form = (await desk.juliette.opens("/hotline")).fill(**(USUAL | {"sujet": "Réseau de bibliothèque"}))
    async with block_database(desk.house):
        answer = await form.submit()
    assert not answer.accepted
    news = await desk.juliette.told("gardée")
    again = await desk.juliette.opens_by(news, "Reprendre")
    assert again.shown("sujet") == "Réseau de bibliothèque"
    assert (await again.submit()).accepted
    assert (await form.submit()).accepted, "the window left open is still the same demand"
    await desk.house.settled()
    mine = plain(await desk.juliette.asks("/hotline demandes"))
    assert mine.count("Réseau de bibliothèque") == 1


async def test_a_demand_whose_author_chose_nothing_leaves_by_itself(desk: Hotline) -> None:
    word = unique("muet")
    first, _ = await desk.asks(desk.juliette, f"Le {word} ne répond plus")
    await desk.is_where(first)
    await send_dialog(desk.agathe, await desk.card(first), "Résoudre", solution="Le redémarrer.")
    form = await desk.juliette.opens(f"/hotline {word} encore muet")
    assert (await form.fill(**USUAL).submit()).accepted
    shown = await desk.juliette.told("lui ressemble")
    await desk.house.settled()
    runs, clock = desk.house.bot.runs, desk.house.clock
    await runs.run(("job", "hotline.file_undecided"), f"tôt-{word}")
    assert (await desk.ticket(desk.juliette)).number == first.number
    assert "attend votre choix" in plain(await desk.juliette.asks("/hotline demandes"))
    try:
        clock.goes_to(utc_now() + timedelta(hours=1, minutes=1))
        await runs.run(("job", "hotline.file_undecided"), f"tard-{word}")
        filed = await desk.ticket(desk.juliette)
        assert "encore muet" in filed.subject
        await desk.card(filed)
        await desk.house.settled()
    finally:
        clock.is_right_again()
    assert (await desk.juliette.sees(shown)).buttons == []


@pytest.mark.every_mode
async def test_a_file_that_mattermost_takes_no_more_is_said_to_be_missing(desk: Hotline) -> None:
    ticket, receipt = await desk.asks(desk.juliette, "Un gros fichier")
    card = await desk.card(ticket)
    await desk.is_where(ticket)
    kept = await desk.juliette.api.upload(receipt.channel_id, "petit.txt", b"petit")
    large = await desk.juliette.api.upload(receipt.channel_id, "grand.bin", b"x" * 200_000)
    admin = desk.house.site.admin
    await admin.put("/config/patch", {"FileSettings": {"MaxFileSize": 100_000}})
    try:
        await reply_in_thread(desk.juliette, receipt, "deux fichiers", (kept, large))
        twin = await desk.under(desk.agathe, card, "deux fichiers")
    finally:
        await admin.put("/config/patch", {"FileSettings": {"MaxFileSize": 104_857_600}})
    assert list(await desk.agathe.files(twin)) == ["petit.txt"]
    assert "grand.bin" in plain(twin)


async def test_a_word_with_the_rating_is_read_by_agents(desk: Hotline) -> None:
    ticket, receipt = await desk.asks(desk.juliette, "Pas contente")
    await desk.is_where(ticket)
    await send_dialog(desk.agathe, await desk.card(ticket), "Résoudre", raison="sans_suite")
    told = await desk.under(desk.juliette, receipt, "(sans suite)")
    await desk.juliette.clicks(told, "👎")
    rated = await desk.juliette.rewritten(told, "👎")
    form = await desk.juliette.opens_by(rated, "Ajouter un mot")
    assert (await form.fill(mot="Trop *long*").submit()).accepted
    said = await desk.under(desk.agathe, await desk.card(ticket), "ajoute")
    assert "👎" in said.text
    assert "*long*" not in said.text
    ended = await desk.now(ticket)
    assert (ended.rating, ended.rating_word) == (-1, "Trop *long*")
