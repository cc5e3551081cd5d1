"""« coop-bot search tout » says in one order what « /chercher » would find for somebody."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from storage.database import Database
from tests.support.databases import database
from tests.support.workplace import run_command
from tests.test_chercher import failing, filled, found

__all__ = ["database", "filled"]


async def tells(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> tuple[str, str]:
    """What the command writes: its answer, and its complaints."""
    assert await asyncio.to_thread(run_command, "search", "tout", *words) == code
    written = capsys.readouterr()
    return written.out, written.err


@pytest.fixture
def operated(filled: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The same for the operator’s commands."""
    kind = "sqlite" if filled.is_sqlite else "postgresql"
    address = filled.url.set(drivername=kind).render_as_string(hide_password=False)
    monkeypatch.setenv("COOP_DATABASE_URL", address)
    return filled


async def test_the_operator_is_told_the_same_in_one_order(
    operated: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    out, err = await tells(capsys, "tournesol", "--user", "@Juliette", "--json")
    objects: Sequence[dict[str, Any]] = json.loads(out)
    assert err == ""
    assert [sorted(one) for one in objects] == [["id", "score", "sorte", "titre"]] * len(objects)
    assert sorted((one["sorte"], one["titre"]) for one in objects) == await found(operated, "tournesol")
    scores = [one["score"] for one in objects]
    assert scores == sorted(scores, reverse=True)
    assert ("personne", "paul") in {(one["sorte"], one["id"]) for one in objects}
    out, _ = await tells(capsys, "tournesol", "--user", "juliette")
    assert out.splitlines()[0].split() == ["score", "sorte", "id", "titre"]
    assert out.splitlines()[-1] == f"{len(objects)} résultats."
    assert json.loads((await tells(capsys, "", "--user", "juliette", "--json"))[0]) == []


async def test_the_operator_is_told_who_is_unknown_and_what_failed(
    operated: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out, err = await tells(capsys, "tournesol", "--user", "personne", "--json", code=1)
    assert out == ""
    assert "Personne ne s’appelle « personne » dans le registre." in err
    await tells(capsys, "tournesol", code=2)
    with failing("contact"):
        out, err = await tells(capsys, "tournesol", "--user", "juliette", "--json", code=1)
    assert "Rien n’a pu être cherché parmi : contacts." in err
    assert {one["sorte"] for one in json.loads(out)} >= {"ressource", "personne"}
    monkeypatch.setenv("COOP_FEATURES", "-annuaire")
    out, _ = await tells(capsys, "tournesol", "--user", "juliette", "--json")
    assert not {one["sorte"] for one in json.loads(out)} & {"personne", "contact"}
