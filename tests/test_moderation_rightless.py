"""Stories: a bot that may not remove messages or people: the act does not stand, and it is said what to do by hand."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from storage.journal import AuditAct
from storage.moderation import CaseState
from storage.moderation.cases import REFUSED
from tests.people import unique
from tests.support.house import plain
from tests.support.mattermost import override_team_role
from tests.support.moderation import MeasureStage, known, measure_stage

__all__ = ["known", "measure_stage"]


@pytest.fixture
async def powerless(stage: MeasureStage) -> AsyncIterator[MeasureStage]:
    """The bot is a plain member meanwhile."""
    async with override_team_role(stage.house.site, leads=False):
        yield stage


async def test_a_message_that_cannot_be_removed(powerless: MeasureStage) -> None:
    stage = powerless
    post = await stage.lea.says(unique("Reste là"), stage.place)
    stage.agathe.acts()
    stage.lea.acts()
    await stage.agathe.asks(f"/moderer masquer {stage.link(post)} insultes")
    told = plain(await stage.agathe.told("n’a pas pu être fait"))
    assert "le bot n’en a pas le droit" in told
    assert "supprimez le message vous-même" in told
    assert "coop-bot setup --rights" in told
    measure = await stage.last(stage.lea)
    await stage.said(stage.room, f"L’acte n° {measure.entry} (message masqué) n’a pas pu")
    assert (measure.ended_by, measure.counts) == (REFUSED, False)
    await stage.stands(post, there=True)
    await stage.house.settled()
    assert not any("a été retiré" in plain(p) for p in await stage.lea.direct()), "nothing is told that is not so"
    (entry,) = await stage.entries(AuditAct.FAIL, stage.lea)
    assert entry.after == {"entry": measure.entry}
    assert "n’a pas eu lieu" in await stage.moderates(f"annuler {measure.entry}")


@pytest.mark.both_databases
async def test_a_lock_that_cannot_be_kept_and_a_thread_that_cannot_leave(powerless: MeasureStage) -> None:
    stage = powerless
    await stage.moderates("verrouiller ~ressourcerie 2h")
    stage.lea.acts()
    post = await stage.lea.says(unique("J’écris quand même"), stage.place)
    await stage.said(stage.place, "n’est pas verrouillé, finalement")
    await stage.stands(post, there=True)
    lock = [m for m in await stage.measures() if m.act == AuditAct.LOCK][-1]
    assert lock.ended_by == REFUSED

    asked = await stage.agathe.asks(f"/moderer deplacer {stage.link(post)} 69")
    stage.agathe.acts()
    await stage.agathe.clicks(asked, "Déplacer 1 message")
    await stage.agathe.told("(fil déplacé) n’a pas pu")
    await stage.house.settled()
    await stage.stands(post, there=True)
    left = await stage.reads(stage.club)
    assert not any("J’écris quand même" in text for text in left), "the copy is taken back"
    assert not any("a été déplacé" in text for text in await stage.reads(stage.place) if "J’écris" in text)


@asynccontextmanager
async def without(stage: MeasureStage, right: str) -> AsyncIterator[None]:
    """Members of channels have that right no more, meanwhile."""
    admin = stage.house.site.admin
    role = await admin.get("/roles/name/channel_user")
    place, before = f"/roles/{role['id']}/patch", list(role["permissions"])
    await admin.put(place, {"permissions": [name for name in before if name != right]})
    try:
        yield
    finally:
        await admin.put(place, {"permissions": before})


@pytest.mark.both_databases
async def test_somebody_who_cannot_be_taken_out(powerless: MeasureStage) -> None:
    stage = powerless
    await stage.moderates(f"exclure @{stage.lea.username} 69 insultes")
    async with without(stage, "manage_private_channel_members"):
        await stage.moderates(f"exclure @{stage.lea.username} ~rhone insultes", stage.omar)
        told = plain(await stage.omar.told("(exclusion d’un canal) n’a pas pu"))
        assert "retirez la personne du canal" in told
        assert (await stage.last(stage.lea)).ended_by == REFUSED
        assert not await stage.kept_out(stage.lea)
        assert await stage.is_in(stage.lea, stage.club)
        (case,) = await stage.cases(stage.lea)
        assert (case.state, case.entry) == (CaseState.CLOSED, None)
        assert not any("plus partie" in plain(p) for p in await stage.lea.direct())


@pytest.mark.both_databases
async def test_what_is_done_in_part_is_said(powerless: MeasureStage) -> None:
    stage = powerless
    async with without(stage, "manage_public_channel_members"):
        stage.lea.acts()
        await stage.moderates(f"silence @{stage.lea.username} 3j publicité")
        await stage.lea.told("Votre écriture est suspendue")
        measure = await stage.last(stage.lea)
        partly = f"L’acte n° {measure.entry} (écriture suspendue) n’est fait qu’en partie"
        await stage.said(stage.room, f"{partly} : pas dans « Ressourcerie »")
        await stage.is_out(stage.lea, stage.club)
        assert await stage.is_in(stage.lea, stage.place)
        assert [each.key for each in await stage.kept_out(stage.lea)] == ["departement:69"]
    post = await stage.lea.says(unique("Malgré tout"), stage.square)
    await stage.said(stage.room, f"Malgré l’acte n° {measure.entry}")
    await stage.stands(post, there=True)
