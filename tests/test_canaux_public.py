"""A public planned channel archived, renamed or made private by hand: told once, and nobody in it is written down."""

import pytest
from sqlmodel import select

from bot.app import App
from storage.watchlist import WatchedMember
from tests.modes import MODES
from tests.people import Person
from tests.support.house import wait_until
from tests.support.membership import ChannelWorkplace, channel_workplace, room, sync_team
from tests.test_canaux_mending import checked, is_clean, repaired
from tests.test_canaux_turning import said

__all__ = ["channel_workplace", "room"]


PUBLIC = ("town-square", "aide-metier", "veille")
ARCHIVED, RENAMED, PRIVATE = "vient d’être archivé", "s’appelle maintenant « Infos »", "vient d’être rendu privé"


async def turns(channel_workplace: ChannelWorkplace) -> None:
    """An admin renames the thematic channel, makes it private, and puts it away."""
    admin, veille = channel_workplace.room.site.admin, (await channel_workplace.channel("veille"))["id"]
    await channel_workplace.changes("veille", display_name="Infos")
    await admin.put(f"/channels/{veille}/privacy", {"privacy": "P"})
    await admin.delete(f"/channels/{veille}")


async def tells_once(channel_workplace: ChannelWorkplace, agathe: Person, app: App) -> None:
    """Each of it stands once in the animateurs’ channel, with what to do."""
    for words in (RENAMED, PRIVATE, ARCHIVED):
        told = await said(channel_workplace, agathe, words)
        assert told.buttons == ["Vérifier ce canal"]
        assert "Le canal « Veille »" in told.text.replace("\u00a0", " ")
        assert "cliquez sur « Vérifier ce canal »" in told.text
    await app.events.look()
    await wait_until(lambda: app.events.is_idle)
    place = (await channel_workplace.channel("animation"))["id"]
    texts = [
        p.text for p in await agathe.reads(place) if p.user_id == channel_workplace.room.bot_id and "Veille" in p.text
    ]
    assert len(texts) == 3, texts


async def nobody_is_written_down(channel_workplace: ChannelWorkplace, app: App) -> None:
    public = {(await channel_workplace.channel(name))["id"] for name in PUBLIC}
    async with app.database.transaction(writes=False) as db:
        places = [member.place for member in (await db.exec(select(WatchedMember))).all()]
    assert places, "of the private ones it is written down"
    assert not public & set(places)


@pytest.mark.parametrize("room", MODES, indirect=True)
async def test_it_is_told_within_seconds(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, agathe = await sync_team(channel_workplace, capsys)
    async with channel_workplace.bot() as app:
        await turns(channel_workplace)
        await tells_once(channel_workplace, agathe, app)
        await nobody_is_written_down(channel_workplace, app)
        await repaired(agathe, await checked(channel_workplace, app, agathe, "canaux verifier veille"))
        assert await is_clean(channel_workplace, capsys)


@pytest.mark.parametrize("channel_workplace", ["sqlite", "postgresql"], indirect=True)
async def test_it_is_told_when_the_bot_was_away(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    _, _, agathe = await sync_team(channel_workplace, capsys)
    async with channel_workplace.bot():
        pass
    await turns(channel_workplace)
    for _ in range(2):
        async with channel_workplace.bot() as app:
            await tells_once(channel_workplace, agathe, app)
            await nobody_is_written_down(channel_workplace, app)


@pytest.mark.parametrize("channel_workplace", ["postgresql"], indirect=True)
async def test_two_bots_tell_it_once(channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]) -> None:
    _, _, agathe = await sync_team(channel_workplace, capsys)
    async with channel_workplace.bot() as app, channel_workplace.bot() as other:
        await turns(channel_workplace)
        await tells_once(channel_workplace, agathe, app)
        await tells_once(channel_workplace, agathe, other)
        await nobody_is_written_down(channel_workplace, app)


async def test_who_comes_and_goes_there_is_nobody_s_business(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    """No intruder is told of, and nobody is brought back into a channel that they left."""
    lea, _, agathe = await sync_team(channel_workplace, capsys)
    nina = await channel_workplace.room.site.person("nina")
    async with channel_workplace.bot() as app:
        await channel_workplace.joins(nina, "aide-metier")
        await channel_workplace.leaves(lea, "aide-metier")
        await channel_workplace.changes("veille", display_name="Infos")
        await said(channel_workplace, agathe, RENAMED)
        await app.events.look()
        await wait_until(lambda: app.events.is_idle)
        await channel_workplace.changes("aide-metier", display_name="Métier")
        await said(channel_workplace, agathe, "« Métier »")
        assert "lea" not in await channel_workplace.names_in("aide-metier")
        assert not [row for row in await channel_workplace.rows(app) if nina.username in str(row.content)]
