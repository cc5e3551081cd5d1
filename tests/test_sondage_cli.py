"""« coop-bot export poll »: what it shows of a poll, and of whom."""

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from storage import people
from storage import sondage as polls
from storage.database import Database
from storage.people import Person, Role
from storage.sondage import Ballot, PollState, Results, count_ballots, votes
from storage.sondage.votes import NamedVote
from tests.support.databases import database
from tests.support.publications import POLL_NOW, make_poll
from tests.support.workplace import run_command

__all__ = ["database"]


HEAD = ["question", "reponse", "departement", "votes", "participants"]


@pytest.fixture
def here(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The database that the command is told of."""
    monkeypatch.setenv("COOP_DATABASE_URL", database.url.render_as_string(hide_password=False))
    return database


async def poll(here: Database, **values: Any) -> int:
    """The number of a poll."""
    async with here.transaction() as db:
        number = await polls.add_poll(
            db, make_poll(**({"question": "=1+1 ?", "options": ["Oui", "-Non"], "state": PollState.OPEN} | values))
        )
    assert number is not None
    return number


Typed = Callable[..., Awaitable[tuple[int, str, str]]]


@pytest.fixture
def typed(here: Database, capfdbinary: pytest.CaptureFixture[bytes]) -> Typed:
    """What the process exits with, and says."""

    async def type_it(*words: str) -> tuple[int, str, str]:
        code = await asyncio.to_thread(run_command, "export", "poll", *words)
        said = capfdbinary.readouterr()
        return code, said.out.decode(), said.err.decode()

    return type_it


async def exported(typed: Typed, number: int) -> list[list[str]]:
    """Its lines, from the standard output."""
    code, out, err = await typed(str(number))
    assert code == 0, err
    assert out.startswith("\ufeff")
    return list(csv.reader(io.StringIO(out.removeprefix("\ufeff"), newline=""), delimiter=";"))


async def test_each_answer_of_everybody_and_of_each_place(here: Database, typed: Typed) -> None:
    ballots = [Ballot(1, "69")] * 5 + [Ballot(2, "38")] * 6
    results = count_ballots(2, ballots, anonymous=True)
    number = await poll(here, state=PollState.ENDED, ended_at=POLL_NOW, results=results.stored())
    assert await exported(typed, number) == [
        HEAD,
        ["'=1+1 ?", "Oui", "Tous", "5", "11"],
        ["'=1+1 ?", "'-Non", "Tous", "6", "11"],
        ["'=1+1 ?", "Oui", "Isère (38)", "0", "6"],
        ["'=1+1 ?", "'-Non", "Isère (38)", "6", "6"],
        ["'=1+1 ?", "Oui", "Rhône (69)", "5", "5"],
        ["'=1+1 ?", "'-Non", "Rhône (69)", "0", "5"],
    ]


async def test_votes_with_names_are_shown_while_it_is_open(here: Database, typed: Typed, tmp_path: Path) -> None:
    number = await poll(here, anonymous=False, several=True)
    async with here.transaction() as db:
        row = Person(id="j" * 26, username="juliette", role=Role.CONSEILLER, prenom="Juliette", nom="B", since=POLL_NOW)
        await people.register_person(db, row)
        for user, choices in (("j" * 26, 3), ("p" * 26, 2)):
            await votes.note_voter(db, number, user)
            await votes.put_vote(
                db, NamedVote(poll=number, user_id=user, choices=choices, departement="69", at=POLL_NOW)
            )
    assert [line[3:] for line in await exported(typed, number)] == [["votes", "participants"], ["1", "2"], ["2", "2"]]
    written = tmp_path / "sondage.csv"
    code, out, _ = await typed(str(number), "--votes", "--output", str(written))
    assert (code, str(written) in out) == (0, True)
    lines = list(csv.reader(written.read_text("utf-8-sig").splitlines(), delimiter=";"))
    assert lines[0] == ["question", "personne", "departement", "reponses", "date"]
    assert [line[1:4] for line in lines[1:]] == [
        ["Juliette B", "Rhône (69)", "Oui | -Non"],
        ["quelqu’un qui n’est plus là", "Rhône (69)", "'-Non"],
    ]


async def test_of_secret_votes_only_how_many_until_the_end(here: Database, typed: Typed) -> None:
    number = await poll(here)
    async with here.transaction() as db:
        await votes.note_voter(db, number, "j" * 26)
    assert [line[2:] for line in (await exported(typed, number))[1:]] == [["Tous", "", "1"]] * 2
    code, _, err = await typed(str(number), "--votes")
    assert (code, "secrets" in err) == (1, True)


async def test_of_secret_votes_that_are_shown_the_last_standing_and_no_vote_more(here: Database, typed: Typed) -> None:
    number = await poll(here, live=True, results=Results(5, (3, 2)).stored())
    async with here.transaction() as db:
        for voter in range(11):
            await votes.note_voter(db, number, f"{voter:026}")
    assert [line[2:] for line in (await exported(typed, number))[1:]] == [["Tous", "3", "5"], ["Tous", "2", "5"]]


@pytest.mark.parametrize(("state", "sentence"), [(PollState.DRAFT, "Aucun sondage"), (PollState.WITHDRAWN, "retiré")])
async def test_what_is_not_there_is_refused(here: Database, typed: Typed, state: PollState, sentence: str) -> None:
    number = await poll(here, state=state)
    for asked, words in ((number, sentence), (number + 1, "Aucun sondage")):
        code, _, err = await typed(str(asked))
        assert (code, words in err) == (1, True), err


@pytest.mark.parametrize("text", ["douze", "0", "-1", "99999999999"])
async def test_what_is_no_number_is_badly_written(typed: Typed, text: str) -> None:
    code, _, err = await typed(text)
    assert (code, "export poll" in err) == (2, True)


@pytest.mark.parametrize(("start", "end", "found"), [(-1, 1, True), (0, 1, True), (-1, 0, False), (1, 2, False)])
async def test_a_digest_finds_what_ended_in_its_days(database: Database, start: int, end: int, found: bool) -> None:
    results = {"votes": 0, "counts": [], "places": []}
    number = await poll(database, state=PollState.ENDED, ended_at=POLL_NOW, public=True, results=results)
    days = [POLL_NOW + timedelta(days=day) for day in (start, end)]
    async with database.transaction(writes=False) as db:
        ended = await polls.list_ended_between(db, *days)
    assert [(one.number, one.public, one.known is not None) for one in ended] == [(number, True, True)] * found
