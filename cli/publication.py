"""« coop-bot digest publish »: publishes a digest now, in the operator’s name, once even if the bot runs."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.destinations import TeamChannels
from bot.errors import ChatError, Refusal
from bot.forms import name_of
from bot.papers import page
from bot.replies import Message, Reply
from bot.texts import Markdown, escape, render
from cli.actus import NewsDesk, begin_digest, editions, find_digest, standing, unmarked
from cli.checks import check_paths
from cli.command import Call
from cli.delivery import Office, Pen, deliver, open_office
from cli.environment import open_up_to_date
from cli.errors import OperatorError
from cli.journal import note
from cli.terminal import ProgressBar, count
from commands.actus import drafts, formats, publication
from commands.actus.drafts import PublishDigest
from commands.actus.editions import DRAFT, DigestSheet, feature, read_sheet, tell_team
from commands.actus.formats import draw_posts
from commands.actus.publication import Destinations
from config.time import PARIS
from storage import canaux, outbox
from storage.actus import digests
from storage.actus.digests import Digest, DigestState
from storage.database import change
from storage.journal import AuditAct

STALLED = 120.0
"""After so many seconds without an arrival or a refusal, Mattermost is taken to accept no messages."""
OUT = (DigestState.PUBLISHED, DigestState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Issue:
    """What is known of a digest before its publication: its destinations, the quoted posts that were deleted, and the
    ids of its files."""

    where: Destinations
    gone: frozenset[str]
    files: Sequence[str] = ()


async def publish(call: Call, number: int, dry_run: bool) -> int:
    """Publish a digest; return 0 if all its channels have it, else 1."""
    settings, clock = call.settings, call.clock
    check_paths(settings, "channels")
    async with open_up_to_date(settings) as database:
        async with standing(database, settings, clock, number) as desk:
            digest = await find_digest(desk, number)
        if digest.state is DigestState.WITHDRAWN:
            raise OperatorError(
                f"Le n° {digest.number} a été retiré : « Restaurer », dans Mattermost, en refait un brouillon."
            )
        async with open_office(settings, database, clock) as office:
            return await (_rehearse if dry_run else _go_out)(office, digest)


async def _rehearse(office: Office, digest: Digest) -> int:
    """Print the destinations and posts of a digest, without publishing it."""
    if digest.state is DigestState.PUBLISHED:
        print(f"Le n° {digest.number} est déjà sorti. Rien n’est envoyé.")
    else:
        issue, sheet = await _checked(office, digest)
        _show(draw_posts(sheet), issue.where)
    return 0


async def _go_out(office: Office, digest: Digest) -> int:
    """Check a digest, make its PDF, store its posts in one transaction, and send them."""
    was_out = digest.state is DigestState.PUBLISHED
    if not was_out:
        issue, sheet = await _checked(office, digest)
        files = await _paper(office, sheet, next(iter(issue.where.channels)))
        await _write_down(office, digest, replace(issue, files=files), sheet)
    return await _deliver(office, digest.number, was_out=was_out)


async def _checked(office: Office, digest: Digest) -> tuple[Issue, DigestSheet]:
    """Return the destinations of a digest, and its layout."""
    own = await office.chat.own_channels()
    async with standing(office.database, office.settings, office.clock, digest.number) as desk:
        where = await _where(desk, digest, own_of=TeamChannels(own, await canaux.find_channel_ids(desk.db)))
        quoted = await publication.find_quotes(desk.db, digest)
    lost = await publication.find_lost_quotes(office.chat, quoted)
    issue = Issue(where, frozenset(one.post_id for one in quoted if one.entry in lost))
    return issue, await _sheet(office, digest, issue)


async def _lost(db: AsyncSession, digest: Digest, issue: Issue) -> Sequence[int]:
    """Return the entries that quote deleted messages."""
    return [one.entry for one in await publication.find_quotes(db, digest) if one.post_id in issue.gone]


async def _sheet(office: Office, digest: Digest, issue: Issue) -> DigestSheet:
    """Lay out a digest. Raises OperatorError if it would be empty."""
    async with standing(office.database, office.settings, office.clock, digest.number) as desk:
        found = await find_digest(desk, digest.number)
        away = {
            entry.number for entry in await publication.find_unfit(desk.db, found, await _lost(desk.db, found, issue))
        }
        entries = [entry for entry in await digests.list_entries(desk.db, found.number) if entry.number not in away]
        sheet = await read_sheet(desk, found, entries)
    out_on = (found.published_at or office.clock()).astimezone(PARIS).date()
    if not sheet.pieces and not sheet.edito:
        raise OperatorError(f"Le n° {digest.number} est vide : il ne sort pas.")
    return replace(sheet, on=out_on)


async def _where(desk: NewsDesk, digest: Digest, own_of: TeamChannels) -> Destinations:
    """Find the destinations of a digest. Raises OperatorError if there are none."""
    edition = (await editions(desk)).get(digest.edition)
    if edition is None:
        raise OperatorError(f"L’édition « {digest.edition} » n’est plus dans la table.")
    where = await publication.find_destinations(desk.db, desk.settings, edition, own_of)
    if not where.channels:
        raise OperatorError(f"Il n’y a aucun canal où publier : {unmarked(' '.join(where.absent))}")
    return where


def _show(drawn: Sequence[Markdown], where: Destinations) -> None:
    """Print the destinations and posts of a digest."""
    print("\n".join([f"Où : {', '.join(where.channels.values())}", *map(unmarked, where.absent)]))
    for text in drawn:
        print(f"\n{text}")
    print(f"\n{count(len(drawn), 'message')} dans {_count_channels(len(where.channels))}. Rien n’est envoyé.")


async def _paper(office: Office, sheet: DigestSheet, place: str) -> Sequence[str]:
    """Make a digest’s PDF, and upload it without a post to a channel that will have it; empty if the server accepts no
    files."""
    made = await asyncio.to_thread(partial(formats.write_pdf, sheet, page.read_brand(office.settings)))
    with TemporaryDirectory() as folder:
        path = Path(folder) / formats.name_pdf(sheet)
        path.write_bytes(made)
        try:
            return [await office.chat.upload(place, path)]
        except ChatError as error:
            if error.refusal is not Refusal.SWITCHED_OFF:
                raise
            return ()


async def _write_down(office: Office, digest: Digest, issue: Issue, shown: DigestSheet) -> None:
    """Store the posts that are not stored yet, once even if others do the same, and that the operator published the
    digest. ``shown`` is its layout in the PDF."""
    async with office.database.transaction() as db:
        desk = NewsDesk(db, office.settings, office.clock())
        found = await begin_digest(desk, digest.number)
        if found.state in OUT:
            return
        left_out = await publication.drop_unfit(db, found, await _lost(db, found, issue))
        pieces = (await read_sheet(desk, found)).pieces
        if found.revision != digest.revision or [one.title for one in pieces] != [one.title for one in shown.pieces]:
            raise OperatorError(f"Le n° {digest.number} vient de changer : relisez-le, puis relancez la commande.")
        if not found.written:
            at = found.published_at or desk.now
            values = {"approved_by": found.approved_by, "approved_at": found.approved_at or desk.now}
            await change(db, found, channels=dict(issue.where.channels), published_at=at, **values)
        drawn = draw_posts(await read_sheet(desk, found))
        every = publication.make_messages(found, drawn, issue.files)
        replies: list[Reply] = [*every[found.written :]]
        await change(db, found, state=DigestState.PUBLISHED, parts=len(drawn), written=len(every))
        where = list(found.channels.values())
        await note(db, AuditAct.DIGEST_PUBLISH, f"numero:{found.number}", desk.now, edition=found.edition, canaux=where)
        for text in _notes(found, issue.where, left_out):
            replies += await tell_team(desk, Message(text))
        if await DRAFT.is_sent(desk.db, found):
            replies.append(await drafts.refresh_card(desk, found))
        pen = Pen(office.settings, office.clock, feature.name)
        await outbox.add(db, await pen.rows(db, replies, name_of(PublishDigest)))


def _notes(digest: Digest, where: Destinations, left_out: Sequence[str]) -> Sequence[str]:
    """Return what the team must know about a digest."""
    absent = [Markdown(each) for each in where.absent]
    reached = [Markdown(escape(title)) for title in digest.channels.values()]
    said = [render("actus/absent", digest=digest, absent=absent)] if absent else []
    said += [render("actus/left_out", digest=digest, titles=left_out)] if left_out else []
    return [*said, render("actus/out", digest=digest, reached=reached, refused=[])]


async def _deliver(office: Office, number: int, *, was_out: bool) -> int:
    """Wait until a digest has arrived, and print where it is."""
    async with office.database.transaction() as db:
        found = await find_digest(NewsDesk(db, office.settings, office.clock()), number)
        topics = publication.get_posted(found).topics
        await outbox.make_due(db, topics, office.clock())
    total = len(found.channels) * found.parts
    tally = await deliver(office, topics, ProgressBar(sys.stderr, "message", total), STALLED)
    async with office.database.transaction(writes=False) as db:
        missing = await outbox.find_unreached(db, topics)
    if was_out and not tally.waiting and not missing:
        print(f"Le n° {number} est déjà sorti.")
        return 0
    reached = len(found.channels) - len(missing)
    print(f"Le n° {number} est sorti dans {_count_channels(reached)}.")
    if missing:
        names = ", ".join(found.channels.get(place, place) for place in missing)
        print(f"Il manque dans : {names}. Relancez la même commande : elle reprend où elle en est.", file=sys.stderr)
    return 1 if missing else 0


def _count_channels(number: int) -> str:
    return count(number, "canal", "canaux")
