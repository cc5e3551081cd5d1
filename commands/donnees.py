"""« /mes-donnees »: a copy of somebody’s personal data, and its erasure, on request or after long inactivity."""

import json
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TextIO
from zipfile import ZIP_DEFLATED, ZipFile

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import AuditEntry, record_entry
from bot.context import Context, ReadingContext
from bot.destinations import send_file
from bot.errors import UserError
from bot.features import Feature, Front
from bot.french import join, plural, say_moment
from bot.papers import typeset as papers
from bot.replies import (
    Button,
    Direct,
    Parcel,
    Progress,
    Refresh,
    Replies,
    Reply,
    RunCommand,
    SendFile,
    Start,
    Step,
    Waiting,
    Whisper,
)
from bot.texts import render, require, typeset
from bot.work import find_work
from config.text import cut
from storage.journal import AuditAct
from storage.people import Person, transitions
from storage.personal_data import PERSONAL_DATA, rights
from storage.personal_data.declarations import ErasureFate, PersonalData, Row, months_before
from storage.personal_data.retention import find_sleeping, is_awake


class DataCopy(BaseModel):
    """Order of a copy of all personal data of whoever asked."""


class Confirm(BaseModel):
    """Button « Effacer mes données »: schedules the erasure."""


class KeepData(BaseModel):
    """Button « Annuler l’effacement » or « Garder mes données »: cancels it."""


class Erase(BaseModel):
    """Long work: erase the data of a person whose delay is over."""

    user_id: str


class Doze(BaseModel):
    """Long work: look for accounts that have long been inactive."""


feature = Feature(
    "donnees",
    front=Front("Mes données", "recevoir ce que le bot garde de vous, ou le faire effacer", lambda _: "mes-donnees"),
)

PATIENCE = timedelta(days=7)
"""How long after their request somebody is erased."""
WARNED = timedelta(days=30)
"""How long before the erasure of a dormant account its person is told."""


def get_topic(user_id: str) -> str:
    """Return the topic of the message about somebody’s erasure."""
    return f"donnees.erasure:{user_id}"


AT_ONCE = 20
"""The most erasures that are started at once."""


@feature.job("minute=*/5", name="donnees.erase_due", writes=True)
async def erase_due(ctx: Context) -> Replies:
    """Start the erasures whose delay is over, and resume those that were interrupted."""
    begun = []
    for one in (await transitions.list_due_erasures(ctx.db, ctx.now))[:AT_ONCE]:
        payload = Erase(user_id=one.user_id)
        if not await find_work(ctx.db, payload):
            begun.append(Start(payload=payload, quiet=True))
    return begun


@feature.work(Erase, name="donnees.Erase", title="Effacement de données", writes=True)
async def erase_step(ctx: Context, order: Erase, so_far: Progress) -> Step:
    """Run the next step of an erasure. The last one tells the person, in the bot’s last message to them."""
    found = await transitions.lock_erasure(ctx.db, order.user_id)
    if found is None or found.cancelled_at or found.done_at:
        return Step(done=so_far.done, finished=True)
    if found.asleep and not found.step and await is_awake(ctx.db, found):
        await transitions.cancel_erasure(ctx.db, found.user_id, ctx.now)
        return Step(done=so_far.done, finished=True)
    await rights.erase_step(ctx.db, found, ctx.now)
    ctx.touched.add(found.user_id)
    if not found.done_at:
        return Step(done=found.step, total=rights.STEPS)
    await record_entry(ctx, AuditEntry(AuditAct.ERASE, f"personne:{found.user_id}", target_id=found.user_id))
    last = Direct(render("donnees/erased"), user_id=found.user_id)
    return Step(replies=[last], done=rights.STEPS, total=rights.STEPS, finished=True)


@feature.job("hour=5 minute=15", name="donnees.look_for_sleepers")
async def look_for_sleepers(ctx: Context) -> Replies:
    """Start to look for inactive accounts, if the register is old enough to have any."""
    found, last = await find_sleeping(ctx.db, months_before(ctx.now, ctx.settings.account_months))
    return Start(payload=Doze(), quiet=True) if found or last else None


@feature.chore(Doze, name="donnees.Doze", title="Comptes sans activité", unit=("compte", "comptes"), writes=True)
async def warn_sleepers(ctx: Context, _: Doze, so_far: Progress) -> Step:
    """Warn the inactive people of the next page of the register."""
    before = months_before(ctx.now, ctx.settings.account_months)
    found, last = await find_sleeping(ctx.db, before, so_far.cursor or "")
    replies = [await _warn(ctx, person) for person in found]
    return Step(replies=replies, cursor=last, done=so_far.done + len(found), finished=not last)


async def _warn(ctx: Context, person: Person) -> Reply:
    due = ctx.now + WARNED
    erasure = transitions.Erasure(user_id=person.id, asked_at=ctx.now, due_at=due, asleep=True)
    await transitions.note_erasure(ctx.db, erasure)
    day = f"{due.astimezone(person.zone):%d/%m/%Y}"
    text = render("donnees/asleep", months=ctx.settings.account_months, due=day)
    keep = Button("Garder mes données", KeepData(), "primary")
    return Direct(text, [keep], user_id=person.id, topic=get_topic(person.id))


DRAWN_MAX = 25
"""The most rows of a table in the PDF, the newest ones; the JSON has all."""
WORDS_MAX = 600
"""The most characters of a value in the PDF."""
JSON, PDF = "donnees.json", "mes-donnees.pdf"
Compute = Callable[[Callable[[], None]], Awaitable[None]]
"""Runs a slow function elsewhere."""


@dataclass(slots=True)
class _Chapter:
    """A kind of personal data in the document: how many rows of it there are, and the last ones, which are drawn."""

    holding: PersonalData
    count: int = 0
    last: deque[Row] = field(default_factory=lambda: deque(maxlen=DRAWN_MAX))


async def write_archive(db: AsyncSession, person: Person, now: datetime, path: Path, compute: Compute) -> int:
    """Write the ZIP with one page of rows in memory at a time; return the number of rows."""
    folder = path.parent
    chapters: list[_Chapter] = []
    with (folder / JSON).open("w", encoding="utf-8") as stream:
        _write_head(stream, person, now)
        for holding in rights.GIVEN:
            chapter = _Chapter(holding)
            stream.write(f"{',' if chapters else ''}\n  {_dump(holding.what)}: [")
            async for page in rights.read_pages(db, holding, person.id):
                await compute(partial(_write_rows, stream, chapter, page))
            stream.write("]")
            chapters.append(chapter)
        _write_tail(stream)
    await compute(partial(_write_zip, path, chapters, person, now))
    return sum(chapter.count for chapter in chapters)


def _write_head(stream: TextIO, person: Person, now: datetime) -> None:
    about = {"compte": person.username, "établi le": now.astimezone(person.zone), "par": "coop-bot"}
    stream.write(f'{{"à propos": {_dump(about)},\n "données": {{')


def _write_rows(stream: TextIO, chapter: _Chapter, page: Sequence[Row]) -> None:
    for row in page:
        stream.write(f"{',' if chapter.count else ''}\n   {_dump(row)}")
        chapter.count += 1
        chapter.last.append(row)


def _write_tail(stream: TextIO) -> None:
    missing = {one.what: one.not_given for one in PERSONAL_DATA if one.not_given}
    stream.write(f'}},\n "non fourni": {_dump(missing)}}}\n')


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_dump_other)


def _dump_other(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime | date) else str(value)


def _write_zip(path: Path, chapters: Sequence[_Chapter], person: Person, now: datetime) -> None:
    pdf = papers.compose_pdf("donnees", _describe(chapters, person, now), now.date())
    with ZipFile(path, "w", ZIP_DEFLATED) as made:
        made.write(path.parent / JSON, JSON)
        made.writestr(PDF, pdf)


def _describe(chapters: Sequence[_Chapter], person: Person, now: datetime) -> dict[str, Any]:
    """Describe the document for its template."""
    filled = [chapter for chapter in chapters if chapter.count]
    empty = [_typeset(chapter.holding.what) for chapter in chapters if not chapter.count]
    missing = [[_typeset(one.what), _typeset(one.not_given)] for one in PERSONAL_DATA if one.not_given]
    name, day = _typeset(person.full_name), f"{now.astimezone(person.zone):%d/%m/%Y}"
    intro = [_typeset(line) for line in render("donnees/document").splitlines() if line]
    told = [_describe_chapter(chapter, person) for chapter in filled]
    return {"name": name, "day": day, "intro": intro, "chapters": told, "empty": empty, "missing": missing}


def _describe_chapter(chapter: _Chapter, person: Person) -> dict[str, Any]:
    holding, count = chapter.holding, chapter.count
    rest = f"Les {len(chapter.last)} plus récentes sont ci-dessous ; toutes sont dans {JSON}."
    return {
        "title": _typeset(holding.what),
        "why": _typeset(holding.why),
        "ground": _typeset(holding.ground),
        "kept": _typeset(holding.how_long),
        "seen": _typeset(holding.seen_by),
        "count": _typeset(f"{plural(count, 'ligne')}. {rest if count > DRAWN_MAX else ''}"),
        "rows": [_describe_row(row, person) for row in reversed(chapter.last)],
    }


def _describe_row(row: Row, person: Person) -> list[list[str]]:
    """Return the non-empty values of a row with their labels."""
    told = [(label, _say_value(value, person)) for label, value in row.items() if value not in (None, "", [], {})]
    return [[_typeset(label), _typeset(value)] for label, value in told]


def _say_value(value: Any, person: Person) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return f"{value.astimezone(person.zone):%d/%m/%Y à %H:%M}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, list):
        return ", ".join(_say_value(one, person) for one in value)
    if isinstance(value, dict):
        return " ; ".join(f"{key} : {_say_value(one, person)}" for key, one in value.items())
    return str(value)


def _typeset(text: str) -> str:
    """Prepare somebody’s text for drawing, shortened if it is long."""
    return typeset(papers.to_drawable(cut(text, WORDS_MAX)))


USAGE = "`/mes-donnees` en envoie une copie, `/mes-donnees effacer` les fait effacer."


@feature.command("mes-donnees", help="Recevoir tout ce que le bot garde de vous, ou le faire effacer")
async def send_copy(ctx: ReadingContext, line: str) -> Replies:
    """Order the copy; refuse a line with other words, which may ask for something else."""
    if line.strip():
        raise UserError(render("donnees/what_to_do", line=line, usage=USAGE))
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=DataCopy(), waiting=render("donnees/waiting")))


@feature.file(DataCopy, name="donnees.Copy")
async def make_copy(ctx: ReadingContext, _: DataCopy, folder: Path) -> Parcel:
    """Make the ZIP, with a message that explains it in two sentences."""
    path = folder / f"mes-donnees_{ctx.today:%d-%m-%Y}.zip"
    count = await write_archive(ctx.db, ctx.user, ctx.now, path, ctx.compute)
    text = render("donnees/copy", count=plural(count, "ligne"))
    return Parcel(text, files=[path], done=render("donnees/ready", file=path.name))


@feature.command("mes-donnees effacer", help="Faire effacer ce que le bot garde de vous")
async def explain_erasure(ctx: Context, _: str) -> Replies:
    """Explain what will be erased, what stays and why; nothing happens before it is confirmed."""
    waiting = await transitions.find_waiting_erasure(ctx.db, ctx.user.id)
    if waiting and not waiting.asleep:
        text = render("donnees/already", due=_say_due(ctx, waiting))
        return Whisper(text, [Button("Annuler l’effacement", KeepData())])
    duties = await rights.duties_of(ctx.db, ctx.user.id, ctx.now)
    said = {
        "kept": _group_kept(),
        "asked": plural(duties.asked, "demande d’aide ouverte", "demandes d’aide ouvertes") if duties.asked else "",
        "held": plural(duties.held, "demande", "demandes") if duties.held else "",
        "turns": plural(duties.turns, "tour de garde", "tours de garde") if duties.turns else "",
        "duties": duties,
        "animates": ctx.user.animates,
        "months": ctx.settings.journal_months,
        "days": PATIENCE.days,
    }
    return Whisper(render("donnees/explain", **said), [Button("Effacer mes données", Confirm(), "danger")])


def _group_kept() -> Sequence[tuple[str, str]]:
    """Return what stays, grouped by reason."""
    by_reason: dict[str, list[str]] = {}
    for one in PERSONAL_DATA:
        if one.fate is ErasureFate.KEPT:
            there = by_reason.setdefault(one.because, [])
            there.append(one.what[:1].lower() + one.what[1:] if there else one.what)
    return [(join(what), because) for because, what in by_reason.items()]


@feature.button(Confirm)
async def confirm_erasure(ctx: Context, _: Confirm) -> Replies:
    """Schedule the erasure in a week; a button in the direct channel cancels it until then."""
    waiting = await transitions.find_waiting_erasure(ctx.db, ctx.user.id)
    if waiting and not waiting.asleep:
        raise UserError(render("donnees/already", due=_say_due(ctx, waiting)))
    wish = transitions.Erasure(user_id=ctx.user.id, asked_at=ctx.now, due_at=ctx.now + PATIENCE)
    await transitions.note_erasure(ctx.db, wish)
    text = render("donnees/asked", due=_say_due(ctx, wish))
    button = Button("Annuler l’effacement", KeepData())
    told = Direct(text, [button], user_id=ctx.user.id, topic=get_topic(ctx.user.id))
    return [told, Whisper(render("donnees/noted", due=_say_due(ctx, wish)))]


@feature.command("mes-donnees annuler", help="Annuler l’effacement de vos données", writes=True)
async def cancel_erasure(ctx: Context, _: str) -> Replies:
    """Cancel one’s erasure."""
    return await keep_data(ctx, KeepData())


@feature.button(KeepData)
async def keep_data(ctx: Context, _: KeepData) -> Replies:
    """Cancel an erasure, requested or announced for inactivity."""
    require(await transitions.find_waiting_erasure(ctx.db, ctx.user.id), "donnees/no_erasure")
    if not await transitions.cancel_erasure(ctx.db, ctx.user.id, ctx.now):
        raise UserError(render("donnees/erasure_began"))
    text = render("donnees/kept")
    return [Refresh(text, topic=get_topic(ctx.user.id), here=True), Whisper(text)]


def _say_due(ctx: Context, erasure: transitions.Erasure) -> str:
    return say_moment(erasure.due_at.astimezone(ctx.user.zone))


@feature.waiting
async def remind(ctx: ReadingContext) -> Sequence[Waiting]:
    """Say on the home page that an erasure that was asked for is near."""
    waiting = await transitions.find_waiting_erasure(ctx.db, ctx.user.id)
    if waiting is None or waiting.asleep:
        return []
    button = Button("Garder mes données", RunCommand(line="mes-donnees annuler"))
    return [Waiting(render("donnees/soon", due=_say_due(ctx, waiting)), button)]
