"""Stories: what is undone before Mattermost did it is taken back, or put right: nobody stays out for good."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.actions import AddMembers, RemoveMember
from bot.outbox.actions import put_in_order
from bot.replies import Reply, Say
from cli.delivery import Pen
from commands.moderation.measures import ActPurpose
from sandbox.faults import Faults
from storage import outbox
from storage.journal import AuditAct
from storage.moderation import Measure, cases
from tests.people import Post, unique
from tests.support.house import wait_for, wait_until
from tests.support.moderation import MeasureStage, known, measure_stage
from tests.test_moderation_move import a_thread

__all__ = ["known", "measure_stage"]

pytestmark = pytest.mark.postgres_too


async def to_many(stage: MeasureStage, *replies: Reply) -> None:
    """Somebody else’s long work sends that."""
    bot, clock = stage.house.bot, stage.house.clock
    async with bot.database.transaction() as db:
        rows = await Pen(bot.settings, clock, "moderation").rows(db, replies, "essai")
        for row, reply in zip(rows, replies, strict=True):
            row.topic = getattr(reply, "topic", None)
            row.tells = "moderation" if row.topic else None
        await put_in_order(db, rows, clock())
        await outbox.add(db, rows)
    bot.outbox.deliver_now(rows)


@asynccontextmanager
async def announcement(stage: MeasureStage, faults: Faults) -> AsyncIterator[None]:
    """Much is on its way to many, and Mattermost takes its time."""
    places = [await stage.house.site.channel(unique("annonce"), kind="O") for _ in range(4)]
    faults.slow = "/posts"
    try:
        await to_many(stage, *(Say(unique("À tous"), channel_id=place) for place in places))
        await wait_until(lambda: faults.held > 1)
        yield
    finally:
        faults.slow = ""


async def in_hand(stage: MeasureStage) -> bool:
    measure = await stage.last(stage.lea)
    record = cases.read_record(measure)
    return bool(record.waits or record.done)


@pytest.mark.both_databases
async def test_a_suspension_undone_while_an_announcement_is_under_way_leaves_everybody_in(
    stage: MeasureStage, faults: Faults
) -> None:
    async with announcement(stage, faults):
        await stage.agathe.types(f"/moderer silence @{stage.lea.username} 3j ton vif")
        await wait_for(lambda: in_hand(stage))
        entry = (await stage.last(stage.lea)).entry
        await stage.omar.types(f"/moderer annuler {entry}")
        await wait_for(lambda: is_over(stage))
    await stage.house.settled()
    assert await stage.is_in(stage.lea, stage.place)
    assert await stage.is_in(stage.lea, stage.club)
    assert not await stage.kept_out(stage.lea)


async def is_over(stage: MeasureStage) -> bool:
    return (await stage.last(stage.lea)).ended_at is not None


@pytest.mark.both_databases
async def test_a_removal_that_arrives_after_its_measure_ended_is_undone(stage: MeasureStage) -> None:
    """A replica of the version before, or one that was cut off, sends it late."""
    await stage.moderates(f"silence @{stage.lea.username} 12h ~ressourcerie hors sujet")
    await stage.is_out(stage.lea, stage.place)
    entry = (await stage.last(stage.lea)).entry
    await stage.moderates(f"annuler {entry}", stage.omar)
    await stage.is_back(stage.lea, stage.place)
    await stage.house.settled()
    await to_many(stage, RemoveMember(stage.place, stage.lea.id, topic=ActPurpose.ACT.about(entry, stage.place)))
    await stage.is_out(stage.lea, stage.place)
    await stage.is_back(stage.lea, stage.place)


@pytest.mark.newest_only
async def test_what_would_bring_somebody_back_does_not_undo_a_measure(stage: MeasureStage, faults: Faults) -> None:
    async with announcement(stage, faults):
        await to_many(stage, AddMembers(stage.place, [stage.lea.id]))
        await stage.agathe.types(f"/moderer silence @{stage.lea.username} 3j ton vif")
        await wait_for(lambda: in_hand(stage))
    await stage.is_out(stage.lea, stage.place)
    await stage.house.settled()
    assert not await stage.is_in(stage.lea, stage.place)


@pytest.mark.both_databases
async def test_a_message_whose_hiding_had_not_begun_stays_as_it_is(stage: MeasureStage, faults: Faults) -> None:
    post = await stage.lea.says(unique("Un avis"), stage.place)
    first = await stage.lea.says(unique("À garder"), stage.place)
    faults.slow = f"/posts/{first.id}/pin"
    await stage.moderates(f"epingler {stage.link(first)}")  # what is done in that channel goes before
    await wait_until(lambda: faults.held > 0)
    await stage.moderates(f"masquer {stage.link(post)} ton vif")
    await wait_for(lambda: is_going(stage))
    await stage.moderates(f"annuler {(await stage.last(stage.lea)).entry}", stage.omar)
    faults.slow = ""
    await stage.house.settled()
    await stage.stands(post, there=True)
    again = [text for text in await stage.reads(stage.place) if "Message rétabli" in text and post.text in text]
    assert not again, "nor said again"


async def is_going(stage: MeasureStage) -> bool:
    return not cases.read_record(await stage.last(stage.lea)).looking


@pytest.mark.both_databases
async def test_who_is_silenced_while_coming_back_stays_out_and_is_closed_out_by_name(
    stage: MeasureStage, faults: Faults
) -> None:
    """Else the check of a private channel brings them back as often as the measure takes them out."""
    line = f"silence @{stage.lea.username} 3j ton vif"
    await stage.moderates(line)
    await stage.is_out(stage.lea, stage.club)
    await stage.is_out(stage.lea, stage.place)
    await stage.house.settled()
    faults.slow = f"/channels/{stage.place}/members"
    await stage.moderates(f"annuler {(await stage.last(stage.lea)).entry}", stage.omar)
    await wait_until(lambda: faults.held > 0)
    await stage.moderates(line, stage.omar)
    await wait_for(lambda: is_told(stage))
    faults.slow = ""
    await stage.house.settled()
    for place in (stage.place, stage.club):
        await stage.is_out(stage.lea, place)
    keys = {allowance.key for allowance in await stage.kept_out(stage.lea) if not allowance.is_in}
    assert {"ressourcerie", "departement:69"} <= keys
    await stage.moderates(f"annuler {(await stage.last(stage.lea)).entry}")
    await stage.is_back(stage.lea, stage.place)
    await stage.is_back(stage.lea, stage.club)


async def is_told(stage: MeasureStage) -> bool:
    return cases.read_record(await stage.last(stage.lea)).told


LOCKED, OPEN = "Canal verrouillé", "Ce canal est rouvert"


@pytest.mark.both_databases
async def test_a_lock_over_before_it_is_said_leaves_the_channel_open(stage: MeasureStage, faults: Faults) -> None:
    """It is said with what answers people, its end by a job with what goes to many: the end is what stands."""
    faults.slow = "/posts"
    await stage.moderates("verrouiller ~ressourcerie 30min")
    await wait_until(lambda: faults.held > 0)
    stage.house.clock.goes_to(stage.house.clock() + timedelta(minutes=31))
    await stage.clock_strikes()
    faults.slow = ""
    await stage.house.settled()
    told = [text for text in await stage.reads(stage.place) if LOCKED in text or OPEN in text]
    assert OPEN in told[-1], told
    stays = await stage.lea.says(unique("Enfin"), stage.place)
    await stage.house.settled()
    await stage.stands(stays, there=True)


@pytest.mark.both_databases
async def test_a_lock_undone_and_decided_again_at_once_is_said_in_order(stage: MeasureStage, faults: Faults) -> None:
    async with announcement(stage, faults):
        await stage.moderates("verrouiller ~ressourcerie 2h")
        await stage.moderates("deverrouiller ~ressourcerie", stage.omar)
        await stage.moderates("verrouiller ~ressourcerie 3h")
    await stage.house.settled()
    told = [text for text in await stage.reads(stage.place) if LOCKED in text or OPEN in text]
    assert LOCKED in told[-1], told
    gone = await stage.lea.says(unique("Trop tard"), stage.place)
    await stage.stands(gone, there=False)
    await stage.moderates("deverrouiller ~ressourcerie")
    await stage.house.settled()


async def preview_move(stage: MeasureStage, root: Post) -> Post:
    return await stage.agathe.asks(f"/moderer deplacer {stage.link(root)} 69 c’est local")


async def start_move(stage: MeasureStage, asked: Post) -> Measure:
    await stage.agathe.clicks(asked, "Déplacer 3 messages")
    return await wait_for(lambda: last_move(stage))


async def is_noted(stage: MeasureStage) -> bool:
    """Whether the bot knows that the original of the last moved thread is gone."""
    measure = await last_move(stage)
    return measure is not None and bool(cases.read_record(measure).done)


async def last_move(stage: MeasureStage) -> Measure | None:
    found = [each for each in await stage.measures(stage.lea) if each.act == AuditAct.MOVE]
    return found[-1] if found else None


@pytest.mark.both_databases
async def test_a_thread_called_back_while_its_copies_are_on_their_way_stays_where_it_was(
    stage: MeasureStage, faults: Faults
) -> None:
    root, words = await a_thread(stage)
    asked = await preview_move(stage, root)
    async with announcement(stage, faults):
        others = faults.held
        measure = await start_move(stage, asked)
        await wait_until(lambda: faults.held > others)  # the first copy is on its way
        await stage.moderates(f"annuler {measure.entry}", stage.omar)
    await stage.house.settled()
    await stage.stands(root, there=True)
    here, there = await stage.reads(stage.place), await stage.reads(stage.club)
    for word in words:
        assert [word in text for text in here].count(True) == 1, here
        assert not any(word in text for text in there), there
    assert not any("a été déplacé vers" in text and stage.lea.username in text for text in here), "others moved some"


@pytest.mark.both_databases
async def test_a_thread_called_back_before_its_pointer_stands_comes_back_whole(
    stage: MeasureStage, faults: Faults
) -> None:
    """The first message takes the place of what points to the thread: that must stand before."""
    root, words = await a_thread(stage)
    asked = await preview_move(stage, root)
    faults.poison = "Le fil de"  # Mattermost is in trouble with what points to the thread
    measure = await start_move(stage, asked)
    await wait_for(lambda: is_told(stage))
    assert "est annulé" in await stage.moderates(f"annuler {measure.entry}", stage.omar)
    await asyncio.sleep(2.0)  # it is about to come back
    faults.poison = ""
    await stage.house.settled()
    await stage.stands(root, there=False)
    here, there = await stage.reads(stage.place), await stage.reads(stage.club)
    for word in words:
        assert [word in text for text in here].count(True) == 1, here
        assert not any(word in text for text in there), there
    assert not any("a été déplacé vers" in text and stage.lea.username in text for text in here), here


@pytest.mark.both_databases
async def test_a_thread_called_back_as_the_original_goes_is_somewhere_once(stage: MeasureStage, faults: Faults) -> None:
    """That it ends at this moment is said; a minute later it comes back."""
    root, words = await a_thread(stage)
    asked = await preview_move(stage, root)
    faults.slow = f"/posts/{root.id}"  # taking it away; the thread is read at another address
    measure = await start_move(stage, asked)
    await wait_until(lambda: faults.held > 0)
    assert "se termine à l’instant" in await stage.moderates(f"annuler {measure.entry}", stage.omar)
    faults.slow = ""
    await stage.stands(root, there=False)
    await wait_for(lambda: is_noted(stage))  # the bot hears of an act’s end after it
    assert "est annulé" in await stage.moderates(f"annuler {measure.entry}", stage.omar)
    await stage.house.settled()
    here, there = await stage.reads(stage.place), await stage.reads(stage.club)
    for word in words:
        assert [word in text for text in here].count(True) == 1, here
        assert not any(word in text for text in there), there
