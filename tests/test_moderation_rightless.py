"""Stories: a bot that may not remove messages or people: the act does not stand, and it is said what to do by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from storage.journal import AuditAct
from storage.moderation import CaseState
from storage.moderation.measures import REFUSED
from tests.people import unique
from tests.support.house import plain
from tests.support.mattermost import override_team_role
from tests.support.moderation import MeasureStage, bench, known

__all__ = ["bench", "known"]


@pytest.fixture
async def powerless(bench: MeasureStage) -> AsyncIterator[MeasureStage]:
    """The bot is a plain member meanwhile."""
    async with override_team_role(bench.house.site, leads=False):
        yield bench


async def test_a_message_that_cannot_be_removed(powerless: MeasureStage) -> None:
    bench = powerless
    post = await bench.lea.says(unique("Reste là"), bench.place)
    bench.agathe.acts()
    bench.lea.acts()
    await bench.agathe.asks(f"/moderer masquer {bench.link(post)} insultes")
    told = plain(await bench.agathe.told("n’a pas pu être fait"))
    assert "le bot n’en a pas le droit" in told
    assert "supprimez le message vous-même" in told
    assert "coop-bot setup --rights" in told
    measure = await bench.last(bench.lea)
    await bench.said(bench.room, f"L’acte n° {measure.entry} (message masqué) n’a pas pu")
    assert (measure.ended_by, measure.counts) == (REFUSED, False)
    await bench.stands(post, there=True)
    await bench.house.settled()
    assert not any("a été retiré" in plain(p) for p in await bench.lea.direct()), "nothing is told that is not so"
    (entry,) = await bench.entries(AuditAct.FAIL, bench.lea)
    assert entry.after == {"entry": measure.entry}
    assert "n’a pas eu lieu" in await bench.moderates(f"annuler {measure.entry}")


@pytest.mark.both_databases
async def test_a_lock_that_cannot_be_kept_and_a_thread_that_cannot_leave(powerless: MeasureStage) -> None:
    bench = powerless
    await bench.moderates("verrouiller ~ressourcerie 2h")
    bench.lea.acts()
    post = await bench.lea.says(unique("J’écris quand même"), bench.place)
    await bench.said(bench.place, "n’est pas verrouillé, finalement")
    await bench.stands(post, there=True)
    lock = [m for m in await bench.measures() if m.act == AuditAct.LOCK][-1]
    assert lock.ended_by == REFUSED

    asked = await bench.agathe.asks(f"/moderer deplacer {bench.link(post)} 69")
    bench.agathe.acts()
    await bench.agathe.clicks(asked, "Déplacer 1 message")
    await bench.agathe.told("(fil déplacé) n’a pas pu")
    await bench.house.settled()
    await bench.stands(post, there=True)
    left = await bench.reads(bench.club)
    assert not any("J’écris quand même" in text for text in left), "the copy is taken back"
    assert not any("a été déplacé" in text for text in await bench.reads(bench.place) if "J’écris" in text)


@asynccontextmanager
async def without(bench: MeasureStage, right: str) -> AsyncIterator[None]:
    """Members of channels have that right no more, meanwhile."""
    admin = bench.house.site.admin
    role = await admin.get("/roles/name/channel_user")
    place, before = f"/roles/{role['id']}/patch", list(role["permissions"])
    await admin.put(place, {"permissions": [name for name in before if name != right]})
    try:
        yield
    finally:
        await admin.put(place, {"permissions": before})


@pytest.mark.both_databases
async def test_somebody_who_cannot_be_taken_out(powerless: MeasureStage) -> None:
    bench = powerless
    await bench.moderates(f"exclure @{bench.lea.username} 69 insultes")
    async with without(bench, "manage_private_channel_members"):
        await bench.moderates(f"exclure @{bench.lea.username} ~rhone insultes", bench.omar)
        told = plain(await bench.omar.told("(exclusion d’un canal) n’a pas pu"))
        assert "retirez la personne du canal" in told
        assert (await bench.last(bench.lea)).ended_by == REFUSED
        assert not await bench.kept_out(bench.lea)
        assert await bench.is_in(bench.lea, bench.club)
        (case,) = await bench.cases(bench.lea)
        assert (case.state, case.entry) == (CaseState.CLOSED, None)
        assert not any("plus partie" in plain(p) for p in await bench.lea.direct())


@pytest.mark.both_databases
async def test_what_is_done_in_part_is_said(powerless: MeasureStage) -> None:
    bench = powerless
    async with without(bench, "manage_public_channel_members"):
        bench.lea.acts()
        await bench.moderates(f"silence @{bench.lea.username} 3j publicité")
        await bench.lea.told("Votre écriture est suspendue")
        measure = await bench.last(bench.lea)
        partly = f"L’acte n° {measure.entry} (écriture suspendue) n’est fait qu’en partie"
        await bench.said(bench.room, f"{partly} : pas dans « Ressourcerie »")
        await bench.is_out(bench.lea, bench.club)
        assert await bench.is_in(bench.lea, bench.place)
        assert [each.key for each in await bench.kept_out(bench.lea)] == ["departement:69"]
    post = await bench.lea.says(unique("Malgré tout"), bench.square)
    await bench.said(bench.room, f"Malgré l’acte n° {measure.entry}")
    await bench.stands(post, there=True)
