"""The draft of a digest: found or begun, filled with the best of the pool, shown to its editors and previewed; and the
payloads of the buttons on its card."""

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
from commands.actus.editions import ANIMATEURS, DigestSheet, Edition, NewsContext, feature, lay_out_sheet
from commands.actus.formats import draw_posts
from config.editions import Unapproved
from config.text import fold
from config.time import PARIS
from dialogs.actus import EntryMove
from storage import canaux, database, targets
from storage.actus import digests, items
from storage.actus.digests import Digest, DigestEntry, DigestState
from storage.actus.items import Item, ItemKind, NewsSection


class AboutDigest(BaseModel):
    """Payload about one digest, by its number."""

    digest: int


class ApproveDigest(AboutDigest):
    """Button « Approuver »: approves the digest as it was at that revision."""

    revision: int


class PublishNow(AboutDigest):
    """Button « Publier maintenant »: publishes an approved digest before its hour."""


class Unapprove(AboutDigest):
    """Button « Reprendre »: makes an approved digest a draft again."""


class PreviewDigest(AboutDigest):
    """Button « Aperçu »: shows the posts exactly as they will look."""


class ChangeDigest(AboutDigest):
    """Button « Modifier… »: opens the window in which an entry and an action are chosen."""


class GoOn(AboutDigest):
    """Button « Continuer »: opens the window of the action that was chosen, on servers whose windows have one step
    only. ``entry`` is 0 where the action is about no entry."""

    entry: int
    move: EntryMove


class Postpone(AboutDigest):
    """Button « Reporter »: opens the window of another date."""


class WithdrawDigest(AboutDigest):
    """Button « Retirer »: asks for confirmation before a published digest is withdrawn."""


class WithdrawSurely(AboutDigest):
    """Button « Retirer partout »: confirms that a published digest is withdrawn."""


class RestoreDigest(AboutDigest):
    """Button « Restaurer »: makes a withdrawn digest a draft again."""


class PublishDigest(AboutDigest):
    """Long work: check a digest, make its PDF, and post it in each of its channels."""


class CheckPlaces(AboutDigest):
    """Long work: check, once a digest is approved, that the bot can post in its channels."""


class Document(AboutDigest):
    """Order of the PDF of a digest, as it is at that revision."""

    revision: int


class DigestRewrite(AboutDigest):
    """Long work: rewrite the published posts after a correction."""


class DigestRemoval(AboutDigest):
    """Long work: delete the published posts of a withdrawn digest."""


class ArchiveSearch(BaseModel):
    """Button « Suite »: shows the results of an archive search after the first ``skip``."""

    words: str
    skip: int


PUBLISH_NOW = "Publier maintenant"
SHOWN_MAX = 14_000
"""The most characters of a draft that its card shows in full; of a longer one it shows the titles."""


async def draw_card(desk: NewsContext, digest: Digest) -> Message:
    """Draw the card of a digest for its editors."""
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
    """Rewrite all copies of a digest’s card."""
    return editions.DRAFT.rewrite(digest, await draw_card(desk, digest), here=here)


def _draw_titles(sheet: DigestSheet) -> Markdown:
    lines = [f"### {escape(sheet.heading)}"]
    for chapter in sheet.chapters:
        lines += ["", f"#### {escape(chapter.title)}", ""]
        lines += [f"- {escape(shorten(piece.title, 120))}" for piece in chapter.pieces]
    return Markdown("\n".join(lines))


def draw_buttons(digest: Digest, *, late: bool) -> Sequence[Button]:
    """Draw what can be done with a digest, ``late`` once its hour is past."""
    about = {"digest": digest.number}
    preview, edit = Button("Aperçu", PreviewDigest(**about)), Button("Modifier…", ChangeDigest(**about))
    postpone = Button("Reporter", Postpone(**about))
    match digest.state:
        case DigestState.DRAFT | DigestState.HELD:
            approve = ApproveDigest(digest=digest.number, revision=digest.revision)
            label = "Approuver et publier" if late else "Approuver"
            return [Button(label, approve, "primary"), preview, edit, postpone]
        case DigestState.APPROVED:
            unapprove, now = Button("Reprendre", Unapprove(**about)), Button(PUBLISH_NOW, PublishNow(**about))
            return [unapprove, preview, postpone, now]
        case DigestState.PUBLISHED:
            return [Button("Corriger…", ChangeDigest(**about)), Button("Retirer", WithdrawDigest(**about), "danger")]
        case DigestState.WITHDRAWN:
            return [Button("Restaurer", RestoreDigest(**about))]
        case _:
            return []


async def say_places(desk: NewsContext, edition: Edition) -> str:
    """Say where an edition comes out."""
    table = await canaux.list_planned(desk.db, desk.settings)
    return ", ".join(table[each].name if each in table else targets.say_target(each, {}) for each in edition.targets)


TOTAL_MAX = 60
"""The most entries of a digest, with those that people proposed."""
CAPS: Mapping[NewsSection, int] = {
    NewsSection.TOP: 4,
    NewsSection.PRESS: 8,
    NewsSection.RESOURCES: 8,
    NewsSection.AGENDA: 12,
    NewsSection.COMMUNITY: 8,
    NewsSection.FIGURES: 2,
}
"""The most entries that the bot itself puts into each part; what people propose comes on top."""
COPIED = ("title", "text", "url", "credit")
"""The columns that an entry copies from its item."""


async def complete_draft(db: AsyncSession, digest: Digest) -> int:
    """Add what was found since to a draft, as far as there is room; return how many entries changed.

    Entries that an editor touched stay as they are, and dropped ones do not come back, so this may run any number of
    times. The caller holds the digest’s row.
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
    """Update the entries that nobody edited: figures grow, proposals are withdrawn. Return how many changed."""
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
    """Choose items while there is room: proposals of people first, then the best of the others."""
    room = TOTAL_MAX - len([entry for entry in there if not entry.dropped])
    counts = Counter(entry.section for entry in there)
    chosen: list[Item] = []
    for item in sorted(found, key=lambda item: item.kind is not ItemKind.PROPOSAL):
        if len(chosen) < room and (item.kind is ItemKind.PROPOSAL or counts[item.section] < CAPS[item.section]):
            counts[item.section] += 1
            chosen.append(item)
    return chosen


WEEK, MONTH = timedelta(days=7), timedelta(days=31)
"""How far back the first digest of an edition collects: a weekly one, a monthly one."""
FAR = timedelta(days=92)
"""How far ahead a digest that does not exist yet can be named by its number."""


def find_showing_time(at: datetime) -> datetime:
    """Return when the draft of a digest is first shown to its editors: at the same hour of the working day before."""
    local = at.astimezone(PARIS)
    return datetime.combine(working_days_before(local.date(), 1), local.time(), PARIS)


async def open_coming(desk: NewsContext, edition: Edition) -> Digest:
    """Get the next digest of an edition; create and fill it if there is none yet."""
    found = await find_coming(desk, edition)
    return found if isinstance(found, Digest) else await begin_draft(desk, edition, found)


async def find_coming(desk: NewsContext, edition: Edition, day: date | None = None) -> Digest | Occasion:
    """Find the next digest of an edition or, given ``day``, the first one planned for that day or later. If it does not
    exist yet, return the occasion on which it will come out."""
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
    """List the occasions of a rhythm after an instant or, given ``day``, from that day on, counting a moved occasion on
    its planned day."""
    if day is None:
        return rhythm.after(start)
    return (one for one in rhythm.after(start - WEEK) if one.day >= day)


async def _find_sooner(desk: NewsContext, edition: Edition, than: datetime, start: datetime | None) -> Digest | None:
    """Find an unpublished digest that comes out before ``than`` and after ``start``; without ``start``, one that was
    held back counts too."""
    waits = await digests.list_open(desk.db, edition.key)
    return next((one for one in waits if one.at < than and (start is None or one.at > start)), None)


async def find_next_occasion(desk: NewsContext, edition: Edition) -> Occasion:
    """Find when an edition comes out next, taking into account digests that were postponed or published early."""
    waits = [one for one in await digests.list_open(desk.db, edition.key) if one.at > desk.now]
    due = [*(Occasion(one.day, one.at) for one in waits), await anext(_list_not_begun(desk, edition))]
    return min(due, key=lambda one: one.at)


async def predict_number(desk: NewsContext, edition: Edition, occasion: Occasion) -> int:
    """Predict the number of a digest that does not exist yet. Editions take turns for the free numbers, so that each
    coming digest has a number of its own."""
    keys = list(await editions.read_editions(desk))
    before = 0
    async for other in _list_not_begun(desk, edition):
        if other.at >= occasion.at:
            break
        before += 1
    turn = before * len(keys) + keys.index(edition.key)
    return next(itertools.islice(await digests.list_free_numbers(desk.db), turn, None))


async def find_by_number(desk: NewsContext, number: int) -> tuple[Edition, Occasion] | None:
    """Find the edition and occasion of the digest that would get that number; None for a number that is taken or too
    far ahead."""
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
    """Create and fill the digest of an occasion, under ``number`` or the next free one; return the existing one if
    somebody else has just created it."""
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
    """Complete a draft from the pool and, with ``tables``, from the other features; return how many entries changed. A
    digest that is approved or published stays as it is."""
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
    """Show the draft of the named edition, or of the one that comes out next, creating it if needed: to everybody in
    the animateurs’ room, elsewhere to whoever asks. A search of the channels begins in the background."""
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
    replies.append(editions.DRAFT.post(digest, card, ctx.channel_id) if is_in_room else card.recast(Whisper))
    if digest.created_at == ctx.now:
        replies.append(Start(payload=harvest.Harvest(since=digest.since, until=ctx.now), quiet=True))
    return replies


def find_named_edition(known: Mapping[str, Edition], line: str) -> Edition:
    """Find an edition by its key or its name. Raises UserError."""
    word = fold(line)
    found = next((e for e in known.values() if word in {fold(e.key), fold(e.name)}), None)
    if found is None:
        listed = join([f"`{key}` ({edition.name})" for key, edition in known.items()])
        raise UserError(render("actus/unknown_edition", listed=listed))
    return found


@feature.button(PreviewDigest, name="actus.Preview", roles=ANIMATEURS, writes=False)
async def preview(ctx: Context, click: PreviewDigest) -> Replies:
    """Show the posts of a digest, one by one, in the direct channel."""
    digest = await editions.get_digest(ctx, click.digest)
    drawn = draw_posts(await editions.read_sheet(ctx, digest))
    count = f"en {len(drawn)} messages" if len(drawn) > 1 else "en un message"
    first = f"Aperçu du n° {digest.number}, {count}, exactement comme il sortira :"
    told = Whisper(render("actus/preview_sent"))
    return [told, *(Direct(text, user_id=ctx.user.id) for text in (first, *drawn))]


@feature.waiting
async def list_waiting(ctx: Context) -> Sequence[Waiting]:
    """List the digests that wait for approval and come out soon, or are overdue."""
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
