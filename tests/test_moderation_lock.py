"""Stories: a channel is locked for a time; what others write is handed back to them; it opens again."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from bot.events import Posted
from commands.moderation.policy import expect_breach, may_breach_measure, watch_channels
from storage.journal import AuditAct
from tests.people import unique
from tests.support.house import plain
from tests.support.moderation import MeasureStage, assert_files, known, measure_stage, post_file

__all__ = ["known", "measure_stage"]


async def test_what_is_written_in_a_locked_channel_goes_back_to_its_author(stage: MeasureStage) -> None:
    said = await stage.moderates("verrouiller ~ressourcerie 2h discussion trop vive")
    assert "édition payante" in said
    shown = plain(await stage.said(stage.place, "discussion trop vive"))
    assert "Canal verrouillé" in shown
    assert stage.agathe.username in shown
    assert "déjà verrouillé" in await stage.moderates("verrouiller ressourcerie 1h")

    words = unique("Encore un mot")
    stage.lea.acts()
    written = await post_file(stage.lea, stage.place, words, "preuve.txt", b"des faits")
    back = await stage.lea.told(words)
    assert "est verrouillé" in plain(back)
    await assert_files(stage.lea, back, {"preuve.txt": b"des faits"})
    plain_words = unique("Et sans fichier")
    post = await stage.juliette.says(plain_words, stage.place)
    assert plain_words in plain(await stage.juliette.told(plain_words))
    await stage.stands(post, there=False)
    mine = await stage.agathe.says(unique("Un animateur écrit"), stage.place)
    elsewhere = await stage.lea.says(unique("Ailleurs"), stage.club)
    await stage.stands(written, there=False)
    await stage.house.settled()
    await stage.stands(mine, there=True)
    await stage.stands(elsewhere, there=True)

    await stage.moderates("deverrouiller ~ressourcerie", stage.omar)
    await stage.said(stage.place, f"rouvert par @{stage.omar.username}")
    later = await stage.lea.says(unique("Merci"), stage.place)
    await stage.house.settled()
    await stage.stands(later, there=True)
    assert len(await stage.entries(AuditAct.UNDO)) >= 1


async def test_locking_the_channel_of_all_takes_two(stage: MeasureStage) -> None:
    said = await stage.moderates("verrouiller ~town-square 2h discussion trop vive")
    assert "un second animateur doit approuver" in said
    card = await stage.said(stage.room, "propose de verrouiller")
    assert "pendant 2 h" in plain(card)
    assert card.buttons == ["Approuver", "Refuser"]
    stands = await stage.lea.says(unique("Encore ouvert"), stage.square)
    await stage.agathe.clicks(card, "Approuver")
    assert "vous-même" in plain(await stage.agathe.whispered("proposé"))
    await stage.omar.clicks(card, "Refuser")
    assert "rien n’est verrouillé" in plain(await stage.agathe.told("ne l’approuve pas"))
    await stage.moderates("verrouiller ~town-square 3h")
    old = await stage.said(stage.room, "pendant 3 h")
    await stage.moderates("verrouiller ~town-square 30min")
    card = await stage.said(stage.room, "pendant 30 min")
    await stage.omar.clicks(old, "Approuver")
    assert "n’attend plus" in plain(await stage.omar.whispered("proposition"))
    await stage.omar.clicks(card, "Approuver")
    shown = plain(await stage.said(stage.square, "Canal verrouillé"))
    assert "acte n°" in shown
    measure = await stage.last()
    assert (measure.proposed_by, measure.by) == (stage.agathe.id, stage.omar.id)
    gone = await stage.lea.says(unique("Trop tard"), stage.square)
    await stage.stands(gone, there=False)
    await stage.stands(stands, there=True)
    await stage.moderates("deverrouiller ~town-square")
    await stage.moderates("verrouiller ~town-square 1h")
    assert "est verrouillé" in await stage.moderates("verrouiller ~town-square 1h", stage.omar), (
        "the same line approves"
    )
    await stage.moderates("deverrouiller ~town-square")


@pytest.mark.both_databases
@pytest.mark.postgres_too
async def test_it_opens_at_the_hour_once(stage: MeasureStage) -> None:
    await stage.moderates("verrouiller ~ressourcerie 30min")
    measure = await stage.last()
    await stage.house.restart()
    stage.house.clock.goes_to(stage.house.clock() + timedelta(minutes=31))
    async with stage.house.replica() as second:
        await asyncio.gather(stage.clock_strikes(), stage.clock_strikes(second))
        await stage.said(stage.place, "Ce canal est rouvert : vous")
        await stage.house.settled()
    ended = [e for e in await stage.entries(AuditAct.EXPIRE) if e.before["entry"] == measure.entry]
    assert [entry.actor for entry in ended] == ["coop"]
    said = [post for post in await stage.agathe.reads(stage.place) if post.id not in stage.before]
    assert len([post for post in said if "Ce canal est rouvert : vous" in plain(post)]) == 1


@pytest.mark.newest_only
async def test_what_was_read_before_a_decision_was_written_does_not_forget_it(stage: MeasureStage) -> None:
    ident, settings = unique("canal"), stage.house.settings
    expect_breach(settings, ident)
    async with stage.house.bot.database.transaction(writes=False) as db:
        await watch_channels(db, settings)
    assert may_breach_measure(cast(Posted, SimpleNamespace(channel_id=ident, user_id="")))
    assert not may_breach_measure(cast(Posted, SimpleNamespace(channel_id="", user_id=stage.juliette.id)))
