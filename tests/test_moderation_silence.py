"""Stories: somebody may not write for a time: out of their channels, back at the hour, over a restart and replicas."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.french import say_moment
from storage.journal import AuditAct
from storage.moderation import cases
from tests.people import unique
from tests.support.house import plain
from tests.support.moderation import MeasureStage, known, measure_stage

__all__ = ["known", "measure_stage"]


async def silenced(stage: MeasureStage, line: str = "3j publicité répétée") -> None:
    """Lea may not write; she knows."""
    stage.lea.acts()
    await stage.moderates(f"silence @{stage.lea.username} {line}")
    await stage.lea.told("Votre écriture est suspendue")
    await stage.house.settled()
    if "~" not in line:
        await stage.is_out(stage.lea, stage.club)


async def test_taken_out_everywhere_and_brought_back_at_the_hour(stage: MeasureStage) -> None:
    await stage.house.settled()
    before = await announced(stage)
    stage.lea.acts()
    said = await stage.moderates(f"silence @{stage.lea.username} 3j publicité répétée")
    assert "édition payante" in said
    told = plain(await stage.lea.told("Votre écriture est suspendue"))
    assert "publicité répétée" in told
    assert "personne ne peut être retiré" in told
    assert not await stage.is_in(stage.lea, stage.place)
    assert not await stage.is_in(stage.lea, stage.club)
    await stage.house.settled()
    assert not await stage.is_in(stage.lea, stage.club), "the checks of channels leave her out"
    assert "acte n°" in (await stage.kept_out(stage.lea))[0].reason
    exceptions = plain(await stage.agathe.asks("/canaux exceptions")).splitlines()
    assert sum(stage.lea.username in line for line in exceptions) <= 1, "one line, however many channels"
    assert "déjà suspendue" in await stage.moderates(f"silence @{stage.lea.username} 1j encore")
    await stage.clock_strikes()
    assert not await stage.is_in(stage.lea, stage.place), "not yet"

    await stage.house.restart()
    stage.house.clock.goes_to(stage.house.clock() + timedelta(days=3, minutes=1))
    stage.lea.acts()
    async with stage.house.replica() as second:
        await asyncio.gather(stage.clock_strikes(), stage.clock_strikes(second))
        await stage.lea.told("est terminée")
        await stage.is_back(stage.lea, stage.place)
        await stage.is_back(stage.lea, stage.club)
        await stage.house.settled()
    assert await announced(stage) == before, "neither her leaving nor her return"
    assert len(await stage.entries(AuditAct.EXPIRE, stage.lea)) == 1
    assert not await stage.kept_out(stage.lea)
    measure = await stage.last(stage.lea)
    assert (measure.ended_by, measure.counts) == ("", True)
    assert await stage.is_in(stage.lea, stage.club)


async def announced(stage: MeasureStage) -> list[str]:
    """What Mattermost itself says in her channels of who was taken out or brought in, and names her."""
    said = [post for place in (stage.place, stage.club) for post in await stage.juliette.reads(place)]
    kinds = {"system_remove_from_channel": "removedUserId", "system_add_to_channel": "addedUserId"}
    found = [post for post in said if post.type in kinds and post.props.get(kinds[post.type]) == stage.lea.id]
    return [post.text for post in found if post.user_id == stage.house.site.bot_id]


async def test_who_comes_or_writes_again_is_softly_taken_out(stage: MeasureStage) -> None:
    await silenced(stage)
    until = (await stage.last(stage.lea)).until
    assert until
    entry = await stage.moderates(f"journal n° {(await stage.last(stage.lea)).entry}")
    end = say_moment(until.astimezone(ZoneInfo("Europe/Paris"))).replace("\u00a0", " ")
    assert f"| Fin | — | {end} |" in entry
    stage.lea.acts()
    await stage.joins(stage.lea, stage.club)
    await stage.lea.told("pas une nouvelle sanction")
    await stage.is_out(stage.lea, stage.club)

    words = unique("Me revoilà")
    stage.lea.acts()
    await stage.joins(stage.lea, stage.place)
    post = await stage.lea.says(words, stage.place)
    assert words in plain(await stage.lea.told("vous n’y êtes plus"))
    await stage.is_out(stage.lea, stage.place)
    await stage.stands(post, there=False)

    words = unique("Et ici")
    post = await stage.lea.says(words, stage.square)
    assert words in plain(await stage.lea.told("n’est pas resté"))
    await stage.stands(post, there=False)
    assert await stage.is_in(stage.lea, stage.square)
    theirs = await stage.juliette.says(unique("Bonjour"), stage.place)
    await stage.house.settled()
    await stage.stands(theirs, there=True)


async def test_in_one_channel_only_and_undone_at_once(stage: MeasureStage) -> None:
    await silenced(stage, "12h ~ressourcerie hors sujet")
    assert not await stage.is_in(stage.lea, stage.place)
    assert await stage.is_in(stage.lea, stage.club)
    measure = await stage.last(stage.lea)
    assert (measure.channels, measure.reason) == ([stage.place], "hors sujet")
    assert cases.read_record(measure).done == [stage.place]
    stage.lea.acts()
    assert "est annulé" in await stage.moderates(f"annuler {measure.entry}", stage.omar)
    assert "de nouveau écrire" in plain(await stage.lea.told("Décision annulée"))
    await stage.is_back(stage.lea, stage.place)
    assert "déjà annulé" in await stage.moderates(f"annuler {measure.entry}")
    (entry,) = await stage.entries(AuditAct.UNDO, stage.lea)
    assert entry.before == {"act": AuditAct.SILENCE, "entry": measure.entry}
    assert not (await stage.last(stage.lea)).counts


@pytest.mark.newest_only
async def test_who_left_the_team_meanwhile_is_not_brought_back_and_the_room_knows(stage: MeasureStage) -> None:
    await silenced(stage, "12h ~ressourcerie hors sujet")
    measure = await stage.last(stage.lea)
    await stage.house.site.admin.delete(f"/teams/{stage.house.site.team_id}/members/{stage.lea.id}")
    await stage.moderates(f"annuler {measure.entry}")
    said = plain(await stage.said(stage.room, f"Après l’acte n° {measure.entry}"))
    assert "n’a pas pu être ramenée" in said


@pytest.mark.newest_only
async def test_longer_than_a_week_takes_two(stage: MeasureStage) -> None:
    said = await stage.moderates(f"silence @{stage.lea.username} 8j insultes")
    assert "second animateur" in said
    assert not await stage.measures(stage.lea)
