"""Stories: after a crash what was accepted is left alone, what was not becomes a draft, each submission apart."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot import recovery
from bot.drafts import Drafts
from bot.forms import name_of
from bot.links import Links
from dialogs.cra import EditCra, NewCra
from dialogs.stats import TakeAway
from sandbox.faults import Faults
from storage import drafts
from tests.people import Dialog, Person, unique
from tests.support.cra import file_workshop, fill_workshop
from tests.support.house import LOG, House, wait_for, wait_until

NEWS = "n’a pas pu être enregistrée"


def key_of(house: House, form: Dialog) -> str:
    """The one-time key of a dialog."""
    return str(Links(house.settings.secrets).open("dialog", form.state)["k"])


def left(key: str, person: Person, form: str = name_of(NewCra), **more: Any) -> str:
    """A line of a journal."""
    raw = more.pop("raw", {"participants": "8"})
    return json.dumps({"form": form, "key": key, "user_id": person.id, "raw": raw, "hidden": {}, **more}) + "\n"


async def crashed(house: House, *lines: str) -> Path:
    """The bot starts anew, and finds these lines; the folder of its journal, once it has gone through them."""
    folder = house.settings.data_dir / "spool"
    await house.stop()
    (folder / "0.jsonl").write_text("".join(lines))
    await house.start()
    await wait_until(lambda: not house.bot.spool.submissions())
    return folder


async def test_what_was_filed_before_the_crash_is_not_told_of(house: House, juliette: Person) -> None:
    form = await fill_workshop(juliette)
    assert (await form.submit()).accepted
    await house.settled()
    before = len(await juliette.direct())
    await crashed(house, left(key_of(house, form), juliette), left(unique("k"), juliette))

    await juliette.told(NEWS)
    await house.settled()
    assert len(await juliette.direct()) == before + 1, "of the one that was not filed"
    assert len(await house.reports(juliette)) == 1


async def test_a_change_accepted_before_the_crash_is_not_told_of_either(house: House, juliette: Person) -> None:
    form = await juliette.opens_by(await file_workshop(juliette), "Modifier")
    assert (await form.fill(participants=12).submit()).accepted
    await house.settled()
    before = len(await juliette.direct())
    await crashed(house, left(key_of(house, form), juliette, name_of(EditCra)))

    await house.settled()
    assert len(await juliette.direct()) == before
    assert "Aucun brouillon" in (await juliette.asks("/cra brouillon")).text


async def test_a_window_that_only_reads_is_not_told_of(house: House, juliette: Person) -> None:
    await crashed(house, left(unique("k"), juliette, name_of(TakeAway)))
    await house.settled()
    assert await juliette.direct() == []


BAD = {
    "unknown form": {"form": "cra.OldCra"},
    "key too long": {"key": "k" * 200},
    "another version": {"version": 2},
    "no object": {"raw": []},
}


@pytest.mark.both_databases
@pytest.mark.parametrize("bad", BAD)
async def test_one_bad_line_holds_up_nobody(house: House, juliette: Person, bad: str) -> None:
    if bad == "key too long" and house.settings.database_url.startswith("sqlite"):
        pytest.skip("SQLite takes texts of any length")
    told = LOG.tell()
    line = json.dumps(json.loads(left(unique("b"), juliette)) | BAD[bad]) + "\n"
    juliette.acts()
    folder = await crashed(house, line, left(unique("k"), juliette))

    news = await juliette.told(NEWS)
    assert news.buttons == ["Reprendre"]
    await house.settled()
    assert len(await juliette.direct()) == 1
    laid = [path.read_text() for path in folder.glob("*.aside")]
    for path in folder.glob("*.aside"):
        path.unlink()
    assert [json.loads(text) | {"at": 0.0} for text in laid] == [json.loads(line) | {"at": 0.0}]
    assert "spool_laid_aside" in LOG.getvalue()[told:]


async def test_what_fails_in_a_way_nobody_foresaw_is_tried_again(
    house: House, juliette: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep, failures = Drafts.keep, iter(range(recovery.RECOVERY_TRIES - 1))

    async def fails_at_first(self: Drafts, *what: Any) -> None:
        if next(failures, None) is not None:
            raise RuntimeError("a connection lost in the middle")
        await keep(self, *what)

    monkeypatch.setattr(recovery, "RECOVERY_RETRY", 0.01)
    monkeypatch.setattr(Drafts, "keep", fails_at_first)
    folder = await crashed(house, left(key := unique("k"), juliette))
    assert await wait_for(lambda: _drafts(house, juliette)) == [key]
    await juliette.told(NEWS)
    assert list(folder.glob("*.aside")) == []


async def test_what_always_fails_is_laid_aside_in_the_end(
    house: House, juliette: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: Any) -> None:
        raise RuntimeError("a fault of this version")

    monkeypatch.setattr(recovery, "RECOVERY_RETRY", 0.01)
    monkeypatch.setattr(Drafts, "keep", fails)
    folder = await crashed(house, left(key := unique("k"), juliette))
    (laid,) = folder.glob("*.aside")
    assert json.loads(laid.read_text())["key"] == key
    laid.unlink()


async def test_the_news_of_a_draft_waits_for_nobody_but_the_database(
    house: House, juliette: Person, faults: Faults
) -> None:
    faults.down = True
    faults.drop_sockets()
    await crashed(house, left(key := unique("k"), juliette))
    assert await wait_for(lambda: _drafts(house, juliette)) == [key]


async def _drafts(house: House, person: Person) -> list[str]:
    async with house.bot.database.transaction(writes=False) as db:
        return [draft.key for draft in await drafts.of(db, person.id, house.clock())]
