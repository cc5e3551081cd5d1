"""Stories: what is undone before Mattermost did it is taken back, or put right: nobody stays out for good."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from bot.actions import AddMembers, RemoveMember
from bot.outbox.actions import put_in_order
from bot.replies import Reply, Say
from cli.delivery import Pen
from commands.moderation.measures import ActPurpose, make_act_topic
from sandbox.faults import Faults
from storage import outbox
from storage.journal import AuditAct
from storage.moderation import Measure, measures
from tests.people import Post, unique
from tests.support.house import wait_for, wait_until
from tests.support.moderation import MeasureStage, bench, known
from tests.test_moderation_move import a_thread

__all__ = ["bench", "known"]

pytestmark = pytest.mark.postgres_too


async def to_many(bench: MeasureStage, *replies: Reply) -> None:
    """Somebody else’s long work sends that."""
    bot, clock = bench.house.bot, bench.house.clock
    async with bot.database.transaction() as db:
        rows = await Pen(bot.settings, clock, "moderation").rows(db, replies, "essai")
        for row, reply in zip(rows, replies, strict=True):
            row.topic = getattr(reply, "topic", None)
            row.tells = "moderation" if row.topic else None
        await put_in_order(db, rows, clock())
        await outbox.add(db, rows)
    bot.outbox.deliver_now(rows)


@asynccontextmanager
async def announcement(bench: MeasureStage, faults: Faults) -> AsyncIterator[None]:
    """Much is on its way to many, and Mattermost takes its time."""
    places = [await bench.house.site.channel("annonce", kind="O") for _ in range(4)]
    faults.slow = "/posts"
    try:
        await to_many(bench, *(Say(unique("À tous"), channel_id=place) for place in places))
        await wait_until(lambda: faults.held > 1)
        yield
    finally:
        faults.slow = ""


async def in_hand(bench: MeasureStage) -> bool:
    measure = await bench.last(bench.lea)
    record = measures.read_record(measure)
    return bool(record.waits or record.done)


@pytest.mark.both_databases
async def test_a_suspension_undone_while_an_announcement_is_under_way_leaves_everybody_in(
    bench: MeasureStage, faults: Faults
) -> None:
    async with announcement(bench, faults):
        await bench.agathe.types(f"/moderer silence @{bench.lea.username} 3j ton vif")
        await wait_for(lambda: in_hand(bench))
        entry = (await bench.last(bench.lea)).entry
        await bench.omar.types(f"/moderer annuler {entry}")
        await wait_for(lambda: is_over(bench))
    await bench.house.settled()
    assert await bench.is_in(bench.lea, bench.place)
    assert await bench.is_in(bench.lea, bench.club)
    assert not await bench.kept_out(bench.lea)


async def is_over(bench: MeasureStage) -> bool:
    return (await bench.last(bench.lea)).ended_at is not None


@pytest.mark.both_databases
async def test_a_removal_that_arrives_after_its_measure_ended_is_undone(bench: MeasureStage) -> None:
    """A replica of the version before, or one that was cut off, sends it late."""
    await bench.moderates(f"silence @{bench.lea.username} 12h ~ressourcerie hors sujet")
    await bench.is_out(bench.lea, bench.place)
    entry = (await bench.last(bench.lea)).entry
    await bench.moderates(f"annuler {entry}", bench.omar)
    await bench.is_back(bench.lea, bench.place)
    await bench.house.settled()
    await to_many(
        bench, RemoveMember(bench.place, bench.lea.id, topic=make_act_topic(ActPurpose.ACT, entry, bench.place))
    )
    await bench.is_out(bench.lea, bench.place)
    await bench.is_back(bench.lea, bench.place)


@pytest.mark.newest_only
async def test_what_would_bring_somebody_back_does_not_undo_a_measure(bench: MeasureStage, faults: Faults) -> None:
    async with announcement(bench, faults):
        await to_many(bench, AddMembers(bench.place, [bench.lea.id]))
        await bench.agathe.types(f"/moderer silence @{bench.lea.username} 3j ton vif")
        await wait_for(lambda: in_hand(bench))
    await bench.is_out(bench.lea, bench.place)
    await bench.house.settled()
    assert not await bench.is_in(bench.lea, bench.place)


@pytest.mark.both_databases
async def test_a_message_whose_hiding_had_not_begun_stays_as_it_is(bench: MeasureStage, faults: Faults) -> None:
    post = await bench.lea.says(unique("Un avis"), bench.place)
    first = await bench.lea.says(unique("À garder"), bench.place)
    faults.slow = f"/posts/{first.id}/pin"
    await bench.moderates(f"epingler {bench.link(first)}")  # what is done in that channel goes before
    await wait_until(lambda: faults.held > 0)
    await bench.moderates(f"masquer {bench.link(post)} ton vif")
    await wait_for(lambda: is_going(bench))
    await bench.moderates(f"annuler {(await bench.last(bench.lea)).entry}", bench.omar)
    faults.slow = ""
    await bench.house.settled()
    await bench.stands(post, there=True)
    again = [text for text in await bench.reads(bench.place) if "Message rétabli" in text and post.text in text]
    assert not again, "nor said again"


async def is_going(bench: MeasureStage) -> bool:
    return not measures.read_record(await bench.last(bench.lea)).looking


@pytest.mark.both_databases
async def test_who_is_silenced_while_coming_back_stays_out_and_is_closed_out_by_name(
    bench: MeasureStage, faults: Faults
) -> None:
    """Else the check of a private channel brings them back as often as the measure takes them out."""
    line = f"silence @{bench.lea.username} 3j ton vif"
    await bench.moderates(line)
    await bench.is_out(bench.lea, bench.club)
    await bench.is_out(bench.lea, bench.place)
    await bench.house.settled()
    faults.slow = f"/channels/{bench.place}/members"
    await bench.moderates(f"annuler {(await bench.last(bench.lea)).entry}", bench.omar)
    await wait_until(lambda: faults.held > 0)
    await bench.moderates(line, bench.omar)
    await wait_for(lambda: is_told(bench))
    faults.slow = ""
    await bench.house.settled()
    for place in (bench.place, bench.club):
        await bench.is_out(bench.lea, place)
    keys = {allowance.key for allowance in await bench.kept_out(bench.lea) if not allowance.is_in}
    assert {"ressourcerie", "departement:69"} <= keys
    await bench.moderates(f"annuler {(await bench.last(bench.lea)).entry}")
    await bench.is_back(bench.lea, bench.place)
    await bench.is_back(bench.lea, bench.club)


async def is_told(bench: MeasureStage) -> bool:
    return measures.read_record(await bench.last(bench.lea)).told


LOCKED, OPEN = "Canal verrouillé", "Ce canal est rouvert"


@pytest.mark.both_databases
async def test_a_lock_over_before_it_is_said_leaves_the_channel_open(bench: MeasureStage, faults: Faults) -> None:
    """It is said with what answers people, its end by a job with what goes to many: the end is what stands."""
    faults.slow = "/posts"
    await bench.moderates("verrouiller ~ressourcerie 30min")
    await wait_until(lambda: faults.held > 0)
    bench.house.clock.goes_to(bench.house.clock() + timedelta(minutes=31))
    await bench.clock_strikes()
    faults.slow = ""
    await bench.house.settled()
    told = [text for text in await bench.reads(bench.place) if LOCKED in text or OPEN in text]
    assert OPEN in told[-1], told
    stays = await bench.lea.says(unique("Enfin"), bench.place)
    await bench.house.settled()
    await bench.stands(stays, there=True)


@pytest.mark.both_databases
async def test_a_lock_undone_and_decided_again_at_once_is_said_in_order(bench: MeasureStage, faults: Faults) -> None:
    async with announcement(bench, faults):
        await bench.moderates("verrouiller ~ressourcerie 2h")
        await bench.moderates("deverrouiller ~ressourcerie", bench.omar)
        await bench.moderates("verrouiller ~ressourcerie 3h")
    await bench.house.settled()
    told = [text for text in await bench.reads(bench.place) if LOCKED in text or OPEN in text]
    assert LOCKED in told[-1], told
    gone = await bench.lea.says(unique("Trop tard"), bench.place)
    await bench.stands(gone, there=False)
    await bench.moderates("deverrouiller ~ressourcerie")
    await bench.house.settled()


async def preview_move(bench: MeasureStage, root: Post) -> Post:
    return await bench.agathe.asks(f"/moderer deplacer {bench.link(root)} 69 c’est local")


async def start_move(bench: MeasureStage, asked: Post) -> Measure:
    await bench.agathe.clicks(asked, "Déplacer 3 messages")
    return await wait_for(lambda: last_move(bench))


async def last_move(bench: MeasureStage) -> Measure | None:
    found = [each for each in await bench.measures(bench.lea) if each.act == AuditAct.MOVE]
    return found[-1] if found else None


@pytest.mark.both_databases
async def test_a_thread_called_back_while_its_copies_are_on_their_way_stays_where_it_was(
    bench: MeasureStage, faults: Faults
) -> None:
    root, words = await a_thread(bench)
    asked = await preview_move(bench, root)
    async with announcement(bench, faults):
        others = faults.held
        measure = await start_move(bench, asked)
        await wait_until(lambda: faults.held > others)  # the first copy is on its way
        await bench.moderates(f"annuler {measure.entry}", bench.omar)
    await bench.house.settled()
    await bench.stands(root, there=True)
    here, there = await bench.reads(bench.place), await bench.reads(bench.club)
    for word in words:
        assert [word in text for text in here].count(True) == 1, here
        assert not any(word in text for text in there), there
    assert not any("a été déplacé vers" in text for text in here)


@pytest.mark.both_databases
async def test_a_thread_called_back_as_the_original_goes_is_somewhere_once(bench: MeasureStage, faults: Faults) -> None:
    """That it ends at this moment is said; a minute later it comes back."""
    root, words = await a_thread(bench)
    asked = await preview_move(bench, root)
    faults.slow = f"/posts/{root.id}"  # taking it away; the thread is read at another address
    measure = await start_move(bench, asked)
    await wait_until(lambda: faults.held > 0)
    assert "se termine à l’instant" in await bench.moderates(f"annuler {measure.entry}", bench.omar)
    faults.slow = ""
    await bench.stands(root, there=False)
    await bench.house.settled()
    await bench.moderates(f"annuler {measure.entry}", bench.omar)
    await bench.house.settled()
    here, there = await bench.reads(bench.place), await bench.reads(bench.club)
    for word in words:
        assert [word in text for text in here].count(True) == 1, here
        assert not any(word in text for text in there), there
