"""A channel archived, renamed or converted by hand is told of within seconds; so is an intruder, to be decided."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.app import App
from bot.context import Context
from bot.errors import Refusal
from bot.events import Undelivered
from bot.work import steps
from cli.demo.stage import free_port
from commands.canaux.drift import BACK, FORWARD
from commands.canaux.runs import SUPERSEDED_REASON, note_refused
from storage import journal
from storage.canaux import list_allowances, runs
from storage.canaux.runs import Change, ChangeState, Drift, Run, RunKind, Stage
from storage.database import store
from storage.journal import AuditAct
from tests.modes import MODES
from tests.people import Person, Post, unique
from tests.support.house import House, wait_for
from tests.support.membership import ChannelWorkplace, channel_workplace, register_team, room, sync_team
from tests.test_canaux_mending import checked, is_clean, repaired, types

__all__ = ["channel_workplace", "room"]


async def said(channel_workplace: ChannelWorkplace, who: Person, containing: str) -> Post:
    """What the bot says in the animateurs’ channel, once it does."""
    place = (await channel_workplace.channel("animation"))["id"]
    found: list[Post] = []

    async def is_said() -> bool:
        posts = [p for p in await who.reads(place) if p.user_id == channel_workplace.room.bot_id and not p.type]
        found[:] = [p for p in posts if containing in p.text.replace("\u00a0", " ")]
        return bool(found)

    await wait_for(is_said)
    return found[-1]


async def is_noted(channel_workplace: ChannelWorkplace, app: App) -> bool:
    """Whether all that was said is known to stand where it does."""
    return not await channel_workplace.waits(app)


@pytest.mark.parametrize("room", MODES, indirect=True)
async def test_what_somebody_turned_by_hand_is_told(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, agathe = await sync_team(channel_workplace, capsys)
    admin, rhone = channel_workplace.room.site.admin, (await channel_workplace.channel("rhone"))["id"]
    async with channel_workplace.bot() as app:
        await channel_workplace.changes("rhone", display_name="Lyon")
        told = await said(channel_workplace, agathe, "s’appelle maintenant « Lyon »")
        assert told.buttons == ["Vérifier ce canal"]
        await wait_for(lambda: is_noted(channel_workplace, app))
        await channel_workplace.changes("rhone", display_name="69 - Rhône")
        over = await agathe.rewritten(told, "c’est réparé")
        assert (over.buttons, "avait été renommé à la main" in over.text) == ([], True)
        await admin.put(f"/channels/{rhone}/privacy", {"privacy": "O"})
        await said(channel_workplace, agathe, "rendu public : toute l’équipe peut le lire")
        await admin.delete(f"/channels/{(await channel_workplace.channel('isere'))['id']}")
        await said(channel_workplace, agathe, "vient d’être archivé")


async def test_what_is_as_planned_again_is_not_told(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, agathe = await sync_team(channel_workplace, capsys)
    await channel_workplace.changes("rhone", display_name="Lyon")
    async with channel_workplace.bot():
        await channel_workplace.changes("rhone", display_name="69 - Rhône")
        await channel_workplace.changes("isere", display_name="Grenoble")
        told = await said(channel_workplace, agathe, "« Grenoble »")
        assert len([post for post in await agathe.reads(told.channel_id) if "s’appelle maintenant" in post.text]) == 1


@pytest.mark.parametrize("room", MODES, indirect=True)
async def test_an_intruder_is_let_in_or_taken_out_by_a_click(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, agathe = await sync_team(channel_workplace, capsys)
    nina, paul = await channel_workplace.room.site.person("nina"), await channel_workplace.room.site.person("paul")
    async with channel_workplace.bot() as app:
        for somebody in (nina, paul):
            await channel_workplace.joins(somebody, "rhone")
        told = await said(channel_workplace, agathe, f"@{nina.username} est dans")
        assert told.buttons == ["L’admettre", "Retirer du canal"]
        await agathe.clicks(told, "L’admettre")
        assert "est admis par exception" in (await agathe.rewritten(told, "admis")).text
        await agathe.clicks(await said(channel_workplace, agathe, f"@{paul.username} est dans"), "Retirer du canal")

        async def paul_is_out() -> bool:
            return await channel_workplace.names_in("rhone") == {"lea", "omar", "nina"}

        await wait_for(paul_is_out)
        async with app.database.transaction(writes=False) as db:
            assert [each.user_id for each in await list_allowances(db)] == [nina.id]
        assert await is_clean(channel_workplace, capsys)


async def test_an_alert_is_over_once_who_it_tells_of_is_gone(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, agathe = await sync_team(channel_workplace, capsys)
    nina = await channel_workplace.room.site.person("nina")
    async with channel_workplace.bot() as app:
        await channel_workplace.joins(nina, "rhone")
        told = await said(channel_workplace, agathe, f"@{nina.username} est dans")
        await wait_for(lambda: is_noted(channel_workplace, app))
        await channel_workplace.leaves(nina, "rhone")
        assert (await agathe.rewritten(told, "n’est plus dans le canal")).buttons == []


async def test_the_night_s_card_is_over_once_another_check_repaired_it(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, _, agathe = await sync_team(channel_workplace, capsys)
    await channel_workplace.leaves(lea, "rhone")
    async with channel_workplace.bot() as app:
        await app.runs.run(("job", "canaux.watch_over"), "2026-11-24")
        card = await said(channel_workplace, agathe, "Rien n’a été changé")
        await repaired(agathe, await checked(channel_workplace, app, agathe, "canaux verifier 69"))
        assert (await agathe.rewritten(card, "de nouveau comme prévu")).buttons == []


async def test_somebody_is_let_in_by_name_beforehand(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, agathe = await sync_team(channel_workplace, capsys)
    nina = await channel_workplace.room.site.person("nina")
    async with channel_workplace.bot() as app:
        for line, words in (
            ("", "Dites qui, où et pourquoi"),
            ("@personne.de.tel 69 x", "Personne ne s’appelle"),
            (f"@{nina.username} zzz", "n’est ni un département ni un canal"),
        ):
            assert words in str(await types(channel_workplace, app, agathe, f"canaux admettre {line}"))
        said = await types(
            channel_workplace, app, agathe, f"canaux admettre @{nina.username} 69 stagiaire jusqu’en juin"
        )
        assert "est admis par exception" in str(said)

        async def nina_is_in() -> bool:
            return await channel_workplace.names_in("rhone") == {"lea", "omar", "nina"}

        await wait_for(nina_is_in)
        assert "stagiaire jusqu’en juin" in str(await types(channel_workplace, app, agathe, "canaux exceptions"))
        line = f"canaux admettre @{nina.username} 69"
        for again in (line, f"{line} stagiaire jusqu’en juin"):
            assert "est déjà admis" in str(await types(channel_workplace, app, agathe, again))
        async with app.database.transaction(writes=False) as db:
            noted = await journal.list_of_things(db, ["canal:departement:69"])
        assert [entry.act for entry in noted].count(AuditAct.CHANNEL_ADMIT) == 1, "what changes nothing is not noted"
        assert await is_clean(channel_workplace, capsys), "nobody is told of"


@pytest.mark.slow
@pytest.mark.parametrize("channel_workplace", ["sqlite", "postgresql"], indirect=True)
async def test_a_repair_that_is_killed_is_finished_by_the_next_bot(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    """The bot is stopped again and again, a little later each time, until one has come to the end."""
    *_, agathe = await register_team(channel_workplace)
    async with channel_workplace.bot() as app:
        card = await checked(channel_workplace, app, agathe)
        await agathe.clicks(card, "Réparer")
    for pause in (0.02 * n for n in range(40)):
        async with channel_workplace.bot() as app:
            await asyncio.sleep(pause)
            if (await _states(app)) <= {ChangeState.DONE}:
                break
    assert await is_clean(channel_workplace, capsys)
    assert await channel_workplace.names_in("rhone") == {"lea", "omar"}


async def _states(app: Any) -> set[ChangeState]:
    async with app.database.transaction(writes=False) as db:
        (run,) = await runs.list_newest(db, 1)
        return set(await runs.count_by_state(db, run.id))


@pytest.mark.slow
@pytest.mark.parametrize("channel_workplace", ["sqlite", "postgresql"], indirect=True)
async def test_two_bots_repair_as_one(channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]) -> None:
    *_, agathe = await register_team(channel_workplace)
    async with channel_workplace.bot() as app, channel_workplace.bot():
        await repaired(agathe, await checked(channel_workplace, app, agathe))
        assert await _states(app) == {ChangeState.DONE}
    assert await is_clean(channel_workplace, capsys)


async def test_what_was_stopped_stands_in_nobody_s_way(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "TOLD_AFTER", timedelta())
    *_, agathe = await register_team(channel_workplace)
    port = free_port()
    there = {"port": port, "public_url": f"http://127.0.0.1:{port}"}  # where its buttons lead, whichever bot it is
    async with channel_workplace.bot(**there) as app:
        card = await checked(channel_workplace, app, agathe)
    async with channel_workplace.bot(**there, work_calls=2):
        await agathe.clicks(card, "Réparer")
        progress = await agathe.told("Réparation des canaux")
        await agathe.clicks(progress, "Arrêter")
        await agathe.rewritten(progress, "arrêté")
        await agathe.rewritten(card, "laissé")
    async with channel_workplace.bot(**there) as app:
        card = await repaired(agathe, await checked(channel_workplace, app, agathe))
        assert await is_clean(channel_workplace, capsys)
    async with channel_workplace.bot(**there, work_calls=4) as app:
        await agathe.clicks(card, "Annuler")
        progress = await agathe.told("Annulation dans les canaux")
        await agathe.clicks(progress, "Arrêter")
        await agathe.rewritten(progress, "arrêté")
        card = await agathe.rewritten(card, "réparés")
        assert ChangeState.DONE in await _states(app), "what was not undone is as it was"
    async with channel_workplace.bot(**there) as app:
        await agathe.clicks(card, "Annuler")
        await agathe.rewritten(card, "réparation annulée")
        assert await _states(app) == {ChangeState.UNDONE}


@pytest.mark.parametrize("repair", ["oui", "non"])
async def test_the_night_repairs_only_where_settings_say_so(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str], repair: str
) -> None:
    lea, _, agathe = await sync_team(channel_workplace, capsys)
    await channel_workplace.leaves(lea, "rhone")
    async with channel_workplace.bot(repair=repair) as app:
        await app.runs.run(("job", "canaux.watch_over"), "2026-11-24")
        if repair == "oui":
            await said(channel_workplace, agathe, "Canaux : réparés")
            assert await is_clean(channel_workplace, capsys)
        else:
            card = await said(channel_workplace, agathe, "Rien n’a été changé")
            assert not await is_clean(channel_workplace, capsys)
            await agathe.clicks(card, "Réparer")
            await said(channel_workplace, agathe, "Canaux : réparés")
            assert await is_clean(channel_workplace, capsys)
            told = str(await types(channel_workplace, app, agathe, "canaux journal")).replace("\u00a0", " ")
            assert "1 personne ajoutée" in told
            assert f"par @{agathe.username}" in told, "who clicked"


@pytest.mark.parametrize(
    ("sent", "topic", "after"),
    [
        (ChangeState.SENT, FORWARD, ChangeState.DROPPED),
        (ChangeState.BACK, BACK, ChangeState.UNDONE),
    ],
)
async def test_what_was_decided_otherwise_meanwhile_is_noted_and_told_to_nobody(
    house: House, sent: ChangeState, topic: str, after: ChangeState
) -> None:
    run = Run(id=unique("r"), kind=RunKind.HAND, at=house.clock(), stage=Stage.UNDONE)
    change = Change(run_id=run.id, n=1, drift=Drift.MISSING, key="general", address="general", state=sent, batch=1)
    async with house.bot.database.transaction() as db:
        await store(db, run)
        db.add(change)
    refused = Undelivered(topic=f"{topic}:{change.run_id}.1", refusal=Refusal.TAKEN_BACK)
    async with house.bot.database.transaction() as db:
        ctx = cast(Context, SimpleNamespace(db=db, settings=house.settings, now=house.clock()))
        assert await note_refused(ctx, refused) is None
        (noted,) = await runs.list_changes(db, change.run_id)
    assert (noted.state, noted.why) == (after, SUPERSEDED_REASON)
