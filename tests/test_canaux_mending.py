"""« /canaux verifier », « Réparer », « /canaux annuler »: seen first, put right as shown, undone as far as can be."""

import asyncio
import sys
from datetime import date
from typing import Any

import pytest

from bot.app import App
from bot.clock import utc_now
from bot.context import Request
from bot.spool import Submission
from storage import canaux
from storage.canaux import list_allowances, runs
from storage.canaux.runs import Change, ChangeState, Drift
from storage.people import Role
from tests.modes import MODES
from tests.people import Person, Post
from tests.support.house import wait_for
from tests.support.membership import ChannelWorkplace, channel_workplace, register_team, room, sync_team

__all__ = ["channel_workplace", "room"]


def plain(post: Post) -> str:
    return post.text.replace("\u00a0", " ")


async def types(channel_workplace: ChannelWorkplace, app: App, who: Person, line: str) -> Any:
    """Somebody types a command, of the longest name that there is."""
    words = line.split(" ")
    name = " ".join(words[:2])
    return await channel_workplace.runs_command(app, name, " ".join(words[2:]), person=who)


async def checked(channel_workplace: ChannelWorkplace, app: App, who: Person, line: str = "canaux verifier") -> Post:
    """The card that a check ends with."""
    await types(channel_workplace, app, who, line)
    return await who.told("pas comme prévu")


async def repaired(who: Person, card: Post, label: str = "Réparer") -> Post:
    """The card once all was made."""
    await who.clicks(card, label)
    return await who.rewritten(card, "réparés")


async def is_clean(channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether all is as planned; what is not is printed."""
    code, found = await channel_workplace.checks(capsys)
    if code:
        print(found, file=sys.stderr)
    return code == 0


async def changes_of(app: App) -> list[Change]:
    """Those of the newest run."""
    async with app.database.transaction(writes=False) as db:
        (run,) = await runs.list_newest(db, 1)
        return list(await runs.list_changes(db, run.id))


@pytest.mark.parametrize("room", MODES, indirect=True)
@pytest.mark.parametrize("channel_workplace", ["sqlite", "postgresql"], indirect=True)
async def test_nothing_is_there_then_all_is_then_it_is_put_away(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    *_, agathe = await register_team(channel_workplace)
    async with channel_workplace.bot() as app:
        card = await checked(channel_workplace, app, agathe)
        assert "5 canaux à créer" in plain(card)
        assert "2 administrateurs à nommer" in plain(card)
        assert card.buttons == ["Réparer", "Tout voir"]
        assert (await channel_workplace.checks(capsys))[0] == 3, "nothing is changed by a check"

        card = await repaired(agathe, card)
        assert "5 canaux créés" in plain(card)
        assert card.buttons == ["Annuler", "Tout voir"]
        assert await is_clean(channel_workplace, capsys)
        assert await channel_workplace.names_in("rhone") == {"lea", "omar"}

        await types(channel_workplace, app, agathe, "canaux verifier")
        assert "Tout est comme prévu." in (await agathe.told("Vérification")).text

        await agathe.clicks(card, "Annuler")
        card = await agathe.rewritten(card, "réparation annulée")
        assert card.buttons == ["Tout voir"]
        assert {change.state for change in await changes_of(app)} == {ChangeState.UNDONE}
    assert (await channel_workplace.channel("rhone"))["delete_at"] > 0, "archived, not deleted"
    assert (await channel_workplace.channel("town-square"))["display_name"] != "Général"


async def test_only_the_channels_that_are_not_there_are_made(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    _, omar, agathe = await sync_team(channel_workplace, capsys)
    await channel_workplace.changes("rhone", header="?")
    with (channel_workplace.folder / "canaux.tsv").open("a") as table:
        table.write("\ndepartement:2A\tdepartement\t{code} - {nom}\t{canal}\toui\tdepartement\ts\te\n")
    await channel_workplace.registers_as(channel_workplace.juliette, Role.CONSEILLER, "38", "2A")
    async with channel_workplace.bot() as app:
        assert "réservée aux animateurs" in str(await types(channel_workplace, app, omar, "canaux creer departements"))
        await channel_workplace.runs_command(app, "canaux creer departements", person=agathe)
        card = await agathe.told("pas comme prévu")
        assert "Corse-du-Sud** : n’existe pas" in plain(card)
        card = await repaired(agathe, card)
        assert await channel_workplace.names_in("corsedusud") == {"juliette"}
        assert (await channel_workplace.channel("rhone"))["header"] == "?", "that is for another day"
        await channel_workplace.runs_command(app, "canaux creer departements", person=agathe)
        assert "Tous les canaux des départements existent déjà." in (await agathe.told("Vérification")).text


@pytest.mark.parametrize("room", MODES, indirect=True)
async def test_each_kind_of_drift_is_put_right_and_undone(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, omar, agathe = await sync_team(channel_workplace, capsys)
    nina, admin = await channel_workplace.room.site.person("nina"), channel_workplace.room.site.admin
    await channel_workplace.changes("rhone", display_name="Nos Rhônalpins", header="?", purpose="?")
    await admin.put(f"/channels/{(await channel_workplace.channel('aide-metier'))['id']}/privacy", {"privacy": "P"})
    await admin.delete(f"/channels/{(await channel_workplace.channel('veille'))['id']}")
    await channel_workplace.leaves(lea, "rhone")
    await channel_workplace.joins(channel_workplace.juliette, "rhone")
    await channel_workplace.joins(nina, "rhone")
    await _leads(channel_workplace, omar, "isere", leads=False)
    before = await channel_workplace.checks(capsys)
    async with channel_workplace.bot() as app:
        card = await checked(channel_workplace, app, agathe)
        for words in ("1 titre à corriger", "1 canal à convertir", "1 canal à restaurer", "1 personne à retirer",
                      "1 inconnu du registre", "1 administrateur à nommer"):  # fmt: skip
            assert words in plain(card)
        card = await repaired(agathe, card, "Retirer aussi les inconnus")
        assert await is_clean(channel_workplace, capsys)
        assert await channel_workplace.names_in("rhone") == {"lea", "omar"}
        assert (await channel_workplace.channel("veille"))["delete_at"] == 0

        await agathe.clicks(card, "Annuler")
        await agathe.rewritten(card, "réparation annulée")
        assert await channel_workplace.names_in("rhone") == {"omar", "juliette", "nina"}
        rhone = await channel_workplace.channel("rhone")
        assert (rhone["display_name"], rhone["header"], rhone["purpose"]) == ("Nos Rhônalpins", "?", "?")
        assert (await channel_workplace.channel("aide-metier"))["type"] == "P"
        assert (await channel_workplace.channel("veille"))["delete_at"] > 0
        async with app.database.transaction(writes=False) as db:
            named = {(each.user_id, each.is_in) for each in await list_allowances(db)}
        assert named == {(lea.id, False), (channel_workplace.juliette.id, True), (nina.id, True)}, (
            "else it would be done again"
        )
    _, found = await channel_workplace.checks(capsys)
    assert found["missing"] == found["intruders"] == []
    assert len(found["wrong"]) == len(before[1]["wrong"])


async def _leads(channel_workplace: ChannelWorkplace, person: Person, name: str, *, leads: bool) -> None:
    place = f"/channels/{(await channel_workplace.channel(name))['id']}/members/{person.id}/roles"
    await channel_workplace.room.site.admin.put(
        place, {"roles": "channel_user channel_admin" if leads else "channel_user"}
    )


async def test_what_was_shown_is_made_and_nothing_else(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, _, agathe = await sync_team(channel_workplace, capsys)
    nina = await channel_workplace.room.site.person("nina")
    await channel_workplace.leaves(lea, "rhone")
    await channel_workplace.joins(channel_workplace.juliette, "rhone")
    await channel_workplace.joins(nina, "rhone")
    async with channel_workplace.bot() as app:
        card = await checked(channel_workplace, app, agathe)
        assert "travaille dans le 69" in plain(card)
        assert "n’est pas dans le registre" in plain(card)
        await channel_workplace.changes("isere", header="!")
        await channel_workplace.registers_as(lea, Role.CONSEILLER, "38")
        card = await repaired(agathe, card)
        assert await channel_workplace.names_in("rhone") == {"omar", "nina"}, "strangers stay unless that is asked for"
        assert (await channel_workplace.channel("isere"))["header"] == "!", "that was not shown"
        assert "n’est plus nécessaire" in plain(card), "by now she works elsewhere"
        assert "laissé tel quel" in plain(card)


async def test_a_coordinateur_looks_after_their_own(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, omar, _ = await sync_team(channel_workplace, capsys)
    await channel_workplace.leaves(lea, "rhone")
    async with channel_workplace.bot() as app:
        refusal = await types(channel_workplace, app, omar, "canaux verifier")
        assert "son département" in str(refusal)
        assert "Rien n’est à réparer" in str(await types(channel_workplace, app, omar, "canaux reparer 69"))
        card = await checked(channel_workplace, app, omar, "canaux verifier rhône")
        assert "Sur le canal « 69 - Rhône »" in plain(card)
        await types(channel_workplace, app, omar, "canaux reparer 69")
        await omar.rewritten(card, "réparés")
        assert await channel_workplace.names_in("rhone") == {"lea", "omar"}
        assert "réservée aux animateurs" in str(await types(channel_workplace, app, omar, "canaux annuler"))


async def test_what_mattermost_refuses_is_said_with_why(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    *_, agathe = await sync_team(channel_workplace, capsys)
    await channel_workplace.room.site.admin.delete(f"/channels/{(await channel_workplace.channel('veille'))['id']}")
    await channel_workplace.leads(leads=False)
    async with channel_workplace.bot() as app:
        card = await repaired(agathe, await checked(channel_workplace, app, agathe))
        assert "le bot n’en a pas le droit" in plain(card)
        assert "Annuler" not in card.buttons
        last = await types(channel_workplace, app, agathe, "canaux annuler")
        assert "par l’exploitant" in str(last), "what was refused is nothing to undo"


async def test_a_namesake_the_bot_cannot_see(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, _, agathe = await sync_team(channel_workplace, capsys)
    with (channel_workplace.folder / "canaux.tsv").open("a") as table:
        table.write("\ncache\tsalle\tCaché\tcache\toui\tanimateur\ts\te\n")
    hidden = {"team_id": channel_workplace.room.site.team_id, "name": "cache", "display_name": "À moi", "type": "P"}
    await lea.api.post("/channels", hidden)
    await channel_workplace.leads(leads=False)
    async with channel_workplace.bot() as app:
        card = await repaired(agathe, await checked(channel_workplace, app, agathe))
        assert "un canal que le bot ne voit pas a déjà cette adresse" in plain(card)
        states = {change.drift: (change.state, change.why) for change in await changes_of(app)}
        assert states[Drift.MISSING] == (ChangeState.REFUSED, "le canal n’a pas été créé")


async def test_two_at_once_are_one(channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]) -> None:
    lea, _, agathe = await sync_team(channel_workplace, capsys)
    await channel_workplace.leaves(lea, "rhone")
    async with channel_workplace.bot() as app:
        card = await checked(channel_workplace, app, agathe)
        told = await asyncio.gather(*(types(channel_workplace, app, agathe, "canaux reparer") for _ in range(3)))
        assert sum("C’est lancé" in str(each) for each in told) == 1
        await agathe.rewritten(card, "réparés")
        assert [change.state for change in await changes_of(app)] == [ChangeState.DONE]
        assert await is_clean(channel_workplace, capsys)


@pytest.mark.parametrize("channel_workplace", ["sqlite", "postgresql"], indirect=True)
async def test_who_left_and_who_is_deactivated(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    lea, omar, agathe = await sync_team(channel_workplace, capsys)
    await channel_workplace.registers_as(omar, Role.COORDINATEUR, "69", "38", left_on=date(2020, 1, 1))
    await channel_workplace.room.site.admin.delete(f"/users/{lea.id}")
    async with channel_workplace.bot() as app:
        card = await checked(channel_workplace, app, agathe, "canaux verifier 69")
        assert "a quitté le réseau" in plain(card)
        assert "a un compte désactivé" in plain(card)
        await repaired(agathe, card)
        assert await channel_workplace.names_in("rhone") == set()
        told = await types(channel_workplace, app, agathe, "canaux annuler")
        assert "deviennent des exceptions" in str(told)


async def test_the_journal_says_who_did_what(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    *_, agathe = await register_team(channel_workplace)
    async with channel_workplace.bot() as app:
        assert "Rien n’a encore été changé" in str(await types(channel_workplace, app, agathe, "canaux journal"))
        await channel_workplace.syncs(capsys)
        assert "l’exploitant" in str(await types(channel_workplace, app, agathe, "canaux journal"))
        await channel_workplace.changes("rhone", header="?")
        await repaired(agathe, await checked(channel_workplace, app, agathe))
        told = str(await types(channel_workplace, app, agathe, "canaux journal")).replace("\u00a0", " ")
        assert f"par @{agathe.username}" in told
        assert "1 en-tête corrigé" in told


async def test_what_is_no_channel_is_said(channel_workplace: ChannelWorkplace) -> None:
    *_, agathe = await register_team(channel_workplace)
    async with channel_workplace.bot() as app:
        for text, words in (("zzz", "n’est ni un département ni un canal"), ("75", "n’a pas de canal")):
            assert words in str(await types(channel_workplace, app, agathe, f"canaux verifier {text}"))


async def test_a_private_channel_of_others_at_a_planned_address_is_theirs(channel_workplace: ChannelWorkplace) -> None:
    """Where the bot administers the team, the server shows it that channel, and would let it post there."""
    lea, _, agathe = await register_team(channel_workplace)
    body = {"team_id": channel_workplace.room.site.team_id, "name": "animation", "display_name": "À moi", "type": "P"}
    theirs = (await lea.api.post("/channels", body))["id"]
    async with channel_workplace.bot() as app:
        async with app.database.transaction() as db:
            await canaux.remember_channel(db, "animation", theirs, utc_now())  # as versions before this one did
        await app.runs.run(("job", "canaux.look_for_namesakes"), "story")
        await agathe.told("n’a pas de canal")

        async def forgotten() -> bool:
            return "animation" not in await channel_workplace.known()

        await wait_for(forgotten)
        card = await checked(channel_workplace, app, agathe)
        said = [post.text for post in await agathe.direct()]
        assert any("un canal privé dont le bot n’est pas membre porte déjà l’adresse" in text for text in said)
        assert "animation" not in await channel_workplace.known()
        await repaired(agathe, card)

        await app.dispatcher.run(
            Request("submit", "canaux.RenameChannel", agathe.id),
            Submission(
                "canaux.RenameChannel",
                "k" * 26,
                agathe.id,
                {"canal": "animation", "nom": "Salle des animateurs"},
                {"there": {"animation": "Animation"}},
            ),
        )
        await agathe.told("est créé")
        made = await channel_workplace.channel("salle-des-animateurs")
        assert (made["type"], (await channel_workplace.known())["animation"]) == ("P", made["id"])
    posts = (await lea.api.get(f"/channels/{theirs}/posts"))["posts"].values()
    assert not [post for post in posts if post["user_id"] == channel_workplace.room.bot_id]
