"""A public planned channel archived, renamed or made private by hand: told once, and nobody in it is written down."""

import pytest
from sqlmodel import select

from bot.app import App
from storage.watchlist import WatchedMember
from tests.modes import MODES
from tests.people import Person
from tests.support.house import wait_until
from tests.support.membership import ChannelWorkplace, land, room, sync_team
from tests.test_canaux_mending import checked, is_clean, repaired
from tests.test_canaux_turning import said

__all__ = ["land", "room"]


PUBLIC = ("town-square", "aide-metier", "veille")
ARCHIVED, RENAMED, PRIVATE = "vient d’être archivé", "s’appelle maintenant « Infos »", "vient d’être rendu privé"


async def turns(land: ChannelWorkplace) -> None:
    """An admin renames the thematic channel, makes it private, and puts it away."""
    admin, veille = land.room.site.admin, (await land.channel("veille"))["id"]
    await land.changes("veille", display_name="Infos")
    await admin.put(f"/channels/{veille}/privacy", {"privacy": "P"})
    await admin.delete(f"/channels/{veille}")


async def tells_once(land: ChannelWorkplace, agathe: Person, app: App) -> None:
    """Each of it stands once in the animateurs’ channel, with what to do."""
    for words in (RENAMED, PRIVATE, ARCHIVED):
        told = await said(land, agathe, words)
        assert told.buttons == ["Vérifier ce canal"]
        assert "Le canal « Veille »" in told.text.replace("\u00a0", " ")
        assert "vérifiez-le puis réparez" in told.text
    await app.events.look()
    await wait_until(lambda: app.events.is_idle)
    place = (await land.channel("animation"))["id"]
    texts = [p.text for p in await agathe.reads(place) if p.user_id == land.room.bot_id and "Veille" in p.text]
    assert len(texts) == 3, texts


async def nobody_is_written_down(land: ChannelWorkplace, app: App) -> None:
    public = {(await land.channel(name))["id"] for name in PUBLIC}
    async with app.database.transaction(writes=False) as db:
        places = [member.place for member in (await db.exec(select(WatchedMember))).all()]
    assert places, "of the private ones it is written down"
    assert not public & set(places)


@pytest.mark.parametrize("room", MODES, indirect=True)
async def test_it_is_told_within_seconds(land: ChannelWorkplace, capsys: pytest.CaptureFixture[str]) -> None:
    _, _, agathe = await sync_team(land, capsys)
    async with land.bot() as app:
        await turns(land)
        await tells_once(land, agathe, app)
        await nobody_is_written_down(land, app)
        await repaired(agathe, await checked(land, app, agathe, "canaux verifier veille"))
        assert await is_clean(land, capsys)


@pytest.mark.parametrize("land", ["sqlite", "postgresql"], indirect=True)
async def test_it_is_told_when_the_bot_was_away(land: ChannelWorkplace, capsys: pytest.CaptureFixture[str]) -> None:
    _, _, agathe = await sync_team(land, capsys)
    async with land.bot():
        pass
    await turns(land)
    for _ in range(2):
        async with land.bot() as app:
            await tells_once(land, agathe, app)
            await nobody_is_written_down(land, app)


@pytest.mark.parametrize("land", ["postgresql"], indirect=True)
async def test_two_bots_tell_it_once(land: ChannelWorkplace, capsys: pytest.CaptureFixture[str]) -> None:
    _, _, agathe = await sync_team(land, capsys)
    async with land.bot() as app, land.bot() as other:
        await turns(land)
        await tells_once(land, agathe, app)
        await tells_once(land, agathe, other)
        await nobody_is_written_down(land, app)


async def test_who_comes_and_goes_there_is_nobody_s_business(
    land: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    """No intruder is told of, and nobody is brought back into a channel that they left."""
    lea, _, agathe = await sync_team(land, capsys)
    nina = await land.room.site.person("nina")
    async with land.bot() as app:
        await land.joins(nina, "aide-metier")
        await land.leaves(lea, "aide-metier")
        await land.changes("veille", display_name="Infos")
        await said(land, agathe, RENAMED)
        await app.events.look()
        await wait_until(lambda: app.events.is_idle)
        await land.changes("aide-metier", display_name="Métier")
        await said(land, agathe, "« Métier »")
        assert "lea" not in await land.names_in("aide-metier")
        assert not [row for row in await land.rows(app) if nina.username in str(row.content)]
