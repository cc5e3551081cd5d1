"""The draft of a digest: found or begun, filled with the best of what was collected, shown to its editors and
previewed; what the buttons of its card carry."""

import itertools
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.calendar import Occasion, Recurrence, working_days_before
from bot.context import Context
from bot.errors import UserError
from bot.french import join, plural
from bot.plain_text import shorten
from bot.replies import Button, Direct, Message, Refresh, Replies, Reply, RunCommand, Start, Waiting, Whisper
from bot.texts import Markdown, escape, render
from commands.actus import editions, harvest
from commands.actus.editions import ANIMATEURS, Edition, NewsContext, Sheet, feature, lay_out_sheet
from commands.actus.formats import draw_posts
from config.editions import Unapproved
from config.text import fold
from config.time import PARIS
from dialogs.actus import EntryMove
from storage import canaux, database, targets
from storage.actus import digests, items
from storage.actus.digests import Digest, DigestEntry, DigestState
from storage.actus.items import Item, ItemKind, NewsSection


class About(BaseModel):
    """Something about the digest of that number."""

    digest: int


class Approve(About):
    """« Approuver » it as it was at that revision."""

    revision: int


class PublishNow(About):
    """« Publier maintenant » what was approved, before its hour."""


class Unapprove(About):
    """« Reprendre »: it is edited again."""


class Preview(About):
    """« Aperçu », exactly as it will look."""


class Edit(About):
    """« Modifier… »: what is in it, chosen in a window."""


class GoOn(About):
    """« Continuer » with what was chosen in a window, where a window has one step only; ``entry`` is 0 for none."""

    entry: int
    move: EntryMove


class Postpone(About):
    """« Reporter » it."""


class Withdraw(About):
    """« Retirer » what came out: asked once more."""


class WithdrawSurely(About):
    """« Retirer » once more: the digest is taken away everywhere."""


class Restore(About):
    """« Restaurer » what was withdrawn: it is a draft again."""


class Publish(About):
    """Work: the digest comes out: checked, its paper made, said in each of its channels."""


class CheckPlaces(About):
    """Work: the channels in which it will come out are looked at, once it was approved."""


class Document(About):
    """An order: the paper of the digest, as it is at that revision."""

    revision: int


class Rewrite(About):
    """Work: what stands is rewritten as the digest is now."""


class Removal(About):
    """Work: what stands is deleted."""


class Search(BaseModel):
    """« Suite » of what was found in the archive, after so many."""

    words: str
    skip: int


PUBLISH_NOW = "Publier maintenant"
SHOWN_MAX = 14_000
"""Characters of a draft; of a longer one the titles are shown, and « Aperçu » shows the rest."""


async def draw_card(desk: NewsContext, digest: Digest) -> Message:
    """Draw a digest as its editors see it now."""
    edition = await editions.find_edition(desk, digest)
    sheet = lay_out_sheet(digest, await digests.list_entries(desk.db, digest.number), edition)
    first, *others = draw_posts(sheet)
    is_long = bool(others) or len(first) > SHOWN_MAX
    body = _draw_titles(sheet) if is_long else first
    text = render(
        "actus/draft",
        digest=digest,
        state=digest.state.value,
        at=editions.say_at(digest.at),
        past=digest.at <= desk.now,
        where=", ".join(digest.channels.values()) or (await say_places(desk, edition) if edition else ""),
        count=plural(len(sheet.pieces), "élément"),
        by=await editions.name_person(desk, digest.approved_by),
        publishes=edition is not None and edition.unapproved is Unapproved.PUBLISH,
        body=body if digest.state in digests.OPEN else "",
        titled=is_long,
    )
    return Message(text, draw_buttons(digest, late=digest.at <= desk.now))


async def refresh_card(desk: NewsContext, digest: Digest, *, here: bool = False) -> Refresh:
    """Show on all copies how the digest is now."""
    return editions.DRAFT.rewrite(digest, await draw_card(desk, digest), here=here)


def _draw_titles(sheet: Sheet) -> Markdown:
    lines = [f"### {escape(sheet.heading)}"]
    for chapter in sheet.chapters:
        lines += ["", f"#### {escape(chapter.title)}", ""]
        lines += [f"- {escape(shorten(piece.title, 120))}" for piece in chapter.pieces]
    return Markdown("\n".join(lines))


def draw_buttons(digest: Digest, *, late: bool) -> Sequence[Button]:
    """Draw what can be done with a digest, ``late`` once its hour is past."""
    about = {"digest": digest.number}
    preview, edit = Button("Aperçu", Preview(**about)), Button("Modifier…", Edit(**about))
    postpone = Button("Reporter", Postpone(**about))
    match digest.state:
        case DigestState.DRAFT | DigestState.HELD:
            approve = Approve(digest=digest.number, revision=digest.revision)
            label = "Approuver et publier" if late else "Approuver"
            return [Button(label, approve, "primary"), preview, edit, postpone]
        case DigestState.APPROVED:
            unapprove, now = Button("Reprendre", Unapprove(**about)), Button(PUBLISH_NOW, PublishNow(**about))
            return [unapprove, preview, postpone, now]
        case DigestState.PUBLISHED:
            return [Button("Corriger…", Edit(**about)), Button("Retirer", Withdraw(**about), "danger")]
        case DigestState.WITHDRAWN:
            return [Button("Restaurer", Restore(**about))]
        case _:
            return []


async def say_places(desk: NewsContext, edition: Edition) -> str:
    """Say where an edition comes out."""
    table = await canaux.list_planned(desk.db, desk.settings)
    return ", ".join(table[each].name if each in table else targets.say_target(each, {}) for each in edition.targets)


TOTAL_MAX = 60
"""Entries of a digest, those of people included."""
CAPS: Mapping[NewsSection, int] = {
    NewsSection.TOP: 4,
    NewsSection.PRESS: 8,
    NewsSection.RESOURCES: 8,
    NewsSection.AGENDA: 12,
    NewsSection.COMMUNITY: 8,
    NewsSection.FIGURES: 2,
}
"""How many come into each part by themselves; what people propose comes in beside."""
COPIED = ("title", "text", "url", "credit")
"""What an entry takes over from what was collected."""


async def complete_draft(db: AsyncSession, digest: Digest) -> int:
    """Put in what was found since, as far as there is room; return how much changed.

    What an editor touched stays as it is, and what was dropped does not come again: harmless however often. The digest
    is locked by the caller.
    """
    there = await digests.list_entries(db, digest.number, dropped=True)
    renewed = await _renew_entries(db, [entry for entry in there if not (entry.dropped or entry.changed_by)])
    found = [item for section in NewsSection for item in await digests.find_best(db, digest, section, TOTAL_MAX)]
    new = _choose_items(found, there)
    if not new:
        return renewed
    await digests.take_from_later(db, digest, [item.number for item in new])
    last = Counter({e.section: e.position for e in sorted(there, key=lambda entry: entry.position)})
    entries: list[DigestEntry] = []
    for item in new:
        last[item.section] += 1
        entries.append(digests.make_entry(item, digest.number, last[item.section]))
    await digests.add_entries(db, entries)
    return len(new) + renewed


async def _renew_entries(db: AsyncSession, untouched: Sequence[DigestEntry]) -> int:
    """Have what nobody edited say what it says by now: figures grow, a proposal is withdrawn. Return how many
    changed."""
    known = await items.find_by_ids(db, {entry.item for entry in untouched})
    changed = 0
    for entry in untouched:
        item = known.get(entry.item)
        if item is None or item.withdrawn:
            values: dict[str, Any] = {"dropped": True}
        else:
            values = {name: new for name in COPIED if (new := getattr(item, name)) != getattr(entry, name)}
        if values:
            await database.change(db, entry, **values)
            changed += 1
    return changed


def _choose_items(found: Iterable[Item], there: Sequence[DigestEntry]) -> Sequence[Item]:
    """Choose as many items as there is room for: what people proposed first, then the best."""
    room = TOTAL_MAX - len([entry for entry in there if not entry.dropped])
    counts = Counter(entry.section for entry in there)
    chosen: list[Item] = []
    for item in sorted(found, key=lambda item: item.kind is not ItemKind.PROPOSAL):
        if len(chosen) < room and (item.kind is ItemKind.PROPOSAL or counts[item.section] < CAPS[item.section]):
            counts[item.section] += 1
            chosen.append(item)
    return chosen


WEEK, MONTH = timedelta(days=7), timedelta(days=31)
"""How far back the first of an edition looks."""
FAR = timedelta(days=92)
"""How long before its hour a number that is not begun yet can be named."""


def find_showing_time(at: datetime) -> datetime:
    """Find when the draft of what comes out at that time is shown: the working day before, at the same hour."""
    local = at.astimezone(PARIS)
    return datetime.combine(working_days_before(local.date(), 1), local.time(), PARIS)


async def open_coming(desk: NewsContext, edition: Edition) -> Digest:
    """Get the digest that comes out next; begin and fill it where there is none yet."""
    found = await find_coming(desk, edition)
    return found if isinstance(found, Digest) else await begin_draft(desk, edition, found)


async def find_coming(desk: NewsContext, edition: Edition, day: date | None = None) -> Digest | Occasion:
    """Find the digest that comes out next, or whose day by the rhythm is ``day`` or after; where it is not begun, when
    it would come out."""
    start = desk.now if day is None else datetime.combine(day, time.min, PARIS) - timedelta(microseconds=1)
    for occasion in _list_occasions(edition.rhythm, start, day):
        there = await digests.find_covering(desk.db, edition.key, occasion.day)
        if there is None and occasion.at <= desk.now:
            continue
        if there is None or there.state in digests.OPEN:
            waits = await _find_sooner(desk, edition, there.at if there else occasion.at, start if day else None)
            return waits or there or occasion
        if day is not None:
            return there
    raise AssertionError("there is always another occasion")


def _list_occasions(rhythm: Recurrence, start: datetime, day: date | None) -> Iterator[Occasion]:
    """List the occasions after an instant, or from a day on: one that a holiday moved has its day all the same."""
    if day is None:
        return rhythm.after(start)
    return (one for one in rhythm.after(start - WEEK) if one.day >= day)


async def _find_sooner(desk: NewsContext, edition: Edition, than: datetime, start: datetime | None) -> Digest | None:
    """Find what waits already and comes out before ``than``, after ``start``; without that, what was held back, too."""
    waits = await digests.list_open(desk.db, edition.key)
    return next((one for one in waits if one.at < than and (start is None or one.at > start)), None)


async def find_next_occasion(desk: NewsContext, edition: Edition) -> Occasion:
    """Find when an edition comes out next, as what was put off, or came out before its hour, has it."""
    waits = [one for one in await digests.list_open(desk.db, edition.key) if one.at > desk.now]
    due = [*(Occasion(one.day, one.at) for one in waits), await anext(_list_not_begun(desk, edition))]
    return min(due, key=lambda one: one.at)


async def predict_number(desk: NewsContext, edition: Edition, occasion: Occasion) -> int:
    """Predict the number of what is not begun yet, as long as nothing else begins: editions take turns for those that
    are free, so that each coming one of each has its own."""
    keys = list(await editions.read_editions(desk))
    before = 0
    async for other in _list_not_begun(desk, edition):
        if other.at >= occasion.at:
            break
        before += 1
    turn = before * len(keys) + keys.index(edition.key)
    return next(itertools.islice(await digests.list_free_numbers(desk.db), turn, None))


async def find_by_number(desk: NewsContext, number: int) -> tuple[Edition, Occasion] | None:
    """Find what is not begun yet and would have that number; None for one that is taken, or of what is far away."""
    every = list((await editions.read_editions(desk)).values())
    free = itertools.islice(await digests.list_free_numbers(desk.db), FAR.days * len(every))
    numbers = list(itertools.takewhile(lambda one: one <= number, free))
    if number not in numbers:
        return None
    before, turn = divmod(len(numbers) - 1, len(every))
    async for occasion in _list_not_begun(desk, every[turn]):
        if occasion.at > desk.now + FAR:
            return None
        if before == 0:
            return every[turn], occasion
        before -= 1
    raise AssertionError("there is always another occasion")


async def _list_not_begun(desk: NewsContext, edition: Edition) -> AsyncIterator[Occasion]:
    for occasion in edition.rhythm.after(desk.now):
        if await digests.find_covering(desk.db, edition.key, occasion.day) is None:
            yield occasion


async def begin_draft(desk: NewsContext, edition: Edition, occasion: Occasion, number: int = 0) -> Digest:
    """Begin a digest, filled with what there is, under that number or the next; or get that of this occasion, where
    somebody else began it."""
    await digests.hold_numbers(desk.db, desk.now)
    new = Digest(
        number=number,
        edition=edition.key,
        day=occasion.day,
        first_day=occasion.day,
        at=occasion.at,
        since=await find_start(desk, edition, occasion),
        until=desk.now,
        created_at=desk.now,
    )
    digest = await digests.begin(desk.db, new)
    if digest is new:
        await fill_draft(desk, digest, edition)
    return digest


async def find_start(desk: NewsContext, edition: Edition, occasion: Occasion) -> datetime:
    """Find from when on a digest collects: where the last one ended."""
    last = await digests.find_last_published(desk.db, edition.key)
    usual = min(occasion.at, desk.now) - (MONTH if edition.rhythm.is_monthly else WEEK)
    return last.until if last else usual


async def fill_draft(desk: NewsContext, digest: Digest, edition: Edition, *, tables: bool = True) -> int:
    """Put in what was found since, and return how much changed. Once a digest is approved it stays as it is."""
    if digest.state not in {DigestState.DRAFT, DigestState.HELD}:
        return 0
    await database.change(desk.db, digest, until=max(digest.until, desk.now))
    if tables:
        since, until, monthly = digest.since, digest.until, edition.rhythm.is_monthly
        await harvest.harvest_tables(desk.db, since, until, desk.settings)
        await harvest.harvest_period(desk.db, harvest.DigestPeriod(edition.key, digest.day, since, until, monthly))
    return await complete_draft(desk.db, digest)


@feature.command(
    "actus brouillon", help="Voir et modifier le prochain numéro", hint="[édition]", roles=ANIMATEURS, writes=True
)
async def show_draft(ctx: Context, line: str) -> Replies:
    """Show the draft of the edition that is named, or of the one that comes out next, begun where there is none: to all
    in the animateurs’ room, elsewhere to who asks. Messages of channels are looked for beside."""
    known = await editions.read_editions(ctx)
    if line.strip():
        edition = find_named_edition(known, line)
    else:
        edition = min(known.values(), key=lambda one: one.rhythm.next(ctx.now).at)
    digest = await editions.get_digest(ctx, (await open_coming(ctx, edition)).number, lock=True)
    added = await fill_draft(ctx, digest, edition)
    card = await draw_card(ctx, digest)
    replies: list[Reply] = []
    if added and await editions.DRAFT.is_sent(ctx.db, digest):
        replies.append(editions.DRAFT.rewrite(digest, card))
    is_in_room = ctx.channel_id and ctx.channel_id == await canaux.find_team_room(ctx.db)
    replies.append(
        editions.DRAFT.post(digest, card, ctx.channel_id) if is_in_room else Whisper(card.text, card.buttons)
    )
    if digest.created_at == ctx.now:
        replies.append(Start(payload=harvest.Harvest(since=digest.since, until=ctx.now), quiet=True))
    return replies


def find_named_edition(known: Mapping[str, Edition], line: str) -> Edition:
    """Find the edition of that key, or called so. Raises UserError."""
    word = fold(line)
    found = next((e for e in known.values() if word in {fold(e.key), fold(e.name)}), None)
    if found is None:
        listed = join([f"`{key}` ({edition.name})" for key, edition in known.items()])
        raise UserError(f"Il n’y a pas d’édition de ce nom. Il y a : {listed}.")
    return found


@feature.button(Preview, roles=ANIMATEURS, writes=False)
async def preview(ctx: Context, click: Preview) -> Replies:
    """Show the posts of a digest, one by one, in the direct channel."""
    digest = await editions.get_digest(ctx, click.digest)
    drawn = draw_posts(await editions.read_sheet(ctx, digest))
    count = f"en {len(drawn)} messages" if len(drawn) > 1 else "en un message"
    first = f"Aperçu du n° {digest.number}, {count}, exactement comme il sortira :"
    told = Whisper("L’aperçu est dans votre conversation avec le bot.")
    return [told, *(Direct(text, user_id=ctx.user.id) for text in (first, *drawn))]


@feature.waiting
async def list_waiting(ctx: Context) -> Sequence[Waiting]:
    """List what waits for an approval and comes out soon, or should have."""
    if not ctx.user.animates:
        return []
    waits = [one for one in await digests.list_open(ctx.db) if one.state is not DigestState.APPROVED]
    due = [one for one in waits if find_showing_time(one.at) <= ctx.now]
    known = await editions.read_editions(ctx) if due else {}
    waiting: list[Waiting] = []
    for one in due:
        if edition := known.get(one.edition):
            link = Button(f"Relire « {edition.name} »"[:40], RunCommand(line=f"actus brouillon {edition.key}"))
            waiting.append(Waiting(f"Le n° {one.number} des actus attend un accord", link))
    return waiting
