"""« coop-bot channels sync » killed between any two calls: the journal says what was done, and what was not."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from typing import Any

import pytest

from bot.context import Request
from bot.forms import name_of
from bot.mattermost import AioClient
from cli.canaux import INTERRUPTED
from commands.canaux.cards import UndoRun
from storage.canaux import runs
from storage.canaux.runs import Change, ChangeState, Drift
from storage.database import Database
from tests.modes import MODES
from tests.support.membership import ChannelWorkplace, channel_workplace, register_team, room, sync_team
from tests.support.workplace import operate
from tests.test_canaux_cli import Killed, dying
from tests.test_canaux_mending import is_clean, types

__all__ = ["channel_workplace", "room"]


WRITES = ("post", "put", "delete")
Way = Callable[..., Awaitable[Any]]


def dead_after(called: Way, left: Iterator[int]) -> Way:
    """The call is made, and the process ends before it hears of it."""

    async def call(*what: Any, **more: Any) -> Any:
        answer = await called(*what, **more)
        if next(left, None) is None:
            raise Killed
        return answer

    return call


async def killed(
    channel_workplace: ChannelWorkplace,
    patch: pytest.MonkeyPatch,
    ends: Callable[[Way, Iterator[int]], Way],
    calls: int,
) -> bool:
    """A run that ends at that call of those that change something; False where it came to its end before."""
    left = iter(range(calls))
    with patch.context() as here:
        for way in WRITES:
            here.setattr(AioClient, way, ends(getattr(AioClient, way), left))
        with suppress(Killed):
            assert await operate(channel_workplace.settings(), "channels", "sync") == 0
            return False
    return True


async def written(channel_workplace: ChannelWorkplace) -> list[list[Change]]:
    """The changes of all runs, newest first."""
    database = Database(channel_workplace.url)
    async with database.transaction(writes=False) as db:
        found = [list(await runs.list_changes(db, run.id)) for run in await runs.list_newest(db, 100)]
    await database.close()
    return found


async def stands(channel_workplace: ChannelWorkplace, change: Change) -> bool:
    """Whether it is so on the server, where that is seen from outside."""
    try:
        channel = await channel_workplace.channel(change.address)
    except Exception:
        return False
    if change.drift is Drift.ABSENT:
        return True
    if change.drift in {Drift.MISSING, Drift.ADMIN_MISSING}:
        members = await channel_workplace.room.site.admin.get(f"/channels/{channel['id']}/members?per_page=200")
        roles = {member["user_id"]: member["roles"] for member in members}
        found = roles.get(change.user_id, "")
        return bool(found) if change.drift is Drift.MISSING else "channel_admin" in found
    field = {Drift.TITLE: "display_name", Drift.HEADER: "header", Drift.PURPOSE: "purpose"}[change.drift]
    return bool(channel[field] == change.after)


def made(of_runs: Sequence[Sequence[Change]]) -> Counter[tuple[str, Drift, str]]:
    return Counter((c.key, c.drift, c.user_id) for of_run in of_runs for c in of_run if c.state is ChangeState.DONE)


@pytest.mark.parametrize("room", MODES, indirect=True)
@pytest.mark.parametrize("channel_workplace", ["sqlite", "postgresql"], indirect=True)
@pytest.mark.parametrize("ends", [dying, dead_after])
async def test_the_journal_is_true_whenever_it_is_killed(
    channel_workplace: ChannelWorkplace,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    ends: Callable[..., Way],
) -> None:
    """Of each run that is killed a call later than the one before, and of the one that finishes."""
    await register_team(channel_workplace)
    _, found = await channel_workplace.checks(capsys)
    leads = 2  # omar is to administer the channels of both of his départements
    while True:
        calls = 1 + len(await written(channel_workplace)) // 2
        was_killed = await killed(channel_workplace, monkeypatch, ends, calls)
        (last, *_) = all_of_it = await written(channel_workplace)
        for change in last:
            if change.state is ChangeState.DONE:
                assert await stands(channel_workplace, change), change
            elif change.state is ChangeState.FOUND:
                assert not await stands(channel_workplace, change), change
        assert len({change.batch for change in last if change.state is ChangeState.SENT}) <= 1
        if not was_killed:
            break
    capsys.readouterr()
    assert await is_clean(channel_workplace, capsys)
    assert {change.state for of_run in all_of_it for change in of_run} <= {ChangeState.DONE, ChangeState.DROPPED}
    told = made(all_of_it)
    assert set(told.values()) == {1}, "nothing is told twice"
    assert len(told) == len(found["missing"]) + len(found["wrong"]) + leads
    assert len(all_of_it) > 3
    assert {change.why for of_run in all_of_it for change in of_run if change.state is ChangeState.DROPPED} == {
        INTERRUPTED
    }


async def test_what_it_was_killed_at_is_undone_with_the_rest(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lea, _, agathe = await sync_team(channel_workplace, capsys)
    await channel_workplace.changes("rhone", display_name="Lyon")
    await channel_workplace.leaves(lea, "rhone")
    assert await killed(
        channel_workplace, monkeypatch, dead_after, 2
    )  # the title, and the line that Mattermost writes about it
    ((title, missing), *_) = await written(channel_workplace)
    assert (title.state, missing.state) == (ChangeState.DONE, ChangeState.SENT)
    assert await channel_workplace.names_in("rhone") == {"lea", "omar"}
    async with channel_workplace.bot() as app:
        said = str(await types(channel_workplace, app, agathe, "canaux journal")).replace("\u00a0", " ")
        assert "1 titre corrigé, 1 en cours" in said
        click = UndoRun(run=title.run_id)
        await app.dispatcher.run(Request("button", name_of(UndoRun), agathe.id), click.model_dump())
        while await channel_workplace.waits(app):  # noqa: ASYNC110  (a replica may do it)
            await asyncio.sleep(0.05)
        assert (await channel_workplace.channel("rhone"))["display_name"] == "Lyon"
        assert await channel_workplace.names_in("rhone") == {"omar"}
    ((title, missing), *_) = await written(channel_workplace)
    assert (title.state, missing.state) == (ChangeState.UNDONE, ChangeState.UNDONE)


async def test_a_run_that_could_change_nothing_is_not_in_the_journal(
    channel_workplace: ChannelWorkplace, capsys: pytest.CaptureFixture[str]
) -> None:
    await sync_team(channel_workplace, capsys)
    before = await written(channel_workplace)
    await channel_workplace.room.site.admin.delete(f"/channels/{(await channel_workplace.channel('isere'))['id']}")
    await channel_workplace.leads(leads=False)
    assert await operate(channel_workplace.settings(), "channels", "sync") == 1
    assert await written(channel_workplace) == before
