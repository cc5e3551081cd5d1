"""Stories of RDV Service Public’s deliveries: each agent has their own rendez-vous, and nothing of citizens is kept."""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, NoReturn

import pytest
from aiohttp import ClientSession
from sqlmodel import SQLModel, col, delete, select

from bot.clock import utc_now
from bot.site import MISSED_MAX, WINDOW
from bot.webhooks import KNOWN_FOR, SENT_MAX, Senders
from cli.doctor import house as doctor
from cli.doctor.findings import CheckFindings
from cli.errors import OperatorError
from commands.rdv import deliveries
from storage.database import store
from storage.people import Role
from storage.rdv import Rdv, RdvSource, RdvState
from storage.rdv.remote import OpenedWebhook, RdvAgent, RemoteRdv, Webhook, make_keys, open_webhook, revoke_webhook
from tests.people import Person, new_session, unique
from tests.support.house import LOG, PARIS, PATIENCE, House, plain
from tests.support.publications import run_job
from tests.support.servers import (
    CITIZEN,
    CITIZEN_RECORD,
    DELIVERY_SENT,
    invent_deliveries,
    make_delivery,
    must_not_hold_citizen,
    reckon_slowly,
    sign_delivery,
)
from tests.support.workplace import elsewhere, operate

__all__ = ["elsewhere"]


@dataclass
class Desk:
    """The organisation 7, whose address is open, and who sends to it."""

    house: House
    opened: OpenedWebhook
    session: ClientSession

    @property
    def base(self) -> str:
        """Where it sends."""
        return f"http://127.0.0.1:{self.house.bot.port}/webhooks/rdv-service-public/{self.opened.key}"

    async def sends(
        self, body: bytes, *, signature: str | None = None, kind: str = "application/json", address: str = "192.0.2.1"
    ) -> int:
        """Send a delivery from that address; return the status."""
        given = sign_delivery(body, self.opened.secret) if signature is None else signature
        headers = {"X-Lapin-Signature": given, "Content-Type": f"{kind}; charset=utf-8", "X-Forwarded-For": address}
        async with self.session.post(self.base, data=BytesIO(body), headers=headers) as answer:
            self.said, self.wait = await answer.text(), answer.headers.get("Retry-After")
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
        await doctor.webhooks(self.house.settings, CheckFindings(said.append), self.house.clock())
        return "\n".join(said).replace("\u00a0", " ")


@pytest.fixture
async def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """The organisation 7, before it sent anything. Mattermost has all the time to say who has an address."""
    monkeypatch.setattr(deliveries, "PATIENCE", PATIENCE)
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
    assert await desk.sends(make_delivery(5, event="created", start=start, agents=agents)) == 200
    (hers,), (his,) = await desk.has(lea), await desk.has(marc)
    assert (hers.memo, hers.state, his.starts_at) == ("Impôts en ligne", RdvState.PREVU, start.replace(microsecond=0))
    assert "impots" in hers.theme_codes or hers.themes
    shown = await lea.asks(f"/rdv {hers.number}")
    assert "Ouvrir dans RDV Service Public" in shown.text
    assert "c’est là-bas qu’il se déplace" in plain(shown)
    assert shown.buttons == []
    refused = await lea.asks(f"/rdv annuler {hers.number}")
    assert "vient de RDV Service Public" in plain(refused)
    later = DELIVERY_SENT + timedelta(minutes=1)
    assert await desk.sends(make_delivery(5, sent=later, start=start + timedelta(hours=1), agents=agents[1:])) == 200
    assert await desk.sends(make_delivery(5, sent=DELIVERY_SENT, start=start, agents=agents)) == 200, "an older state"
    (hers,), (his,) = await desk.has(lea), await desk.has(marc)
    assert (hers.state, his.starts_at) == (RdvState.ANNULE, (start + timedelta(hours=1)).replace(microsecond=0))
    assert "des agents que personne ne connaît" in await desk.diagnosis()
    ines = await house.conseiller("ines", email=stranger)
    await run_job(house, "rdv.look_for_agents", unique("fois"))
    await house.settled()
    assert [rdv.starts_at for rdv in await desk.has(ines)] == [his.starts_at]
    assert (
        await desk.sends(make_delivery(5, event="destroyed", sent=later + timedelta(seconds=5), agents=agents[1:]))
        == 200
    )
    assert {rdv.state for who in (marc, ines) for rdv in await desk.has(who)} == {RdvState.ANNULE}


async def test_two_rendez_vous_at_the_same_time_are_told_once(desk: Desk) -> None:
    house = desk.house
    lea = await house.conseiller("lea")
    start = (house.clock() + timedelta(days=2)).replace(minute=0, second=0, microsecond=0)
    async with house.bot.database.transaction() as db:
        end, now = start + timedelta(hours=1), house.clock()
        mine = Rdv(user_id=lea.id, starts_at=start, ends_at=end, memo="J. M.", created_at=now, changed_at=now)
        await store(db, mine)
    for late in range(3):  # the same hours, whatever else changes
        body = make_delivery(9, sent=DELIVERY_SENT + timedelta(minutes=late), start=start, agents=[lea.email])
        assert await desk.sends(body) == 200
    told = await lea.told("en même temps")
    assert told.buttons == [f"Déplacer le n° {mine.number}"]
    moved = make_delivery(
        9, sent=DELIVERY_SENT + timedelta(minutes=9), start=start + timedelta(minutes=30), agents=[lea.email]
    )
    assert await desk.sends(moved) == 200
    await house.settled()
    assert len([post for post in await lea.direct() if "en même temps" in post.text]) == 2


@pytest.mark.every_mode
async def test_a_rendez_vous_that_is_over_becomes_a_report_which_a_purge_leaves(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    house = desk.house
    lea = await house.conseiller("lea")
    start = house.clock() - timedelta(hours=3)
    body = make_delivery(6, start=start, agents=[lea.email])
    assert await desk.sends(body) == 200
    (rdv,) = await desk.has(lea)
    shown = await lea.asks(f"/rdv {rdv.number}")
    assert shown.buttons == ["Compte rendu", "Sans compte rendu"]
    form = await lea.opens_by(shown, "Compte rendu")
    assert form.shown("activite") == "individuel"
    assert "Bron" in form.shown("commune")
    await form.fill(age="18-35", statut="en emploi").submit()
    await lea.told("enregistré")
    await house.settled()
    (cra,) = await house.reports(lea)
    purged = make_delivery(
        6, event="destroyed", sent=DELIVERY_SENT + timedelta(days=800), meta={"webhook_reason": "rgpd"}, start=start
    )
    assert await desk.sends(purged) == 200
    assert await desk.sends(body) == 200, "an old delivery that comes again"
    capsys.readouterr()
    assert await operate(house.settings, "rdv", "--user", lea.username, "--json") == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert (told["etat"], told["cra"], told["source"]) == ("honore", cra.number, "rdv-service-public")
    assert (await house.reports(lea))[0].deleted_at is None


async def test_a_rendez_vous_of_two_agents_is_reported_once(desk: Desk) -> None:
    """It took place once: whoever reports it first, it does not count twice."""
    house = desk.house
    noon = datetime.combine(house.today, time(12), PARIS)
    house.clock.goes_to(max(house.clock(), noon))  # three hours before is today, too
    lea, marc = await house.conseiller("lea"), await house.conseiller("marc")
    body = make_delivery(8, start=house.clock() - timedelta(hours=3), agents=[lea.email, marc.email])
    assert await desk.sends(body) == 200
    (hers,), (his,) = await desk.has(lea), await desk.has(marc)
    shown = await marc.asks(f"/rdv {his.number}")
    form = await lea.opens_by(await lea.asks(f"/rdv {hers.number}"), "Compte rendu")
    late = await marc.opens_by(shown, "Compte rendu")
    assert (await form.fill(age="18-35", statut="en emploi").submit()).accepted
    await house.settled()
    said = await late.fill(age="18-35", statut="en emploi").submit()
    assert not said.accepted
    assert "a déjà fait le compte rendu" in said.error
    await marc.clicks(shown, "Compte rendu")
    await marc.whispered("a déjà fait le compte rendu")
    for line in (f"/rdv {his.number}", "/rdv aujourd’hui"):
        seen = await marc.asks(line)
        assert "Compte rendu fait par" in plain(seen), line
        assert "Compte rendu" not in seen.buttons, line
    assert "Compte rendu" not in (await marc.asks("/rdv à traiter")).buttons
    assert await house.reports(marc) == []
    (cra,) = await house.reports(lea)
    await lea.asks(f"/cra supprimer {cra.number}")
    assert "Compte rendu" in (await marc.asks(f"/rdv {his.number}")).buttons
    again = await marc.opens_by(shown, "Compte rendu")
    assert (await again.fill(age="18-35", statut="en emploi").submit()).accepted
    await house.settled()
    assert "a déjà fait le compte rendu" in (await lea.asks(f"/cra rétablir {cra.number}")).text
    assert len(await house.reports(marc)) == 1


async def test_deliveries_of_all_kinds_leave_no_word_of_citizens(desk: Desk) -> None:
    await must_keep_no_word(desk, 160)


@pytest.mark.slow
@pytest.mark.newest_only
@pytest.mark.timeout(300)
async def test_nor_do_a_thousand(desk: Desk) -> None:
    """From ten addresses, each with as many as it may send in a minute; ten thousand are received without the network
    (tests/test_rdv_deliveries.py)."""
    await must_keep_no_word(desk, 1_000)


async def must_keep_no_word(desk: Desk, count: int) -> None:
    """Send so many deliveries, of which some are forged or odd."""
    house = desk.house
    lea = await house.conseiller("lea")
    chance = random.Random(5)
    good = [
        re.sub(rb"agent[0-9]@cnum.example", lea.email.encode(), body)
        for body in invent_deliveries(count * 3 // 4, chance)
    ]
    forged = [
        make_delivery(number, agents=[lea.email], sent=DELIVERY_SENT + timedelta(days=9))
        for number in range(1, count // 4 + 1)
    ]
    odd = [
        b"{",
        b"null",
        json.dumps(CITIZEN_RECORD).encode(),
        make_delivery(1, id=CITIZEN[0]),
        make_delivery(1, starts_at=CITIZEN[0]),
    ]
    other = [make_delivery(one, meta={"model": model}) for one, model in enumerate(("User", "Absence", "Agent"), 1)]
    sent = [*((body, 200) for body in good + other), *((body, 401) for body in forged), *((body, 400) for body in odd)]
    chance.shuffle(sent)
    for place, (body, status) in enumerate(sent):
        signature = sign_delivery(body, CITIZEN[0]) if status == 401 else None
        # From one address after the other, since each may send only so many a minute.
        assert await desk.sends(body, signature=signature, address=f"198.18.0.{place // 100 + 1}") == status
        assert desk.said == ('{"status": "ok"}' if status == 200 else '{"error": "refused"}')
    expected = {key: said for (key, _), said in reckon_slowly(good).items()}
    assert {str(rdv.external_id): (rdv.state.value, rdv.starts_at) for rdv in await desk.has(lea)} == expected
    webhook = await desk.webhook()
    assert webhook
    assert webhook.refused == len(forged) + len(odd)
    assert not [word for word in CITIZEN if word in LOG.getvalue()]
    assert not re.search(f"{desk.opened.key}|{desk.opened.secret}", LOG.getvalue())
    must_not_hold_citizen(house.settings.data_dir)
    url = house.bot.database.url
    if house.bot.database.is_sqlite:
        must_not_hold_citizen(Path(url.database or "").parent)
    async with house.bot.database.transaction(writes=False) as db:
        for table in SQLModel.metadata.sorted_tables:
            held = repr((await (await db.connection()).execute(table.select())).all())
            assert not [word for word in CITIZEN if word in held], table.name


async def test_what_is_refused_says_nothing_and_a_lost_answer_does_no_harm(desk: Desk) -> None:
    house = desk.house
    lea = await house.conseiller("lea")
    body = make_delivery(8, agents=[lea.email], start=house.clock() + timedelta(days=1))
    assert await desk.sends(body, signature="") == 401
    assert await desk.sends(body, kind="text/plain") == 415
    assert await desk.sends(make_delivery(7), kind="application/x-www-form-urlencoded") == 200, "who was told nothing"
    assert await desk.sends(make_delivery(7), signature="", kind="application/octet-stream") == 401
    assert await desk.sends(b" " * (1024 * 1024 + 1)) == 413
    assert await desk.sends(b'{"data": {}, "meta": {"model": "User"}}' + b" " * 1_000_000) == 200
    wrong = replace(desk, opened=OpenedWebhook("inconnue", desk.opened.secret))
    assert (await wrong.sends(body), wrong.said) == (404, '{"error": "refused"}')
    async with desk.session.get(desk.base) as answer:
        assert answer.status == 405
    assert await desk.has(lea) == []
    _, writer = await asyncio.open_connection("127.0.0.1", house.bot.port)
    path = desk.base.partition(str(house.bot.port))[2]
    head = f"POST {path} HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    writer.write(f"{head}X-Lapin-Signature: {sign_delivery(body, desk.opened.secret)}\r\n\r\n".encode() + body)
    await writer.drain()
    writer.close()
    assert await desk.sends(body) == 200
    assert await desk.sends(body) == 200
    (rdv,) = await desk.has(lea)
    assert rdv.sequence == 0, "the same state once more is nothing new"


async def test_who_forges_signatures_waits_and_the_sender_does_not(desk: Desk) -> None:
    lea = await desk.house.conseiller("lea")
    body = make_delivery(8, agents=[lea.email], start=desk.house.clock() + timedelta(days=1))
    forger, sender = "203.0.113.9", "198.51.100.7"
    assert {await desk.sends(body, signature="f" * 64, address=forger) for _ in range(MISSED_MAX)} == {401}
    assert (await desk.sends(body, address=forger), desk.wait) == (429, "60"), "a good one waits as well"
    assert await desk.sends(body, address=sender) == 200
    known = await desk.webhook()
    assert known
    assert known.refused == MISSED_MAX, "what waits is not even looked at"
    # Behind a proxy that does not say who asks, the forger seems to be the sender.
    assert {await desk.sends(body, signature="f" * 64, address=sender) for _ in range(MISSED_MAX + 5)} == {401}
    assert await desk.sends(body, address=sender) == 200


async def test_an_agent_whom_mattermost_names_too_late_is_asked_for_again_at_once(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "PATIENCE", 0.0)
    monkeypatch.setattr(deliveries, "LOOKED_AGAIN", timedelta(seconds=1))
    lea = await desk.house.someone(None, "lea")
    bodies = [make_delivery(n, agents=[lea.email], start=desk.house.clock() + timedelta(days=n)) for n in range(1, 4)]
    assert [await desk.sends(body) for body in bodies] == [200, 200, 200]
    assert await desk.has(lea) == []
    await desk.house.settled()
    assert len(await desk.has(lea)) == 3


async def test_many_at_once_are_each_taken_and_told_to_come_back_while_the_database_is_away(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    lea = await desk.house.conseiller("lea")
    start = desk.house.clock() + timedelta(days=2)
    bodies = [make_delivery(n, agents=[lea.email], start=start + timedelta(hours=n)) for n in range(1, 49)]
    assert set(await asyncio.gather(*map(desk.sends, bodies))) == {200}
    await desk.house.settled()  # a busy machine may say a little later who their agent is
    assert len(await desk.has(lea)) == len(bodies)

    def is_away(*_: object, **__: object) -> NoReturn:
        raise TimeoutError

    with monkeypatch.context() as away:
        away.setattr(desk.house.bot.database, "transaction", is_away)
        assert (await desk.sends(bodies[0]), desk.wait) == (503, "30")
    assert await desk.sends(bodies[0]) == 200


def test_a_sender_waits_a_minute_at_most() -> None:
    now = 0.0
    senders = Senders(lambda: now)
    assert not any(senders.must_wait("un") for _ in range(SENT_MAX))
    assert senders.must_wait("un")
    assert not senders.must_wait("deux")
    for _ in range(MISSED_MAX):
        senders.note("deux", 401)
    assert senders.must_wait("deux")
    now += WINDOW + 1
    assert not senders.must_wait("un")
    assert not senders.must_wait("deux")
    for _ in range(MISSED_MAX):
        senders.note("trois", 503)
    assert not senders.must_wait("trois"), "the bot’s own trouble is nobody’s fault"
    senders.note("quatre", 200)
    now += KNOWN_FOR + 1
    for _ in range(MISSED_MAX):
        senders.note("quatre", 404)
    assert senders.must_wait("quatre"), "what was taken is long ago"


async def test_mattermost_that_is_away_takes_nobody_s_rendez_vous(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    house = desk.house
    lea, marc = await house.conseiller("lea"), await house.conseiller("marc")
    start = house.clock() + timedelta(days=1)
    assert await desk.sends(make_delivery(9, agents=[lea.email], start=start)) == 200

    async def hangs(*_: object) -> None:
        await asyncio.sleep(60)

    both = make_delivery(9, agents=[lea.email, marc.email], sent=DELIVERY_SENT + timedelta(seconds=9), start=start)
    with monkeypatch.context() as away:
        away.setattr(type(house.bot.chat), "user_by_email", hangs)
        away.setattr(deliveries, "PATIENCE", 0.1)
        assert await desk.sends(both) == 200
    assert [rdv.state for rdv in await desk.has(lea)] == [RdvState.PREVU]
    assert await desk.has(marc) == []
    await run_job(house, "rdv.look_for_agents", unique("fois"))
    await house.settled()
    assert [rdv.state for rdv in await desk.has(marc)] == [RdvState.PREVU]


async def test_who_gives_themselves_an_address_has_nobody_s_rendez_vous(desk: Desk) -> None:
    """Where addresses are not verified, those of accounts count for who was given the role of a conseiller."""
    house, start = desk.house, desk.house.clock() + timedelta(days=1)
    mallory = await house.someone(Role.INVITE, "mallory")
    known = f"{unique('lea')}@ccas.example"
    lea, marc = await house.conseiller("lea", email=known), await house.conseiller("marc")
    house.settings = (usual := house.settings).model_copy(update={"trust_addresses": "non"})
    await house.restart()
    try:
        assert await desk.sends(make_delivery(6, agents=[mallory.email, known, marc.email], start=start)) == 200
        await run_job(house, "rdv.look_for_agents", unique("fois"))
        await house.settled()
        assert [len(await desk.has(who)) for who in (lea, marc, mallory)] == [1, 1, 0]
    finally:
        house.settings = usual
        await house.restart()


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
    body = make_delivery(1, agents=[])
    assert await desk.sends(body) == 200
    assert "✓ RDV Service Public, organisation 7 : dernier envoi le" in await desk.diagnosis()
    assert await desk.sends(body, signature="0" * 64) == 401
    assert "✗ RDV Service Public, organisation 7 : dernier envoi le" in await desk.diagnosis()
    second = await says("--rotate", "--json")
    assert (second["adresse"], second["secret"] != first["secret"]) == (first["adresse"], True)
    new = replace(desk, opened=OpenedWebhook(desk.opened.key, second["secret"]))
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
