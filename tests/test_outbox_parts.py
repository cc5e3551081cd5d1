"""The outbox’s parts by themselves: pauses, patience, the gate, the lanes."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.outbox.lanes import Lanes, lease_written
from bot.retries import Gate, backoff, next_try
from storage.round_trips import SharedQuestions
from tests.support.house import PATIENCE
from tests.support.mattermost import BOT
from tests.support.outbox import make_message, read_clock


def test_pauses_grow_to_a_minute() -> None:
    pauses = [backoff(n, 1.0) for n in range(1, 40)]
    assert 0.8 <= pauses[0] <= 1.2
    assert 3.2 <= pauses[2] <= 4.8
    assert all(48 <= p <= 72 for p in pauses[7:])


def test_patience_lasts_a_day() -> None:
    begin = read_clock()
    times, at = [], begin
    for attempts in range(100):
        following = next_try(attempts, begin, at)
        if following is None:
            break
        times.append((following - at).total_seconds() / 60)
        at = following
    assert times[:5] == [1, 4, 16, 64, 240]
    assert timedelta(hours=20) <= at - begin <= timedelta(hours=24)


async def test_calls_that_fail_together_count_as_one() -> None:
    gate = Gate(1.0)
    began = asyncio.get_running_loop().time()
    assert gate.shut(began, None)
    first = gate.wait()
    assert not gate.shut(began - 0.001, None)
    assert gate.wait() <= first
    assert not gate.shut(asyncio.get_running_loop().time(), 30)
    assert gate.wait() > 25
    assert gate.note_answer()
    assert not gate.note_answer()
    assert gate.wait() == 0


async def test_a_lane_belongs_to_one_worker() -> None:
    lanes = Lanes()
    first, second, other = (
        lease_written(m, read_clock()) for m in (make_message("1"), make_message("2"), make_message("3", target=BOT))
    )
    for m in (first, second, other):
        lanes.put(m)
    lane, taken = await lanes.next()
    assert taken is first
    assert [letter.message.content["message"] for letter in lanes.clear()] == ["2", "3"]
    assert len(lanes) == 1
    assert lanes.all() == [first]
    lanes.put(second)
    lanes.done(lane)
    assert await lanes.next() == (lane, second)
    lanes.done(lane)
    assert not lanes.holds(lane)
    await lanes.empty()
    lanes.put(other)
    assert await lanes.next() == (BOT, other)


async def test_what_comes_back_from_the_table_goes_before_what_was_written_later() -> None:
    lanes = Lanes()
    at_work, earlier, later, last = (
        lease_written(make_message(text, created_at=read_clock()), read_clock()) for text in ("0", "1", "2", "3")
    )
    for letter in (at_work, later, last):
        lanes.put(letter)
    lane, taken = await lanes.next()
    lanes.put(earlier)
    assert taken is at_work
    lanes.done(lane)
    assert lanes.all() == [earlier, later, last]


async def test_who_asks_while_others_are_being_answered_is_asked_for_with_the_next() -> None:
    asked, going = list[list[int]](), asyncio.Event()

    async def answer(numbers: Sequence[int]) -> Sequence[int]:
        asked.append(list(numbers))
        await going.wait()
        if 3 in numbers:
            raise ValueError("trois")
        return [10 * number for number in numbers]

    questions = SharedQuestions(answer)
    first = asyncio.create_task(questions.ask(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(questions.ask(number)) for number in (2, 3)]
    await asyncio.sleep(0)
    going.set()
    assert await first == 10
    assert all(isinstance(each, ValueError) for each in await asyncio.gather(*others, return_exceptions=True))
    assert await questions.ask(4) == 40
    assert asked == [[1], [2, 3], [4]]


@pytest.mark.parametrize("problem", [None, ValueError("pas maintenant")])
async def test_who_is_gone_before_the_answer_takes_nothing_from_the_others(problem: Exception | None) -> None:
    going = asyncio.Event()

    async def answer(numbers: Sequence[int]) -> Sequence[int]:
        await going.wait()
        if problem:
            raise problem
        return numbers

    questions = SharedQuestions(answer)
    first = asyncio.create_task(questions.ask(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    gone, stays = [asyncio.create_task(questions.ask(number)) for number in (2, 3)]
    await asyncio.sleep(0)
    first.cancel()
    gone.cancel()
    await asyncio.sleep(0)
    going.set()
    async with asyncio.timeout(PATIENCE):
        (answered,) = await asyncio.gather(stays, return_exceptions=True)
    assert answered == (problem or 3)
