"""The features of moderation, which can be switched off one by one; its channels and its charter.

Which channels are locked, and who is kept out of some, is kept in memory, so that other messages need no query.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import structlog
from prometheus_client import Gauge
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.events import JoinedChannel, Posted, WatchedPlaces
from bot.features import Feature, Front, Right
from bot.french import NBSP, join, plural
from bot.mattermost import ChatChannel
from bot.texts import Markdown, escape, quote, render
from config import charte, tables, territories, text, time
from config.canaux import Family
from config.settings import Settings
from config.text import take_word
from dialogs.canaux import watch_planned_channels
from dialogs.moderation import take_channel
from storage import canaux, people, watchlist
from storage.journal import AuditAct, label_of
from storage.moderation import Case, MessageReport, cases

feature = Feature(
    "moderation",
    rights=(Right.MEMBER, Right.ADD_MEMBERS),
    front=Front(
        "Modération",
        "signaler un message ; pour qui anime, avertir, masquer, suspendre",
        lambda person: "moderer" if person.animates else "signaler",
    ),
)
feature.wishes.append(Right.REMOVE_MESSAGES)

WAITING_CASES = Gauge("coop_cases_waiting", "Cases of moderation that somebody is to decide, by state.", ("state",))


async def count_cases(db: AsyncSession, now: datetime) -> None:
    """Set the gauge of the cases."""
    for state, count in (await cases.count_waiting(db)).items():
        WAITING_CASES.labels(state.value).set(count)


feature.figures.append(count_cases)

ANIMATEURS = (people.Role.ANIMATEUR,)
"""The roles that decide about cases. (Administrateurs may do all that animateurs may.)"""

regles = Feature("regles")

drapeau = Feature("drapeau")
"""Listens for 🚩, wherever the bot is."""

ROOM = "moderation"
"""The key of the moderation room in config/canaux.tsv."""


async def find_room(ctx: Context) -> str:
    """Return the id of the moderation room; "" while it is unknown."""
    return (await canaux.find_channel_ids(ctx.db)).get(ROOM, "")


async def find_channel_title(ctx: Context, channel_id: str) -> str:
    """Return the title of a channel from the bot’s own tables; "" if they do not have it."""
    keys = await canaux.find_channel_keys(ctx.db)
    planned = (await canaux.list_planned(ctx.db, ctx.settings)).get(keys.get(channel_id, ""))
    if planned:
        return planned.name
    seen = (await ctx.db.exec(select(watchlist.WatchedPlace).where(watchlist.WatchedPlace.id == channel_id))).first()
    return (seen.display_name or seen.name) if seen else ""


async def find_channel_zone(ctx: Context, channel_id: str) -> ZoneInfo:
    """Return the time zone of a channel: its département’s, else Paris."""
    key = (await canaux.find_channel_keys(ctx.db)).get(channel_id, "")
    departement = territories.DEPARTEMENTS.get(key.partition(":")[2]) if key.startswith(Family.DEPARTEMENT) else None
    return ZoneInfo(departement.fuseau) if departement else time.PARIS


EXPECTED_FOR = 60.0
"""The seconds for which a new measure is checked although the tables, when read, did not have it: that reading may have
begun before the decision was stored."""

_held: dict[str, frozenset[str]] = {}
"""The ids of channels that are locked, and of people who are kept out of some; by database: several bots may live in
one process."""
_expected: dict[str, dict[str, float]] = {}
"""The ids of people and channels with a new measure, and until when they are checked regardless; by database."""


@feature.watches
async def watch_channels(db: AsyncSession, settings: Settings) -> WatchedPlaces:
    """Watch all planned channels and the locked ones, and refresh the measures kept in memory."""
    held = await cases.list_measures_in_force(db, cases.LASTING)
    locked = frozenset(channel for each in held if each.act == AuditAct.LOCK for channel in each.channels)
    _held[settings.database_url] = locked | {each.user_id for each in held if each.user_id}
    return await watch_planned_channels(db, settings) | WatchedPlaces(crowded=locked)


def expect_breach(settings: Settings, ident: str) -> None:
    """Also check that channel or person from now on, since a measure about it is just being stored."""
    known, now = _expected.get(settings.database_url, {}), monotonic()
    still = {each: until for each, until in known.items() if until > now}
    _expected[settings.database_url] = still | {ident: now + EXPECTED_FOR}


def may_breach_measure(event: Posted | JoinedChannel) -> bool:
    """Return whether an event may break a measure in force: a cheap first test from memory."""
    ids = {event.channel_id, event.user_id}
    return any(not ids.isdisjoint(known) for known in (*_held.values(), *_expected.values()))


async def list_rule_channels(db: AsyncSession, settings: Settings) -> frozenset[str]:
    """Return the ids of the channels that rules check: all planned ones but the bot’s rooms."""
    table, known = await canaux.list_planned(db, settings), await canaux.find_channel_ids(db)
    return frozenset(known[key] for key in known if key in table and table[key].family is not Family.SALLE)


UNWATCHED_MAX = 15
"""How many channels that no rule checks are named."""


async def list_unwatched_channels(ctx: ReadingContext) -> Sequence[str]:
    """Return the titles of public channels that rules do not check because they are not planned. Raises ChatError."""
    places = await list_rule_channels(ctx.db, ctx.settings)
    others = [c async for page in ctx.chat.public_channels() for c in page if c.id not in places and not c.archived]
    return sorted(channel.display_name or channel.name for channel in others)


_DEPARTEMENT_CODE = re.compile(r"(\d[0-9ab]\d?) - ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ChannelIndex:
    """The channels of the bot, by id, and their ids by each of their folded names."""

    by_id: Mapping[str, ChatChannel]
    names: Mapping[str, str]

    def take(self, text: str, example: str) -> tuple[ChatChannel, str]:
        """Split off the channel at the beginning of a line. Raises UserError if there is none."""
        channel, rest = self.take_optional(text, example)
        if channel is None:
            raise UserError(self._say_unknown(text, example))
        return channel, rest

    def take_optional(self, text: str, example: str) -> tuple[ChatChannel | None, str]:
        """Split off the channel at the beginning of a line, if there is one. Raises UserError for an unknown « ~name »:
        what was meant for one channel must not be done in all."""
        ident, rest = take_channel(text, self.names)
        if not ident and text.lstrip().startswith("~"):
            raise UserError(self._say_unknown(text, example))
        return self.by_id.get(ident), rest

    @staticmethod
    def _say_unknown(text: str, example: str) -> str:
        word = quote(take_word(text)[0].removeprefix("~"))
        said = render("moderation/no_such_channel", word=word) if word else render("moderation/which_channel_meant")
        return render("moderation/with_example", said=said, example=example)


async def index_channels(ctx: ReadingContext) -> ChannelIndex:
    """Index the team’s channels by title, address and number of département; of two with one name, the planned one
    wins. Raises ChatError."""
    found = [channel for channel in await ctx.chat.own_channels() if not channel.archived]
    planned = {*(await canaux.find_channel_ids(ctx.db)).values()}
    found.sort(key=lambda channel: channel.id not in planned)
    names: dict[str, str] = {}
    for channel in found:
        code = _DEPARTEMENT_CODE.match(channel.display_name)
        for name in (channel.display_name, channel.name, code[1] if code else ""):
            if name:
                names.setdefault(text.fold(name), channel.id)
    return ChannelIndex({channel.id: channel for channel in found}, names)


SANCTIONS = frozenset(
    {AuditAct.REMIND, AuditAct.WARN, AuditAct.HIDE, AuditAct.CLEAN, AuditAct.SILENCE, AuditAct.EXCLUDE}
)
"""The acts that count against somebody."""


log = structlog.get_logger()

YEAR = timedelta(days=365)
OTHER_MOTIVE = "autre"
"""The motive of a report without one; a decision does not take it as its reason."""
WEIGHTS = list(charte.MeasureKind)
"""Measures from the lightest to the heaviest."""
MEASURES = {
    charte.MeasureKind.NOTHING: "rien à faire",
    charte.MeasureKind.REMIND: "rappel de la charte",
    charte.MeasureKind.WARN: "avertissement",
    charte.MeasureKind.HIDE: "message masqué",
    charte.MeasureKind.SILENCE: "écriture suspendue",
    charte.MeasureKind.EXCLUDE: "exclusion du canal",
}


async def count_sanctions(ctx: Context, author_id: str) -> int:
    """Count the sanctions against somebody in the last twelve months that were not undone; several measures of one case
    count once."""
    found = await cases.list_measures_since(ctx.db, author_id, ctx.now - YEAR)
    return len({m.case_id or -m.entry for m in found if m.counts and m.act in SANCTIONS})


def _load(settings: Settings) -> tuple[Mapping[str, charte.Motive], str]:
    """Load the charter: its motives by key, or the fault in it, in French; the other is empty."""
    try:
        return charte.read(settings.charter), ""
    except tables.TableError as error:
        return {}, str(error)
    except (OSError, UnicodeError):
        return {}, render("moderation/charter_unreadable")


def read_valid_charter(settings: Settings) -> Mapping[str, charte.Motive]:
    """Return the motives by key; empty while the charter is unusable, so that no measure is proposed."""
    return _load(settings)[0]


def find_charter_fault(settings: Settings) -> str:
    """Return the fault of the charter, in French; "" if there is none."""
    return _load(settings)[1]


def _read_charter(ctx: Context) -> Mapping[str, charte.Motive]:
    """Return the operator’s charter or, while it is unusable, the bot’s own, so that reports do not wait for it."""
    motives, fault = _load(ctx.settings)
    if fault:
        log.warning("charter_unreadable", why=fault)
    return motives or charte.read()


def list_motives(ctx: Context) -> dict[str, str]:
    """Return the motives of the charter, text by key."""
    return {key: motive.label for key, motive in _read_charter(ctx).items()}


def find_motive(ctx: Context, key: str) -> charte.Motive:
    """Return a motive; for an unknown key, the last one of the charter."""
    known = _read_charter(ctx)
    return known.get(key) or list(known.values())[-1]


async def propose_measure(ctx: Context, author_id: str, motive: str) -> charte.Graded:
    """Return the measure that the charter proposes for a motive, given somebody’s earlier sanctions."""
    return find_motive(ctx, motive).grade(await count_sanctions(ctx, author_id))


def weigh_motive(ctx: Context, key: str) -> int:
    """Weigh a motive by the measure that the charter proposes for it the first time."""
    return WEIGHTS.index(find_motive(ctx, key).grade(0).measure)


def say_motives(ctx: Context, theirs: Iterable[MessageReport]) -> str:
    """List motives, most frequent first: « Propos blessants × 2 ; Autre chose »."""
    counted = Counter(find_motive(ctx, one.motive).label for one in theirs)
    return " ; ".join(f"{label} × {count}" if count > 1 else label for label, count in counted.most_common())


def say_duration(lasts: timedelta) -> str:
    """Write a duration: « 2 heures », « 7 jours »."""
    return plural(lasts.days, "jour") if not lasts.seconds else plural(lasts // timedelta(hours=1), "heure")


def say_measure(measure: charte.MeasureKind, lasts: timedelta | None) -> str:
    """Name a measure, with its duration."""
    return MEASURES[measure] + (f" {say_duration(lasts)}" if lasts else "")


async def say_author(ctx: Context, case: Case) -> Markdown:
    """Name the author of a case’s message, whether or not they are in the register."""
    known = await people.get(ctx.db, case.author_id)
    named = f"{known.full_name} (@{known.username})" if known and (known.prenom or known.nom) else f"@{case.author}"
    return Markdown(escape(named))


async def say_past(ctx: Context, case: Case) -> str:
    """Describe the author’s other cases of the last twelve months and their outcomes."""
    since = ctx.now - YEAR
    others = [one for one in await cases.list_by_author(ctx.db, case.author_id, since) if one.id != case.id]
    measures = await cases.list_measures_since(ctx.db, case.author_id, since)
    stood = [one for one in measures if one.counts and one.case_id != case.id]
    taken = Counter(label_of(one.act) for one in stood)
    dismissed = sum(one.act == AuditAct.DISMISS for one in others)
    told = [plural(len(others), "autre dossier", "autres dossiers")] if others else []
    told += [f"dont {dismissed}{NBSP}sans suite"] if dismissed else []
    told += [f"{label} × {count}" if count > 1 else label for label, count in taken.items()]
    return join(told) if told else "rien d’autre"
