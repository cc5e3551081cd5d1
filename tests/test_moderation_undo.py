"""Stories: each act is taken back: a warning, a message, an exclusion, several messages, a pin."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.context import Context
from commands.moderation.policy import propose_measure
from config.charte import Graded
from config.charte import MeasureKind as Kind
from storage.journal import AuditAct
from storage.moderation import CaseState
from storage.people import Person as Registered
from storage.people import Role
from tests.people import unique
from tests.support.house import plain
from tests.support.moderation import MeasureStage, known, measure_stage

__all__ = ["known", "measure_stage"]


async def undone(stage: MeasureStage, entry: int) -> str:
    """Omar takes an act back; what Lea reads."""
    stage.lea.acts()
    assert "est annulé" in await stage.moderates(f"annuler {entry}", stage.omar)
    return plain(await stage.lea.told("Décision annulée"))


async def test_a_warning_and_a_hidden_message_are_taken_back(stage: MeasureStage) -> None:
    await stage.moderates(f"avertir @{stage.lea.username} ton vif")
    first = (await stage.last(stage.lea)).entry
    assert "ne compte pas" in await undone(stage, first)
    told = plain(await stage.said(stage.room, f"annule l’acte n° {first}"))
    assert f"@{stage.lea.username}" in told, "who read of the measure in the room reads of its end"

    words = unique("Un avis **tranché** @all")
    post = await stage.lea.says(words, stage.place)
    stage.lea.acts()
    await stage.moderates(f"masquer {stage.link(post)} ton vif")
    notice = await stage.lea.told("a été retiré")
    measure = await stage.last(stage.lea)
    assert "republié" in await undone(stage, measure.entry)
    await stage.lea.clicks(notice, "Contester")
    assert "déjà annulé" in plain(await stage.lea.whispered("annulé")), "nothing is left to contest"
    again = await stage.said(stage.place, "Message rétabli")
    assert f"écrit par @{stage.lea.username}" in plain(again)
    assert words.replace("@all", "") in plain(again).replace("@all", "")
    assert "@all" not in again.text
    case = (await stage.cases(stage.lea))[-1]
    assert case.state is CaseState.CLOSED
    undos = await stage.entries(AuditAct.UNDO, stage.lea)
    assert [entry.before["entry"] for entry in undos] == [first, measure.entry]
    assert all(entry.actor == stage.omar.username for entry in undos)


@pytest.mark.newest_only
async def test_an_answer_whose_thread_is_gone_is_said_beside(stage: MeasureStage) -> None:
    root = await stage.juliette.says(unique("Le fil"), stage.place)
    words = unique("La réponse")
    answer = {"channel_id": stage.place, "message": words, "root_id": root.id}
    made = await stage.lea.api.post("/posts", answer)
    stage.lea.acts()
    await stage.moderates(f"masquer {stage.house.site.url}/x/pl/{made['id']} ton vif")
    await stage.lea.told("a été retiré")
    await stage.juliette.api.delete(f"/posts/{root.id}")
    await undone(stage, (await stage.last(stage.lea)).entry)
    assert (await stage.said(stage.place, words)).root_id == ""


async def test_an_exclusion_is_carried_out_by_a_second_and_undone(stage: MeasureStage) -> None:
    line = f"exclure @{stage.lea.username} 69 insultes"
    assert "second animateur" in await stage.moderates(line)
    assert "proposé vous-même" in await stage.moderates(line)
    stage.lea.acts()
    assert "ne fait plus partie" in await stage.moderates(line, stage.omar)
    (case,) = await stage.cases(stage.lea)
    assert (case.state, case.decided_by) == (CaseState.DECIDED, stage.omar.id)
    told = plain(await stage.lea.told("Vous ne faites plus partie"))
    assert "69 - Rhône" in told
    await stage.is_out(stage.lea, stage.club)
    await stage.house.settled()
    assert not await stage.is_in(stage.lea, stage.club), "the checks of channels leave her out"
    measure = await stage.last(stage.lea)
    stage.lea.acts()
    await stage.joins(stage.lea, stage.club)
    await stage.lea.told("pas une nouvelle sanction")
    await stage.is_out(stage.lea, stage.club)
    await undone(stage, measure.entry)
    await stage.is_back(stage.lea, stage.club)
    assert not await stage.kept_out(stage.lea)


async def test_several_messages_are_shown_removed_and_said_again(stage: MeasureStage) -> None:
    words = [unique(f"Pub{n}") for n in range(3)]
    posts = [await stage.lea.says(word, stage.place) for word in words]
    answer = {"channel_id": stage.place, "message": "Non merci", "root_id": posts[0].id}
    await stage.juliette.api.post("/posts", answer)
    asked = await stage.agathe.asks(f"/moderer nettoyer @{stage.lea.username} 3 publicité répétée", stage.place)
    shown = plain(asked)
    assert words[1] in shown
    assert words[2] in shown
    assert "1 message où d’autres ont répondu reste" in shown
    assert "`/moderer masquer-fil` retire un fil entier" in shown
    await stage.stands(posts[2], there=True)
    await posts_gone_meanwhile(stage, posts[1].id)
    stage.lea.acts()
    await stage.agathe.clicks(asked, "Retirer 2 messages")
    told = plain(await stage.lea.told("ont été retirés"))
    assert words[2] in told
    assert words[1] not in told, "she had taken it away herself"
    await stage.stands(posts[2], there=False)
    await stage.stands(posts[0], there=True)
    case = (await stage.cases(stage.lea))[-1]
    assert words[2] in case.message
    measure = await stage.last(stage.lea)
    assert (measure.act, measure.case_id) == (AuditAct.CLEAN, case.id)
    await undone(stage, measure.entry)
    await stage.said(stage.place, words[2])


async def posts_gone_meanwhile(stage: MeasureStage, post_id: str) -> None:
    """Lea takes one of hers away between the preview and the click."""
    await stage.lea.api.delete(f"/posts/{post_id}")


@pytest.mark.both_databases
async def test_a_pin_is_put_and_taken_off(stage: MeasureStage) -> None:
    post = await stage.lea.says(unique("À garder"), stage.place)
    assert "est épinglé" in await stage.moderates(f"epingler {stage.link(post)}")
    await stage.house.settled()
    assert (await stage.agathe.sees(post)).is_pinned
    assert "déjà épinglé" in await stage.moderates(f"epingler {stage.link(post)}")
    assert "n’est plus épinglé" in await stage.moderates(f"desepingler {stage.link(post)}", stage.omar)
    await stage.house.settled()
    assert not (await stage.agathe.sees(post)).is_pinned
    (pinned,) = [m for m in await stage.measures() if m.act == AuditAct.PIN and m.ended_by == stage.omar.id]
    assert "déjà annulé" in await stage.moderates(f"annuler {pinned.entry}")
    (undo,) = [e for e in await stage.entries(AuditAct.UNDO) if e.before["entry"] == pinned.entry]
    assert "pas un acte qui s’annule" in await stage.moderates(f"annuler {undo.id}")


@pytest.mark.both_databases
async def test_what_is_proposed_grows_with_what_stands(stage: MeasureStage) -> None:
    """A warning that was taken back, or a year old, counts no more."""

    async def proposed(motive: str) -> Graded:
        nobody: Any = None
        async with stage.house.bot.database.transaction(writes=False) as db:
            ctx = Context(nobody, nobody, stage.house.clock(), db, nobody, stage.house.settings, nobody, nobody, nobody)
            return await propose_measure(ctx, stage.lea.id, motive)

    assert await proposed("propos") == Graded(Kind.WARN)
    await stage.moderates(f"avertir @{stage.lea.username} ton vif")
    first = (await stage.last(stage.lea)).entry
    assert await proposed("propos") == Graded(Kind.SILENCE, timedelta(days=7))
    await stage.moderates(f"avertir @{stage.lea.username} encore")
    assert await proposed("propos") == Graded(Kind.EXCLUDE)
    assert await proposed("inconnu") == Graded(Kind.SILENCE, timedelta(days=3))
    await stage.moderates(f"annuler {first}", stage.omar)
    assert await proposed("propos") == Graded(Kind.SILENCE, timedelta(days=7))
    stage.house.clock.goes_to(stage.house.clock() + timedelta(days=366))
    assert await proposed("propos") == Graded(Kind.WARN)


@pytest.mark.newest_only
async def test_nobody_takes_back_what_concerns_them(stage: MeasureStage) -> None:
    await stage.moderates(f"avertir @{stage.omar.username} ton vif")
    entry = (await stage.last(stage.omar)).entry
    assert "vous concerne" in await stage.moderates(f"annuler {entry}", stage.omar)
    await stage.house.registers(stage.lea, Role.ANIMATEUR)
    assert "est annulé" in await stage.moderates(f"annuler {entry}", stage.lea)


@pytest.mark.newest_only
async def test_who_is_no_animateur_any_more_takes_nothing_back(stage: MeasureStage) -> None:
    """An undo asks for the role of now, and whoever decides does so everywhere: no territory is needed."""
    await stage.moderates(f"avertir @{stage.lea.username} ton vif")
    measure = await stage.last(stage.lea)
    await stage.moderates("journal", stage.omar)
    for role in (Role.COORDINATEUR, Role.HOTLINE, Role.CONSEILLER):
        async with stage.house.bot.database.transaction() as db:
            await db.exec(update(Registered).where(col(Registered.id) == stage.omar.id).values(role=role))
        assert "Votre rôle" in await stage.moderates(f"annuler {measure.entry}", stage.omar)
        assert (await stage.last(stage.lea)).ended_at is None
    await stage.house.registers(stage.omar, Role.ANIMATEUR)
    assert "est annulé" in await stage.moderates(f"annuler {measure.entry}", stage.omar)


@pytest.mark.both_databases
async def test_who_was_not_in_a_channel_is_not_brought_in_by_undoing(stage: MeasureStage) -> None:
    await stage.house.site.admin.delete(f"/channels/{stage.place}/members/{stage.lea.id}")
    line = f"exclure @{stage.lea.username} {stage.title} publicité"
    await stage.moderates(line)
    stage.lea.acts()
    await stage.moderates(line, stage.omar)
    await stage.lea.told("Vous ne faites plus partie")
    assert await stage.kept_out(stage.lea)
    await undone(stage, (await stage.last(stage.lea)).entry)
    await stage.house.settled()
    assert not await stage.kept_out(stage.lea)
    assert not await stage.is_in(stage.lea, stage.place)
