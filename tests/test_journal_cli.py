"""« coop-bot journal », « journal verify » and « cases »: what they show, and how they end."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from storage import journal, people
from storage.database import Database
from storage.journal import AuditAct
from storage.moderation import Case, CaseState, MessageReport
from storage.people import Person, Role
from tests.support.databases import database
from tests.support.workplace import run_command
from tests.test_journal import NOW, entry, write

__all__ = ["database"]


Typed = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
def typed(database: Database, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]) -> Typed:
    """What the process exits with, and says."""
    monkeypatch.setenv("COOP_DATABASE_URL", database.url.render_as_string(hide_password=False))

    async def type_it(*words: str) -> tuple[int, str, str]:
        code = await asyncio.to_thread(run_command, *words)
        said = capfdbinary.readouterr()
        return code, said.out.decode(), said.err.decode()

    return type_it


async def test_days_of_paris_whole_as_lines_for_programs_or_to_be_read(database: Database, typed: Typed) -> None:
    late = datetime(2026, 11, 20, 22, 59, 59, tzinfo=UTC)  # still the 20th in Paris
    for at, actor in ((NOW, "agathe"), (late, "coop"), (late.replace(hour=23), "agathe")):
        await write(database, 1, at=at, actor=actor, reason="gros\x1b[31m mots")
    code, out, err = await typed("journal", "--from", "2026-11-20", "--to", "2026-11-20", "--jsonl")
    lines = [json.loads(line) for line in out.splitlines()]
    assert (code, err, [line["id"] for line in lines]) == (0, "", [1, 2])
    assert list(lines[0]) == ["id", "at", "actor", "act", "object", "target", "reason", "before", "after"]
    assert lines[0] | {"reason": ""} == {
        "id": 1,
        "at": "2026-11-20T09:30:12Z",
        "actor": "agathe",
        "act": "moderation.avertir",
        "object": "personne:julien",
        "target": "julien",
        "reason": "",
        "before": {"a": 1},
        "after": {"jusqu": "2026-11-21", "n": [1, None, "é"]},
    }
    _, out, _ = await typed("journal", "--from", "2026-11-20", "--to", "2026-11-21", "--actor", "@agathe", "--jsonl")
    assert [json.loads(line)["id"] for line in out.splitlines()] == [1, 3]
    _, out, _ = await typed("journal", "--from", "2026-11-20", "--to", "2026-11-21")
    assert out.splitlines()[0].split("  ")[-1] == "avertissement, personne:julien (@julien) : gros\ufffd[31m mots"
    assert out.endswith("3 entrées. Heures de Paris.\n")
    code, out, _ = await typed("journal", "--from", "2020-01-01", "--to", "2020-01-02")
    assert (code, out) == (0, "Rien n’est noté dans ces jours.\n")


@pytest.mark.parametrize(
    "words",
    [[], ["--from", "2026-11-20"], ["--from", "2026-11-20", "--to", "2026-11-19"], ["--from", "hier"], ["effacer"]],
)
async def test_what_is_not_understood_is_said(typed: Typed, words: list[str]) -> None:
    code, out, err = await typed("journal", *words)
    assert (code, out) == (2, "")
    assert "coop-bot" in err


async def test_verify_ends_with_0_or_names_the_first_bad_number(database: Database, typed: Typed) -> None:
    assert await typed("journal", "verify") == (0, "Le journal est intact, et encore vide.\n", "")
    await write(database, 4)
    assert await typed("journal", "verify") == (0, "Le journal est intact : 4 entrées.\n", "")
    async with database.transaction() as db:
        await db.execute(text("UPDATE journal SET reason = 'rien' WHERE id >= 3"))
    code, out, err = await typed("journal", "verify")
    assert (code, out) == (1, "")
    assert "n° 3, cette entrée a été changée" in err


async def test_cases_of_all_states_or_of_one_without_their_reporters(database: Database, typed: Typed) -> None:
    async with database.transaction() as db:
        agathe = Person(id="a" * 26, username="agathe", role=Role.ANIMATEUR, since=NOW)
        await people.register_person(db, agathe)
        noted = await journal.add(db, entry(act=AuditAct.SILENCE))
        first = Case(author_id="j" * 26, author="julien", channel="Rhône", opened_at=NOW)
        second = Case(author_id="j" * 26, author="julien", opened_at=NOW, state=CaseState.DECIDED, decided_by="a" * 26)
        second.sqlmodel_update({"act": AuditAct.SILENCE, "entry": noted.id, "until": NOW, "decided_at": NOW})
        db.add_all([first, second])
        await db.flush()
        db.add_all([MessageReport(case_id=first.number, reporter_id=c * 26, motive="injure", at=NOW) for c in "bc"])
    code, out, _ = await typed("cases", "--json")
    nothing = {"act": None, "decided_by": None, "until": None}
    assert (code, json.loads(out)) == (
        0,
        [
            {"id": 1, "state": "ouvert", "author": "julien", "channel": "Rhône", "reports": 2} | nothing,
            {"id": 2, "state": "decide", "author": "julien", "channel": "", "reports": 0}
            | {"act": "moderation.silence", "decided_by": "agathe", "until": "2026-11-20T09:30:12Z"},
        ],
    )
    _, out, _ = await typed("cases", "--json", "--state", "decide")
    assert [case["id"] for case in json.loads(out)] == [2]
    assert await typed("cases", "--json", "--state", "recours") == (0, "[]\n", "")
    _, out, _ = await typed("cases")
    assert "2 signalements : —" in out
    assert "écriture suspendue par @agathe jusqu’au 20/11/2026 10:30" in out
    code, out, err = await typed("cases", "--state", "fini")
    assert (code, out) == (2, "")
    assert "ouvert, second_avis, decide, recours, clos" in err
