"""Deliveries of RDV Service Public as they come, with citizens’ data in them, and what they come to in the end."""

import hashlib
import hmac
import json
import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from commands.rdv.deliveries import read_moment

CITIZEN = (
    "Zéphyrine",
    "Quatrebarbes",
    "0639981234",
    "zephyrine@orties.example",
    "12 impasse des Orties",
    "Surendettée",
)
"""Words of a citizen: none of them is kept anywhere."""
NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
SENT = datetime(2026, 11, 28, 9, tzinfo=UTC)
USER = {
    "id": 9,
    "first_name": CITIZEN[0],
    "last_name": CITIZEN[1],
    "birth_date": "1961-02-03",
    "email": CITIZEN[3],
    "phone_number": CITIZEN[2],
    "address": CITIZEN[4],
    "affiliation_number": "2610259350011",
    "notes": CITIZEN[5],
}
AGENTS = [f"agent{number}@cnum.example" for number in range(6)]


def make_body(
    number: int,
    status: str = "unknown",
    *,
    event: str = "updated",
    sent: datetime = SENT,
    start: datetime = NOW + timedelta(days=2),
    agents: Sequence[str] = AGENTS[:1],
    meta: Mapping[str, Any] | None = None,
    **more: Any,
) -> bytes:
    """A delivery as it comes, citizens’ data and all."""
    data: dict[str, Any] = {
        "id": number,
        "uuid": f"00000000-0000-4000-8000-{number:012d}",
        "status": status,
        "starts_at": f"{start:%Y-%m-%d %H:%M:%S} +0000",
        "ends_at": f"{start + timedelta(minutes=45):%Y-%m-%d %H:%M:%S} +0000",
        "duration_in_min": 45,
        "address": CITIZEN[4],
        "context": f"{CITIZEN[0]} viendra avec sa fille",
        "name": f"Pour {CITIZEN[1]}",
        "collectif": False,
        "users_count": 1,
        "visio_url": None,
        "url_for_agents": f"https://rdv.anct.gouv.fr/admin/organisations/7/rdvs/{number}",
        "organisation": {"id": 7, "name": "Bron"},
        "motif": {"id": 1, "name": "Impôts en ligne", "location_type": "public_office", "collectif": False},
        "lieu": {"id": 1, "name": "Médiathèque", "address": "2 place de la Liberté, Bron, 69500"},
        "agents": [{"id": at, "first_name": "A", "last_name": "B", "email": email} for at, email in enumerate(agents)],
        "users": [USER],
        "participations": [{"id": 1, "status": status, "user": USER}],
    }
    about = {"model": "Rdv", "event": event, "webhook_reason": None, "timestamp": f"{sent:%Y-%m-%d %H:%M:%S} +0000"}
    return json.dumps({"data": data | more, "meta": about | dict(meta or {})}, ensure_ascii=False).encode()


def sign(body: bytes, secret: str) -> str:
    """The signature of a body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


Expected = dict[tuple[str, str], tuple[Any, ...]]


def reckon(bodies: Sequence[bytes]) -> Expected:
    """What each agent has in the end, the slow way: of all deliveries about a rendez-vous the last that was sent."""
    order = ["unknown", "revoked", "excused", "noshow", "seen"]
    found: Expected = {}
    told = [json.loads(body) for body in bodies]
    for number in {one["data"]["id"] for one in told}:
        mine = [one for one in told if one["data"]["id"] == number]
        last = max(mine, key=lambda one: (
            read_moment(one["meta"]["timestamp"]),
            one["meta"]["event"] == "destroyed",
            min(order.index(one["data"]["status"]), 1) + max(order.index(one["data"]["status"]) - 2, 0),
        ))  # fmt: skip
        state = {"unknown": "prevu", "seen": "honore", "noshow": "absent"}.get(last["data"]["status"], "annule")
        state = "annule" if last["meta"]["event"] == "destroyed" else state
        for agent in last["data"]["agents"]:
            found[f"7:{number}", agent["email"]] = (state, read_moment(last["data"]["starts_at"]))
    return found


def invent(count: int, chance: random.Random) -> list[bytes]:
    """So many deliveries about some rendez-vous: moved, done, cancelled, deleted, out of order, doubled."""
    bodies: list[bytes] = []
    for _ in range(count * 9 // 10):
        number, status = chance.randrange(1, count // 40 + 2), chance.choice(["unknown", "seen", "noshow", "revoked"])
        sent = SENT + timedelta(seconds=chance.randrange(40))
        # Two states of one second that are as far on are the same.
        hour = NOW + timedelta(days=2, hours=(number + sent.second + len(status)) % 50)
        agents = [AGENTS[(number + sent.second) % 5], AGENTS[5]]
        event = "destroyed" if chance.random() < 0.05 else "updated"
        hour = hour if event == "updated" else NOW
        bodies.append(make_body(number, status, event=event, sent=sent, start=hour, agents=agents))
    bodies += chance.choices(bodies, k=count - len(bodies))
    chance.shuffle(bodies)
    return bodies


def must_not_hold(*folders: Path) -> None:
    """No word of a citizen is in any file there: database, its log, spool."""
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        kept = path.read_bytes()
        assert not [word for word in CITIZEN if word.encode() in kept], path
