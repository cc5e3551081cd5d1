"""An import that is killed half-way and begun again: each line is stored once, and none is lost."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlmodel import func, select

from config.settings import Settings
from storage.cra.queries import TABLE
from storage.database import Database
from tests.support.cra import JSON_LINE, open_cra_database, write_jsonl
from tests.support.databases import KINDS, create_database
from tests.support.house import wait_for
from tests.support.workplace import begin_command, operate

pytestmark = pytest.mark.slow
LINES, KILLS = 3000, 2


@pytest.fixture(params=KINDS)
async def place(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Where a database of each kind is."""
    async with create_database(request, tmp_path) as url:
        yield url


async def count_stored(database: Database) -> int:
    async with database.transaction(writes=False) as db:
        return (await db.exec(select(func.count()).select_from(TABLE))).one()


def configure(url: str) -> Settings:
    """There is no Mattermost to ask."""
    return Settings.model_validate({"database_url": url, "mattermost_url": "http://127.0.0.1:1", "bot_token": ""})


async def finish(url: str, file: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What « coop-bot import cra » says at its end."""
    assert await operate(configure(url), "import", "cra", str(file)) == 0
    return capsys.readouterr().out.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.timeout(600)
async def test_killed_and_begun_again_each_line_is_stored_once(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "cra.jsonl"
    # Lines alike are as many reports: they are counted, not only known again.
    file.write_text(write_jsonl(*(JSON_LINE | {"minutes": 60 if n % 3 else 90} for n in range(LINES))))
    async for database in open_cra_database(place):
        for _ in range(KILLS):
            await kill_in_the_middle(database, place, file)
        told = await finish(place, file, capsys)
        assert await count_stored(database) == LINES, told
        assert f"0 ajouté, {LINES} déjà là" in await finish(place, file, capsys)
        assert await count_stored(database) == LINES


async def kill_in_the_middle(database: Database, place: str, file: Path) -> None:
    """As soon as some lines more are stored."""
    before = await count_stored(database)

    async def has_grown() -> bool:
        return await count_stored(database) > before

    with begin_command(configure(place), "import", "cra", str(file)):
        await wait_for(has_grown, within=120)
    assert before < await count_stored(database) < LINES
