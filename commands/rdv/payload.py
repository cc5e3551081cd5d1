"""What is read of a delivery of RDV Service Public: hours, place, state, counts, and the addresses of its agents.

A delivery tells much more, of citizens above all: names, telephones, dates of birth, notes. Nothing of that is read,
and no error quotes what it could not read. The format is in docs/wire.md.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from config.time import PARIS
from storage.annuaire.entries import read_email
from storage.communes import CommunePlace, find_place_exactly
from storage.rdv import Place, PlaceKind, RdvState
from storage.rdv.appointments import MEMO_MAX, PLACE_MAX, URL_MAX
from storage.rdv.remote import RemoteRdv

HOST = "https://rdv.anct.gouv.fr"
_HOSTS = r"(?:demo\.)?rdv\.anct\.gouv\.fr|(?:www|demo)\.rdv-solidarites\.fr|www\.rdv-aide-numerique\.fr"
"""Where its pages for agents are."""
_PAGE = re.compile(rf"https://(?:{_HOSTS})/[\w/-]{{1,200}}", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_LINK = re.compile(r"https://[\x21-\x7e]{1,990}")
_TOWNS = (re.compile(r"\b([0-9]{5}) ([^,0-9]{1,60})(?:,|$)"), re.compile(r"([^,0-9]{1,60}), ?([0-9]{5})(?:,|$)"))
"""« 69500 Bron » and « Bron, 69500 », as addresses end."""
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
AGENTS_MAX, SEATS_MAX, MINUTES_MAX, MINUTES_USUAL = 30, 9999, 24 * 60, 30
TEXT_MAX: Final = 2000
_FAULTS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, OSError)

Json = Mapping[str, Any]


class UnreadableDeliveryError(Exception):
    """What was sent is no delivery; nothing of it is quoted."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The state of a rendez-vous, and the addresses of its agents in small letters, each once."""

    rdv: RemoteRdv
    agents: Sequence[str]


def read_delivery(body: bytes, organisation: int, now: datetime) -> Delivered | None:
    """Read a delivery; None for what is about anything but a rendez-vous. Raises UnreadableDeliveryError."""
    try:
        told = json.loads(body.decode())
        if str(told["meta"]["model"]).lower() != "rdv":
            return None
        return _read(told["data"], told["meta"], organisation, now)
    except _FAULTS:
        # What the error says may be somebody’s name.
        raise UnreadableDeliveryError from None


def _read(data: Json, meta: Json, organisation: int, now: datetime) -> Delivered:
    number, event = _read_number(data["id"]), meta.get("event")
    motif = _read_object(data, "motif")
    came = [_read_object(one, "").get("status") for one in _read_list(data, "participations")]
    collective = bool(data.get("collectif", motif.get("collectif")))
    starts_at, ends_at = _read_span(data)
    is_purged = event == "destroyed" and meta.get("webhook_reason") == "rgpd"
    state, taken = _find_state(data.get("status"), came, collective=collective), _count_taken(data, came)
    rdv = RemoteRdv(
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
    return Delivered(rdv, _read_agents(data))


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
    """Of several people each has a state of their own: it took place if somebody came."""
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
        return min(sum(one in ("unknown", "seen") for one in came), SEATS_MAX)
    return _read_count(data.get("users_count"), SEATS_MAX)


def _find_seats(data: Json, taken: int) -> int:
    return max(_read_count(data.get("max_participants_count"), SEATS_MAX), taken, 1)


def _read_place(data: Json, motif: Json) -> Place:
    """Read how people meet, and where if that is a public place: elsewhere the address is the citizen’s own."""
    told, lieu = motif.get("location_type"), _read_object(data, "lieu")
    kind = _KINDS.get(told, PlaceKind.PLACE) if isinstance(told, str) else PlaceKind.PLACE
    if kind is not PlaceKind.PLACE:
        return Place(kind=kind)
    name, address = _read_text(lieu.get("name"), PLACE_MAX), _read_text(lieu.get("address"), PLACE_MAX)
    if told and not lieu:
        address = _read_text(data.get("address"), PLACE_MAX)
    parts = [address] if name and address.startswith(name) else [name, address]
    words = ", ".join(part for part in parts if part)[:PLACE_MAX]
    town = _find_town(words)
    codes = {"commune": town.commune.code, "code_postal": town.code_postal} if town else {}
    return Place(kind=kind, words=words, **codes)


def _find_town(place: str) -> CommunePlace | None:
    for pattern in _TOWNS:
        if found := pattern.search(place):
            return find_place_exactly(" ".join(part.strip() for part in found.groups())).place
    return None


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
    """The object of that name, or the thing itself; nothing where it is none."""
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
    """Some words on one line, without signs that no database keeps."""
    if not isinstance(said, str):
        return ""
    plain = "".join(sign if sign.isprintable() else " " for sign in said[:TEXT_MAX])
    return " ".join(plain.split())[:most].rstrip()


def _match(pattern: re.Pattern[str], said: object) -> str:
    return said if isinstance(said, str) and len(said) <= URL_MAX and pattern.fullmatch(said) else ""
