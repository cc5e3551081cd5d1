"""An import that is killed half-way and begun again: each line is stored once, and none is lost."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import func, select

from storage.cra.queries import TABLE
from storage.database import Database
from tests.support.cra import JSON_LINE, open_cra_database, write_jsonl
from tests.support.databases import KINDS, create_database
from tests.support.house import wait_for

pytestmark = pytest.mark.slow
LINES, KILLS = 3000, 2
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(params=KINDS)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Where a database of each kind is."""
    async with create_database(request, tmp_path) as url:
        yield url


async def count_stored(database: Database) -> int:
    async with database.transaction(writes=False) as db:
        return (await db.exec(select(func.count()).select_from(TABLE))).one()


async def begin(url: str, file: Path, *more: str) -> asyncio.subprocess.Process:
    """« coop-bot import cra », in a process of its own, without a Mattermost to ask."""
    settings = {"COOP_DATABASE_URL": url, "COOP_MATTERMOST_URL": "http://127.0.0.1:1", "COOP_BOT_TOKEN": ""}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COOP_")}
    command = [sys.executable, "-m", "cli", "import", "cra", str(file), *more]
    to_read = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.STDOUT}
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=kept | settings, **to_read)  # type: ignore[arg-type]


async def finish(url: str, file: Path, *more: str) -> str:
    """What it says at its end."""
    process = await begin(url, file, *more)
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
    return told.decode().replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.timeout(600)
async def test_killed_and_begun_again_each_line_is_stored_once(place: str, tmp_path: Path) -> None:
    file = tmp_path / "cra.jsonl"
    # Lines alike are as many reports: they are counted, not only known again.
    file.write_text(write_jsonl(*(JSON_LINE | {"minutes": 60 if n % 3 else 90} for n in range(LINES))))
    async for database in open_cra_database(place):
        for _ in range(KILLS):
            await kill_in_the_middle(database, place, file)
        told = await finish(place, file)
        assert await count_stored(database) == LINES, told
        assert f"0 ajouté, {LINES} déjà là" in await finish(place, file)
        assert await count_stored(database) == LINES


async def kill_in_the_middle(database: Database, place: str, file: Path) -> None:
    """As soon as some lines more are stored."""
    before = await count_stored(database)

    async def has_grown() -> bool:
        return await count_stored(database) > before

    process = await begin(place, file)
    await wait_for(has_grown, within=120)  # all of the bot is read before the first line
    process.kill()
    await process.wait()
    assert before < await count_stored(database) < LINES
