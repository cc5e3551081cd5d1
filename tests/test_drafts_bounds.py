"""What is kept of dialogs that were refused: all that people can type, and no more, of nobody too many."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from bot.drafts import DRAFT_MAX, trim_submission
from bot.forms import name_of
from bot.spool import Submission
from dialogs.cra import NewCra
from storage import drafts
from storage.database import Database
from storage.drafts import DRAFTS_PER_PERSON, Draft
from tests import examples
from tests.people import Person, unique
from tests.support.cra import fill_workshop, read_mistake
from tests.support.databases import database
from tests.support.faults import fill_up
from tests.support.house import House, wait_until
from tests.support.security import Attacker, make_links, mallory
from tests.test_readers_time import steep

__all__ = ["database", "mallory"]


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONG = "é\U0001f600\ud800\x00" * 70_000
"""280 kB, and more in JSON."""
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.just(LONG),
    lambda inner: st.lists(inner, max_size=200) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=40,
)
ELEMENTS = ("commune", "participants", "theme1", "themes", "themes_plus", "date", "inconnu", "k" * 5000)


def sent(raw: dict[str, Any], form: str = name_of(NewCra)) -> Submission:
    return Submission(form, "k" * 22, "p" * 26, raw, {})


@pytest.mark.parametrize("form", [name_of(NewCra), "cra.OldCra"])
@examples(40)
@given(raw=st.dictionaries(st.sampled_from(ELEMENTS) | st.text(), anything, max_size=12))
def test_whatever_is_sent_little_is_kept_and_any_database_takes_it(form: str, raw: dict[str, Any]) -> None:
    kept = trim_submission(sent(raw, form)).raw
    said = json.dumps(kept, allow_nan=False)
    assert len(said) <= DRAFT_MAX
    assert json.loads(said) == kept
    said.encode()
    json.dumps(kept, ensure_ascii=False).encode()  # no lone surrogate
    assert trim_submission(sent(kept, form)).raw == kept


def everywhere(value: object) -> dict[str, Any]:
    """The same under every name."""
    return dict.fromkeys(ELEMENTS, value)


SENT: dict[str, Callable[[str], dict[str, Any]]] = {
    "many values": lambda text: {f"{i} {piece}": piece for i, piece in enumerate(text)},
    "long names": lambda text: {f"{text}{i}": "" for i in range(20)},
    "long values": everywhere,
    "long lists": lambda text: everywhere([*text]),
    "lists of long values": lambda text: everywhere([text] * 20),
    "lists in lists": lambda text: everywhere([[[piece] for piece in text]]),
}
"""What somebody may send to keep the bot at work, of the size of a text."""


@pytest.mark.slow
@pytest.mark.parametrize("what", SENT)
@pytest.mark.parametrize("form", [name_of(NewCra), "cra.OldCra"])
def test_what_is_kept_is_found_in_no_more_than_its_share(form: str, what: str) -> None:
    """Of a form that is gone, too: dialogs of it may still be open, and are somebody’s to send."""
    assert steep(lambda text: trim_submission(sent(SENT[what](text), form)), {"accents": "é", "letters": "ab"}) == []


def test_of_a_form_that_is_gone_what_people_typed_is_kept() -> None:
    typed = {f"champ{number}": "comme avant " * 5 for number in range(60)}
    assert trim_submission(sent(typed, "cra.OldCra")).raw == typed


async def test_of_one_person_the_newest_drafts_are_kept(database: Database) -> None:
    async with database.transaction() as db:
        await drafts.keep(db, _draft("other", "q" * 26, 0))
    for number in range(3 * DRAFTS_PER_PERSON):
        async with database.transaction() as db:
            await drafts.keep(db, _draft(str(number), "p" * 26, number))
    async with database.transaction() as db:
        await drafts.keep(db, _draft(str(2 * DRAFTS_PER_PERSON), "p" * 26, 3 * DRAFTS_PER_PERSON))  # sent again
    async with database.transaction(writes=False) as db:
        found = await drafts.of(db, "p" * 26, NOON)
        others = await drafts.of(db, "q" * 26, NOON)
    newest = [2 * DRAFTS_PER_PERSON, *range(3 * DRAFTS_PER_PERSON - 1, 2 * DRAFTS_PER_PERSON, -1)]
    assert [d.key for d in found] == [str(n) for n in newest]
    assert [d.key for d in others] == ["other"]


def _draft(key: str, who: str, minutes: int) -> Draft:
    at = NOON + timedelta(minutes=minutes)
    return Draft(key=key, user_id=who, form="cra.NewCra", raw={}, hidden={}, saved_at=at)


@pytest.mark.both_databases
async def test_many_refused_submissions_leave_a_person_s_twenty(
    house: House, juliette: Person, mallory: Attacker
) -> None:
    read_mistake(await (await fill_workshop(juliette, participants=300)).submit(), "participants")
    form = await fill_workshop(mallory.person, participants=300)
    await _send_many(mallory, form, 2 * DRAFTS_PER_PERSON)
    async with house.bot.database.transaction(writes=False) as db:
        sizes = text("SELECT length(CAST(raw AS text)) FROM draft WHERE user_id = :who")
        found = (await db.execute(sizes, {"who": mallory.person.id})).scalars().all()
    assert len(found) == DRAFTS_PER_PERSON
    assert max(found) <= DRAFT_MAX
    assert (await juliette.opens("/cra brouillon")).shown("participants") == "300"


@pytest.mark.both_databases
async def test_neither_do_they_fill_the_journal_while_the_database_is_away(house: House, mallory: Attacker) -> None:
    folder = house.settings.data_dir / "spool"
    form = await fill_workshop(mallory.person, participants=300)
    async with fill_up(house):
        await _send_many(mallory, form, 2 * DRAFTS_PER_PERSON)
        left = house.bot.spool.submissions()
        assert len(left) <= DRAFTS_PER_PERSON
        assert sum(path.stat().st_size for path in folder.iterdir()) < 2_000_000
    await wait_until(lambda: not house.bot.spool.submissions())


async def _send_many(mallory: Attacker, form: Any, count: int) -> None:
    """Dialogs of 280 kB with a mistake, each under a key of its own."""
    state = make_links(mallory.house).open("dialog", form.state)
    body = mallory.submission(form)
    body["submission"] |= {"commune": "x" * 100_000, "themes_plus": "y" * 90_000, "autre": "z" * 90_000}
    for _ in range(count):
        body["state"] = make_links(mallory.house).seal("dialog", state | {"k": unique("k")})
        status, answer = await mallory.sends("/dialogs", body)
        assert (status, "errors" in answer) == (200, True)
