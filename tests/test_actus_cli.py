"""« coop-bot digest » and « export digest »: a number seen, published once beside a bot or alone, and taken away."""

import asyncio
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from sqlmodel import select

from bot import logs
from bot.app import App
from bot.clock import utc_now
from bot.features import Feature
from cli.actus import NewsDesk
from cli.checks import check_paths
from cli.errors import OperatorError
from commands import actus, controls
from commands.actus import drafts, editions
from config.settings import Settings
from storage import canaux
from storage.actus import digests, items
from storage.actus.digests import Digest, DigestState
from storage.actus.items import Item, ItemKind, NewsSection
from storage.database import change
from tests.modes import MODES, NEWEST
from tests.people import Post
from tests.support.house import LOG, PARIS, list_said, wait_for
from tests.support.membership import room
from tests.support.workplace import Capture, Workplace, begin_command, make_workplace, operate

__all__ = ["digest_workplace", "room"]


@dataclass
class DigestWorkplace(Workplace):
    """A workplace where the operator publishes, with or without a bot at work."""

    def features(self) -> Sequence[Feature]:
        return [actus.feature, controls.travaux]

    async def place(self) -> str:
        """Return the channel in which the news come out, known to the bot."""
        site = self.room.site
        place = await site.channel("actualites", "Actualités")
        async with self.transaction() as db:
            await canaux.remember_channel(db, "actualites", place, utc_now())
        return place

    async def finds(self, *titles: str, **more: Any) -> None:
        """Put items into the pool of the news."""
        usual: dict[str, Any] = {
            "kind": ItemKind.FEED,
            "section": NewsSection.PRESS,
            "text": "Deux phrases.",
            "url": "https://e.fr/a",
        }
        at = utc_now() - timedelta(minutes=5)
        found = [Item(**(usual | {"key": items.make_words_key(t), "title": t, "found_at": at} | more)) for t in titles]
        async with self.transaction() as db:
            await items.add(db, found)

    async def shows(
        self, *options: str, capsys: Capture, edition: str = "vendredi", clock: Callable[[], datetime] = utc_now
    ) -> dict[str, Any]:
        """Run « digest preview --json », and return its JSON."""
        logs.configure("INFO", LOG)
        words = ("--edition", edition, "--json", *options)
        assert await operate(self.settings(), "digest", "preview", *words, clock=clock) == 0
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    async def begins(self, edition: str = "vendredi") -> int:
        """Draft the coming number as « /actus brouillon » does; return its number."""
        async with self.transaction() as db:
            helpdesk = NewsDesk(db, self.settings(), utc_now())
            return (await drafts.open_coming(helpdesk, (await editions.read_editions(helpdesk))[edition])).number

    async def numbers(self) -> Sequence[int]:
        """List the numbers of the digests that there are."""
        async with self.transaction() as db:
            return sorted((await db.exec(select(Digest.number))).all())

    async def publishes(self, number: int, *options: str, settings: Settings | None = None) -> int:
        """Run « digest publish »."""
        logs.configure("INFO", LOG)
        return await operate(settings or self.settings(), "digest", "publish", str(number), *options)

    async def out(self, place: str) -> list[Post]:
        """List the messages of a channel."""
        return await list_said(self.room.site.admin, self.room.bot_id, place)

    async def digest(self, number: int) -> Digest:
        """Read a digest as it is now."""
        async with self.transaction() as db:
            found: Digest = (await db.exec(select(Digest).where(Digest.number == number))).one()
            return found


digest_workplace = make_workplace(DigestWorkplace, "sqlite")


BOTH = pytest.mark.parametrize(
    ("room", "digest_workplace"), [(NEWEST, "sqlite"), (NEWEST, "postgresql")], indirect=True
)
EVERYWHERE = pytest.mark.parametrize(
    ("room", "digest_workplace"), [*((mode, "sqlite") for mode in MODES), (NEWEST, "postgresql")], indirect=True
)


@EVERYWHERE
async def test_seen_and_published_once_however_often(digest_workplace: DigestWorkplace, capsys: Capture) -> None:
    place = await digest_workplace.place()
    await digest_workplace.finds("Un guide paraît", "Une loi change")
    seen = await digest_workplace.shows(capsys=capsys)
    assert set(seen) == {
        *("numero", "edition", "nom", "date", "heure", "jour", "etat", "edito", "parties", "texte")
    }  # fmt: skip
    assert (seen["edition"], seen["nom"], seen["etat"]) == ("vendredi", "Les actus du vendredi", "brouillon")
    (part,) = seen["parties"]
    assert (part["cle"], part["titre"]) == ("presse", "Vu dans la presse")
    assert part["elements"][0] == {
        "numero": 1, "titre": "Un guide paraît", "texte": "Deux phrases.", "lien": "https://e.fr/a", "credit": "",
        "auteur": "", "source": "flux",
    }  # fmt: skip
    assert (await digest_workplace.shows(capsys=capsys))["numero"] == seen["numero"], "the same number at each call"
    assert await digest_workplace.publishes(seen["numero"], "--dry-run") == 0
    told = capsys.readouterr().out
    assert "Où : Actualités" in told
    assert "Un guide paraît" in told
    assert await digest_workplace.out(place) == []
    assert await digest_workplace.publishes(seen["numero"]) == 0
    assert "est sorti dans 1 canal." in capsys.readouterr().out
    assert await digest_workplace.publishes(seen["numero"]) == 0
    assert "est déjà sorti" in capsys.readouterr().out
    (out,) = await digest_workplace.out(place)
    assert [out.message] == (
        await digest_workplace.shows("--date", str(utc_now().astimezone(PARIS).date()), capsys=capsys)
    )["texte"]
    assert len(out.file_ids) == 1
    assert (await digest_workplace.digest(seen["numero"])).state is DigestState.PUBLISHED
    assert (await digest_workplace.shows(capsys=capsys))["numero"] == seen["numero"] + 1


@BOTH
async def test_beside_a_bot_at_work_and_at_its_hour_it_comes_out_once(
    digest_workplace: DigestWorkplace, capsys: Capture
) -> None:
    place = await digest_workplace.place()
    await digest_workplace.finds("Un guide paraît")
    number = await digest_workplace.begins()
    assert (await digest_workplace.shows(capsys=capsys))["numero"] == number
    async with digest_workplace.transaction() as db:
        found = (await db.exec(select(Digest).where(Digest.number == number))).one()
        await change(db, found, state=DigestState.APPROVED, at=utc_now() - timedelta(seconds=1))
    async with digest_workplace.bot() as app:
        both = [digest_workplace.publishes(number) for _ in range(2)]
        assert (await asyncio.gather(app.runs.run(("job", "actus.keep"), "essai"), *both))[1:] == [0, 0]
        await wait_for(lambda: rests(digest_workplace, app))
    assert len(await digest_workplace.out(place)) == 1


async def rests(digest_workplace: DigestWorkplace, app: App) -> bool:
    return not await digest_workplace.waits(app)


@pytest.mark.slow
@BOTH
async def test_killed_on_its_way_it_goes_on_and_doubles_nothing(
    digest_workplace: DigestWorkplace, capsys: Capture
) -> None:
    place = await digest_workplace.place()
    await digest_workplace.finds("Un guide paraît")
    number = (await digest_workplace.shows(capsys=capsys))["numero"]
    for pause in (0.6, 1.2, 2.0):
        with begin_command(digest_workplace.settings(work_calls=2.0), "digest", "publish", str(number)):
            await asyncio.sleep(pause)
    assert await digest_workplace.publishes(number) == 0
    assert len(await digest_workplace.out(place)) == 1


def november() -> datetime:
    """A Thursday."""
    return datetime(2026, 11, 26, 10, 0, tzinfo=UTC)


@BOTH
async def test_days_holidays_and_what_is_not_there(digest_workplace: DigestWorkplace, capsys: Capture) -> None:
    await digest_workplace.place()
    for day in ("2026-12-24", "2026-12-25"):
        christmas = await digest_workplace.shows("--date", day, capsys=capsys, clock=november)
        assert (christmas["date"], christmas["heure"], christmas["jour"]) == ("2026-12-24", "09:00", "2026-12-25")
    month = await digest_workplace.shows("--date", "2027-01-02", capsys=capsys, edition="nouvelles", clock=november)
    assert (month["date"], month["nom"]) == ("2027-01-06", "On vient aux nouvelles")
    for options in (["--edition", "lune"], ["--edition", "vendredi", "--date", "2001-01-05"]):
        with pytest.raises(OperatorError) as refused:
            await operate(digest_workplace.settings(), "digest", "preview", *options)
        assert refused.value.code == 2
    with pytest.raises(OperatorError, match="pas de n° 9999") as refused:
        await digest_workplace.publishes(9999)
    assert refused.value.code == 1
    with pytest.raises(OperatorError, match="est vide"):
        await digest_workplace.publishes(christmas["numero"])


@BOTH
async def test_looking_takes_no_number_and_each_edition_has_its_own(
    digest_workplace: DigestWorkplace, capsys: Capture
) -> None:
    """What is not begun has the number under which it would come out, and is begun when it does."""
    place = await digest_workplace.place()
    await digest_workplace.finds("Un guide paraît")
    friday, month = [
        (await digest_workplace.shows(capsys=capsys, edition=key))["numero"] for key in ("vendredi", "nouvelles")
    ]
    later = (await digest_workplace.shows("--date", str((utc_now() + timedelta(days=20)).date()), capsys=capsys))[
        "numero"
    ]
    assert len({friday, month, later}) == 3
    soon = await digest_workplace.shows(capsys=capsys, clock=lambda: utc_now() + timedelta(hours=1))
    assert soon["numero"] == friday
    assert await digest_workplace.publishes(month, "--dry-run") == 0
    assert "On vient aux nouvelles" in capsys.readouterr().out
    assert await digest_workplace.numbers() == [], "nobody began any"
    assert await digest_workplace.publishes(month) == 0
    capsys.readouterr()
    assert await digest_workplace.numbers() == [month]
    assert "On vient aux nouvelles" in (await digest_workplace.out(place))[0].message
    assert (await digest_workplace.shows(capsys=capsys))["numero"] == friday
    assert await digest_workplace.begins() == friday, "no number is left out"
    for wrong in (0, 9999):
        with pytest.raises(OperatorError, match=f"pas de n° {wrong}") as refused:
            await digest_workplace.publishes(wrong)
        assert refused.value.code == 1


async def test_a_draft_that_is_given_up_gives_its_number_back(digest_workplace: DigestWorkplace) -> None:
    await digest_workplace.place()
    first, second = await digest_workplace.begins(), await digest_workplace.begins("nouvelles")
    assert (first, second) == (1, 2)
    given_up = editions.DRAFT.of(await digest_workplace.digest(first))
    async with digest_workplace.transaction() as db:
        await digests.drop(db, first)
    assert await digest_workplace.begins() == first
    again = editions.DRAFT.of(await digest_workplace.digest(first))
    assert again != given_up, "what is said of the one is not said of the other"


async def test_what_is_shown_for_later_comes_out_before_that(
    digest_workplace: DigestWorkplace, capsys: Capture
) -> None:
    """What is shown of a later one takes nothing from the next."""
    await digest_workplace.place()
    await digest_workplace.finds("Un guide paraît")
    later = (utc_now() + timedelta(days=60)).date()
    far = await digest_workplace.shows("--date", str(later), capsys=capsys)
    assert [e["titre"] for part in far["parties"] for e in part["elements"]] == ["Un guide paraît"]
    near = await digest_workplace.shows(capsys=capsys)
    assert near["numero"] != far["numero"]
    assert [e["titre"] for part in near["parties"] for e in part["elements"]] == ["Un guide paraît"]
    assert await digest_workplace.begins() == near["numero"]
    assert (await digest_workplace.shows("--date", str(later), capsys=capsys))["parties"] == []


async def test_taken_away_in_every_form(digest_workplace: DigestWorkplace, capsys: Capture) -> None:
    await digest_workplace.place()
    await digest_workplace.finds("Un <b>guide</b> @all *paraît*", text="Deux\nlignes </p>")
    number = (await digest_workplace.shows(capsys=capsys))["numero"]
    made = {}
    for form in ("md", "html", "txt", "pdf"):
        path = digest_workplace.folder / f"n.{form}"
        words = (str(number), "--format", form, "--output", str(path))
        assert await operate(digest_workplace.settings(), "export", "digest", *words) == 0
        made[form] = path.read_bytes()
    assert "@\u200ball \\*paraît\\*" in made["md"].decode()
    page = made["html"].decode()
    assert '<html lang="fr">' in page
    assert "Un &lt;b&gt;guide&lt;/b&gt; @all *paraît*" in page
    assert "<script" not in page
    assert "1. Un <b>guide</b> @all *paraît*\nDeux\nlignes </p>\n" in made["txt"].decode()
    paper = PdfReader(io.BytesIO(made["pdf"]))
    root: Any = paper.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "fr"
    assert paper.metadata
    assert "Les actus du vendredi" in str(paper.metadata.title)
    assert "guide" in paper.pages[0].extract_text()


async def test_jobs_say_when_each_edition_comes_out(digest_workplace: DigestWorkplace, capsys: Capture) -> None:
    await digest_workplace.place()
    assert await operate(digest_workplace.settings(), "jobs", "--json") == 0
    lines = {line["name"]: line for line in json.loads(capsys.readouterr().out)}
    assert {"actus.vendredi", "actus.nouvelles", "actus.keep"} <= set(lines)
    seen = await digest_workplace.shows(capsys=capsys)
    coming = lines["actus.vendredi"]["next_run"]
    assert coming.startswith(f"{seen['date']}T{seen['heure']}:00")
    assert lines["actus.vendredi"]["last_run"] is None
    await digest_workplace.finds("Un guide paraît")
    await digest_workplace.shows(capsys=capsys)
    await digest_workplace.publishes(seen["numero"])
    capsys.readouterr()
    await operate(digest_workplace.settings(), "jobs", "--json")
    after = {line["name"]: line for line in json.loads(capsys.readouterr().out)}["actus.vendredi"]
    assert after["last_result"] == "done"
    assert date.fromisoformat(after["next_run"][:10]) > date.fromisoformat(coming[:10])


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("vendredi\tLes actus\tde temps en temps\tactualites\tretenir", "n’est pas un rythme"),
        ("vendredi\tLes actus\tchaque lundi\tactualites\tpeut-être", "sans_accord est"),
        ("vendredi\tLes actus\tchaque lundi", "5 colonnes"),
    ],
)
def test_a_table_of_editions_that_makes_no_sense_is_told_at_once(line: str, sentence: str, tmp_path: Path) -> None:
    table = tmp_path / "editions.tsv"
    table.write_text(f"cle\tnom\trythme\tpour\tsans_accord\n{line}\n", "utf-8")
    with pytest.raises(OperatorError, match=sentence) as refused:
        check_paths(Settings.model_validate({"editions": table}), "editions")
    assert refused.value.code == 2
