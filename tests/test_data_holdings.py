"""What is declared of each table holds for all of them: one’s own copy, erasure, the clean-up."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Text, cast, delete, func, select, update

from config.territories import NATION, Territory, TerritoryKind
from storage import people
from storage.cra import Cra
from storage.cra.months import CRA_MONTH
from storage.database import Database
from storage.journal import AuditAct
from storage.moderation.cases import REFUSED
from storage.people import transitions
from storage.people.transitions import Erasure
from storage.personal_data import PERSONAL_DATA, rights
from storage.personal_data.declarations import ErasureFate, LegalBasis
from storage.personal_data.rights import LABELS, STEPS
from storage.stats import read_exact_figures
from tests.support.cra import make_conseiller, make_report, register_all, store_reports
from tests.support.databases import database
from tests.support.security import ANNA, BERT, BY_NAME, both, list_table_names, list_tables, make_id

__all__ = ["both", "database"]


RHONE = Territory(TerritoryKind.DEPARTEMENT, "69")
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)


def test_every_table_is_declared_once_and_nothing_else() -> None:
    """Why, on what ground, for how long, seen by whom, and whether its person gets it, or why not."""
    names = [one.name for one in PERSONAL_DATA]
    assert sorted(names) == sorted(list_table_names())
    for one in PERSONAL_DATA:
        assert one.what, one.name
        assert one.why, one.name
        assert one.how_long, one.name
        assert one.has_owners or one.not_given, f"{one.name}: its person gets it, or it is said why not"
        assert (one.ground is LegalBasis.NOTHING) == (one.fate is ErasureFate.NONE), one.name
        assert bool(one.because) == (one.fate is ErasureFate.KEPT), one.name
    assert len({one.what for one in PERSONAL_DATA}) == len(PERSONAL_DATA)


def test_a_command_of_the_operators_knows_every_table() -> None:
    """« coop-bot data » imports no feature: what these alone import would be missing."""
    program = (
        "import cli.donnees; from storage.personal_data import PERSONAL_DATA; [one.table for one in PERSONAL_DATA]"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_every_column_that_is_declared_exists_and_every_one_given_has_a_name() -> None:
    for one in PERSONAL_DATA:
        named = {*one.own, *one.others, *one.names, *one.credits, *one.lists, *one.withheld, *one.blanks, *one.acts}
        named |= set(one.limit.blanks) if one.limit else set()
        assert named <= set(one.table.columns.keys()), one.name
    unnamed = {f"{one.name}.{c}" for one in rights.GIVEN for c in rights.list_columns(one) if c not in LABELS}
    assert not unnamed


def test_columns_that_hold_people_are_declared() -> None:
    """By their names, as far as those tell: what is 26 characters long and says who."""
    who = {"user_id", "person_id", "author_id", "agent_id", "by", "asked_by", "with_id", "person", "decided_by"}
    for one in PERSONAL_DATA:
        known = {*one.own, *one.others, *one.names, *one.withheld}
        assert {c.name for c in one.table.columns if c.name in who} <= known, one.name


async def read(database: Database, name: str) -> dict[str, list[Any]]:
    """All that somebody gets, by table."""
    async with database.transaction(writes=False) as db:
        return {
            one.name: [row async for page in rights.read_pages(db, one, make_id(name)) for row in page]
            for one in rights.GIVEN
        }


def plain(copy: Any) -> str:
    """As JSON."""
    return json.dumps(copy, ensure_ascii=False, default=str)


async def test_ones_copy_has_ones_own_rows_and_nothing_private_of_others(both: Database) -> None:
    for mine, theirs in ((ANNA, BERT), (BERT, ANNA)):
        copy = await read(both, mine)
        assert all(copy.values()), [name for name, rows in copy.items() if not rows]
        told = plain(copy)
        assert f"mot de {mine}" in told
        assert f"mot de {theirs}" not in told
        assert make_id(theirs) not in told


async def test_who_decided_or_reported_is_not_in_ones_copy(both: Database) -> None:
    copy = await read(both, ANNA)
    for name in ("moderation_case", "moderation_measure", "moderation_appeal", "moderation_hit", "journal"):
        assert BERT not in plain(copy[name]), name


async def test_what_animateurs_weigh_among_themselves_is_not_in_ones_copy(both: Database) -> None:
    """Whoever notes an act of moderation that its person is not told of: it would say that they are reported."""
    for act, is_told in (
        (AuditAct.WARN, True),
        (AuditAct.FORWARD, False),
        ("moderation.un_acte_a_venir", False),
        (AuditAct.ERASE, True),
    ):
        async with both.transaction() as db:
            entries, cases = BY_NAME["journal"].table, BY_NAME["moderation_case"].table
            await db.execute(update(entries).values(act=act, reason="signalé par bert", actor_id=make_id(BERT)))
            await db.execute(update(cases).values(act=act, reason="signalé par bert"))
        copy = await read(both, ANNA)
        mine = [row for row in copy["journal"] if row["concerne"] == "vous" and row["par"] != "vous"]
        assert bool(mine) is is_told, act
        assert {(row["raison"], type(row["le"])) for row in mine} <= {("signalé par bert", date)}
        if act != AuditAct.ERASE:
            assert copy["moderation_case"][0]["raison"] == ("signalé par bert" if is_told else "")


async def test_nobody_learns_of_reports_about_them_before_somebody_decided(both: Database) -> None:
    """Nor of what rules found, of measures that Mattermost refused, of what began by itself; then they read days."""
    cases, work = BY_NAME["moderation_case"].table, BY_NAME["work"].table
    copy = await read(both, ANNA)
    [case] = copy["moderation_case"]
    moments = [case["ouvert le"], case["décidé le"], *(copy["moderation_hit"][0][name] for name in ("le",))]
    moments += [copy["moderation_measure"][0][name] for name in ("début", "fini le")] + [copy["work"][0]["créé le"]]
    assert {type(moment) for moment in moments} == {date}
    async with both.transaction() as db:
        await db.execute(update(cases).values(decided_at=None))
        await db.execute(update(work).values(topic=None))
    copy = await read(both, ANNA)
    hidden = ("moderation_case", "moderation_measure", "moderation_hit", "work")
    assert [name for name in hidden if copy[name]] == []
    async with both.transaction() as db:
        await db.execute(update(cases).values(decided_at=NOW))
        await db.execute(update(BY_NAME["moderation_measure"].table).values(ended_by=REFUSED))
    assert (await read(both, ANNA))["moderation_measure"] == []


async def erase(database: Database, name: str) -> None:
    """Each step twice: once killed before its end."""
    async with database.transaction() as db:
        await transitions.note_erasure(db, Erasure(user_id=make_id(name), asked_at=NOW, due_at=NOW))
    for _ in range(STEPS):
        for is_killed in (True, False):
            try:
                async with database.transaction() as db:
                    found = await transitions.lock_erasure(db, make_id(name))
                    assert found
                    await rights.erase_step(db, found, NOW)
                    if is_killed:
                        raise InterruptedError
            except InterruptedError:
                continue


async def traces(database: Database) -> set[str]:
    """The tables in which something still says who Anna is."""
    found = set()
    async with database.transaction(writes=False) as db:
        for table in list_tables():
            raw = [cast(c, Text) if isinstance(c.type, JSON) else c for c in table.columns]
            told = str([tuple(row) for row in (await db.execute(select(*raw))).all()])
            found |= {table.name} if any(mark in told for mark in _marks()) else set()
    return found


def _marks() -> list[str]:
    return [make_id(ANNA), f"'{ANNA}'", f"@{ANNA}", f'"{ANNA}"']


async def test_after_an_erasure_nothing_says_who_it_was(both: Database) -> None:
    """But where the law lets it stay, and it is said why; what is of others stays."""
    before = await read(both, BERT)
    assert await traces(both) > {"cra", "ticket", "resource", "person"}
    await erase(both, ANNA)
    assert await traces(both) == {one.name for one in PERSONAL_DATA if one.fate is ErasureFate.KEPT}
    after = await read(both, BERT)
    assert {name: len(rows) for name, rows in after.items()} == {name: len(rows) for name, rows in before.items()}
    async with both.transaction(writes=False) as db:
        done = await transitions.get_erasure(db, make_id(ANNA))
        assert done
        assert (done.done_at, done.pseudonym, done.step) == (NOW, "", STEPS)


async def test_after_an_erasure_cases_about_others_do_not_name_them(both: Database) -> None:
    """What was said around a message, whose answers went with a thread; one’s own case stays."""
    assert make_id(ANNA) in await kept_about(both, BERT)
    await erase(both, ANNA)
    told = await kept_about(both, BERT)
    assert make_id(ANNA) not in told
    assert make_id(BERT) in told
    assert make_id(ANNA) in await kept_about(both, ANNA)


async def kept_about(database: Database, name: str) -> str:
    """What the cases and measures that concern somebody keep."""
    cases, taken = BY_NAME["moderation_case"].table.c, BY_NAME["moderation_measure"].table.c
    async with database.transaction(writes=False) as db:
        kept = (await db.execute(select(cases.context, cases.proposed).where(cases.author_id == make_id(name)))).all()
        before = (await db.execute(select(taken.before).where(taken.user_id == make_id(name)))).all()
        return str([*map(tuple, kept), *map(tuple, before)])


async def test_words_of_ones_own_go_too(both: Database) -> None:
    await erase(both, ANNA)
    async with both.transaction(writes=False) as db:
        ticket = BY_NAME["ticket"].table.c
        rows = (await db.execute(select(ticket.subject, ticket.details, ticket.solution).order_by(ticket.id))).all()
        assert tuple(rows[0]) == ("(effacé)", "", "")
        assert f"mot de {BERT}" in rows[1].details
        assert (await db.execute(select(func.count()).select_from(BY_NAME["ticket_line"].table))).scalar_one() == 1


async def test_figures_are_the_same_and_the_author_is_nobody(database: Database) -> None:
    juliette, jean = make_conseiller("j" * 26), make_conseiller("k" * 26)
    async with database.transaction() as db:
        await register_all(db, juliette, jean)
        await store_reports(db, juliette, *(make_report(date=date(2026, 10, day)) for day in range(1, 21)))
        await store_reports(db, jean, make_report())
    before = await figures(database)
    async with database.transaction() as db:
        await transitions.note_erasure(db, Erasure(user_id=juliette.id, asked_at=NOW, due_at=NOW))
    for _ in range(STEPS):
        async with database.transaction() as db:
            found = await transitions.lock_erasure(db, juliette.id)
            assert found
            await rights.erase_step(db, found, NOW)
    assert await figures(database) == before
    async with database.transaction(writes=False) as db:
        authors = set((await db.execute(select(Cra.author_id, Cra.structure, Cra.key))).all())  # type: ignore[call-overload]
    (nobody,) = {author for author, _, _ in authors} - {jean.id}
    assert nobody != juliette.id
    assert {structure for author, structure, _ in authors if author == nobody} == {None}
    async with database.transaction(writes=False) as db:
        assert [one.username for one in await people.every(db)] == [jean.username]


async def figures(database: Database) -> Any:
    """What territories add up, without whose it is."""
    async with database.transaction(writes=False) as db:
        months = [c for c in CRA_MONTH.c if c.name != "author_id"]
        rows = sorted(tuple(row) for row in (await db.execute(select(*months))).all())
        who = (await db.execute(select(func.count(CRA_MONTH.c.author_id.distinct())))).scalar_one()
        days = date(2026, 1, 1), date(2027, 1, 1)
        told = [await read_exact_figures(db, place, *days) for place in (NATION, RHONE)]
        return rows, who, told


async def test_who_is_not_in_the_register_is_erased_too_and_leaves_no_pseudonym(both: Database) -> None:
    async with both.transaction() as db:
        for name in ("cra_last_commune", "stats_subscription", "cra_month", "cra"):
            mine = BY_NAME[name].mine(make_id(ANNA))
            await db.execute(delete(BY_NAME[name].table).where(mine))
        await db.execute(delete(BY_NAME["person"].table).where(BY_NAME["person"].table.c.id == make_id(ANNA)))
    await erase(both, ANNA)
    async with both.transaction(writes=False) as db:
        ticket, person = BY_NAME["ticket"].table.c, BY_NAME["person"].table.c
        assert set((await db.execute(select(ticket.username))).scalars()) == {people.ERASED, BERT}
        assert (await db.execute(select(person.username))).scalars().all() == [BERT]


async def test_who_files_in_the_middle_of_an_erasure_is_erased_once_more(database: Database) -> None:
    juliette = make_conseiller("j" * 26)
    async with database.transaction() as db:
        await register_all(db, juliette)
        await store_reports(db, juliette, make_report())
        await transitions.note_erasure(db, Erasure(user_id=juliette.id, asked_at=NOW, due_at=NOW))
    steps = 0
    while True:
        async with database.transaction() as db:
            found = await transitions.lock_erasure(db, juliette.id)
            assert found
            if found.done_at:
                break
            if steps == 4:
                await store_reports(db, juliette, make_report())
            await rights.erase_step(db, found, NOW)
            steps += 1
    assert steps == 2 * STEPS
    async with database.transaction(writes=False) as db:
        assert (await db.execute(select(func.count()).where(Cra.author_id == juliette.id))).scalar_one() == 0  # type: ignore[arg-type]
