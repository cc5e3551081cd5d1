"""What RDV Service Public sends of its agents’ rendez-vous: proved, cut down to what is wanted, and made into theirs.

A delivery tells much more, of citizens above all: names, telephones, dates of birth, notes. Nothing of that is read,
written down or logged, and no error quotes what it could not read (docs/wire.md). An agent whom nobody knows by that
address is looked for again each hour of the day.
"""

import asyncio
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel

from bot.account_status import is_active
from bot.context import Context, ReadingContext
from bot.errors import ChatError, UserError
from bot.replies import Button, Direct, Progress, Replies, Reply, Start, Step
from bot.texts import render
from bot.visits import WebhookAnswer, WebhookError, WebhookRequest
from commands.rdv.cards import CONSEILLERS, ChangeRdv, describe, feature, say_overlaps
from config.time import PARIS
from dialogs.rdv.places import find_town
from storage import claims, database, people
from storage.annuaire.entries import read_email
from storage.rdv import Place, PlaceKind, Rdv, RdvSource, RdvState, remote
from storage.rdv.appointments import MEMO_MAX, PLACE_MAX, URL_MAX, list_overlapping
from storage.rdv.bookings import hold_hours

HOST = "https://rdv.anct.gouv.fr"
_HOSTS = r"(?:demo\.)?rdv\.anct\.gouv\.fr|(?:www|demo)\.rdv-solidarites\.fr|www\.rdv-aide-numerique\.fr"
"""Where its pages for agents are."""
_PAGE = re.compile(rf"https://(?:{_HOSTS})/[\w/-]{{1,200}}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_LINK = re.compile(r"https://[!#-;=?-_a-~]{1,990}")
"""What stands between < and > in a card: neither these nor \" and ` are in it."""
_STATES: Mapping[object, RdvState] = {
    "unknown": RdvState.PREVU,
    "seen": RdvState.HONORE,
    "noshow": RdvState.ABSENT,
    "excused": RdvState.ANNULE,
    "revoked": RdvState.ANNULE,
}
_ORDER = (RdvState.PREVU, RdvState.ANNULE, RdvState.ABSENT, RdvState.HONORE)
"""States in the order in which they can follow one another, for two that were sent in the same second."""
_KINDS: Mapping[object, PlaceKind] = {
    "public_office": PlaceKind.PLACE,
    "home": PlaceKind.HOME,
    "phone": PlaceKind.PHONE,
    "visio": PlaceKind.VISIO,
}
AGENTS_MAX, PEOPLE_MAX, MINUTES_MAX, MINUTES_USUAL = 30, 9999, 24 * 60, 30
"""Agents and people of a rendez-vous that are read, and its minutes: at most, and where none are said."""
TEXT_MAX: Final = 2000
_FAULTS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, OSError)

Json = Mapping[str, Any]


class UnreadableDeliveryError(Exception):
    """What was sent is no delivery; nothing of it is quoted."""


@dataclass(frozen=True, slots=True)
class DeliveredRdv:
    """The state of a rendez-vous, and the addresses of its agents in small letters, each once."""

    rdv: remote.RemoteRdv
    agents: Sequence[str]


def read_delivery(body: bytes, organisation: int, now: datetime) -> DeliveredRdv | None:
    """Read a delivery; None for what is about anything but a rendez-vous. Raises UnreadableDeliveryError."""
    try:
        told = json.loads(body.decode())
        if str(told["meta"]["model"]).lower() != "rdv":
            return None
        return _read(told["data"], told["meta"], organisation, now)
    except _FAULTS:
        # What the error says may be somebody’s name.
        raise UnreadableDeliveryError from None


def _read(data: Json, meta: Json, organisation: int, now: datetime) -> DeliveredRdv:
    number, event = _read_number(data["id"]), meta.get("event")
    motif = _read_object(data, "motif")
    came = [_read_object(one, "").get("status") for one in _read_list(data, "participations")]
    collective = bool(data.get("collectif", motif.get("collectif")))
    starts_at, ends_at = _read_span(data)
    is_purged = event == "destroyed" and meta.get("webhook_reason") == "rgpd"
    state, taken = _find_state(data.get("status"), came, collective=collective), _count_taken(data, came)
    rdv = remote.RemoteRdv(
        key=f"{organisation}:{number}",
        uuid=_match(_UUID, data.get("uuid")),
        sent_at=read_moment(meta["timestamp"]) if meta.get("timestamp") else now.replace(microsecond=0),
        rank=_find_rank(state, event),
        starts_at=starts_at,
        ends_at=ends_at,
        motif=_read_text(motif.get("name"), MEMO_MAX),
        collective=collective,
        seats=_find_seats(data, taken) if collective else 1,
        seats_taken=taken if collective else min(taken, 1),
        state=RdvState.ANNULE if event == "destroyed" and not is_purged else state,
        visio_url=_match(_LINK, data.get("visio_url")),
        page_url=_find_page(data, organisation, number),
        is_purged=is_purged,
        **_read_place(data, motif).columns,
    )
    return DeliveredRdv(rdv, _read_agents(data))


def read_moment(said: object) -> datetime:
    """Read an instant: « 2022-01-01 08:00:00 +0100 », « … UTC », ISO 8601, or seconds since 1970; without a zone it is
    an hour of Paris. Raises ValueError."""
    if isinstance(said, int | float) and not isinstance(said, bool):
        return datetime.fromtimestamp(int(said), UTC)
    if not isinstance(said, str) or len(said) > 40:
        raise ValueError
    found = datetime.fromisoformat(said.strip().replace(" UTC", "+00:00"))
    return (found if found.tzinfo else found.replace(tzinfo=PARIS)).astimezone(UTC).replace(microsecond=0)


def _read_span(data: Json) -> tuple[datetime, datetime]:
    start = read_moment(data["starts_at"])
    if not datetime(2000, 1, 1, tzinfo=UTC) < start < datetime(2200, 1, 1, tzinfo=UTC):
        raise ValueError
    minutes = _read_count(data.get("duration_in_min"), MINUTES_MAX) or MINUTES_USUAL
    try:
        end = read_moment(data.get("ends_at"))
    except _FAULTS:
        end = start
    return start, end if start < end <= start + timedelta(minutes=MINUTES_MAX) else start + timedelta(minutes=minutes)


def _find_state(status: object, came: Sequence[object], *, collective: bool) -> RdvState:
    """Find the state of a rendez-vous: of several people each has one of their own, and it took place if somebody
    came."""
    own = _STATES.get(status, RdvState.PREVU) if isinstance(status, str) else RdvState.PREVU
    if not collective or own in (RdvState.ANNULE, RdvState.HONORE):
        return own
    theirs = {_STATES.get(one, RdvState.PREVU) for one in came if isinstance(one, str)} - {RdvState.ANNULE}
    if RdvState.HONORE in theirs:
        return RdvState.HONORE
    return RdvState.ABSENT if theirs == {RdvState.ABSENT} else own


def _find_rank(state: RdvState, event: object) -> int:
    if event == "destroyed":
        return 2 * len(_ORDER)
    return 2 * _ORDER.index(state) + (event != "created")


def _count_taken(data: Json, came: Sequence[object]) -> int:
    if came:
        return min(sum(one in ("unknown", "seen") for one in came), PEOPLE_MAX)
    return _read_count(data.get("users_count"), PEOPLE_MAX)


def _find_seats(data: Json, taken: int) -> int:
    return max(_read_count(data.get("max_participants_count"), PEOPLE_MAX), taken, 1)


def _read_place(data: Json, motif: Json) -> Place:
    """Read how people meet, and where if that is a public place: any other address may be the citizen’s own."""
    told, lieu = motif.get("location_type"), _read_object(data, "lieu")
    kind = _KINDS.get(told, PlaceKind.PLACE) if isinstance(told, str) else PlaceKind.PLACE
    if kind is not PlaceKind.PLACE:
        return Place(kind=kind)
    name, address = _read_text(lieu.get("name"), PLACE_MAX), _read_text(lieu.get("address"), PLACE_MAX)
    parts = [address] if name and address.startswith(name) else [name, address]
    words = ", ".join(part for part in parts if part)[:PLACE_MAX]
    town = find_town(words)
    codes = {"commune": town.commune.code, "code_postal": town.code_postal} if town else {}
    return Place(kind=kind, words=words, **codes)


def _find_page(data: Json, organisation: int, number: int) -> str:
    """Find where its agents see it; of what the delivery says, only a page of theirs is taken."""
    told = _match(_PAGE, data.get("url_for_agents"))
    own = _read_object(data, "organisation").get("id")
    there = own if isinstance(own, int) and 0 < own < 2**31 else organisation
    return told or f"{HOST}/admin/organisations/{int(there)}/rdvs/{number}"


def _read_agents(data: Json) -> Sequence[str]:
    found: dict[str, None] = {}
    for agent in _read_list(data, "agents")[:AGENTS_MAX]:
        try:
            found[read_email(_read_text(_read_object(agent, "").get("email"), 300))] = None
        except ValueError:
            continue
    return tuple(found)


def _read_object(parent: object, name: str) -> Json:
    """Read the object of that name, or the thing itself; nothing where it is none."""
    found = parent.get(name) if name and isinstance(parent, dict) else parent
    return found if isinstance(found, dict) else {}


def _read_list(data: Json, name: str) -> Sequence[object]:
    found = data.get(name)
    return found if isinstance(found, list) else ()


def _read_number(said: object) -> int:
    if isinstance(said, bool) or not isinstance(said, int | str):
        raise ValueError
    number = int(said)
    if not 0 < number < 2**63:
        raise ValueError
    return number


def _read_count(said: object, most: int) -> int:
    return min(max(said, 0), most) if isinstance(said, int) and not isinstance(said, bool) else 0


def _read_text(said: object, most: int) -> str:
    """Read some words on one line, without signs that no database keeps."""
    if not isinstance(said, str):
        return ""
    plain = "".join(sign if sign.isprintable() else " " for sign in said[:TEXT_MAX])
    return " ".join(plain.split())[:most].rstrip()


def _match(pattern: re.Pattern[str], said: object) -> str:
    return said if isinstance(said, str) and len(said) <= URL_MAX and pattern.fullmatch(said) else ""


HOOK = "webhooks/rdv-service-public"
SIGNATURE = "x-lapin-signature"
PATIENCE = 0.5
"""Seconds in which Mattermost may say who has an address, while RDV Service Public waits for its answer."""
AT_ONCE = 20
LOOKED_AGAIN = timedelta(seconds=5)
"""How soon it is asked again who has an address, where Mattermost did not say so in time."""
LATE = "rdv.late_agents"
"""The claims on asking again, once for all deliveries of that time."""
OVERLAP = "rdv.overlap"
"""The claims on what was told of two rdv at the same time."""
UNIT = ("adresse", "adresses")
STATUSES = {None: 200, remote.DeliveryRefusal.SIGNATURE: 401, remote.DeliveryRefusal.UNREADABLE: 400}

Known = Mapping[str, people.Person]
"""Who has an address, in the register or in Mattermost."""


@dataclass(frozen=True, slots=True)
class Proved:
    """What is kept of a delivery that came to the address of an organisation: nothing if it is about something else, or
    why it is not taken; who its agents are, and who they were by ``before``. ``is_late`` where Mattermost did not say
    in time who has an address."""

    organisation: int
    told: DeliveredRdv | None = None
    refusal: remote.DeliveryRefusal | None = None
    known: Known = field(default_factory=dict)
    before: remote.Agents = field(default_factory=dict)
    is_late: bool = False


async def prove(ctx: ReadingContext, sent: WebhookRequest) -> Proved:
    """Hold the signature against the very bytes, then read what is wanted, and find out who the agents are. Raises
    WebhookError for an address that leads nowhere."""
    webhook = await remote.find_webhook(ctx.db, sent.key)
    secrets = webhook.list_secrets(remote.make_keys(ctx.settings.secrets), ctx.now) if webhook else ()
    signed = remote.is_signed(sent.body, sent.headers.get(SIGNATURE, ""), secrets)
    if webhook is None:
        raise WebhookError(404)
    organisation = webhook.organisation
    if not signed:
        return Proved(organisation, refusal=remote.DeliveryRefusal.SIGNATURE)
    try:
        told = read_delivery(sent.body, organisation, ctx.now)
    except UnreadableDeliveryError:
        return Proved(organisation, refusal=remote.DeliveryRefusal.UNREADABLE)
    if told is None:
        return Proved(organisation)
    before = await remote.find_agents(ctx.db, told.agents)
    known, is_late = await _find_known(ctx, told.agents, before)
    return Proved(organisation, told, known=known, before=before, is_late=is_late)


async def _find_known(ctx: ReadingContext, emails: Collection[str], before: remote.Agents) -> tuple[Known, bool]:
    """Find who has these addresses, and whether Mattermost took too long to say so. It is asked for those that are met
    for the first time: who was known by one stays so, and who was not is looked for by the hour."""
    known = await _find_registered(ctx, emails)
    asked = sorted(set(emails) - known.keys() - before.keys())
    if not asked:
        return known, False
    await database.release(ctx.db)
    try:
        async with asyncio.timeout(PATIENCE):
            return {**known, **await _ask_for(ctx, asked)}, False
    except TimeoutError:
        return known, True


async def _find_registered(ctx: Context, emails: Collection[str]) -> Known:
    """Find who in the register has these addresses: of two who have the same, who left counts after who is there."""
    found = await people.among(ctx.db, emails=sorted(emails)) if emails else ()
    in_order = sorted(found, key=lambda one: one.has_left(one.today(ctx.now)), reverse=True)
    return {(one.email or "").lower(): one for one in in_order}


async def _ask_for(ctx: ReadingContext, emails: Sequence[str]) -> Known:
    """Ask Mattermost who has these addresses; nobody while it does not answer. Where people give themselves whichever
    they like, an account without the role of a conseiller could so take somebody else’s rendez-vous: it is left out."""
    found: dict[str, people.Person] = {}
    try:
        for email in emails:
            user = await ctx.chat.user_by_email(email)
            if not user or user.is_bot or user.deleted:
                continue
            person = await ctx.people.of(user.id)
            if person.role in CONSEILLERS or await ctx.people.trusts_addresses():
                found[email] = person
    except (ChatError, UserError):
        pass
    return found


@feature.webhook(HOOK, asks=prove)
async def receive(ctx: Context, proved: Proved) -> WebhookAnswer:
    """Store what is kept of a delivery, and return the status that says so; one that is not taken is counted."""
    told: list[Reply] = []
    if proved.refusal:
        await remote.note_refusal(ctx.db, proved.organisation, proved.refusal, ctx.now)
        return WebhookAnswer(STATUSES[proved.refusal])
    if proved.told:
        ids = {email: await _register(ctx, person) for email, person in proved.known.items()}
        agents = {email: ids.get(email) or proved.before.get(email) for email in proved.told.agents}
        await hold_hours(ctx.db, [user_id for user_id in agents.values() if user_id])
        await remote.take_state(ctx.db, proved.told.rdv, agents, ctx.now)
        told += await _tell_overlaps(ctx, await remote.list_to_come(ctx.db, [proved.told.rdv.key], ctx.now))
    if proved.is_late and await claims.claim(ctx.db, LATE, str(ctx.now.timestamp() // LOOKED_AGAIN.seconds), ctx.now):
        told.append(Start(payload=JoinAgents(), at=ctx.now + LOOKED_AGAIN, quiet=True))
    database.before_commit(ctx.db, lambda db: remote.note_delivery(db, proved.organisation, ctx.now))
    return WebhookAnswer(STATUSES[None], told)


async def _tell_overlaps(ctx: Context, rdvs: Sequence[Rdv]) -> Sequence[Reply]:
    """Tell those whose they are with which rdv of their own these share time, once for each two and their hours."""
    told: list[Reply] = []
    for rdv in rdvs:
        shared = await list_overlapping(ctx.db, rdv.user_id, rdv.starts_at, rdv.ends_at, but=[rdv.number])
        own = [one for one in shared if one.source is not RdvSource.RDV_SP and one.meeting in (None, one.number)]
        if new := [one for one in own if await _is_new(ctx, rdv, one)]:
            told += await _tell_overlap(ctx, rdv, new[0])
    return told


async def _is_new(ctx: Context, rdv: Rdv, other: Rdv) -> bool:
    hours = f"{rdv.starts_at.timestamp():.0f}:{other.starts_at.timestamp():.0f}"
    return await claims.claim(ctx.db, OVERLAP, f"{rdv.number}:{other.number}:{hours}", ctx.now)


async def _tell_overlap(ctx: Context, rdv: Rdv, own: Rdv) -> Sequence[Reply]:
    owner = await people.get(ctx.db, rdv.user_id)
    if owner is None or not await is_active(ctx, owner.id):
        return []
    theirs = replace(ctx, user=owner)
    text = render("rdv/imported_overlap", overlaps=await say_overlaps(theirs, [rdv]), **describe(theirs, rdv))
    return [Direct(text, [Button(f"Déplacer le n° {own.number}", ChangeRdv(rdv=own.number))], user_id=owner.id)]


async def _register(ctx: Context, person: people.Person) -> str:
    """Return somebody’s id; who was known to Mattermost alone is in the register from now on."""
    if await people.get(ctx.db, person.id) is None:
        await people.add(ctx.db, person)
        ctx.touched.add(person.id)
    return person.id


class JoinAgents(BaseModel):
    """Work: the agents whom nobody knew are looked for again."""


@feature.job("hour=7-20 minute=20", name="rdv.look_for_agents")
async def look_for_agents(ctx: ReadingContext) -> Replies:
    """Look for the agents of rendez-vous who are waited for, if there are any."""
    return Start(payload=JoinAgents(), quiet=True) if await remote.count_waited_for(ctx.db) else None


@dataclass(frozen=True, slots=True)
class Looked:
    """Some of the addresses that are waited for, and who has them now."""

    emails: Sequence[str]
    known: Known


async def look_for(ctx: ReadingContext, _: JoinAgents, so_far: Progress) -> Looked:
    """Ask the register, then Mattermost, for the next addresses."""
    emails = await remote.list_waited_for(ctx.db, so_far.cursor or "", AT_ONCE)
    known = await _find_registered(ctx, emails)
    await database.release(ctx.db)
    return Looked(emails, {**known, **await _ask_for(ctx, [email for email in emails if email not in known])})


@feature.chore(JoinAgents, name="rdv.JoinAgents", title="Agents de RDV Service Public", unit=UNIT, asks=look_for)
async def join_agents(ctx: Context, _: JoinAgents, so_far: Progress, looked: Looked) -> Step:
    """Give the rendez-vous that waited for them to those who are known now."""
    told: list[Reply] = []
    ids = {email: await _register(ctx, person) for email, person in looked.known.items()}
    await hold_hours(ctx.db, list(ids.values()))
    for email, user_id in ids.items():
        keys = await remote.give_waiting(ctx.db, email, user_id, ctx.now)
        told += await _tell_overlaps(ctx, await remote.list_to_come(ctx.db, keys, ctx.now))
    last = looked.emails[-1] if looked.emails else ""
    return Step(replies=told, cursor=last, done=so_far.done + len(looked.emails), finished=not last)
