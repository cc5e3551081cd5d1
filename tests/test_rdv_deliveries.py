"""What is read of a delivery of RDV Service Public, and what many of them come to, in whatever order."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from commands.rdv.deliveries import UnreadableDeliveryError, read_delivery, read_moment
from storage.database import Database
from storage.rdv import PlaceKind, Rdv, RdvSource, RdvState
from storage.rdv.remote import RemoteRdv, is_signed, take_state
from tests.support.databases import database
from tests.support.servers import (
    CITIZEN,
    CITIZEN_RECORD,
    RDV_NOW,
    invent_deliveries,
    make_delivery,
    must_not_hold_citizen,
    reckon_slowly,
)

__all__ = ["database"]

WRONG: Sequence[object] = (None, CITIZEN[0], 10**9, [None], {"name": 1})


def edit(name: str, value: object) -> bytes:
    """A delivery of which one thing is another."""
    told = json.loads(make_delivery(1))
    told["data"][name] = value
    return json.dumps(told).encode()


def read(body: bytes) -> tuple[RemoteRdv, Sequence[str]]:
    """What is kept of a delivery."""
    told = read_delivery(body, 7, RDV_NOW)
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
    rdv, agents = read(make_delivery(12, agents=["Agent0@CNUM.example", "agent0@cnum.example", "pas une adresse"]))
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
    assert (rdv.starts_at, rdv.ends_at - rdv.starts_at) == (RDV_NOW + timedelta(days=2), timedelta(minutes=45))
    assert (rdv.page_url, agents) == (
        "https://rdv.anct.gouv.fr/admin/organisations/7/rdvs/12",
        ("agent0@cnum.example",),
    )
    assert not [word for word in CITIZEN if word in repr(rdv)]
    for where, kind in (("home", PlaceKind.HOME), ("phone", PlaceKind.PHONE), ("visio", PlaceKind.VISIO)):
        motif = {"name": "Aide", "location_type": where}
        rdv, _ = read(make_delivery(13, motif=motif, lieu=None, visio_url="https://visio.numerique.gouv.fr/abc"))
        assert (rdv.place_kind, rdv.place, rdv.commune) == (kind, "", ""), "the address there is the citizen’s"
        assert rdv.visio_url == "https://visio.numerique.gouv.fr/abc"
    for where in ("public_office", "autrement"):
        rdv, _ = read(make_delivery(13, motif={"name": "Aide", "location_type": where}, lieu=None))
        assert (rdv.place, rdv.commune) == ("", ""), "no place is named: the address may be the citizen’s"
    odd, _ = read(
        make_delivery(14, url_for_agents=f"https://pirate.example/?qui={CITIZEN[0]}", visio_url="javascript:x")
    )
    assert (odd.page_url, odd.visio_url) == ("https://rdv.anct.gouv.fr/admin/organisations/7/rdvs/14", "")
    for end in (">[ici](https://pirate.example)", "`x`", '"x'):
        assert read(make_delivery(15, visio_url=f"https://visio.example/a{end}"))[0].visio_url == "", end


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
    participations = [{"status": one, "user": CITIZEN_RECORD} for one in came]
    rdv, _ = read(
        make_delivery(1, status, collectif=collective, participations=participations, max_participants_count=8)
    )
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
    odd += [
        make_delivery(1, meta={"timestamp": CITIZEN[0]}),
        make_delivery(1, id=10**30),
        make_delivery(1, starts_at="1900-01-01"),
    ]
    for body in odd:
        with pytest.raises(UnreadableDeliveryError) as refused:
            read_delivery(body, 7, RDV_NOW)
        assert str(refused.value) == ""
        assert refused.value.__cause__ is None
    holes = ("motif", "lieu", "agents", "participations", "organisation", "users_count", "ends_at", "duration_in_min")
    for hole in holes:
        for value in WRONG:
            read(edit(hole, value))
    assert read_delivery(make_delivery(1, meta={"model": "User"}), 7, RDV_NOW) is None
    assert read_delivery(b'{"data": {"oops": 1}, "meta": {"model": "Absence"}}', 7, RDV_NOW) is None


@pytest.mark.parametrize(
    ("database", "count"),
    [
        ("sqlite", 1_000),
        pytest.param("postgresql", 1_000, marks=pytest.mark.postgres_too),
        pytest.param("sqlite", 10_000, marks=(pytest.mark.slow, pytest.mark.timeout(600))),
    ],
    indirect=["database"],
)
async def test_deliveries_out_of_order_come_to_what_a_slow_reference_says(
    database: Database, count: int, tmp_path: Path
) -> None:
    bodies = invent_deliveries(count, random.Random(23))
    for batch in (bodies[at : at + 200] for at in range(0, count, 200)):
        async with database.transaction() as db:
            for body in batch:
                remote, agents = read(body)
                await take_state(db, remote, {email: email[:26] for email in agents}, RDV_NOW)
    async with database.transaction(writes=False) as db:
        rows = (await db.exec(select(Rdv).where(Rdv.source == RdvSource.RDV_SP))).all()
    expected = {(key, email[:26]): said for (key, email), said in reckon_slowly(bodies).items()}
    have = {(str(one.external_id), one.user_id): (one.state.value, one.starts_at) for one in rows}
    lost = {key: said for key, said in have.items() if key not in expected}
    assert {key: have[key] for key in expected} == expected
    assert {state for state, _ in lost.values()} <= {"annule"}, "who is its agent no more has lost it"
    must_not_hold_citizen(tmp_path)
