"""Stories: each act is taken back: a warning, a message, an exclusion, several messages, a pin."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.context import Context
from commands.moderation.feature import propose_measure
from config.charte import Graded
from config.charte import MeasureKind as Kind
from storage.journal import AuditAct
from storage.moderation import CaseState
from storage.people import Person as Registered
from storage.people import Role
from tests.people import unique
from tests.support.house import plain
from tests.support.moderation import MeasureStage, bench, known

__all__ = ["bench", "known"]


async def undone(bench: MeasureStage, entry: int) -> str:
    """Omar takes an act back; what Lea reads."""
    bench.lea.acts()
    assert "est annulé" in await bench.moderates(f"annuler {entry}", bench.omar)
    return plain(await bench.lea.told("Décision annulée"))


async def test_a_warning_and_a_hidden_message_are_taken_back(bench: MeasureStage) -> None:
    await bench.moderates(f"avertir @{bench.lea.username} ton vif")
    first = (await bench.last(bench.lea)).entry
    assert "ne compte pas" in await undone(bench, first)

    words = unique("Un avis **tranché** @all")
    post = await bench.lea.says(words, bench.place)
    bench.lea.acts()
    await bench.moderates(f"masquer {bench.link(post)} ton vif")
    await bench.lea.told("a été retiré")
    measure = await bench.last(bench.lea)
    assert "republié" in await undone(bench, measure.entry)
    again = await bench.said(bench.place, "Message rétabli")
    assert f"écrit par @{bench.lea.username}" in plain(again)
    assert words.replace("@all", "") in plain(again).replace("@all", "")
    assert "@all" not in again.text
    case = (await bench.cases(bench.lea))[-1]
    assert case.state is CaseState.CLOSED
    undos = await bench.entries(AuditAct.UNDO, bench.lea)
    assert [entry.before["entry"] for entry in undos] == [first, measure.entry]
    assert all(entry.actor == bench.omar.username for entry in undos)


@pytest.mark.newest_only
async def test_an_answer_whose_thread_is_gone_is_said_beside(bench: MeasureStage) -> None:
    root = await bench.juliette.says(unique("Le fil"), bench.place)
    words = unique("La réponse")
    answer = {"channel_id": bench.place, "message": words, "root_id": root.id}
    made = await bench.lea.api.post("/posts", answer)
    bench.lea.acts()
    await bench.moderates(f"masquer {bench.house.site.url}/x/pl/{made['id']} ton vif")
    await bench.lea.told("a été retiré")
    await bench.juliette.api.delete(f"/posts/{root.id}")
    await undone(bench, (await bench.last(bench.lea)).entry)
    assert (await bench.said(bench.place, words)).root_id == ""


async def test_an_exclusion_is_carried_out_by_a_second_and_undone(bench: MeasureStage) -> None:
    line = f"exclure @{bench.lea.username} 69 insultes"
    assert "second animateur" in await bench.moderates(line)
    assert "proposé vous-même" in await bench.moderates(line)
    bench.lea.acts()
    assert "ne fait plus partie" in await bench.moderates(line, bench.omar)
    (case,) = await bench.cases(bench.lea)
    assert (case.state, case.decided_by) == (CaseState.DECIDED, bench.omar.id)
    told = plain(await bench.lea.told("Vous ne faites plus partie"))
    assert "69 - Rhône" in told
    await bench.is_out(bench.lea, bench.club)
    await bench.house.settled()
    assert not await bench.is_in(bench.lea, bench.club), "the checks of channels leave her out"
    measure = await bench.last(bench.lea)
    bench.lea.acts()
    await bench.joins(bench.lea, bench.club)
    await bench.lea.told("pas une nouvelle sanction")
    await bench.is_out(bench.lea, bench.club)
    await undone(bench, measure.entry)
    await bench.is_back(bench.lea, bench.club)
    assert not await bench.kept_out(bench.lea)


async def test_several_messages_are_shown_removed_and_said_again(bench: MeasureStage) -> None:
    words = [unique(f"Pub{n}") for n in range(3)]
    posts = [await bench.lea.says(word, bench.place) for word in words]
    answer = {"channel_id": bench.place, "message": "Non merci", "root_id": posts[0].id}
    await bench.juliette.api.post("/posts", answer)
    asked = await bench.agathe.asks(f"/moderer nettoyer @{bench.lea.username} 3 publicité répétée", bench.place)
    shown = plain(asked)
    assert words[1] in shown
    assert words[2] in shown
    assert "1 message où d’autres ont répondu reste" in shown
    await bench.stands(posts[2], there=True)
    await posts_gone_meanwhile(bench, posts[1].id)
    bench.lea.acts()
    await bench.agathe.clicks(asked, "Retirer 2 messages")
    told = plain(await bench.lea.told("ont été retirés"))
    assert words[2] in told
    assert words[1] not in told, "she had taken it away herself"
    await bench.stands(posts[2], there=False)
    await bench.stands(posts[0], there=True)
    case = (await bench.cases(bench.lea))[-1]
    assert words[2] in case.message
    measure = await bench.last(bench.lea)
    assert (measure.act, measure.case_id) == (AuditAct.CLEAN, case.id)
    await undone(bench, measure.entry)
    await bench.said(bench.place, words[2])


async def posts_gone_meanwhile(bench: MeasureStage, post_id: str) -> None:
    """Lea takes one of hers away between the preview and the click."""
    await bench.lea.api.delete(f"/posts/{post_id}")


@pytest.mark.both_databases
async def test_a_pin_is_put_and_taken_off(bench: MeasureStage) -> None:
    post = await bench.lea.says(unique("À garder"), bench.place)
    assert "est épinglé" in await bench.moderates(f"epingler {bench.link(post)}")
    await bench.house.settled()
    assert (await bench.agathe.sees(post)).is_pinned
    assert "déjà épinglé" in await bench.moderates(f"epingler {bench.link(post)}")
    assert "n’est plus épinglé" in await bench.moderates(f"desepingler {bench.link(post)}", bench.omar)
    await bench.house.settled()
    assert not (await bench.agathe.sees(post)).is_pinned
    (pinned,) = [m for m in await bench.measures() if m.act == AuditAct.PIN and m.ended_by == bench.omar.id]
    assert "déjà annulé" in await bench.moderates(f"annuler {pinned.entry}")
    (undo,) = [e for e in await bench.entries(AuditAct.UNDO) if e.before["entry"] == pinned.entry]
    assert "pas un acte qui s’annule" in await bench.moderates(f"annuler {undo.id}")


@pytest.mark.both_databases
async def test_what_is_proposed_grows_with_what_stands(bench: MeasureStage) -> None:
    """A warning that was taken back, or a year old, counts no more."""

    async def proposed(motive: str) -> Graded:
        nobody: Any = None
        async with bench.house.bot.database.transaction(writes=False) as db:
            ctx = Context(nobody, nobody, bench.house.clock(), db, nobody, bench.house.settings, nobody, nobody, nobody)
            return await propose_measure(ctx, bench.lea.id, motive)

    assert await proposed("propos") == Graded(Kind.WARN)
    await bench.moderates(f"avertir @{bench.lea.username} ton vif")
    first = (await bench.last(bench.lea)).entry
    assert await proposed("propos") == Graded(Kind.SILENCE, timedelta(days=7))
    await bench.moderates(f"avertir @{bench.lea.username} encore")
    assert await proposed("propos") == Graded(Kind.EXCLUDE)
    assert await proposed("inconnu") == Graded(Kind.SILENCE, timedelta(days=3))
    await bench.moderates(f"annuler {first}", bench.omar)
    assert await proposed("propos") == Graded(Kind.SILENCE, timedelta(days=7))
    bench.house.clock.goes_to(bench.house.clock() + timedelta(days=366))
    assert await proposed("propos") == Graded(Kind.WARN)


@pytest.mark.newest_only
async def test_nobody_takes_back_what_concerns_them(bench: MeasureStage) -> None:
    await bench.moderates(f"avertir @{bench.omar.username} ton vif")
    entry = (await bench.last(bench.omar)).entry
    assert "vous concerne" in await bench.moderates(f"annuler {entry}", bench.omar)
    await bench.house.registers(bench.lea, Role.ANIMATEUR)
    assert "est annulé" in await bench.moderates(f"annuler {entry}", bench.lea)


@pytest.mark.newest_only
async def test_who_is_no_animateur_any_more_takes_nothing_back(bench: MeasureStage) -> None:
    """An undo asks for the role of now, and whoever decides does so everywhere: no territory is needed."""
    await bench.moderates(f"avertir @{bench.lea.username} ton vif")
    measure = await bench.last(bench.lea)
    await bench.moderates("journal", bench.omar)
    for role in (Role.COORDINATEUR, Role.HOTLINE, Role.CONSEILLER):
        async with bench.house.bot.database.transaction() as db:
            await db.exec(update(Registered).where(col(Registered.id) == bench.omar.id).values(role=role))
        assert "Votre rôle" in await bench.moderates(f"annuler {measure.entry}", bench.omar)
        assert (await bench.last(bench.lea)).ended_at is None
    await bench.house.registers(bench.omar, Role.ANIMATEUR)
    assert "est annulé" in await bench.moderates(f"annuler {measure.entry}", bench.omar)


@pytest.mark.both_databases
async def test_who_was_not_in_a_channel_is_not_brought_in_by_undoing(bench: MeasureStage) -> None:
    await bench.house.site.admin.delete(f"/channels/{bench.place}/members/{bench.lea.id}")
    line = f"exclure @{bench.lea.username} {bench.title} publicité"
    await bench.moderates(line)
    bench.lea.acts()
    await bench.moderates(line, bench.omar)
    await bench.lea.told("Vous ne faites plus partie")
    assert await bench.kept_out(bench.lea)
    await undone(bench, (await bench.last(bench.lea)).entry)
    await bench.house.settled()
    assert not await bench.kept_out(bench.lea)
    assert not await bench.is_in(bench.lea, bench.place)
