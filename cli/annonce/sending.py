"""An announcement of the operator’s: written down once, then sent by an outbox as the bot’s, beside it or alone."""

import secrets
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.forms import name_of
from bot.outbox.tries import LONG_TRY_MAX
from bot.replies import Say
from cli.errors import OperatorError
from cli.noting import note
from cli.progress import ProgressBar
from cli.sending import Office, Pen, arrival, delivering
from commands.annonce.buttons import Broadcast
from commands.annonce.feature import feature
from commands.annonce.words import spoken
from storage import annonce as annonces
from storage import outbox
from storage.annonce import BATCH, Announcement, State
from storage.journal import Act
from storage.outbox import Outgoing, Tally

TAKEN_BACK = (State.WITHDRAWN, State.REMAINS)
STALLED = 60.0
"""Seconds in which nothing arrives and nothing is refused: Mattermost takes no messages. With files one message may
take longer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """To how many channels it was to go, how many have it, the titles of those that refuse it, and whether somebody
    took it back meanwhile."""

    channels: int
    sent: int
    refused: Sequence[str] = ()
    withdrawn: bool = False


def digest(announcement: Announcement, attached: Sequence[tuple[str, str]] = ()) -> str:
    """What makes two calls the same: where, the words, and the files (by name and what stands for what is in them)."""
    along = ["\0", *(f"{name}\0{of_file}" for name, of_file in attached)] if attached else []
    return sha256("\n".join([*announcement.targets, "", announcement.text, *along]).encode()).hexdigest()


async def said_so_far(office: Office, announcement: Announcement) -> Outcome:
    """How many channels have it from an earlier call."""
    async with office.database.transaction(writes=False) as db:
        before = await annonces.latest_of(db, announcement.digest or "")
        stands = before is not None and before.state not in TAKEN_BACK
        sent = (await outbox.tally(db, before.topics, office.clock())).arrived if before and stands else 0
    return Outcome(len(announcement.channels), sent)


async def enlist(office: Office, wanted: Announcement, *, again: bool) -> Announcement:
    """Write down, in one transaction, what each channel is still to get; the earlier call’s if it was made before.

    Raises OperatorError for what was taken back since.
    """
    async with office.database.transaction() as db:
        kept = await _round(db, wanted, again=again)
        if kept.state in TAKEN_BACK:
            raise OperatorError("Cette annonce a été retirée depuis : « --again » l’envoie une fois de plus.")
        await outbox.hurry(db, kept.topics, office.clock())
        reached = await outbox.reached(db, kept.topics)
        # A channel that was made anew meanwhile takes the place of the old one.
        channels = {i: title for i, title in kept.channels.items() if i in reached} | wanted.channels
        written = max(kept.written, len(channels))
        await annonces.change(db, kept, channels=channels, files=wanted.files, written=written, state=State.SENDING)
        rows = [row for row in await _rows(office, db, kept) if row.target not in reached]
        await outbox.add(db, rows)
        if rows:
            where = [kept.channels[row.target] for row in rows if row.target in kept.channels]
            await note(db, Act.ANNOUNCE, f"annonce:{kept.id}", office.clock(), texte=kept.text, canaux=where)
    return kept


async def _round(db: AsyncSession, wanted: Announcement, *, again: bool) -> Announcement:
    """The row of this call: the last one of the same, or a new one."""
    of_call = wanted.digest or ""
    before = await annonces.latest_of(db, of_call)
    if before is None or again:
        values = {"id": secrets.token_hex(13), "digest": of_call, "round": before.round + 1 if before else 0}
        # Another call may be making the same one at this moment.
        await annonces.put(db, Announcement(**(wanted.model_dump() | values)))
        before = await annonces.latest_of(db, of_call)
    assert before is not None
    kept = await annonces.lock(db, before.id)
    assert kept is not None
    return kept


async def _rows(office: Office, db: AsyncSession, kept: Announcement) -> Sequence[Outgoing]:
    """The message for each channel, as long work would write it."""
    said = [
        Say(spoken(kept), channel_id=i, topic=kept.topic_of(n // BATCH), files=list(kept.files))
        for n, i in enumerate(kept.channels)
    ]
    return await Pen(office.settings, office.clock, feature.name).rows(db, said, name_of(Broadcast))


async def send(office: Office, kept: Announcement) -> Outcome:
    """Deliver it, and wait until nothing of it is on its way."""
    async with delivering(office):
        tally = await _arrival(office, kept)
    async with office.database.transaction() as db:
        now = await annonces.lock(db, kept.id)
        withdrawn = now is None or now.state in TAKEN_BACK
        if tally.arrived >= kept.total and not withdrawn:
            await annonces.change(db, kept, state=State.SENT)
        missing = await outbox.unreached(db, kept.topics)
    refused = [kept.channels[target] for target in missing if target in kept.channels] if tally.refused else []
    return Outcome(kept.total, 0 if withdrawn else tally.arrived, refused, withdrawn)


async def _arrival(office: Office, kept: Announcement) -> Tally:
    """How it stands once nothing more is to be waited for."""
    patience = LONG_TRY_MAX.total_seconds() if kept.files else STALLED
    return await arrival(office, kept.topics, ProgressBar(sys.stderr, "canal", kept.total, many="canaux"), patience)
