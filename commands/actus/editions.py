"""The feature, the editions of the news and their digests as they are laid out, and who may run which command."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Protocol
from unicodedata import category

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import AuditEntry, record_entry_at_end
from bot.calendar import Recurrence, read_recurrence
from bot.cards import RowCard, tell_animateurs
from bot.command_lines import read_typed_number
from bot.context import Context
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.french import say_date, say_moment
from bot.replies import Message, Reply
from bot.texts import Markdown, escape, render, require
from config import editions as table
from config.canaux import PlannedChannel
from config.settings import Settings
from config.time import PARIS
from storage import canaux, people, targets
from storage.actus import digests, items
from storage.actus.digests import Digest, DigestEntry, DigestState, EditionSettings
from storage.actus.items import TITLES, NewsSection
from storage.journal import AuditAct

feature = Feature(
    "actus",
    rights=(Right.MEMBER,),
    front=Front("Actus", "le prochain numéro, les anciens, en proposer un sujet", lambda _: "actus"),
)

ANIMATEURS = (people.Role.ANIMATEUR,)
"""Who edits and publishes. (Administrateurs may all that animateurs may.)"""


class NewsContext(Protocol):
    """What making the news needs: a database session, settings and the time. A request has them, and so has a command
    of the operator."""

    @property
    def db(self) -> AsyncSession:
        """The session of one transaction."""

    @property
    def settings(self) -> Settings:
        """The settings of this bot."""

    @property
    def now(self) -> datetime:
        """The time that the bot’s clock shows."""


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition as it is now: ``key`` names it for ever; ``targets`` are as in config/editions.py."""

    key: str
    name: str
    rhythm: Recurrence
    targets: tuple[str, ...]
    unapproved: table.Unapproved


async def read_editions(desk: NewsContext) -> Mapping[str, Edition]:
    """Read all editions, by key, in the order of the table."""
    changed = {row.key: row for row in (await desk.db.exec(select(EditionSettings))).all()}
    return {key: _apply_changes(given, changed.get(key)) for key, given in table.read(desk.settings.editions).items()}


def _apply_changes(given: table.Edition, changed: EditionSettings | None) -> Edition:
    rhythm, places, unapproved = given.rhythm, given.targets, given.unapproved
    if changed is not None:
        rhythm, places = changed.rhythm or rhythm, tuple(changed.targets) or places
        unapproved = table.Unapproved(changed.unapproved or unapproved)
    return Edition(given.key, given.name, read_recurrence(rhythm), places, unapproved)


async def get_edition(desk: NewsContext, key: str) -> Edition:
    """Get an edition by its key. Raises UserError if the operator’s table no longer has it."""
    return require((await read_editions(desk)).get(key), "actus/edition_gone", key=key)


def find_channels(wanted: Sequence[str], known: Mapping[str, PlannedChannel]) -> Sequence[PlannedChannel]:
    """Find the channels that targets and channel keys name, each once. Raises ValueError with a French sentence."""
    keyed = [known[target] for target in wanted if target in known]
    others = targets.find_channels([target for target in wanted if target not in known], known)
    return list({channel.key: channel for channel in (*keyed, *others)}.values())


_ADDRESS = re.compile(r"https?://[^\s<>\"\\`\x00-\x1f\x7f]+")
_SPACES = re.compile(r"[^\S\n]+")
_EMPTY_LINES = re.compile(r"\n\s*\n+")
_OF_MONTH = "Chiffres du mois"


@dataclass(frozen=True, slots=True)
class DigestPiece:
    """An entry of a digest in plain text, without invisible or direction-changing characters. ``rank`` is its place,
    counted from 1; ``entry`` is its id."""

    rank: int
    entry: int
    item: int
    title: str
    text: str
    url: str
    credit: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A part of a digest that has at least one entry."""

    section: NewsSection
    title: str
    pieces: tuple[DigestPiece, ...]


@dataclass(frozen=True, slots=True)
class DigestSheet:
    """A digest laid out for all its formats. ``on`` is the day, in Paris, on which it comes out; ``edito`` is its
    author’s Markdown; ``figures`` is the data of its monthly chart, None if an editor changed the text about it."""

    name: str
    number: int
    on: date
    edito: str
    chapters: tuple[Chapter, ...]
    figures: Mapping[str, Any] | None = None

    @property
    def heading(self) -> str:
        """« Les actus du vendredi n° 42 »."""
        return f"{self.name} n° {self.number}"

    @property
    def day(self) -> str:
        """« Vendredi 27 novembre 2026 »."""
        said = say_date(self.on)
        return said[:1].upper() + said[1:]

    @property
    def pieces(self) -> Sequence[DigestPiece]:
        """All pieces of the digest, in order."""
        return [piece for chapter in self.chapters for piece in chapter.pieces]


def lay_out_sheet(digest: Digest, entries: Iterable[DigestEntry], edition: Edition | None) -> DigestSheet:
    """Lay out a digest with its entries, in order."""
    titles = {**TITLES, **({NewsSection.FIGURES: _OF_MONTH} if edition and edition.rhythm.is_monthly else {})}
    rank, chapters = 0, []
    kept = [entry for entry in entries if not entry.dropped]
    for section in NewsSection:
        theirs = [entry for entry in kept if entry.section is section]
        pieces = tuple(_make_piece(entry, rank + n) for n, entry in enumerate(theirs, 1))
        rank += len(pieces)
        if pieces:
            chapters.append(Chapter(section, titles[section], pieces))
    name = name_edition(digest, edition)
    return DigestSheet(name, digest.number, get_day(digest), clean_text(digest.edito), tuple(chapters))


def name_edition(digest: Digest, edition: Edition | None) -> str:
    """Return the name of a digest’s edition, also of one that the operator’s table no longer has."""
    return edition.name if edition else digest.edition.capitalize()


def get_day(digest: Digest) -> date:
    """Get the day, in Paris, on which a digest comes out, or came out."""
    return (digest.published_at or digest.at).astimezone(PARIS).date()


def _make_piece(entry: DigestEntry, rank: int) -> DigestPiece:
    title, credit = (" ".join(clean_text(words).split()) for words in (entry.title, entry.credit))
    url = entry.url if _ADDRESS.fullmatch(entry.url) else ""
    return DigestPiece(rank, entry.number, entry.item, title or "Sans titre", clean_text(entry.text), url, credit)


def clean_text(text: str) -> str:
    """Remove invisible and direction-changing characters from somebody’s text, and reduce several empty lines to
    one."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    kept = "".join(c for c in lines if c in "\n\t" or category(c) not in {"Cc", "Cf", "Cs", "Co"})
    return _EMPTY_LINES.sub("\n\n", _SPACES.sub(" ", kept)).strip()


def split_addresses(line: str) -> Sequence[tuple[str, bool]]:
    """Split a line of an edito into text and addresses; True marks an address that can be followed."""
    found: list[tuple[str, bool]] = []
    at = 0
    for match in _ADDRESS.finditer(line):
        address = match[0].rstrip(".,;:!?)»’'")
        found += [(line[at : match.start()], False), (address, "@" not in address)]
        at = match.start() + len(address)
    return [(words, leads) for words, leads in (*found, (line[at:], False)) if words]


DRAFT = RowCard[Digest]("actus-brouillon:", lambda digest: f"{digest.number}:{digest.created_at.timestamp():.6f}")
"""The card of a draft. The topic has its creation time, too: an abandoned draft may have had the same number."""
DOCUMENT = RowCard[Digest]("actus-document:", lambda digest: f"{digest.number}:{digest.revision}")
"""The post in the animateurs’ room that carries the PDF of a digest."""


def get_part_topic(number: int, part: int) -> str:
    """Return the outbox topic that the posts of one part share in all channels."""
    return f"actus:{number}:{part}"


async def get_digest(desk: NewsContext, number: int, *, lock: bool = False) -> Digest:
    """Get a digest by its number; with ``lock``, hold its row until the transaction ends. Raises UserError if there is
    none."""
    find = digests.lock if lock else digests.get
    return require(await find(desk.db, number), "actus/unknown_number", number=number)


def must_be_open(digest: Digest) -> None:
    """Raise UserError for a digest that is published, withdrawn, or being published."""
    if digest.state in digests.OPEN:
        return
    if digest.state is DigestState.PUBLISHING:
        raise UserError(render("actus/coming_out", number=digest.number))
    if digest.state is DigestState.WITHDRAWN:
        raise UserError(render("actus/withdrawn_for_good", number=digest.number))
    raise UserError(render("actus/already_out", number=digest.number))


async def find_edition(desk: NewsContext, digest: Digest) -> Edition | None:
    """Find the edition of a digest; None if the operator’s table no longer has it."""
    return (await read_editions(desk)).get(digest.edition)


async def read_sheet(desk: NewsContext, digest: Digest, entries: Sequence[DigestEntry] | None = None) -> DigestSheet:
    """Lay out a digest as it is now, with all its entries or only ``entries``."""
    kept = await digests.list_entries(desk.db, digest.number) if entries is None else entries
    sheet = lay_out_sheet(digest, kept, await find_edition(desk, digest))
    return replace(sheet, figures=await _read_figures(desk, kept))


async def _read_figures(desk: NewsContext, entries: Sequence[DigestEntry]) -> Mapping[str, Any] | None:
    """Read the data of the monthly chart; None if an editor changed the text about it."""
    told = {entry.item: entry.title for entry in entries if entry.section is NewsSection.FIGURES}
    known = await items.find_by_ids(desk.db, told) if told else {}
    drawn = (item.details.get("image") for number, item in known.items() if item.title == told[number])
    return next((image for image in drawn if image), None)


def say_at(moment: datetime) -> str:
    """Write when a digest comes out: « vendredi 27 novembre 2026 à 9 h »."""
    return say_moment(moment.astimezone(PARIS))


async def name_person(desk: NewsContext, user_id: str) -> Markdown:
    """Name somebody; the operator has no name."""
    if not user_id:
        return Markdown("l’exploitant")
    person = await people.get(desk.db, user_id)
    return Markdown(escape(person.full_name if person else "quelqu’un"))


async def tell_team(desk: NewsContext, said: Message, topic: str | None = None) -> Sequence[Reply]:
    """Send a message to the animateurs’ room or, while that is unknown, to each animateur."""
    return await tell_animateurs(desk, await canaux.find_team_room(desk.db), said, topic=topic)


def note_digest(
    ctx: Context, act: AuditAct, digest: Digest, before: Mapping[str, object] | None = None, **after: object
) -> None:
    """Record in the audit log what was decided about a digest; by default, the state that it has now."""
    told = {"edition": digest.edition} | (after or {"etat": digest.state.value})
    record_entry_at_end(ctx, AuditEntry(act, f"numero:{digest.number}", before=before or {}, after=told))


def read_number(line: str, command: str) -> int:
    """Read the number of a digest. Raises UserError for what is none."""
    return require(read_typed_number(line, "actus"), "actus/which_number", command=command)
