"""`coop-bot serve` under a real limit of file sizes: the system itself cuts its writes short, journal and database."""

import asyncio
import resource
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.links import Links
from tests.people import Dialog, Person, unique
from tests.support.cra import fill_workshop
from tests.support.house import House, wait_until
from tests.test_app import SECRET, served

SMALL = (0, 1, 300, 700, 2_000, 20_000)
"""Bytes a file may have: less than a line of the journal, less than a few, less than the database…"""
MORE = (0, 4_000, 9_000, 16_000, 40_000, 100_000)
"""… and how far the database’s log may grow from where it is: not enough for a report, or for one, or for some."""

QUIET_S = 3.0


@dataclass
class Sender:
    """Sends one filled dialog under many keys, straight to a bot; keeps what became of each."""

    form: Dialog
    person: Person
    url: str
    accepted: set[str] = field(default_factory=set)
    refused: dict[str, str] = field(default_factory=dict)

    async def sends(self, key: str) -> None:
        state = Links([SECRET]).open("dialog", self.form.state) | {"k": key}
        body: dict[str, Any] = {
            "state": Links([SECRET]).seal("dialog", state),
            "user_id": self.person.id,
            "submission": self.person.client.sent(self.form.elements, self.form.values),
        }
        session: ClientSession = self.person.api.session
        async with session.post(f"{self.url}/dialogs", json=body) as reply:
            assert reply.status == 200
            answer = await reply.json()
        if answer == {}:
            self.accepted.add(key)
            self.refused.pop(key, None)
        else:
            self.refused[key] = answer["error"]


@pytest.mark.slow
@pytest.mark.newest_only
async def test_each_is_accepted_once_or_refused_in_words_and_kept(
    house: House, juliette: Person, tmp_path: Path
) -> None:
    async with served(house, tmp_path) as (process, address):
        form = await fill_workshop(juliette)
        state = Links(house.settings.secrets).open("dialog", form.state)
        form.state = Links([SECRET]).seal("dialog", state)
        sender = Sender(form, juliette, address)
        log = await wait_for_rest(tmp_path / "coop.db-wal")
        for limit in (*SMALL, *(log + more for more in MORE)):
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            await sender.sends(unique("k"))
        refused = set(sender.refused)
        for sentence in sender.refused.values():
            assert "ne peut plus rien enregistrer" in sentence
            assert "gardée" in sentence
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await wait_until(lambda: refused <= _keys(tmp_path, "draft"))
        assert _keys(tmp_path, "cra") == sender.accepted
        for key in refused:
            await sender.sends(key)
        assert _keys(tmp_path, "cra") == sender.accepted >= refused
        assert len(refused) >= len(SMALL), "the limits did bite"
        assert sender.accepted - refused, "and let some through"


async def wait_for_rest(file: Path) -> int:
    """Wait until nothing more is written to a file, as by the jobs that came due; its size in bytes."""
    size, since = -1, 0.0
    while (now := asyncio.get_running_loop().time()) - since < QUIET_S:
        if size != (size := _size(file)):
            since = now
        await asyncio.sleep(0.1)
    return size


def _size(file: Path) -> int:
    return file.stat().st_size


def _keys(folder: Path, table: str) -> set[str]:
    with closing(sqlite3.connect(folder / "coop.db")) as connection:
        found = connection.execute(f"SELECT key FROM {table}").fetchall()
    assert len(found) == len(set(found))
    return {key for (key,) in found}
