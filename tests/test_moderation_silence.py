"""Stories: somebody may not write for a time: out of their channels, back at the hour, over a restart and replicas."""

import asyncio
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.french.periods import say_moment
from storage.journal import AuditAct
from storage.moderation import measures
from tests.people import unique
from tests.support.house import plain
from tests.support.moderation import MeasureStage, bench, known

__all__ = ["bench", "known"]


async def silenced(bench: MeasureStage, line: str = "3j publicité répétée") -> None:
    """Lea may not write; she knows."""
    bench.lea.acts()
    await bench.moderates(f"silence @{bench.lea.username} {line}")
    await bench.lea.told("Votre écriture est suspendue")
    await bench.house.settled()
    if "~" not in line:
        await bench.is_out(bench.lea, bench.club)


async def test_taken_out_everywhere_and_brought_back_at_the_hour(bench: MeasureStage) -> None:
    await bench.house.settled()
    before = await announced(bench)
    bench.lea.acts()
    said = await bench.moderates(f"silence @{bench.lea.username} 3j publicité répétée")
    assert "édition payante" in said
    told = plain(await bench.lea.told("Votre écriture est suspendue"))
    assert "publicité répétée" in told
    assert "personne ne peut être retiré" in told
    assert not await bench.is_in(bench.lea, bench.place)
    assert not await bench.is_in(bench.lea, bench.club)
    await bench.house.settled()
    assert not await bench.is_in(bench.lea, bench.club), "the checks of channels leave her out"
    assert "acte n°" in (await bench.kept_out(bench.lea))[0].reason
    assert "déjà suspendue" in await bench.moderates(f"silence @{bench.lea.username} 1j encore")
    await bench.clock_strikes()
    assert not await bench.is_in(bench.lea, bench.place), "not yet"

    await bench.house.restart()
    bench.house.clock.goes_to(bench.house.clock() + timedelta(days=3, minutes=1))
    bench.lea.acts()
    async with bench.house.replica() as second:
        await asyncio.gather(bench.clock_strikes(), bench.clock_strikes(second))
        await bench.lea.told("est terminée")
        await bench.is_back(bench.lea, bench.place)
        await bench.is_back(bench.lea, bench.club)
        await bench.house.settled()
    assert await announced(bench) == before, "neither her leaving nor her return"
    assert len(await bench.entries(AuditAct.EXPIRE, bench.lea)) == 1
    assert not await bench.kept_out(bench.lea)
    measure = await bench.last(bench.lea)
    assert (measure.ended_by, measure.counts) == ("", True)
    assert await bench.is_in(bench.lea, bench.club)


async def announced(bench: MeasureStage) -> list[str]:
    """What Mattermost itself says in her channels of who was taken out or brought in, and names her."""
    said = [post for place in (bench.place, bench.club) for post in await bench.juliette.reads(place)]
    kinds = {"system_remove_from_channel": "removedUserId", "system_add_to_channel": "addedUserId"}
    found = [post for post in said if post.type in kinds and post.props.get(kinds[post.type]) == bench.lea.id]
    return [post.text for post in found if post.user_id == bench.house.site.bot_id]


async def test_who_comes_or_writes_again_is_softly_taken_out(bench: MeasureStage) -> None:
    await silenced(bench)
    until = (await bench.last(bench.lea)).until
    assert until
    entry = await bench.moderates(f"journal n° {(await bench.last(bench.lea)).entry}")
    end = say_moment(until.astimezone(ZoneInfo("Europe/Paris"))).replace("\u00a0", " ")
    assert f"| fin | — | {end} |" in entry
    bench.lea.acts()
    await bench.joins(bench.lea, bench.club)
    await bench.lea.told("pas une nouvelle sanction")
    await bench.is_out(bench.lea, bench.club)

    words = unique("Me revoilà")
    bench.lea.acts()
    await bench.joins(bench.lea, bench.place)
    post = await bench.lea.says(words, bench.place)
    assert words in plain(await bench.lea.told("vous n’y êtes plus"))
    await bench.is_out(bench.lea, bench.place)
    await bench.stands(post, there=False)

    words = unique("Et ici")
    post = await bench.lea.says(words, bench.square)
    assert words in plain(await bench.lea.told("n’est pas resté"))
    await bench.stands(post, there=False)
    assert await bench.is_in(bench.lea, bench.square)
    theirs = await bench.juliette.says(unique("Bonjour"), bench.place)
    await bench.house.settled()
    await bench.stands(theirs, there=True)


async def test_in_one_channel_only_and_undone_at_once(bench: MeasureStage) -> None:
    await silenced(bench, "12h ~ressourcerie hors sujet")
    assert not await bench.is_in(bench.lea, bench.place)
    assert await bench.is_in(bench.lea, bench.club)
    measure = await bench.last(bench.lea)
    assert (measure.channels, measure.reason) == ([bench.place], "hors sujet")
    assert measures.read_record(measure).done == [bench.place]
    bench.lea.acts()
    assert "est annulé" in await bench.moderates(f"annuler {measure.entry}", bench.omar)
    assert "de nouveau écrire" in plain(await bench.lea.told("Décision annulée"))
    await bench.is_back(bench.lea, bench.place)
    assert "déjà annulé" in await bench.moderates(f"annuler {measure.entry}")
    (entry,) = await bench.entries(AuditAct.UNDO, bench.lea)
    assert entry.before == {"act": AuditAct.SILENCE, "entry": measure.entry}
    assert not (await bench.last(bench.lea)).counts


@pytest.mark.newest_only
async def test_who_left_the_team_meanwhile_is_not_brought_back_and_the_room_knows(bench: MeasureStage) -> None:
    await silenced(bench, "12h ~ressourcerie hors sujet")
    measure = await bench.last(bench.lea)
    await bench.house.site.admin.delete(f"/teams/{bench.house.site.team_id}/members/{bench.lea.id}")
    await bench.moderates(f"annuler {measure.entry}")
    said = plain(await bench.said(bench.room, f"Après l’acte n° {measure.entry}"))
    assert "n’a pas pu être ramenée" in said


@pytest.mark.newest_only
async def test_longer_than_a_week_takes_two(bench: MeasureStage) -> None:
    said = await bench.moderates(f"silence @{bench.lea.username} 8j insultes")
    assert "second animateur" in said
    assert not await bench.measures(bench.lea)
