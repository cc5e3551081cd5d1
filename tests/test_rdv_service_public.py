"""What RDV Service Public sends: proved by its signature, cut down to what is not of citizens, and each agent’s own."""

import asyncio
import hashlib
import hmac
import json
import random
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from sqlmodel import col, delete, select

from bot.clock import utc_now
from cli.doctor import house as doctor
from cli.doctor.findings import Findings
from cli.errors import OperatorError
from commands.rdv.payload import UnreadableDeliveryError, read_delivery, read_moment
from storage.database import Database
from storage.rdv import PlaceKind, Rdv, RdvSource, RdvState
from storage.rdv.remote import RdvAgent, RemoteRdv, take_state
from storage.rdv.webhooks import Opened, Webhook, is_signed, make_keys, open_webhook, revoke_webhook
from tests.people import Person, new_session, unique
from tests.support.broadcasts import run_job
from tests.support.cli import elsewhere, operate
from tests.support.databases import database
from tests.support.house import LOG, House, plain

__all__ = ["database", "elsewhere"]

CITIZEN = (
    "Zéphyrine",
    "Quatrebarbes",
    "0639981234",
    "zephyrine@orties.example",
    "12 impasse des Orties",
    "Surendettée",
)
"""Words of a citizen: none of them is kept anywhere."""
WRONG: Sequence[object] = (None, CITIZEN[0], 10**9, [None], {"name": 1})
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


def edit(name: str, value: object) -> bytes:
    """A delivery of which one thing is another."""
    told = json.loads(make_body(1))
    told["data"][name] = value
    return json.dumps(told).encode()


def sign(body: bytes, secret: str) -> str:
    """The signature of a body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def read(body: bytes) -> tuple[RemoteRdv, Sequence[str]]:
    """What is kept of a delivery."""
    told = read_delivery(body, 7, NOW)
    assert told is not None
    return told.rdv, told.agents


def test_a_signature_is_of_the_very_bytes() -> None:
    body = b'{"data":{"id":1},"meta":{"model":"Rdv","event":"created"}}'
    known = "ae669f91e86c558fdc8a34a04bf8f662355dcb5db46e5adc3f291f1fb5eacc19"
    assert is_signed(body, known, ["secret"])
    assert is_signed(body, known, ["un autre", "secret"])
    for signature in ("", known[:-1], known.upper(), f"sha256={known}", "é" * 64):
        assert not is_signed(body, signature, ["secret"])
    assert not is_signed(body + b" ", known, ["secret"])
    assert not is_signed(body, known, [])


def test_nothing_of_citizens_is_read() -> None:
    rdv, agents = read(make_body(12, agents=["Agent0@CNUM.example", "agent0@cnum.example", "pas une adresse"]))
    assert (rdv.key, rdv.state, rdv.motif, rdv.place_kind) == (
        "7:12",
        RdvState.PREVU,
        "Impôts en ligne",
        PlaceKind.PLACE,
    )
    assert (rdv.place, rdv.commune, rdv.code_postal) == (
        "Médiathèque, 2 place de la Liberté, Bron, 69500",
        "69029",
        "69500",
    )
    assert (rdv.starts_at, rdv.ends_at - rdv.starts_at) == (NOW + timedelta(days=2), timedelta(minutes=45))
    assert (rdv.page_url, agents) == (
        "https://rdv.anct.gouv.fr/admin/organisations/7/rdvs/12",
        ("agent0@cnum.example",),
    )
    assert not [word for word in CITIZEN if word in repr(rdv)]
    for where, kind in (("home", PlaceKind.HOME), ("phone", PlaceKind.PHONE), ("visio", PlaceKind.VISIO)):
        motif = {"name": "Aide", "location_type": where}
        rdv, _ = read(make_body(13, motif=motif, lieu=None, visio_url="https://visio.numerique.gouv.fr/abc"))
        assert (rdv.place_kind, rdv.place, rdv.commune) == (kind, "", ""), "the address there is the citizen’s"
        assert rdv.visio_url == "https://visio.numerique.gouv.fr/abc"
    odd, _ = read(make_body(14, url_for_agents=f"https://pirate.example/?qui={CITIZEN[0]}", visio_url="javascript:x"))
    assert (odd.page_url, odd.visio_url) == ("https://rdv.anct.gouv.fr/admin/organisations/7/rdvs/14", "")


@pytest.mark.parametrize(
    ("status", "came", "collective", "expected"),
    [
        ("unknown", (), False, RdvState.PREVU),
        ("seen", (), False, RdvState.HONORE),
        ("noshow", (), False, RdvState.ABSENT),
        ("excused", (), False, RdvState.ANNULE),
        ("revoked", (), False, RdvState.ANNULE),
        ("nouveau", (), False, RdvState.PREVU),
        ("unknown", ("noshow", "seen"), True, RdvState.HONORE),
        ("unknown", ("noshow", "excused"), True, RdvState.ABSENT),
        ("unknown", ("excused", "revoked"), True, RdvState.PREVU),
        ("revoked", ("seen",), True, RdvState.ANNULE),
    ],
)
def test_statuses_become_states(status: str, came: Sequence[str], collective: bool, expected: RdvState) -> None:
    participations = [{"status": one, "user": USER} for one in came]
    rdv, _ = read(make_body(1, status, collectif=collective, participations=participations, max_participants_count=8))
    assert (rdv.state, rdv.seats) == (expected, 8 if collective else 1)


def test_moments_are_read_as_rails_writes_them() -> None:
    expected = datetime(2022, 1, 1, 7, tzinfo=UTC)
    for written in (
        "2022-01-01 08:00:00 +0100",
        "2022-01-01 07:00:00 UTC",
        "2022-01-01T08:00:00.123+01:00",
        1641020400,
    ):
        assert read_moment(written) == expected
    assert read_moment("2022-01-01 08:00:00") == expected, "without a zone, an hour of Paris"
    odd: Sequence[object] = (None, True, "demain", "2022", "9999-12-31 23:59:59 -0500", "2" * 5000, 1e300, {})
    for said in odd:
        with pytest.raises((ValueError, OverflowError, OSError)):
            read_moment(said)


def test_what_is_no_delivery_is_refused_without_a_word_of_it() -> None:
    odd: list[bytes] = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"meta": 1}',
        b"[" * 90_000,
        b'{"meta": {"model": "Rdv"}}',
    ]
    odd += [edit(name, value) for name in ("id", "starts_at") for value in (*WRONG[:2], True, [], -1, {})]
    odd += [make_body(1, meta={"timestamp": CITIZEN[0]}), make_body(1, id=10**30), make_body(1, starts_at="1900-01-01")]
    for body in odd:
        with pytest.raises(UnreadableDeliveryError) as refused:
            read_delivery(body, 7, NOW)
        assert str(refused.value) == ""
        assert refused.value.__cause__ is None
    holes = ("motif", "lieu", "agents", "participations", "organisation", "users_count", "ends_at", "duration_in_min")
    for hole in holes:
        for value in WRONG:
            read(edit(hole, value))
    assert read_delivery(make_body(1, meta={"model": "User"}), 7, NOW) is None
    assert read_delivery(b'{"data": {"oops": 1}, "meta": {"model": "Absence"}}', 7, NOW) is None


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
        agents = chance.sample(AGENTS, 2) if status == "unknown" else AGENTS[:2]
        agents = [AGENTS[(number + sent.second) % 5], AGENTS[5]] if len(agents) == 2 else agents
        event = "destroyed" if chance.random() < 0.05 else "updated"
        hour = hour if event == "updated" else NOW
        bodies.append(make_body(number, status, event=event, sent=sent, start=hour, agents=agents))
    bodies += chance.choices(bodies, k=count - len(bodies))
    chance.shuffle(bodies)
    return bodies


@pytest.mark.parametrize("count", [1_000, pytest.param(10_000, marks=(pytest.mark.slow, pytest.mark.timeout(600)))])
@pytest.mark.postgres_too
async def test_deliveries_out_of_order_come_to_what_a_slow_reference_says(
    database: Database, count: int, tmp_path: Path
) -> None:
    bodies = invent(count, random.Random(23))
    for batch in (bodies[at : at + 200] for at in range(0, count, 200)):
        async with database.transaction() as db:
            for body in batch:
                remote, agents = read(body)
                await take_state(db, remote, {email: email[:26] for email in agents}, NOW)
    async with database.transaction(writes=False) as db:
        rows = (await db.exec(select(Rdv).where(Rdv.source == RdvSource.RDV_SP))).all()
    expected = {(key, email[:26]): said for (key, email), said in reckon(bodies).items()}
    have = {(str(one.external_id), one.user_id): (one.state.value, one.starts_at) for one in rows}
    lost = {key: said for key, said in have.items() if key not in expected}
    assert {key: have[key] for key in expected} == expected
    assert {state for state, _ in lost.values()} <= {"annule"}, "who is its agent no more has lost it"
    must_not_hold(tmp_path)


def must_not_hold(*folders: Path) -> None:
    """No word of a citizen is in any file there: database, its log, spool."""
    for path in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
        kept = path.read_bytes()
        assert not [word for word in CITIZEN if word.encode() in kept], path


@dataclass
class Desk:
    """The organisation 7, whose address is open, and who sends to it."""

    house: House
    opened: Opened
    session: ClientSession

    @property
    def base(self) -> str:
        """Where it sends."""
        return f"http://127.0.0.1:{self.house.bot.port}/webhooks/rdv-service-public/{self.opened.key}"

    async def sends(self, body: bytes, *, signature: str | None = None, kind: str = "application/json") -> int:
        """Send a delivery; return the status."""
        given = sign(body, self.opened.secret) if signature is None else signature
        headers = {"X-Lapin-Signature": given, "Content-Type": f"{kind}; charset=utf-8"}
        async with self.session.post(self.base, data=BytesIO(body), headers=headers) as answer:
            self.said = await answer.text()
            return answer.status

    async def has(self, who: Person) -> list[Rdv]:
        """Somebody’s imported rendez-vous, in the order of their numbers there."""
        async with self.house.bot.database.transaction(writes=False) as db:
            mine = select(Rdv).where(Rdv.user_id == who.id, Rdv.source == RdvSource.RDV_SP)
            return list((await db.exec(mine.order_by(col(Rdv.external_id)))).all())

    async def webhook(self) -> Webhook | None:
        """What is known of its address."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return await db.get(Webhook, 7)

    async def diagnosis(self) -> str:
        """What the doctor says of it."""
        said: list[str] = []
        await doctor.webhooks(self.house.settings, Findings(said.append), self.house.clock())
        return "\n".join(said).replace("\u00a0", " ")


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    """The organisation 7, before it sent anything."""
    async with house.bot.database.transaction() as db:
        for table in (Rdv, RemoteRdv, RdvAgent):
            await db.execute(delete(table))
        await revoke_webhook(db, 7)
        opened, _ = await open_webhook(db, 7, make_keys(house.settings.secrets), house.clock())
    async with new_session() as session:
        yield Desk(house, opened, session)


@pytest.mark.every_mode
async def test_agents_have_their_rendez_vous_and_lose_them(desk: Desk) -> None:
    house = desk.house
    lea, marc = await house.conseiller("lea", email="Lea.Register@ccas.example"), await house.conseiller("marc")
    start, stranger = house.clock() + timedelta(days=2), f"{unique('inconnue')}@ccas.example"
    agents = ["lea.register@ccas.example", marc.email, stranger]
    assert await desk.sends(make_body(5, event="created", start=start, agents=agents)) == 200
    (hers,), (his,) = await desk.has(lea), await desk.has(marc)
    assert (hers.memo, hers.state, his.starts_at) == ("Impôts en ligne", RdvState.PREVU, start.replace(microsecond=0))
    assert "impots" in hers.theme_codes or hers.themes
    shown = await lea.asks(f"/rdv {hers.number}")
    assert "Ouvrir dans RDV Service Public" in shown.text
    assert "c’est là-bas qu’il se déplace" in plain(shown)
    assert shown.buttons == []
    refused = await lea.asks(f"/rdv annuler {hers.number}")
    assert "vient de RDV Service Public" in plain(refused)
    later = SENT + timedelta(minutes=1)
    assert await desk.sends(make_body(5, sent=later, start=start + timedelta(hours=1), agents=agents[1:])) == 200
    assert await desk.sends(make_body(5, sent=SENT, start=start, agents=agents)) == 200, "an older state"
    (hers,), (his,) = await desk.has(lea), await desk.has(marc)
    assert (hers.state, his.starts_at) == (RdvState.ANNULE, (start + timedelta(hours=1)).replace(microsecond=0))
    assert "des agents que personne ne connaît" in await desk.diagnosis()
    ines = await house.conseiller("ines", email=stranger)
    await run_job(house, "rdv.look_for_agents", unique("fois"))
    await house.settled()
    assert [rdv.starts_at for rdv in await desk.has(ines)] == [his.starts_at]
    assert (
        await desk.sends(make_body(5, event="destroyed", sent=later + timedelta(seconds=5), agents=agents[1:])) == 200
    )
    assert {rdv.state for who in (marc, ines) for rdv in await desk.has(who)} == {RdvState.ANNULE}


@pytest.mark.every_mode
async def test_a_rendez_vous_that_is_over_becomes_a_report_which_a_purge_leaves(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    house = desk.house
    lea = await house.conseiller("lea")
    start = house.clock() - timedelta(hours=3)
    body = make_body(6, start=start, agents=[lea.email])
    assert await desk.sends(body) == 200
    (rdv,) = await desk.has(lea)
    shown = await lea.asks(f"/rdv {rdv.number}")
    assert shown.buttons == ["Compte rendu"]
    form = await lea.opens_by(shown, "Compte rendu")
    assert form.shown("activite") == "individuel"
    assert "Bron" in form.shown("commune")
    await form.fill(age="18-35", statut="en emploi").submit()
    await lea.told("enregistré")
    await house.settled()
    (cra,) = await house.reports(lea)
    purged = make_body(
        6, event="destroyed", sent=SENT + timedelta(days=800), meta={"webhook_reason": "rgpd"}, start=start
    )
    assert await desk.sends(purged) == 200
    assert await desk.sends(body) == 200, "an old delivery that comes again"
    capsys.readouterr()
    assert await operate(house.settings, "rdv", "--user", lea.username, "--json") == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["etat"], told["cra"], told["source"]) == ("honore", cra.number, "rdv-service-public")
    assert (await house.reports(lea))[0].deleted_at is None


async def test_two_hundred_deliveries_of_all_kinds_leave_no_word_of_citizens(desk: Desk) -> None:
    house = desk.house
    lea = await house.conseiller("lea")
    chance = random.Random(5)
    good = [re.sub(rb"agent[0-9]@cnum.example", lea.email.encode(), body) for body in invent(120, chance)]
    forged = [make_body(number, agents=[lea.email], sent=SENT + timedelta(days=9)) for number in range(1, 40)]
    odd = [b"{", b"null", json.dumps(USER).encode(), make_body(1, id=CITIZEN[0]), make_body(1, starts_at=CITIZEN[0])]
    other = [make_body(one, meta={"model": model}) for one, model in enumerate(("User", "Absence", "Agent"), 1)]
    sent = [*((body, 200) for body in good + other), *((body, 401) for body in forged), *((body, 400) for body in odd)]
    chance.shuffle(sent)
    for body, status in sent:
        signature = sign(body, CITIZEN[0]) if status == 401 else None
        assert await desk.sends(body, signature=signature) == status
        assert desk.said == ('{"status": "ok"}' if status == 200 else '{"error": "refused"}')
    expected = {key: said for (key, _), said in reckon(good).items()}
    assert {str(rdv.external_id): (rdv.state.value, rdv.starts_at) for rdv in await desk.has(lea)} == expected
    webhook = await desk.webhook()
    assert webhook
    assert webhook.refused == len(forged) + len(odd)
    assert not [word for word in CITIZEN if word in LOG.getvalue()]
    assert not re.search(f"{desk.opened.key}|{desk.opened.secret}", LOG.getvalue())
    must_not_hold(house.settings.data_dir)
    url = house.bot.database.url
    if house.bot.database.is_sqlite:
        must_not_hold(Path(url.database or "").parent)


async def test_what_is_refused_says_nothing_and_a_lost_answer_does_no_harm(desk: Desk) -> None:
    house = desk.house
    lea = await house.conseiller("lea")
    body = make_body(8, agents=[lea.email], start=house.clock() + timedelta(days=1))
    assert await desk.sends(body, signature="") == 401
    assert await desk.sends(body, kind="text/plain") == 415
    assert await desk.sends(b" " * (1024 * 1024 + 1)) == 413
    assert await desk.sends(b'{"data": {}, "meta": {"model": "User"}}' + b" " * 1_000_000) == 200
    wrong = replace(desk, opened=Opened("inconnue", desk.opened.secret))
    assert (await wrong.sends(body), wrong.said) == (404, '{"error": "refused"}')
    async with desk.session.get(desk.base) as answer:
        assert answer.status == 405
    assert await desk.has(lea) == []
    _, writer = await asyncio.open_connection("127.0.0.1", house.bot.port)
    path = desk.base.partition(str(house.bot.port))[2]
    head = f"POST {path} HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    writer.write(f"{head}X-Lapin-Signature: {sign(body, desk.opened.secret)}\r\n\r\n".encode() + body)
    await writer.drain()
    writer.close()
    assert await desk.sends(body) == 200
    assert await desk.sends(body) == 200
    (rdv,) = await desk.has(lea)
    assert rdv.sequence == 0, "the same state once more is nothing new"


async def test_mattermost_that_is_away_takes_nobody_s_rendez_vous(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    house = desk.house
    lea, marc = await house.conseiller("lea"), await house.conseiller("marc")
    start = house.clock() + timedelta(days=1)
    assert await desk.sends(make_body(9, agents=[lea.email], start=start)) == 200

    async def hangs(*_: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(type(house.bot.chat), "user_by_email", hangs)
    both = make_body(9, agents=[lea.email, marc.email], sent=SENT + timedelta(seconds=9), start=start)
    assert await desk.sends(both) == 200
    monkeypatch.undo()
    assert [rdv.state for rdv in await desk.has(lea)] == [RdvState.PREVU]
    assert await desk.has(marc) == []
    await run_job(house, "rdv.look_for_agents", unique("fois"))
    await house.settled()
    assert [rdv.state for rdv in await desk.has(marc)] == [RdvState.PREVU]


async def test_an_operator_opens_rotates_and_closes_an_address(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    house = desk.house

    async def says(*words: str) -> dict[str, Any]:
        capsys.readouterr()
        assert await operate(house.settings, "webhook", "rdv-service-public", "--organisation", "7", *words) == 0
        out = capsys.readouterr().out
        return json.loads(out) if "--json" in words and out else {}

    first = await says("--json")
    assert first == {"adresse": first["adresse"], "secret": desk.opened.secret}
    assert first["adresse"].endswith(f"/webhooks/rdv-service-public/{desk.opened.key}")
    assert await says("--json") == first
    assert "aucun envoi reçu" in await desk.diagnosis()
    body = make_body(1, agents=[])
    assert await desk.sends(body) == 200
    assert "✓ RDV Service Public, organisation 7 : dernier envoi le" in await desk.diagnosis()
    assert await desk.sends(body, signature="0" * 64) == 401
    assert "✗ RDV Service Public, organisation 7 : dernier envoi le" in await desk.diagnosis()
    second = await says("--rotate", "--json")
    assert (second["adresse"], second["secret"] != first["secret"]) == (first["adresse"], True)
    new = replace(desk, opened=Opened(desk.opened.key, second["secret"]))
    assert (await desk.sends(body), await new.sends(body)) == (200, 200), "both are taken meanwhile"
    house.clock.goes_to(utc_now() + timedelta(days=11))
    try:
        assert (await desk.sends(body), await new.sends(body)) == (401, 200)
        house.clock.goes_to(utc_now() + timedelta(days=20))
        assert "! RDV Service Public, organisation 7 : dernier envoi le" in await desk.diagnosis()
    finally:
        house.clock.is_right_again()
    await says("--revoke")
    assert await new.sends(body) == 404
    for word in ("--revoke", "--rotate"):
        with pytest.raises(OperatorError, match="n’a pas d’adresse"):
            await says(word)
    assert (await says("--json"))["adresse"] != first["adresse"]
