"""Long lines and long fields: nobody is kept waiting by them, nothing is read in part, and the person is told."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from bot.context import Request
from bot.dispatch import LINE_MAX
from bot.forms.kinds import LONG_MAX, TEXT_MAX
from commands import FEATURES
from storage.people import Role
from tests import one_in
from tests.people import Person
from tests.support.cra import fill_workshop
from tests.support.house import House
from tests.support.security import Attacker, mallory
from tests.test_readers_time import PIECES, SHORT, STEEPEST, TIMES, hostile

__all__ = ["mallory"]


pytestmark = pytest.mark.both_databases

COMMANDS = {t.key[1]: t for f in FEATURES for t in f.triggers if t.key[0] == "command"}
EVERY_COMMAND = pytest.mark.parametrize("name", COMMANDS)
WORST = ("spaces", "range", "words", "guillemets", "run of marks", "coop", "digits", "names")
NOISE_S = 0.05
"""Seconds of processor time that a whole request takes anyway on a busy machine, and then some."""

EDGE_ROLES = (Role.ANIMATEUR, Role.COORDINATEUR, Role.CONSEILLER)
TRIES = 4
"""What the process does beside it, now and then, counts too: it is never so slow each time."""


async def somebody(house: House, name: str) -> Person:
    """Who may use a command."""
    roles = COMMANDS[name].roles
    if Role.CONSEILLER in roles:
        return await house.conseiller("nadia")
    return await house.someone(next(r for r in Role if r in roles), "nadia")


@pytest.mark.newest_only
@pytest.mark.parametrize("name", one_in(4, [*COMMANDS]))
async def test_a_line_that_is_too_long_is_refused_whole(house: House, name: str) -> None:
    person = await somebody(house, name)
    for text in ("a" + " " * 16_000 + "b", "du 1 au 1 " * 1_600, "x" * (LINE_MAX + 1)):
        said = str((await house.bot.dispatcher.run(Request("command", name, person.id), text))["text"])
        assert "trop longue" in said
        assert "2\u202f000 au plus" in said
    assert await house.reports(person) == []


@pytest.mark.newest_only
async def test_no_command_fails_at_the_edges_of_the_calendar(house: House) -> None:
    """Of the first and the last day of all, some zones have no moment."""
    people = [await house.someone(role, role.value) for role in (Role.ANIMATEUR, Role.COORDINATEUR)]
    people.append(await house.conseiller("nadia"))
    for name, trigger in COMMANDS.items():
        person = next((one for one, role in zip(people, EDGE_ROLES, strict=True) if role in trigger.roles), people[0])
        for days in ("01/01/0001", "31/12/9999", "9999", "0001", "0"):
            answer = await house.bot.dispatcher.run(Request("command", name, person.id), days)
            assert "Une erreur est survenue" not in str(answer.get("text")), (name, days)


async def test_people_are_told_of_a_line_that_is_too_long(juliette: Person) -> None:
    post = await juliette.asks(f"/cra atelier {'mail, ' * 1_000}")
    assert "trop longue" in post.text
    assert post.buttons == []
    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_the_longest_line_is_read(juliette: Person) -> None:
    line = "atelier 8p 1h30 mail +60 ".ljust(LINE_MAX - 5) + "hier"
    assert "Atelier Collectif" in (await juliette.asks(f"/cra {line}")).text


@pytest.mark.slow
@pytest.mark.newest_only
@EVERY_COMMAND
async def test_a_command_takes_no_more_than_its_share_for_a_longer_line(
    house: House, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where lines are not cut: both fences hold by themselves."""
    monkeypatch.setattr("bot.dispatch.LINE_MAX", 10 * SHORT * TIMES)
    person = await somebody(house, name)

    async def seconds(text: str) -> float:
        began = time.thread_time()
        await house.bot.dispatcher.run(Request("command", name, person.id), text)
        return time.thread_time() - began

    await seconds("")  # what is read once and kept at hand is read by now
    for piece in WORST:
        short, long = (hostile(PIECES[piece], length)[1] for length in (SHORT, SHORT * TIMES))
        for _ in range(TRIES):
            taken = await seconds(long)
            if taken < NOISE_S or taken < STEEPEST * await seconds(short):
                break
        else:
            pytest.fail(f"{piece}: each of {TRIES} times it took more than its share")


async def test_another_is_answered_while_somebody_sends_hostile_lines(
    house: House, mallory: Attacker, juliette: Person
) -> None:
    hostile_line = mallory.command(command="/stats", text="exporter a" + " " * 48_000 + "b")
    sent = [asyncio.create_task(mallory.sends_form(hostile_line)) for _ in range(20)]
    assert (await juliette.opens("/cra")).is_open
    assert {status for status, _ in await asyncio.gather(*sent)} == {200}


async def test_a_field_that_is_too_long_is_refused_under_it_and_not_kept(house: House, mallory: Attacker) -> None:
    form = await fill_workshop(mallory.person)
    body = mallory.submission(form)
    body["submission"] |= {"commune": "Vaulx " * 9_000, "themes_plus": "mail," * 20_000, "autre": "x" * 90_000}
    errors = (await mallory.sends("/dialogs", body))[1]["errors"]
    assert str(TEXT_MAX) in errors["commune"]
    assert all("Raccourcissez" in sentence for sentence in errors.values())
    assert len(errors) == 2
    journals = [p.read_text() for p in (Path(house.settings.data_dir) / "spool").glob("*.jsonl")]
    longest = max((len(line) for text in journals for line in text.splitlines()), default=0)
    assert longest < 2 * (LONG_MAX + 20 * TEXT_MAX)
    assert await house.reports(mallory.person) == []


async def test_what_no_database_keeps_is_left_out(house: House, mallory: Attacker) -> None:
    form = await fill_workshop(mallory.person)
    body = mallory.submission(form)
    body["submission"]["commune"] = "69120 Vaulx\0-en-Velin"
    assert (await mallory.sends("/dialogs", body)) == (200, {})
    assert len(await house.reports(mallory.person)) == 1
    status, answer = await mallory.sends_form(mallory.command(text="liste sept\0embre"))
    assert (status, "\0" in json.dumps(answer)) == (200, False)
