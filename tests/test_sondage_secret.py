"""Secret votes: no table, file or log ties what was chosen to who chose it, and only a code finds a ballot again."""

import itertools
import json
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError
from sqlmodel import SQLModel

from bot.context import Context, Request
from bot.forms import name_of
from commands.sondage import submit_vote
from config.settings import Settings
from dialogs.sondage import CODE_SIGNS, VoteOne
from storage import sondage as polls
from storage.database import Database
from storage.people import Person as Registered
from storage.people import Role
from storage.sondage import Ballot, Poll, PollState, votes
from storage.sondage.votes import BoxSeal
from tests.people import Dialog, Person
from tests.support.databases import database
from tests.support.faults import block_database
from tests.support.house import LOG, House, age_links
from tests.support.publications import (
    OUTILS,
    ask_poll,
    end_poll,
    find_said,
    make_club,
    make_voters,
    plain_spaces,
    read_code,
    read_poll,
    read_poll_number,
    run_job,
)

__all__ = ["database"]


NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SECRETS = ("un-secret-de-trente-deux-caracteres", "un-autre-secret-de-trente-caracteres")


async def casts(house: House, person: Person, post: Any, answer: str) -> str:
    """Somebody votes, and keeps their code."""
    form = await person.opens_by(post, "Voter")
    code = read_code(form)
    assert (await form.fill(reponse=answer).submit()).accepted
    await person.told("enregistré")
    return code


async def rows(bot_database: Database) -> dict[str, list[dict[str, Any]]]:
    """Everything in every table."""
    async with bot_database.transaction(writes=False) as db:
        return {
            table.name: [dict(row) for row in (await db.execute(table.select())).mappings()]
            for table in SQLModel.metadata.sorted_tables
        }


def files(house: House, *, but_database: bool = True) -> str:
    """Everything in every file of the bot’s, the database’s and its journals’ apart."""
    own = Path(make_url(house.settings.database_url).database or "").name
    found = [path for path in house.settings.data_dir.rglob("*") if path.is_file()]
    found += list(Path(make_url(house.settings.database_url).database or "").parent.glob(f"{own}*"))
    wanted = {path for path in found if not (but_database and path.name.startswith(own))}
    # By another process: to close a file of SQLite’s ends the locks that this one holds on it.
    return "".join(
        subprocess.check_output(["cat", path]).decode("utf-8", "replace") for path in wanted if path.is_file()
    )


def written(row: dict[str, Any]) -> str:
    return json.dumps(row, default=str, ensure_ascii=False)


@pytest.mark.both_databases
async def test_nothing_that_is_kept_says_who_chose_what(house: House) -> None:
    author = await house.conseiller("autrice")
    voters = await make_voters(house, 6, "69", "38")
    channel = await make_club(house, author, *voters)
    post = await ask_poll(house, author, channel)
    log_before = len(LOG.getvalue())
    codes = [await casts(house, person, post, str(at % 3 + 1)) for at, person in enumerate(voters)]
    await house.settled()
    for name, found in (await rows(house.bot.database)).items():
        for row in found:
            told = written(row)
            assert not any(code in told or code.replace("-", "") in told for code in codes), name
            assert "reponse" not in told.replace("reponses", ""), name
            if any(person.id in told for person in voters):
                assert not any(option in told for option in OUTILS), (name, told)
    elsewhere = files(house) + LOG.getvalue()[log_before:]
    assert name_of(VoteOne) not in elsewhere.replace('"name": "sondage.VoteOne"', "")
    for secret in [*codes, *(code.replace("-", "") for code in codes), *OUTILS, *(person.id for person in voters)]:
        assert secret not in elsewhere
    everything = files(house, but_database=False)
    assert not any(code in everything or code.replace("-", "") in everything for code in codes)
    box = (await rows(house.bot.database))["poll_box"]
    assert {row["poll"] for row in box} >= {read_poll_number(post)}
    await end_poll(house, read_poll_number(post))
    after = await rows(house.bot.database)
    for name in ("poll_box", "poll_voter", "poll_vote"):
        assert all(row["poll"] != read_poll_number(post) for row in after[name]), name
    house.clock.is_right_again()


VOTERS = [f"{at:026}" for at in range(6)]
CHOICES = [1, 1, 2, 2, 4, 4]


async def told(bot_database: Database, voters: Sequence[str], choices: Sequence[int], codes: Sequence[str]) -> int:
    """The number of a poll in which these voted so, one after the other, with these codes."""
    async with bot_database.transaction() as db:
        poll = Poll(key="".join(codes)[:26], question="?", options=OUTILS, state=PollState.OPEN, created_at=NOW,
                    ends_at=NOW + timedelta(days=1))  # fmt: skip
        number = await polls.add_poll(db, poll)
    assert number is not None
    settings = Settings(secret=SECRETS[0])
    for voter, choice, code in zip(voters, choices, codes, strict=True):
        form = VoteOne(poll=number, question="?", options=OUTILS, code=code, answer=str(choice.bit_length()))
        async with bot_database.transaction() as db:
            user = Registered(id=voter, username=voter, role=Role.CONSEILLER, departements=["69"], since=NOW)
            nothing: Any = None
            parts = (nothing, settings, nothing, nothing, nothing)
            await submit_vote(Context(user, Request("submit", "", voter), NOW, db, *parts), form)
    return number


async def kept(bot_database: Database, number: int) -> tuple[list[Any], int, list[Ballot]]:
    """What the tables have of a poll: its voters as they lie there, how long its box is, what is in it, in order."""
    async with bot_database.transaction(writes=False) as db:
        voters = (await db.execute(text("SELECT user_id FROM poll_voter WHERE poll = :n"), {"n": number})).all()
        sealed = (await db.execute(text("SELECT sealed FROM poll_box WHERE poll = :n"), {"n": number})).scalar_one()
        found = await votes.read_box(db, BoxSeal(number, SECRETS[:1]))
    return [row[0] for row in voters], len(sealed), [found[key] for key in sorted(found)]


async def test_whoever_chose_what_and_in_whatever_order_the_tables_are_the_same(database: Database) -> None:
    codes = ["".join(itertools.repeat(sign, 8)) for sign in CODE_SIGNS[:6]]
    first = await kept(database, await told(database, VOTERS, CHOICES, codes))
    turned = await kept(database, await told(database, VOTERS[::-1], CHOICES, codes[::-1]))
    assert sorted(first[0]) == sorted(turned[0])
    assert first[1] == turned[1]
    assert sorted(first[2]) == sorted(turned[2])
    async with database.transaction(writes=False) as db:
        columns = (await db.execute(SQLModel.metadata.tables["poll_voter"].select())).keys()
    assert list(columns) == ["poll", "user_id"], "no moment, no number of a row, no choice"
    if database.is_sqlite:
        assert first[0] == turned[0] == sorted(VOTERS), "they lie in the order of their ids"
        with pytest.raises(OperationalError):
            async with database.transaction(writes=False) as db:
                await db.execute(text("SELECT rowid FROM poll_voter"))


@pytest.mark.every_mode
async def test_a_code_changes_the_ballot_it_belongs_to_and_no_other_does(house: House) -> None:
    author = await house.conseiller("autrice")
    voters = await make_voters(house, 5)
    channel = await make_club(house, author, *voters)
    post = await ask_poll(house, author, channel)
    codes = [await casts(house, person, post, "1") for person in voters]
    form = await voters[0].opens_by(post, "Voter")
    assert form.title == "Changer mon vote"
    for wrong, sentence in (("AAAA-AAAA", "n’a ce code"), ("0000", "huit lettres ou chiffres")):
        answer = await form.fill(votre_code=wrong, reponse="2").submit()
        assert sentence in plain_spaces(answer.errors["votre_code"])
    assert (await form.fill(votre_code=f" {codes[0].lower()} ", reponse="2").submit()).accepted
    await voters[0].told("enregistré")
    await end_poll(house, read_poll_number(post))
    (results,) = [plain_spaces(one.text) for one in await find_said(house, channel, "c’est terminé")]
    assert "5 votes" in results
    assert "1. Visio : 4 votes, 80 %" in results
    assert "2. Agenda partagé : 1 vote, 20 %" in results
    house.clock.is_right_again()


async def test_two_windows_of_one_person_make_one_vote(house: House) -> None:
    author, marc = await house.conseiller("autrice"), await house.conseiller("marc")
    channel = await make_club(house, author, marc)
    post = await ask_poll(house, author, channel)
    first = await marc.opens_by(post, "Voter")
    second = await marc.opens_by(post, "Voter")
    assert read_code(first) != read_code(second)
    assert (await second.fill(reponse="1").submit()).accepted
    assert "déjà voté" in str(await first.fill(reponse="2").submit())
    await house.settled()
    async with house.bot.database.transaction(writes=False) as db:
        box = await votes.read_box(db, BoxSeal(read_poll_number(post), house.settings.secrets))
    assert [ballot.choices for ballot in box.values()] == [1]


async def test_a_vote_that_could_not_be_taken_is_on_no_disk(house: House) -> None:
    author, marc = await house.conseiller("autrice"), await house.conseiller("marc")
    channel = await make_club(house, author, marc)
    post = await ask_poll(house, author, channel)
    form: Dialog = await marc.opens_by(post, "Voter")
    code = read_code(form).replace("-", "")
    async with block_database(house):
        assert not (await form.fill(reponse="1").submit()).accepted
        assert all(said_there not in files(house) for said_there in (code, "sondage.VoteOne"))
    with age_links(timedelta(days=2)):
        await form.fill(reponse="1").submit()
    assert all(said_there not in files(house) for said_there in (code, "sondage.VoteOne"))
    async with house.bot.database.transaction(writes=False) as db:
        drafts = (await db.execute(SQLModel.metadata.tables["draft"].select())).mappings().all()
    assert [row for row in drafts if row["user_id"] == marc.id] == []


async def test_a_box_that_no_secret_opens_waits_for_the_operator(house: House) -> None:
    author = await house.conseiller("autrice")
    channel = await make_club(house, author)
    number = read_poll_number(await ask_poll(house, author, channel))
    async with house.bot.database.transaction() as db:
        await votes.write_box(db, BoxSeal(number, SECRETS), {b"k" * 16: Ballot(1, "69")})
    before = len(LOG.getvalue())
    await end_poll(house, number)
    assert "poll_box_not_opened" in LOG.getvalue()[before:]
    assert (await read_poll(house, number)).state is PollState.OPEN
    async with house.bot.database.transaction() as db:
        await votes.forget_box(db, number)
    await run_job(house, "sondage.end_due", f"encore {number}")
    await house.settled()
    assert (await read_poll(house, number)).state is PollState.ENDED
    house.clock.is_right_again()
