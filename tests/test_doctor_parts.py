"""What « coop-bot doctor » finds where things are missing, old, late or out of reach."""

import ssl
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.client_reqrep import ConnectionKey
from pydantic import SecretStr

from bot.clock import utc_now
from bot.mattermost import AioClient
from cli.admin import TeamIdentity
from cli.demo.stage import free_port
from cli.doctor import chat, house
from cli.doctor import server as callback
from cli.doctor.findings import CheckFindings
from cli.setup import address
from config.settings import Settings
from storage import canaux, outbox, programs, schema
from storage.database import Database
from storage.outbox import Outgoing, TargetKind
from storage.people import Person, Role
from storage.rdv import bookings
from storage.rdv.remote import DeliveryRefusal, Webhook
from storage.targets import GENERAL
from tests.support.mattermost import CHANNEL, TEAM, USER, serve_chat
from tests.support.workplace import run_doctor, serve_answer


def own(tmp_path: Path, **more: Any) -> Settings:
    """Complete settings that lead nowhere."""
    usual = {
        "mattermost_url": f"http://127.0.0.1:{free_port()}",
        "public_url": f"http://127.0.0.1:{free_port()}",
        "bot_token": SecretStr("t" * 26),
        "command_token": SecretStr("c" * 26),
        "secret": SecretStr("s" * 40),
        "database_url": f"sqlite:///{tmp_path}/coop.db",
        "data_dir": tmp_path,
    }
    return Settings(_env_file=None).model_copy(update=usual | more)


def noticing() -> tuple[CheckFindings, list[str]]:
    said: list[str] = []
    return CheckFindings(said.append), said


async def test_with_nothing_there_everything_is_said(tmp_path: Path) -> None:
    settings = own(tmp_path, bot_token=SecretStr(""), secret=SecretStr("court"), command_token=SecretStr("court"))
    code, said = await run_doctor(settings.model_copy(update={"data_dir": tmp_path / "nulle-part"}))
    assert code == 1
    for words in ("COOP_BOT_TOKEN", "COOP_SECRET", "COOP_COMMAND_TOKEN", "COOP_DATA_DIR", "est vide", "ne répond pas"):
        assert words in said


def test_the_last_line_is_true() -> None:
    findings, said = noticing()
    assert findings.summary() == "Tout va bien."
    findings.note("Voyez.")
    assert findings.summary() == "Rien à réparer ; à lire ci-dessus : 1 ligne « ! »."
    findings.fault("Réparez.")
    assert findings.summary() == "À réparer : 1."
    assert len(said) == 2


async def test_the_outbox_tells_of_what_waits(tmp_path: Path) -> None:
    settings = own(tmp_path)
    await schema.upgrade(settings.database_url)
    now = utc_now()
    waiting = Outgoing(
        id="a" * 26, where=TargetKind.PERSON, target="p" * 26, content={}, created_at=now, not_before=now + timedelta(1)
    )
    lost = Outgoing(id="b" * 26, where=TargetKind.PERSON, target="p" * 26, content={}, created_at=now)
    database = Database(settings.database_url)
    async with database.transaction() as db:
        await outbox.add(db, [waiting, lost])
    await database.close()
    findings, said = noticing()
    await house.database(settings, findings, now)
    assert findings.faults == 0
    assert any("En route vers Mattermost : 1 message." in line for line in said)
    assert any(line.endswith("(personne ou canal disparus) : 1 message.") for line in said)
    await house.database(settings, findings, now + timedelta(days=2))
    assert findings.faults == 1
    assert "depuis plus de dix minutes" in said[-2]


async def test_what_an_organisation_sends_well_again_is_well(tmp_path: Path) -> None:
    settings, now = own(tmp_path), utc_now()
    await schema.upgrade(settings.database_url)
    refused = {"refused": 3, "refused_at": now, "refusal": DeliveryRefusal.SIGNATURE}
    database = Database(settings.database_url)
    async with database.transaction() as db:
        for number, hours in ((7, 1), (8, -1)):
            sealed: dict[str, Any] = {"key_hash": str(number), "sealed_key": b"", "sealed_secret": b"", **refused}
            db.add(Webhook(organisation=number, made_at=now, last_at=now + timedelta(hours=hours), **sealed))
    await database.close()
    findings, said = noticing()
    await house.webhooks(settings, findings, now + timedelta(hours=1))
    assert [line[0] for line in said] == ["✓", "✗"]
    assert "3 envois refusés" in said[1]


async def test_what_is_left_to_do_is_said_until_it_is_done(tmp_path: Path) -> None:
    settings = own(tmp_path)
    await schema.upgrade(settings.database_url)
    people, channels = await house.next_steps(settings)
    assert ("import people" in people, "channels sync" in channels) == (True, True)
    database = Database(settings.database_url)
    async with database.transaction() as db:
        db.add(Person(id="p" * 26, username="juliette", role=Role.CONSEILLER, since=utc_now()))
        await db.flush()
        assert await house.next_steps(settings) == [people, channels], "it is not committed yet"
    assert await house.next_steps(settings) == [channels]
    async with database.transaction() as db:
        await canaux.remember_channel(db, GENERAL, "c" * 26, utc_now())
    assert await house.next_steps(settings) == [channels], "every team has that one"
    async with database.transaction() as db:
        await canaux.remember_channel(db, "dept-69", "d" * 26, utc_now())
    await database.close()
    assert await house.next_steps(settings) == []


async def test_programs_and_booking_pages_are_held_against_the_settings(tmp_path: Path) -> None:
    settings, now = own(tmp_path), utc_now()
    await schema.upgrade(settings.database_url)
    database, public = Database(settings.database_url), {"public_url": "https://bot.exemple.fr"}

    async def look(**change: Any) -> tuple[str, int]:
        findings, said = noticing()
        changed = settings.model_copy(update=public | change)
        await house.programs(changed, findings, now)
        await house.pages(changed, findings)
        return "\n".join(said), findings.faults

    assert await look() == ("", 0)
    assert "aucun programme n’a de jeton" in (await look(api="oui"))[0]
    async with database.transaction() as db:
        await programs.add_client(db, "tableau", now - timedelta(days=400))
        await bookings.open_page(db, "p" * 26, bookings.BookingSeal(settings.secrets), now)
    said, faults = await look()
    assert "malgré 1 jeton" in said
    assert "Pages de rendez-vous en service : 1 page." in said
    assert faults == 0
    assert "de plus d’un an pour tableau" in (await look(api="oui"))[0]
    assert (await look(api="oui", public_url="http://bot.exemple.fr"))[1] == 2, "bearers and contacts are read"
    assert "n’ouvrent pas les pages de rendez-vous (1 page)" in (await look(public_url="http://192.168.1.4:8066"))[0]
    said, faults = await look(secret=SecretStr("n" * 40))
    assert "sans garder l’ancienne clé : les pages de rendez-vous (1 page)" in said
    assert faults == 1
    assert (await look(secret=SecretStr("n" * 40 + " " + "s" * 40)))[1] == 0
    await database.close()


async def test_a_database_out_of_reach_or_out_of_date_is_said(tmp_path: Path) -> None:
    findings, said = noticing()
    await house.database(own(tmp_path, database_url="postgresql://u:motdepasse@127.0.0.1:1/x"), findings, utc_now())
    assert "COOP_DATABASE_URL" in said[0]
    assert "motdepasse" not in said[0]
    settings = own(tmp_path)
    for step, words in (("0000", "coop-bot migrate"), ("9999", "plus récente")):
        await schema.upgrade(settings.database_url)
        await _stands_at(settings.database_url, step)
        await house.database(settings, findings, utc_now())
        assert words in said[-1]
        await _stands_at(settings.database_url, schema.head())
    assert findings.faults == 3


async def test_a_moderation_that_is_safe_says_which_table_is_broken(tmp_path: Path) -> None:
    charter = tmp_path / "charte.tsv"
    settings = own(tmp_path, charter=charter)
    await schema.upgrade(settings.database_url)
    for text, words in (("cle\tmotif\n", "La première ligne de la charte doit être"), (None, "ne peut pas être lu")):
        if text is None:
            charter.unlink()
        else:
            charter.write_text(text, "utf-8")
        findings, said = noticing()
        await house.database(settings, findings, utc_now())
        assert findings.faults == 1
        (told,) = [line for line in said if "Modération en mode sûr, rien n’y est automatique." in line]
        assert words in told


async def _stands_at(url: str, step: str) -> None:
    from sqlalchemy import text

    database = Database(url)
    async with database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = :step"), {"step": step})
    await database.close()


async def test_clocks_that_differ_are_said() -> None:
    async with serve_chat() as server:
        server.answers["GET /api/v4/system/ping"] = lambda *_: web.json_response(
            {"status": "OK"}, headers={"X-Version-Id": "9.11.0.x"}
        )
        client = AioClient(server.url)
        findings, said = noticing()
        assert await chat.server(client, findings, utc_now)
        assert said == ["✓ Horloges d’accord."]
        assert await chat.server(client, findings, lambda: utc_now() + timedelta(minutes=2))
        assert "NTP" in said[-1]
        server.answers["GET /api/v4/system/ping"] = lambda *_: web.Response(text="<html>")
        assert not await chat.server(client, findings, utc_now)
        assert "COOP_MATTERMOST_URL ne mène pas" in said[-1]
        await client.close()
    assert findings.faults == 2


async def test_old_servers_and_blocked_websockets_are_said() -> None:
    async with serve_chat() as server:
        server.answers["*"] = lambda *_: web.json_response({"status": "OK"}, headers={"X-Version-Id": "5.30.0.x"})
        client = AioClient(server.url)
        findings, said = noticing()
        await client.get("/system/ping")
        chat.version(client, findings)
        await chat.events(client, findings)
        await client.close()
    assert "trop ancien" in said[0]
    assert "Upgrade" in said[1]


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        ("5.31.9", "✗ Mattermost 5.31 est trop ancien : il faut au moins 5.37."),
        ("6.7.0", "✓ Mattermost 6.7 : 3 s pour ouvrir un formulaire."),
        ("7.8.15", "✓ Mattermost 7.8 : 3 s pour ouvrir un formulaire."),
        ("10.11.3", "✓ Mattermost 10.11 : 30 s pour ouvrir un formulaire."),
        ("11.9.0", "✓ Mattermost 11.9 : choix multiples, champs de date"),
        ("12.0.0", "! Mattermost 12.0 est plus récent que tous ceux avec lesquels ce bot a été essayé, jusqu’à 11.6"),
    ],
)
async def test_each_version_is_said_for_what_it_is(number: str, wanted: str) -> None:
    async with serve_chat() as server:
        header = {"X-Version-Id": f"{number}.{number}.0123456789abcdef.false"}
        server.answers["*"] = lambda *_: web.json_response({"status": "OK"}, headers=header)
        client = AioClient(server.url)
        findings, said = noticing()
        await client.get("/system/ping")
        chat.version(client, findings)
        await client.close()
    assert said[0].startswith(wanted)


async def test_health_is_the_bot_s_own_word() -> None:
    for answer, is_well in ((web.json_response({"status": "ok"}), True), (web.Response(text="ok"), False)):
        async with serve_answer(answer) as url:
            assert await address.answers(url) is is_well


async def test_a_bot_that_only_this_machine_reaches_is_told_apart(tmp_path: Path) -> None:
    answers = {
        "GET /api/v4/users/me": USER,
        "POST /api/v4/channels/direct": {"id": CHANNEL},
        "POST /api/v4/commands/execute": lambda *_: web.json_response(
            {"id": "api.command.execute_command.failed.app_error"}, status=500
        ),
    }
    async with serve_chat(**answers) as server, serve_answer(web.json_response({"status": "ok"})) as url:
        client = AioClient(server.url)
        findings, said = noticing()
        await callback.round_trip(client, TeamIdentity(id=TEAM), own(tmp_path, public_url=url), findings)
        server.answers["POST /api/v4/commands/execute"] = lambda *_: web.Response(status=418)
        await callback.round_trip(client, TeamIdentity(id=TEAM), own(tmp_path, public_url=url), findings)
        await client.close()
    assert "le bot répond d’ici, pas du serveur" in said[0]
    assert "réponse inattendue (418)" in said[1]


async def test_a_certificate_nobody_knows_is_said() -> None:
    key = ConnectionKey(
        "chat.example", 443, is_ssl=True, ssl=True, proxy=None, proxy_auth=None, proxy_headers_hash=None
    )

    def get(_: str) -> None:
        raise aiohttp.ClientConnectorCertificateError(key, ssl.SSLCertVerificationError())

    client: Any = SimpleNamespace(url="https://chat.example", session=SimpleNamespace(get=get))
    findings, said = noticing()
    assert not await chat.server(client, findings, utc_now)
    assert "chat.example" in said[0]
    assert "SSL_CERT_FILE" in said[0]
