"""Stories: a channel is locked for a time; what others write is handed back to them; it opens again."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from bot.events import Posted
from commands.moderation.feature import expect_breach, may_breach_measure, watch_channels
from storage.journal import AuditAct
from tests.people import unique
from tests.support.house import plain
from tests.support.moderation import MeasureStage, assert_files, bench, known, post_file

__all__ = ["bench", "known"]


async def test_what_is_written_in_a_locked_channel_goes_back_to_its_author(bench: MeasureStage) -> None:
    said = await bench.moderates("verrouiller ~ressourcerie 2h discussion trop vive")
    assert "édition payante" in said
    shown = plain(await bench.said(bench.place, "discussion trop vive"))
    assert "Canal verrouillé" in shown
    assert bench.agathe.username in shown
    assert "déjà verrouillé" in await bench.moderates("verrouiller ressourcerie 1h")

    words = unique("Encore un mot")
    bench.lea.acts()
    written = await post_file(bench.lea, bench.place, words, "preuve.txt", b"des faits")
    back = await bench.lea.told(words)
    assert "est verrouillé" in plain(back)
    await assert_files(bench.lea, back, {"preuve.txt": b"des faits"})
    plain_words = unique("Et sans fichier")
    post = await bench.juliette.says(plain_words, bench.place)
    assert plain_words in plain(await bench.juliette.told(plain_words))
    await bench.stands(post, there=False)
    mine = await bench.agathe.says(unique("Un animateur écrit"), bench.place)
    elsewhere = await bench.lea.says(unique("Ailleurs"), bench.club)
    await bench.stands(written, there=False)
    await bench.house.settled()
    await bench.stands(mine, there=True)
    await bench.stands(elsewhere, there=True)

    await bench.moderates("deverrouiller ~ressourcerie", bench.omar)
    await bench.said(bench.place, f"rouvert par @{bench.omar.username}")
    later = await bench.lea.says(unique("Merci"), bench.place)
    await bench.house.settled()
    await bench.stands(later, there=True)
    assert len(await bench.entries(AuditAct.UNDO)) >= 1


async def test_locking_the_channel_of_all_takes_two(bench: MeasureStage) -> None:
    said = await bench.moderates("verrouiller ~town-square 2h discussion trop vive")
    assert "attend un second animateur" in said
    card = await bench.said(bench.room, "propose de verrouiller")
    assert "pendant 2 h" in plain(card)
    assert card.buttons == ["Approuver", "Refuser"]
    stands = await bench.lea.says(unique("Encore ouvert"), bench.square)
    await bench.agathe.clicks(card, "Approuver")
    assert "vous-même" in plain(await bench.agathe.whispered("proposé"))
    await bench.omar.clicks(card, "Refuser")
    assert "rien n’est verrouillé" in plain(await bench.agathe.told("ne l’approuve pas"))
    await bench.moderates("verrouiller ~town-square 3h")
    old = await bench.said(bench.room, "pendant 3 h")
    await bench.moderates("verrouiller ~town-square 30min")
    card = await bench.said(bench.room, "pendant 30 min")
    await bench.omar.clicks(old, "Approuver")
    assert "n’attend plus" in plain(await bench.omar.whispered("proposition"))
    await bench.omar.clicks(card, "Approuver")
    shown = plain(await bench.said(bench.square, "Canal verrouillé"))
    assert "acte n°" in shown
    measure = await bench.last()
    assert (measure.proposed_by, measure.by) == (bench.agathe.id, bench.omar.id)
    gone = await bench.lea.says(unique("Trop tard"), bench.square)
    await bench.stands(gone, there=False)
    await bench.stands(stands, there=True)
    await bench.moderates("deverrouiller ~town-square")
    await bench.moderates("verrouiller ~town-square 1h")
    assert "est verrouillé" in await bench.moderates("verrouiller ~town-square 1h", bench.omar), (
        "the same line approves"
    )
    await bench.moderates("deverrouiller ~town-square")


@pytest.mark.both_databases
@pytest.mark.postgres_too
async def test_it_opens_at_the_hour_once(bench: MeasureStage) -> None:
    await bench.moderates("verrouiller ~ressourcerie 30min")
    measure = await bench.last()
    await bench.house.restart()
    bench.house.clock.goes_to(bench.house.clock() + timedelta(minutes=31))
    async with bench.house.replica() as second:
        await asyncio.gather(bench.clock_strikes(), bench.clock_strikes(second))
        await bench.said(bench.place, "Ce canal est rouvert : vous")
        await bench.house.settled()
    ended = [e for e in await bench.entries(AuditAct.EXPIRE) if e.before["entry"] == measure.entry]
    assert [entry.actor for entry in ended] == ["coop"]
    assert len([t for t in await bench.reads(bench.place) if "Ce canal est rouvert : vous" in t]) == 1


@pytest.mark.newest_only
async def test_what_was_read_before_a_decision_was_written_does_not_forget_it(bench: MeasureStage) -> None:
    ident, settings = unique("canal"), bench.house.settings
    expect_breach(settings, ident)
    async with bench.house.bot.database.transaction(writes=False) as db:
        await watch_channels(db, settings)
    assert may_breach_measure(cast(Posted, SimpleNamespace(channel_id=ident, user_id="")))
    assert not may_breach_measure(cast(Posted, SimpleNamespace(channel_id="", user_id=bench.juliette.id)))
