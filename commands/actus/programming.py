"""« /actus programmer »: when and where an edition comes out, and what becomes of it unapproved, said back in words."""

import itertools
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlmodel import select

from bot.context import Context
from bot.errors import UserError
from bot.french.dates import MONTHS, say_day
from bot.french.words import fold, join
from bot.journaling import Deed, note_at_end
from bot.replies import Ask, Replies, Reply, Whisper
from bot.rhythms import Occasion, read_rhythm
from bot.schedules import ZONE
from bot.texts import render
from bot.working_days import holiday
from commands.actus import cards, draft, places, postponing, words
from commands.actus.feature import ANIMATEURS, feature
from commands.actus.places import Edition
from config.canaux import PlannedChannel
from config.editions import Unapproved
from dialogs.actus.programming import Programme as Window
from storage import canaux, targets
from storage.actus import digests
from storage.actus.digests import Digest, Programme, State
from storage.database import change, insertion
from storage.journal import Act

PLACES_MAX = 20
"""Places of an edition."""
AHEAD = 3
"""How many of its coming dates are said."""
_PLACES = re.compile(r"(?:^|\s)(?:dans|pour|où)\s+(.+)$", re.IGNORECASE)


@feature.command(
    "actus programmer",
    help="Changer le rythme d’une édition",
    hint="[édition] [rythme] [dans …] [retenir | publier]",
    roles=ANIMATEURS,
    writes=True,
)
async def programme(ctx: Context, line: str) -> Replies:
    """What the line says is changed; without a line a window asks."""
    known = await places.editions(ctx)
    if not line.strip():
        return Ask(Window.draft(editions={key: edition.name for key, edition in known.items()}))
    edition, rest = _first(known, line)
    rest, unapproved = _last(rest)
    found = _PLACES.search(rest)
    wanted = await _read_places(ctx, found[1]) if found else None
    rhythm = _rhythm(rest[: found.start()] if found else rest)
    return await _keep(ctx, edition, Wanted(rhythm, wanted, unapproved))


def _first(known: Mapping[str, Edition], line: str) -> tuple[Edition, str]:
    """The edition that a line begins with, by its key or its name, and the rest."""
    for edition in known.values():
        for name in (edition.name, edition.key):
            size = len(name.split())
            line_words = line.split()
            if fold(" ".join(line_words[:size])) == fold(name):
                return edition, " ".join(line_words[size:])
    return draft.named(known, line.split(maxsplit=1)[0]), ""


def _last(line: str) -> tuple[str, Unapproved | None]:
    """What becomes of it unapproved, if a line ends with it, and what stands before."""
    head, _, word = line.rpartition(" ")
    return (head, Unapproved(fold(word))) if fold(word) in set(Unapproved) else (line, None)


def _rhythm(text: str) -> str:
    if not text.strip(" ,"):
        return ""
    try:
        return str(read_rhythm(text.strip(" ,")))
    except ValueError as problem:
        raise UserError(str(problem)) from None


async def _read_places(ctx: Context, text: str) -> list[str]:
    """Keys of channels and targets, each once. Raises UserError."""
    table = await canaux.planned(ctx.db, ctx.settings)
    try:
        found = list(dict.fromkeys(_place(word.strip(), table) for word in text.split(",") if word.strip()))
        places.planned(found, table)
    except ValueError as problem:
        raise UserError(str(problem)) from None
    if targets.asked_roles(found) or not 0 < len(found) <= PLACES_MAX:
        raise UserError(
            f"Les actus sortent dans des canaux, {PLACES_MAX} au plus : national, actualites, 69, Bretagne…"
        )
    return found


def _place(word: str, table: Mapping[str, PlannedChannel]) -> str:
    key = next((key for key, channel in table.items() if fold(word) in {fold(key), fold(channel.name)}), None)
    return key if key and not table[key].departement else targets.read(word, table)


class Wanted:
    """What is to be changed of an edition; what is empty stays."""

    def __init__(self, rhythm: str = "", wanted: list[str] | None = None, unapproved: Unapproved | None = None) -> None:
        self.rhythm = rhythm
        self.places = wanted
        self.unapproved = unapproved


@feature.submit(Window, roles=ANIMATEURS)
async def programme_by_window(ctx: Context, form: Window) -> Replies:
    """The same, from the window."""
    edition = await places.edition(ctx, form.edition)
    try:
        wanted = await _read_places(ctx, form.places) if form.places else None
    except UserError as problem:
        raise UserError(fields={"ou": problem.text}) from None
    return await _keep(ctx, edition, Wanted(form.rhythm, wanted, form.unapproved))


async def _keep(ctx: Context, edition: Edition, wanted: Wanted) -> Sequence[Reply]:
    """It is so from now on; what is drafted moves along."""
    before = (await ctx.db.exec(select(Programme).where(Programme.key == edition.key))).first()
    row = {
        "key": edition.key,
        "rhythm": wanted.rhythm or (before.rhythm if before else ""),
        "targets": wanted.places or (before.targets if before else []),
        "unapproved": str(wanted.unapproved or (before.unapproved if before else "")),
        "by": ctx.user.id,
        "at": ctx.now,
    }
    new = {name: value for name, value in row.items() if name != "key"}
    statement = insertion(ctx.db, Programme).values(row).on_conflict_do_update(index_elements=["key"], set_=new)
    await ctx.db.execute(statement)
    ctx.db.expire_all()
    changed = await places.edition(ctx, edition.key)
    _note(ctx, edition, changed)
    if not wanted.rhythm or changed.rhythm == edition.rhythm:
        return [Whisper(await say(ctx, changed))]
    moved, stays = await _move_draft(ctx, edition, changed)
    return [Whisper(await say(ctx, changed, stays)), *moved]


def _note(ctx: Context, before: Edition, after: Edition) -> None:
    was, now = (
        {"rythme": str(one.rhythm), "ou": list(one.targets), "sans_accord": one.unapproved.value}
        for one in (before, after)
    )
    note_at_end(ctx, Deed(Act.PROGRAMME, f"edition:{after.key}", before=was, after=now))


async def _move_draft(ctx: Context, before: Edition, edition: Edition) -> tuple[Sequence[Reply], Sequence[Digest]]:
    """What has not come out has its day by the new rhythm, and what somebody put off stays: those. The later of two for
    one day stays where it is."""
    replies, stay = list[Reply](), list[Digest]()
    occasions = edition.rhythm.after(ctx.now)
    for one in await digests.open_ones(ctx.db, edition.key):
        if one.state is State.HELD:
            continue
        digest = await words.locked(ctx, one.number)
        if postponing.is_put_off(digest, before):
            stay.append(digest)
            continue
        occasion = next(occasions)
        other = await digests.of_day(ctx.db, edition.key, occasion.day)
        if other is None or other.number == digest.number:
            await change(ctx.db, digest, day=occasion.day, first_day=occasion.day, at=occasion.at)
        replies.append(await cards.refresh(ctx, digest))
    return replies, stay


async def say(ctx: Context, edition: Edition, stays: Sequence[Digest] = ()) -> str:
    """« Les actus du vendredi : chaque jeudi à 10 h, le prochain le 3 décembre »."""
    table = await canaux.planned(ctx.db, ctx.settings)
    coming = list(itertools.islice(edition.rhythm.after(ctx.now), AHEAD))
    return render(
        "actus/programmed",
        called=edition.name,
        rhythm=str(edition.rhythm),
        coming=say_coming(coming[0], ctx.now),
        after=join([say_coming(each, ctx.now) for each in coming[1:]]),
        where=cards.say_places(edition.targets, {key: channel.name for key, channel in table.items()}),
        publishes=edition.unapproved is Unapproved.PUBLISH,
        stays=[(one.number, words.say_at(one.at)) for one in stays],
    )


def say_coming(occasion: Occasion, now: datetime) -> str:
    """« 3 décembre », « 8 janvier 2027 »; what a holiday moves says so."""
    on = occasion.at.astimezone(ZONE).date()
    year = "" if on.year == now.astimezone(ZONE).year else f" {on.year}"
    moved = f" (le {say_day(occasion.day)} est férié)" if holiday(occasion.day) and on < occasion.day else ""
    return f"{say_day(on)} {MONTHS[on.month - 1]}{year}{moved}"
