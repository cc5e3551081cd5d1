"""« coop-bot announce »: an announcement is read and checked, stored once, and sent."""

import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.broadcasts import make_messages
from bot.destinations import TeamChannels
from bot.errors import ChatError, Refusal
from bot.forms import name_of
from bot.mattermost import Mattermost
from bot.outbox.attempts import LONG_TRY_MAX
from bot.outbox_rows import FILES_MAX
from bot.replies import Message
from cli.checks import check_paths
from cli.command import Call
from cli.delivery import Office, Pen, deliver, open_office
from cli.environment import begin_reading, open_up_to_date
from cli.errors import OperatorError
from cli.journal import note
from cli.terminal import ProgressBar, count, write
from cli.texts import must_be_a_file
from commands.annonce import cards
from commands.annonce.cards import TAKEN_BACK, SendOut, draw_text, feature, find_text_fault
from config.canaux import PlannedChannel
from storage import annonce as annonces
from storage import canaux as known
from storage import outbox, targets
from storage.annonce import Announcement, AnnouncementState
from storage.database import change
from storage.journal import AuditAct

LENGTH_MAX = 100_000
"""The most characters of a text that are read, much more than a post holds."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A local file to attach; ``digest`` is a hash of its content."""

    path: Path
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class SendOutcome:
    """The result of sending: the number of channels, how many have it, the titles of those that refuse it, and whether
    somebody withdrew it meanwhile."""

    channels: int
    sent: int
    refused: Sequence[str] = ()
    withdrawn: bool = False


async def announce(
    call: Call, to: str, text: str, files: Sequence[str], dry_run: bool, again: bool, as_json: bool
) -> int:
    """Send an announcement to the channels that do not have it; return 1 if some channel did not get it, else 0."""
    settings, clock = call.settings, call.clock
    check_paths(settings, "channels")
    announcement = Announcement(id="", text=_text(text), targets=[], created_at=clock())
    if fault := find_text_fault(announcement.text):
        raise OperatorError(f"--text : {fault}")
    attached = read_files(files)
    async with open_up_to_date(settings) as database, open_office(settings, database, clock) as office:
        async with begin_reading(database) as db:
            table = await known.list_planned(db, settings)
        announcement.targets = _targets(to, table)
        announcement.channels = await _channels(office, announcement.targets, table)
        announcement.digest = digest(announcement, [(each.path.name, each.digest) for each in attached])
        await check_files(office.chat, attached)
        if dry_run:
            outcome = await said_so_far(office, announcement)
        else:
            announcement.files = await bring_files(office, announcement, attached) if attached else {}
            outcome = await send(office, await enlist(office, announcement, again=again))
    told = {"channels": outcome.channels, "sent": outcome.sent}
    write(told, _tell(outcome, announcement, len(files), dry_run=dry_run), as_json=as_json)
    if not dry_run and outcome.sent < outcome.channels:
        print(_why(outcome), file=sys.stderr)
    return 0 if dry_run or outcome.sent == outcome.channels else 1


def _targets(text: str, table: Mapping[str, PlannedChannel]) -> list[str]:
    """Read the destinations as codes, each once, in an order independent of how they were typed."""
    try:
        found = {targets.read_target(word, table) for word in text.split(",") if word.strip()}
    except ValueError as problem:
        raise OperatorError(f"--to : {problem}", code=2) from None
    if not found:
        raise OperatorError("--to : dites où, par exemple national ou 69,38.", code=2)
    if targets.asked_roles(found):
        raise OperatorError("--to : un rôle se joint en message direct, par /annonce dans Mattermost.", code=2)
    return sorted(found)


def _text(name: str) -> str:
    """Read the text from a file or the standard input."""
    if name != "-":
        must_be_a_file(Path(name))
    try:
        text = sys.stdin.read(LENGTH_MAX) if name == "-" else Path(name).read_text("utf-8-sig")[:LENGTH_MAX]
    except UnicodeDecodeError:
        raise OperatorError("--text : ce n’est pas du texte UTF-8.") from None
    return text.strip()


async def _channels(office: Office, wanted: Sequence[str], table: Mapping[str, PlannedChannel]) -> dict[str, str]:
    """Find the destination channels, title by id. Raises OperatorError for one that cannot be written to."""
    own = await office.chat.own_channels()
    async with begin_reading(office.database) as db:
        remembered = await known.find_channel_ids(db)
    try:
        return TeamChannels(own, remembered).find(targets.find_channels(wanted, table))
    except ValueError as problem:
        raise OperatorError(f"{problem} Rien n’est envoyé.") from None


def _tell(outcome: SendOutcome, announcement: Announcement, files: int, *, dry_run: bool) -> Iterator[str]:
    channels = count(outcome.channels, "canal", "canaux")
    if not dry_run:
        yield f"{channels}, {outcome.sent} l’ont."
        return
    yield from announcement.channels.values()
    along = f", {count(files, 'fichier')} dans chacun" if files else ""
    yield f"{channels}{along}, dont {outcome.sent} l’ont déjà. Rien n’est envoyé."


def _why(outcome: SendOutcome) -> str:
    if outcome.withdrawn:
        return "Quelqu’un l’a retirée pendant l’envoi."
    refused = f"Mattermost la refuse à : {', '.join(outcome.refused)}." if outcome.refused else ""
    why = refused or "Mattermost ne prend plus de messages."
    return f"{why} Relancez la même commande : elle reprend où elle en est."


def read_files(names: Sequence[str]) -> Sequence[Attached]:
    """Read the files to attach. Raises OperatorError for what is no file, OSError for an unreadable one."""
    if len(names) > FILES_MAX:
        raise OperatorError(f"--file : une annonce porte {FILES_MAX} fichiers au plus.", code=2)
    return [_read(Path(name)) for name in names]


def _read(path: Path) -> Attached:
    must_be_a_file(path)
    size = path.stat().st_size
    if not size:
        raise OperatorError(f"Le fichier {path} est vide : Mattermost n’en prend pas de tel.")
    with path.open("rb") as file:
        return Attached(path, size, file_digest(file, "sha256").hexdigest())


async def check_files(chat: Mattermost, attached: Sequence[Attached]) -> None:
    """Raise OperatorError for files that the server does not accept."""
    sizes = [(each.path.name, each.size) for each in attached]
    if attached and (fault := cards.find_files_fault(sizes, await chat.largest_file())):
        raise OperatorError(f"--file : {fault}")


async def bring_files(office: Office, announcement: Announcement, attached: Sequence[Attached]) -> dict[str, str]:
    """Upload the files, and return their names by id; those of an earlier, identical call are used again if they still
    exist."""
    async with office.database.transaction(writes=False) as db:
        before = await annonces.get_latest(db, announcement.digest or "")
    if before and not await cards.find_missing(office.chat, before.files):
        return before.files
    place = next(iter(announcement.channels))
    return {await _bring(office.chat, place, each.path): each.path.name for each in attached}


async def _bring(chat: Mattermost, channel_id: str, path: Path) -> str:
    """Upload a file, without a post, to a channel that will have it: the uploader may read it, and nobody sees it
    there."""
    try:
        return await chat.upload(channel_id, path)
    except ChatError as error:
        if error.refusal is Refusal.SWITCHED_OFF:
            raise OperatorError("Ce serveur ne prend pas de fichiers (EnableFileAttachments).") from None
        raise


STALLED = 60.0
"""After so many seconds without an arrival or a refusal, Mattermost is taken to accept no messages."""


def digest(announcement: Announcement, attached: Sequence[tuple[str, str]] = ()) -> str:
    """Return the hash by which two calls are the same: destinations, text, and files by name and content."""
    along = ["\0", *(f"{name}\0{of_file}" for name, of_file in attached)] if attached else []
    return sha256("\n".join([*announcement.targets, "", announcement.text, *along]).encode()).hexdigest()


async def said_so_far(office: Office, announcement: Announcement) -> SendOutcome:
    """Return the result of an earlier call."""
    async with office.database.transaction(writes=False) as db:
        before = await annonces.get_latest(db, announcement.digest or "")
        stands = before is not None and before.state not in TAKEN_BACK
        sent = (await outbox.tally(db, before.topics, office.clock())).arrived if before and stands else 0
    return SendOutcome(len(announcement.channels), sent)


async def enlist(office: Office, wanted: Announcement, *, again: bool) -> Announcement:
    """Store the messages that each channel still lacks, in one transaction; those of an identical earlier call are used
    again.

    Raises OperatorError for an announcement that was withdrawn.
    """
    async with office.database.transaction() as db:
        kept = await _round(db, wanted, again=again)
        if kept.state in TAKEN_BACK:
            raise OperatorError("Cette annonce a été retirée depuis : « --again » l’envoie une fois de plus.")
        await outbox.make_due(db, kept.topics, office.clock())
        reached = await outbox.find_reached(db, kept.topics)
        # A channel that was made anew meanwhile takes the place of the old one.
        channels = {i: title for i, title in kept.channels.items() if i in reached} | wanted.channels
        written = max(kept.written, len(channels))
        await change(db, kept, channels=channels, files=wanted.files, written=written, state=AnnouncementState.SENDING)
        left = [number for number, channel in enumerate(kept.channels) if channel not in reached]
        said = make_messages(kept, left, list(kept.channels), Message(draw_text(kept)), list(kept.files))
        rows = await Pen(office.settings, office.clock, feature.name).rows(db, said, name_of(SendOut))
        await outbox.add(db, rows)
        if rows:
            where = [kept.channels[row.target] for row in rows if row.target in kept.channels]
            await note(db, AuditAct.ANNOUNCE, f"annonce:{kept.id}", office.clock(), texte=kept.text, canaux=where)
    return kept


async def _round(db: AsyncSession, wanted: Announcement, *, again: bool) -> Announcement:
    """Return the announcement of this call: the last identical one, or a new one."""
    of_call = wanted.digest or ""
    before = await annonces.get_latest(db, of_call)
    if before is None or again:
        values = {"id": secrets.token_hex(13), "digest": of_call, "round": before.round + 1 if before else 0}
        # Another call may be making the same one at this moment.
        await annonces.add(db, Announcement(**(wanted.model_dump() | values)))
        before = await annonces.get_latest(db, of_call)
    assert before is not None
    kept = await annonces.lock(db, before.id)
    assert kept is not None
    return kept


async def send(office: Office, kept: Announcement) -> SendOutcome:
    """Send an announcement, and wait until nothing is on its way."""
    patience = LONG_TRY_MAX.total_seconds() if kept.files else STALLED
    tally = await deliver(office, kept.topics, ProgressBar(sys.stderr, "canal", kept.total, many="canaux"), patience)
    async with office.database.transaction() as db:
        now = await annonces.lock(db, kept.id)
        withdrawn = now is None or now.state in TAKEN_BACK
        if tally.arrived >= kept.total and not withdrawn:
            await change(db, kept, state=AnnouncementState.SENT)
        missing = await outbox.find_unreached(db, kept.topics)
    refused = [kept.channels[target] for target in missing if target in kept.channels] if tally.refused else []
    return SendOutcome(kept.total, 0 if withdrawn else tally.arrived, refused, withdrawn)
