"""The sandbox's snapshot: everything survives a stop, and nearly everything a sudden death."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox import Sandbox
from sandbox.tables import Table
from tests.people.api import Api, new_session
from tests.support.house import wait_until
from tests.support.servers import PASSWORD, PATIENCE, start_sandbox


async def test_a_restart_keeps_people_rooms_posts_and_tokens(tmp_path: Path) -> None:
    file = tmp_path / "mattermost.db"
    async with start_sandbox(server=Sandbox(snapshot=file)) as here:
        token, ann_id, channel_id = here.ann.token, here.ann_id, here.channel_id
        root = await here.say("racine", props={"attachments": [{"text": "carte", "actions": [{"name": "Oui"}]}]})
        await here.say("réponse", root_id=root["id"])
        await here.ann.post("/reactions", {"user_id": ann_id, "post_id": root["id"], "emoji_name": "ticket"})
        await here.admin.put("/config/patch", {"TeamSettings": {"MaxUsersPerTeam": 7}})
        before = await here.ann.get(f"/channels/{channel_id}/posts")
        me = await here.ann.get("/users/me")
    server = Sandbox(snapshot=file)
    await server.start()
    async with new_session() as session:
        ann = Api(session, server.url, token)
        assert await ann.get("/users/me") == me
        assert await ann.get(f"/channels/{channel_id}/posts") == before
        assert (await ann.get(f"/posts/{root['id']}/thread"))["order"] == before["order"][1::-1][:2]
        assert await ann.log_in("ann", PASSWORD)
        assert server.config.get("TeamSettings", "MaxUsersPerTeam") == 7
        await ann.delete(f"/posts/{root['id']}")
    await server.stop()


async def test_what_was_said_a_second_ago_survives_a_sudden_death(tmp_path: Path) -> None:
    file = tmp_path / "mattermost.db"
    async with start_sandbox(server=Sandbox(snapshot=file)) as here:
        post = await here.say("à l’instant")
        await here.say("et après")
        await here.ann.delete(f"/posts/{post['id']}")
        await wait_until(lambda: all_of(kept(file, "posts")) == all_of(here.server.state.posts))
        survivor = kept(file, "posts").get(post["id"])
        assert survivor is not None
        assert survivor.delete_at


def kept(file: Path, table: str) -> Table[Any]:
    """A table as who comes after a sudden death would find it."""
    later = Sandbox(snapshot=file)
    assert later.snapshot is not None
    later.snapshot.load()
    found: Table[Any] = later.state.tables[table]
    return found


def all_of(table: Table[Any]) -> list[dict[str, Any]]:
    return [row.as_dict() for row in table]


async def test_who_leaves_stays_away_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "mattermost.db"
    async with start_sandbox(server=Sandbox(snapshot=file)) as here:
        gone = here.channel_id + here.ann_id
        await wait_until(lambda: kept(file, "channel_members").get(gone) is not None)
        await here.ann.delete(f"/channels/{here.channel_id}/members/{here.ann_id}")
    assert kept(file, "channel_members").get(gone) is None


@contextlib.asynccontextmanager
async def process(*options: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run `python -m sandbox` until the end of the block; its ready line names the address."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", "0", *options, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert running.stdout is not None
        line = (await running.stdout.readline()).decode()
        yield running, line.split()[-1]
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_the_command_stops_when_told_and_keeps_all(tmp_path: Path, number: signal.Signals) -> None:
    file = str(tmp_path / "mattermost.db")
    async with process("--snapshot", file, "--server-version", "9.11") as (running, url), new_session() as session:
        api = Api(session, url)
        await api.post("/users", {"username": "admin", "email": "a@exemple.fr", "password": PASSWORD})
        assert api.version.startswith("9.11.")
        running.send_signal(number)
        assert await asyncio.wait_for(running.wait(), PATIENCE) == 0
    async with process("--snapshot", file) as (_, url), new_session() as session:
        assert (await Api(session, url).log_in("admin", PASSWORD))["roles"] == "system_admin system_user"
