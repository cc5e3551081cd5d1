"""When editions come out: set in chat. Drafts are created, reminded of, approved, postponed, and published at their
hour."""

import itertools
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum

from bot.audit import AuditEntry, record_entry_at_end
from bot.calendar import Occasion, find_holiday, read_recurrence
from bot.context import Context
from bot.errors import UserError, read_or_refuse
from bot.french import MONTHS, join, say_day
from bot.job_runner import DOUBLED_HOUR
from bot.replies import Ask, Message, Replies, Reply, Start, Whisper
from bot.texts import render
from commands.actus import drafts, editions
from commands.actus.editions import ANIMATEURS, Edition, NewsContext, feature, note_digest
from commands.actus.harvest import Harvest
from config.canaux import PlannedChannel
from config.editions import Unapproved
from config.text import fold
from config.time import PARIS
from dialogs.actus import NOW, PutOffDigest
from dialogs.actus import Programme as Window
from storage import canaux, claims, journal, targets
from storage.actus import digests
from storage.actus.digests import Digest, DigestState, EditionSettings
from storage.database import change, upsert

PLACES_MAX = 20
"""The most places of an edition."""
AHEAD = 3
"""How many coming dates of an edition are told."""
_PLACES = re.compile(r"(?:^|\s)(?:dans|pour|où)\s+(.+)$", re.IGNORECASE)


@feature.command(
    "actus programmer",
    help="Changer le rythme d’une édition",
    hint="[édition] [rythme] [dans …] [retenir | publier]",
    roles=ANIMATEURS,
    writes=True,
)
async def change_programme(ctx: Context, line: str) -> Replies:
    """Change what the line says of an edition; without a line, open the window."""
    known = await editions.read_editions(ctx)
    if not line.strip():
        return Ask(Window.draft(editions={key: edition.name for key, edition in known.items()}))
    edition, rest = _read_edition(known, line)
    rest, unapproved = _read_unapproved(rest)
    found = _PLACES.search(rest)
    wanted = await _read_places(ctx, found[1]) if found else None
    rhythm = _read_rhythm(rest[: found.start()] if found else rest)
    return await _save_edition(ctx, edition, rhythm, wanted, unapproved)


def _read_edition(known: Mapping[str, Edition], line: str) -> tuple[Edition, str]:
    """Read the edition that a line begins with, by its key or its name, and the rest."""
    words = line.split()
    for edition in known.values():
        for name in (edition.name, edition.key):
            size = len(name.split())
            if fold(" ".join(words[:size])) == fold(name):
                return edition, " ".join(words[size:])
    return drafts.find_named_edition(known, words[0]), ""


def _read_unapproved(line: str) -> tuple[str, Unapproved | None]:
    """Split off what is to happen to an unapproved digest, if the line ends with that; return the rest of the line and
    it."""
    head, _, word = line.rpartition(" ")
    return (head, Unapproved(fold(word))) if fold(word) in set(Unapproved) else (line, None)


def _read_rhythm(text: str) -> str:
    wanted = text.strip(" ,")
    return str(read_or_refuse(read_recurrence, wanted)) if wanted else ""


async def _read_places(ctx: Context, text: str) -> list[str]:
    """Read keys of channels and of targets, each once. Raises UserError."""
    table = await canaux.list_planned(ctx.db, ctx.settings)
    try:
        found = list(dict.fromkeys(_read_place(word.strip(), table) for word in text.split(",") if word.strip()))
        editions.find_channels(found, table)
    except ValueError as problem:
        raise UserError(str(problem)) from None
    if targets.asked_roles(found) or not 0 < len(found) <= PLACES_MAX:
        raise UserError(render("actus/usual_places", most=PLACES_MAX))
    return found


def _read_place(word: str, table: Mapping[str, PlannedChannel]) -> str:
    key = next((key for key, channel in table.items() if fold(word) in {fold(key), fold(channel.name)}), None)
    return key if key and not table[key].departement else targets.read_target(word, table)


@feature.submit(Window, roles=ANIMATEURS)
async def submit_programme(ctx: Context, form: Window) -> Replies:
    """Change what the window says of an edition."""
    edition = await editions.get_edition(ctx, form.edition)
    try:
        wanted = await _read_places(ctx, form.places) if form.places else None
    except UserError as problem:
        raise UserError(fields={"ou": problem.text}) from None
    return await _save_edition(ctx, edition, form.rhythm, wanted, form.unapproved)


async def _save_edition(
    ctx: Context, edition: Edition, rhythm: str, places: list[str] | None, unapproved: Unapproved | None
) -> Sequence[Reply]:
    """Store the changed settings of an edition; empty ones stay as they are. Its drafts move to the new rhythm."""
    given = {"rhythm": rhythm, "targets": places, "unapproved": unapproved and unapproved.value}
    new = {name: value for name, value in given.items() if value} | {"by": ctx.user.id, "at": ctx.now}
    row = EditionSettings(key=edition.key, at=ctx.now).model_dump() | new
    await upsert(ctx.db, EditionSettings, [row], new)
    ctx.db.expire_all()
    changed = await editions.get_edition(ctx, edition.key)
    was, now = (
        {"rythme": str(one.rhythm), "ou": list(one.targets), "sans_accord": one.unapproved.value}
        for one in (edition, changed)
    )
    record_entry_at_end(ctx, AuditEntry(journal.AuditAct.PROGRAMME, f"edition:{edition.key}", before=was, after=now))
    if not rhythm or changed.rhythm == edition.rhythm:
        return [Whisper(await say_edition(ctx, changed))]
    moved, stays = await _move_draft(ctx, edition, changed)
    return [Whisper(await say_edition(ctx, changed, stays)), *moved]


async def _move_draft(ctx: Context, before: Edition, edition: Edition) -> tuple[Sequence[Reply], Sequence[Digest]]:
    """Move the unpublished digests to their days by the new rhythm; return the replies, and the digests that stay
    because somebody postponed them. If two fall on one day, the later one stays where it is."""
    replies, stay = list[Reply](), list[Digest]()
    occasions = edition.rhythm.after(ctx.now)
    for one in await digests.list_open(ctx.db, edition.key):
        if one.state is DigestState.HELD:
            continue
        digest = await editions.get_digest(ctx, one.number, lock=True)
        if is_postponed(digest, before):
            stay.append(digest)
            continue
        occasion = next(occasions)
        other = await digests.get_for_day(ctx.db, edition.key, occasion.day)
        if other is None or other.number == digest.number:
            await change(ctx.db, digest, day=occasion.day, first_day=occasion.day, at=occasion.at)
        replies.append(await drafts.refresh_card(ctx, digest))
    return replies, stay


async def say_edition(ctx: Context, edition: Edition, stays: Sequence[Digest] = ()) -> str:
    """Say when an edition comes out: « Les actus du vendredi : chaque jeudi à 10 h, le prochain le 3 décembre »."""
    first, *after = (say_coming(one, ctx.now) for one in itertools.islice(edition.rhythm.after(ctx.now), AHEAD))
    return render(
        "actus/programmed",
        called=edition.name,
        rhythm=str(edition.rhythm),
        coming=first,
        after=join(after),
        where=await drafts.say_places(ctx, edition),
        publishes=edition.unapproved is Unapproved.PUBLISH,
        stays=[(one.number, editions.say_at(one.at)) for one in stays],
    )


def say_coming(occasion: Occasion, now: datetime) -> str:
    """Write the day of an occasion: « 3 décembre », « 8 janvier 2027 »; if a holiday moved it, say so."""
    on = occasion.at.astimezone(PARIS).date()
    year = "" if on.year == now.astimezone(PARIS).year else f" {on.year}"
    moved = f" (le {say_day(occasion.day)} est férié)" if find_holiday(occasion.day) and on < occasion.day else ""
    return f"{say_day(on)} {MONTHS[on.month - 1]}{year}{moved}"


JOB = "actus.keep"
AFTERNOON = time(16)
"""At what hour of the day before the team is reminded of a digest that nobody approved."""
LAST_MINUTES = timedelta(hours=2)
"""How long before the hour of the digest the team is reminded instead, if the draft came after that."""
HOURLY = timedelta(minutes=5)
"""The first minutes of each hour, in which drafts also collect from the tables of other features."""


class Due(StrEnum):
    """What is to be done with a digest at this moment."""

    NOTHING = "nothing"
    REMIND = "remind"
    PUBLISH = "publish"
    PUBLISH_UNREAD = "publish unread"
    HOLD = "hold"


def find_due(digest: Digest, unapproved: Unapproved, now: datetime) -> Due:
    """Find what is due for a digest. At its hour an approved digest is published, another is dealt with as the edition
    says, but only on the planned day."""
    if digest.at > now:
        waits = digest.state is DigestState.DRAFT and not digest.reminded and now >= find_reminder_time(digest)
        return Due.REMIND if waits else Due.NOTHING
    if digest.state is DigestState.HELD:
        return Due.NOTHING
    if digest.at.astimezone(PARIS).date() == now.astimezone(PARIS).date():
        if digest.state is DigestState.APPROVED:
            return Due.PUBLISH
        if unapproved is Unapproved.PUBLISH:
            return Due.PUBLISH_UNREAD
    return Due.HOLD


def find_reminder_time(digest: Digest) -> datetime:
    """Find when the team is reminded: at four in the afternoon of the day before, or two hours before its hour where
    the draft was shown later."""
    due = drafts.find_showing_time(digest.at)
    afternoon = datetime.combine(due.date(), AFTERNOON, PARIS)
    return afternoon if max(due, digest.created_at) < afternoon else digest.at - LAST_MINUTES


@feature.job("minute=*/5", name="actus.keep", writes=True)
async def run_editions(ctx: Context) -> Replies:
    """Do what is due of all editions."""
    return await run_due(ctx)


async def run_due(desk: NewsContext) -> Sequence[Reply]:
    """Do what is due now of all editions, one after the other."""
    before = next((run.at for run in await claims.list_runs(desk.db) if run.name == JOB), desk.now)
    replies: list[Reply] = []
    for edition in (await editions.read_editions(desk)).values():
        replies += await _begin_due(desk, edition, min(before, desk.now))
        for one in await digests.list_open(desk.db, edition.key):
            digest = await editions.get_digest(desk, one.number, lock=True)
            if digest.state in digests.OPEN:
                replies += await _process_digest(desk, digest, edition)
    return replies


async def _begin_due(desk: NewsContext, edition: Edition, before: datetime) -> Sequence[Reply]:
    """Create the draft of a digest that comes out within a working day, or should have since the last run."""
    coming = edition.rhythm.next(desk.now)
    near = [coming] if drafts.find_showing_time(coming.at) <= desk.now else []
    missed = _find_last_occasion(edition, before, desk.now)
    replies: list[Reply] = []
    for occasion in [*missed, *near]:
        if await digests.find_covering(desk.db, edition.key, occasion.day) is None:
            digest = await drafts.begin_draft(desk, edition, occasion)
            replies.append(Start(payload=Harvest(since=digest.since, until=desk.now), quiet=True))
    return replies


def _find_last_occasion(edition: Edition, start: datetime, end: datetime) -> Sequence[Occasion]:
    """Find the last occasion in that time, as a list of at most one; earlier ones are part of it."""
    return [*itertools.takewhile(lambda one: one.at <= end, edition.rhythm.after(start))][-1:]


async def _process_digest(desk: NewsContext, digest: Digest, edition: Edition) -> Sequence[Reply]:
    """Complete a draft, show it when that is due, then do what is due at its hour."""
    hourly = desk.now.minute * timedelta(minutes=1) < HOURLY
    fresh = digest.state is DigestState.DRAFT
    added = await drafts.fill_draft(desk, digest, edition, tables=hourly) if fresh else 0
    what = find_due(digest, edition.unapproved, desk.now)
    if what is Due.PUBLISH_UNREAD and not digest.edito and not await digests.list_entries(desk.db, digest.number):
        what = Due.HOLD
    acted = await _act_on_due(desk, digest, what)
    if await editions.DRAFT.is_sent(desk.db, digest):
        return [*acted, *([await drafts.refresh_card(desk, digest)] if added or what is not Due.NOTHING else [])]
    if drafts.find_showing_time(digest.at) <= desk.now:
        card = await drafts.draw_card(desk, digest)
        return [*await editions.tell_team(desk, card, editions.DRAFT.of(digest)), *acted]
    return acted


async def _act_on_due(desk: NewsContext, digest: Digest, what: Due) -> Sequence[Reply]:
    """Do what is due, and say it."""
    match what:
        case Due.NOTHING:
            return []
        case Due.REMIND:
            await change(desk.db, digest, reminded=1)
            return await _tell_team(desk, digest, "reminder")
        case Due.HOLD:
            approved = digest.state is DigestState.APPROVED
            await change(desk.db, digest, state=DigestState.HELD, reminded=2)
            text = render("actus/held", digest=digest, at=editions.say_at(digest.at), approved=approved)
            # It is a copy of the draft from now on: what becomes of it is seen there, too.
            said = Message(text, drafts.draw_buttons(digest, late=True))
            return await editions.tell_team(desk, said, editions.DRAFT.of(digest))
        case _:
            told = await _tell_team(desk, digest, "unread") if what is Due.PUBLISH_UNREAD else []
            await change(desk.db, digest, state=DigestState.PUBLISHING)
            return [*told, Start(payload=drafts.PublishDigest(digest=digest.number))]


async def _tell_team(desk: NewsContext, digest: Digest, what: str) -> Sequence[Reply]:
    text = render(f"actus/{what}", digest=digest, at=editions.say_at(digest.at))
    return await editions.tell_team(desk, Message(text))


async def _lock_open(ctx: Context, number: int) -> Digest:
    """Lock a digest that has not come out yet. Raises UserError."""
    digest = await editions.get_digest(ctx, number, lock=True)
    editions.must_be_open(digest)
    return digest


@feature.button(drafts.ApproveDigest, name="actus.Approve", roles=ANIMATEURS)
async def approve(ctx: Context, click: drafts.ApproveDigest) -> Replies:
    """Approve a digest: it comes out at its hour, or at once if that is past. If two people approve, the second reads
    who was first. Its channels are checked in the background."""
    digest = await _lock_open(ctx, click.digest)
    if digest.state is DigestState.APPROVED:
        by = "vous" if digest.approved_by == ctx.user.id else await editions.name_person(ctx, digest.approved_by)
        said = render("actus/approved_by", number=digest.number, by=by)
        return [Whisper(said), await drafts.refresh_card(ctx, digest, here=True)]
    if digest.revision != click.revision:
        changed = render("actus/changed_since", number=digest.number)
        return [Whisper(changed), await drafts.refresh_card(ctx, digest, here=True)]
    await must_have_content(ctx, digest)
    late, was = digest.at <= ctx.now, digest.state
    state = DigestState.PUBLISHING if late else DigestState.APPROVED
    await change(ctx.db, digest, state=state, approved_by=ctx.user.id, approved_at=ctx.now)
    note_digest(ctx, journal.AuditAct.DIGEST_APPROVE, digest, {"etat": was.value})
    told = Whisper(render("actus/approved", digest=digest, at=editions.say_at(digest.at), now=late))
    about = {"digest": digest.number}
    check = Start(payload=drafts.CheckPlaces(**about), quiet=True)
    begun = Start(payload=drafts.PublishDigest(**about)) if late else check
    return [told, await drafts.refresh_card(ctx, digest, here=True), begun]


async def must_have_content(ctx: Context, digest: Digest) -> None:
    """Raise UserError for what would be empty."""
    if not digest.edito and not await digests.list_entries(ctx.db, digest.number):
        raise UserError(render("actus/nothing_in_it", number=digest.number))


@feature.button(drafts.PublishNow, roles=ANIMATEURS)
async def publish_now(ctx: Context, click: drafts.PublishNow) -> Replies:
    """Publish an approved digest before its hour. Raises UserError if nobody approved it."""
    digest = await _lock_open(ctx, click.digest)
    number = digest.number
    if digest.state is not DigestState.APPROVED:
        raise UserError(render("actus/must_be_approved", number=number, button=drafts.PUBLISH_NOW))
    await must_have_content(ctx, digest)
    await change(ctx.db, digest, state=DigestState.PUBLISHING)
    told = Whisper(render("actus/leaves_now", number=number))
    return [told, await drafts.refresh_card(ctx, digest, here=True), Start(payload=drafts.PublishDigest(digest=number))]


@feature.button(drafts.Unapprove, roles=ANIMATEURS)
async def unapprove(ctx: Context, click: drafts.Unapprove) -> Replies:
    """Make an approved digest a draft again, which is edited."""
    digest = await _lock_open(ctx, click.digest)
    if digest.state is DigestState.APPROVED:
        await change(ctx.db, digest, state=DigestState.DRAFT, approved_by="", approved_at=None)
        note_digest(ctx, journal.AuditAct.DIGEST_UNAPPROVE, digest, {"etat": DigestState.APPROVED.value})
    told = render("actus/draft_again", number=digest.number)
    return [Whisper(told), await drafts.refresh_card(ctx, digest, here=True)]


LONGEST = timedelta(days=30)


@feature.button(drafts.Postpone, roles=ANIMATEURS, writes=False)
async def ask_when(ctx: Context, click: drafts.Postpone) -> Replies:
    """Open the window that asks until when."""
    digest = await editions.get_digest(ctx, click.digest)
    editions.must_be_open(digest)
    return Ask(PutOffDigest.draft(digest=digest.number))


@feature.submit(PutOffDigest, name="actus.PutOff", roles=ANIMATEURS)
async def postpone(ctx: Context, form: PutOffDigest) -> Replies:
    """Postpone a digest, which still needs an approval if it had none. « maintenant » publishes it."""
    if form.moment == NOW:
        return await publish_now(ctx, drafts.PublishNow(digest=form.digest))
    digest = await _lock_open(ctx, form.digest)
    state = DigestState.DRAFT if digest.state is DigestState.HELD else digest.state
    merged, was = list[Reply](), str(digest.at)
    if form.moment is not None:
        await change(ctx.db, digest, at=_check_moment(ctx, form.moment))
    else:
        merged += await _postpone_to_next(ctx, digest, await editions.get_edition(ctx, digest.edition))
    await change(ctx.db, digest, reminded=0, state=state)
    note_digest(ctx, journal.AuditAct.DIGEST_POSTPONE, digest, {"le": was}, le=str(digest.at))
    said = render("actus/postponed", digest=digest, at=editions.say_at(digest.at), merged=bool(merged))
    return [Whisper(said), await drafts.refresh_card(ctx, digest, here=True), *merged]


def _check_moment(ctx: Context, moment: datetime) -> datetime:
    """Raise UserError for a moment that is past, too far away, or ambiguous because clocks are set back."""
    if not ctx.now < moment <= ctx.now + LONGEST:
        raise UserError(fields={"quand": render("actus/moment_ahead")})
    if moment.astimezone(PARIS).hour == DOUBLED_HOUR.hour:
        raise UserError(fields={"quand": render("actus/night_hour")})
    return moment


async def _postpone_to_next(ctx: Context, digest: Digest, edition: Edition) -> Sequence[Reply]:
    """Postpone a digest to the next free occasion of its edition; the draft of that occasion is merged into it."""
    for occasion in edition.rhythm.after(max(digest.at, ctx.now)):
        other = await digests.find_covering(ctx.db, edition.key, occasion.day) if occasion.day != digest.day else None
        gone: list[Reply] = []
        day, at, edito, revision = occasion.day, occasion.at, digest.edito, digest.revision
        if other is not None and other.number != digest.number:
            if other.state not in digests.OPEN:
                continue
            gone = [editions.DRAFT.rewrite(other, render("actus/joined", gone=other.number, digest=digest))]
            day, at, edito, revision = other.day, other.at, edito or other.edito, revision + 1
            await digests.merge(ctx.db, other.number, digest.number)
        first = min(digest.first_day, day)
        await change(ctx.db, digest, day=day, at=at, first_day=first, edito=edito, revision=revision)
        return gone
    raise AssertionError("there is always another occasion")


def is_postponed(digest: Digest, edition: Edition) -> bool:
    """Return whether somebody chose another moment for a digest than its edition’s rhythm gives."""
    return digest.first_day < digest.day or digest.at != edition.rhythm.on(digest.day).at
