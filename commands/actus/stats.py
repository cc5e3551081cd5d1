"""« /actus stats »: how the news are made, counted from what there is; who reads them is not tracked."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from bot.context import Context
from bot.french.dates import MONTHS
from bot.french.words import join, plural
from bot.replies import Replies, Whisper
from bot.schedules import ZONE
from bot.texts import render
from commands.actus import places, words
from commands.actus.feature import ANIMATEURS, feature
from commands.actus.sheet import day_of
from storage.actus import digests
from storage.actus.digests import Digest, State
from storage.actus.items import Item, Kind

MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class _Line:
    """A month of an edition, in words."""

    month: str
    published: str
    items: str
    approved: str
    corrected: str


@feature.command("actus stats", help="Compter les actus, mois par mois", roles=ANIMATEURS)
async def count(ctx: Context, _: str) -> Replies:
    """Per edition and month; contributions of all editions together."""
    held = Counter(entry.digest for entry in await digests.every_entry(ctx.db))
    lines = []
    for edition in (await places.editions(ctx)).values():
        out = await digests.published(ctx.db, edition.key)
        lines.append((edition.name, [await _line(ctx, month, those, held) for month, those in _by_month(out)]))
    return Whisper(render("actus/stats", editions=lines, given=await _given(ctx)))


def _by_month(out: Sequence[Digest]) -> Sequence[tuple[date, Sequence[Digest]]]:
    months: dict[date, list[Digest]] = {}
    for one in out:
        months.setdefault(day_of(one).replace(day=1), []).append(one)
    return list(months.items())[:MONTHS_SHOWN]


async def _line(ctx: Context, month: date, those: Sequence[Digest], held: Counter[int]) -> _Line:
    by = Counter([await words.name_of(ctx, one.approved_by) if one.approved_at else "personne" for one in those])
    away = sum(one.state is State.WITHDRAWN for one in those)
    published = plural(len(those), "numéro") + (f", dont {plural(away, 'retiré')}" if away else "")
    return _Line(
        month=_say(month),
        published=published,
        items=plural(sum(held[one.number] for one in those), "élément"),
        approved=join([f"{name} ({times})" for name, times in by.most_common()]),
        corrected=plural(sum(one.corrected for one in those), "correction"),
    )


def _say(month: date) -> str:
    return f"{MONTHS[month.month - 1]} {month.year}"


async def _given(ctx: Context) -> Sequence[tuple[str, str, str]]:
    """What people proposed, month by month: how much, and by how many."""
    asked = select(Item.found_at, Item.proposed_by).where(col(Item.kind) == Kind.PROPOSAL, col(Item.proposed_by) != "")
    months: dict[date, Counter[str]] = {}
    for at, by in (await ctx.db.exec(asked.order_by(col(Item.found_at).desc()))).all():
        local = at.astimezone(ZONE)
        months.setdefault(date(local.year, local.month, 1), Counter())[by] += 1
    shown = list(months.items())[:MONTHS_SHOWN]
    return [(_say(month), plural(by.total(), "proposition"), plural(len(by), "personne")) for month, by in shown]
