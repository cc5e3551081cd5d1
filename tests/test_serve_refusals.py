"""Story: whatever an operator sets wrong, « coop-bot serve » says in one line which setting, and what to do."""

import asyncio
import socket
import ssl
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from aiohttp import web

from tests.support.workplace import FreshServer, elsewhere, newest, run_command, serve_answer

__all__ = ["elsewhere", "newest"]

WRONG: list[tuple[Mapping[str, str], int, str]] = [
    ({"BOT_TOKEN": "a" * 26}, 2, "COOP_BOT_TOKEN : Le serveur Mattermost refuse le jeton"),
    ({"BOT_TOKEN": ""}, 2, "Réglages manquants : COOP_BOT_TOKEN. « coop-bot setup » les écrit"),
    ({"COMMAND_TOKEN": "court"}, 2, "COOP_COMMAND_TOKEN doit avoir 26 caractères : relancez « coop-bot setup »"),
    ({"COMMAND_TOKEN": "z" * 26}, 2, "COOP_COMMAND_TOKEN : Mattermost envoie un autre jeton avec /"),
    ({"SECRET": "court"}, 2, "COOP_SECRET : une clé de moins de 32 caractères se devine"),
    ({"TEAM": "ailleurs"}, 2, "COOP_TEAM : il n’y a pas d’équipe « ailleurs », ou le bot n’y est pas. Donnez"),
    ({"MATTERMOST_URL": "chat.exemple.fr"}, 2, "COOP_MATTERMOST_URL : l’adresse commence par http:// ou https://"),
    ({"MATTERMOST_URL": "{elsewhere}"}, 2, "COOP_MATTERMOST_URL : Cette adresse n’est pas celle d’un serveur Matter"),
    ({"PORT": "{taken}"}, 1, "COOP_PORT : le port {taken} est déjà pris. Arrêtez ce qui l’occupe, ou changez-le"),
    ({"PORT": "99999"}, 2, "COOP_PORT : valeur à corriger (Port d’écoute du bot, de 1 à 65535.)"),
    ({"HOST": "192.0.2.1"}, 2, "COOP_HOST : « 192.0.2.1 » n’est pas une adresse de cette machine. Donnez"),
    ({"HOST": "nulle part"}, 2, "COOP_HOST : « nulle part » n’est pas une adresse de cette machine. Donnez"),
    ({"DATABASE_URL": "mysql://moi:motdepasse@ici/x"}, 2, "COOP_DATABASE_URL : sqlite:///fichier.db ou postgresql://"),
    ({"DATABASE_URL": "sqlite:////nulle/part/x.db"}, 1, "« /nulle/part » n’existe pas, ou rien ne peut y être écrit"),
    ({"DATABASE_URL": "postgresql://moi:motdepasse@127.0.0.1:1/x"}, 1, "127.0.0.1:1/x (COOP_DATABASE_URL) ne répond"),
    ({"DATA_DIR": "/dev/null/ici"}, 1, "COOP_DATA_DIR : « /dev/null/ici » : une partie de ce chemin est un fichier"),
    ({"CHANNELS": "rien.tsv"}, 2, "COOP_CHANNELS : « rien.tsv » : ce chemin n’existe pas : créez-le"),
    ({"HOTLINE": "rien.tsv"}, 2, "COOP_HOTLINE : « rien.tsv » : ce chemin n’existe pas : créez-le"),
    ({"CHARTER": "mots.tsv"}, 2, "COOP_CHARTER : La première ligne de la charte doit être"),
    ({"KIT": "mots.tsv"}, 2, "COOP_KIT : "),
    ({"LINKS": "latin.tsv"}, 2, "COOP_LINKS : latin.tsv n’est pas du texte UTF-8 : corrigez-le"),
    ({"LOGO": "."}, 2, "COOP_LOGO : « . » : c’est un dossier, il faut un fichier : corrigez le chemin"),
    ({"FEATURES": "nulle"}, 2, "COOP_FEATURES : aucune fonction ne s’appelle « nulle »"),
]


async def test_serve_names_each_wrong_setting_in_one_line(
    newest: FreshServer, elsewhere: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def must_not_serve(*_: object) -> None:
        raise AssertionError("it serves")

    monkeypatch.setattr("bot.app.serve", must_not_serve)
    (elsewhere / "mots.tsv").write_text("deux\tmots\n")
    (elsewhere / "latin.tsv").write_bytes(b"cl\xe9\n")
    await newest.setup(rights=True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        async with serve_answer(web.Response(status=404)) as somewhere:
            places = {"taken": str(taken.getsockname()[1]), "elsewhere": somewhere}
            for settings, code, sentence in WRONG:
                wrong = {f"COOP_{name}": value.format(**places) for name, value in settings.items()}
                said = await refuse(newest.file, wrong, code, capsys)
                assert sentence.format(**places) in said
    assert not (elsewhere / "coop.db").exists(), "nothing is made before all is known to be right"


async def test_a_team_of_hubs_that_is_none_is_said_and_keeps_nobody_else_waiting(
    newest: FreshServer, elsewhere: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await newest.setup()
    served = serve_nothing(monkeypatch)
    capsys.readouterr()
    words = ["--env-file", write_settings(newest.file, {"COOP_HUBS_TEAM": "nulle-part"}), "serve"]
    assert await asyncio.to_thread(run_command, *words) == 0
    assert served
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "COOP_HUBS_TEAM : il n’y a pas d’équipe « nulle-part », ou le bot n’y est pas. Donnez" in said


async def test_a_setting_that_nobody_reads_is_said_by_serve_and_doctor(
    newest: FreshServer, elsewhere: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip of the pen in its name would otherwise leave the setting as it was, and say nothing."""
    await newest.setup()
    served = serve_nothing(monkeypatch)
    monkeypatch.setenv("COOP_ADMIN_TOKEN", "")
    monkeypatch.setenv("coop_zorglub", "1")
    for end in ("SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_HTTP", "PORT", "PORT_8066_TCP", "PORT_8066_TCP_ADDR"):
        monkeypatch.setenv(f"COOP_BOT_{end}", "tcp://10.0.0.1:8066")  # as Kubernetes tells of a service near by
    capsys.readouterr()
    words = ["--env-file", write_settings(newest.file, {"COOP_WELCOM": "non", "MOTD": "bonjour"})]
    assert await asyncio.to_thread(run_command, *words, "serve") == 0
    assert served
    slips = [
        "COOP_WELCOM n’est pas un réglage de cette version : personne ne le lit. Est-ce COOP_WELCOME ?",
        "coop_zorglub n’est pas un réglage de cette version : personne ne le lit.",
    ]
    assert capsys.readouterr().err.splitlines() == [f"coop-bot : {slip}" for slip in slips]
    await asyncio.to_thread(run_command, *words, "doctor")
    assert {f"! {slip}" for slip in slips} <= set(capsys.readouterr().out.splitlines())


def serve_nothing(patch: pytest.MonkeyPatch) -> list[object]:
    """What the bot was to be served with, from now on."""
    served: list[object] = []

    async def serve(*given: object) -> None:
        served.append(given)

    patch.setattr("bot.app.serve", serve)
    return served


async def refuse(file: Path, wrong: Mapping[str, str], code: int, capsys: pytest.CaptureFixture[str]) -> str:
    """What « serve » said, in one line, with that exit code."""
    capsys.readouterr()
    words = ["--env-file", write_settings(file, wrong), "serve"]
    assert await asyncio.to_thread(run_command, *words) == code, wrong
    printed = capsys.readouterr()
    assert printed.out == ""
    assert len(printed.err.splitlines()) == 1, printed.err
    assert printed.err.startswith("coop-bot : ")
    assert "motdepasse" not in printed.err
    return printed.err


def write_settings(right: Path, wrong: Mapping[str, str]) -> str:
    """The name of a file of settings that differs from another in these."""
    lines = [line for line in right.read_text("utf-8").splitlines() if line.partition("=")[0] not in wrong]
    written = right.with_name("wrong")
    written.write_text("\n".join([*lines, *(f"{name}='{value}'" for name, value in wrong.items())]))
    return str(written)


async def test_a_certificate_that_nobody_vouches_for_is_named_by_serve_and_setup(
    newest: FreshServer,
    elsewhere: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """It is no « does not answer »: the address is right, and the server there."""
    await newest.setup()
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=autre.example", "-days", "2"]
    subprocess.run([*made, "-keyout", tmp_path / "k", "-out", tmp_path / "c"], check=True, capture_output=True)  # noqa: ASYNC221
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "c", tmp_path / "k")
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0, ssl=context) as proud:
        url = f"https://127.0.0.1:{proud.sockets[0].getsockname()[1]}"
        served = serve_nothing(monkeypatch)
        settings = write_settings(newest.file, {"COOP_MATTERMOST_URL": url})
        assert await asyncio.to_thread(run_command, "--env-file", settings, "serve") == 0
        said = capsys.readouterr().err
        assert f"COOP_MATTERMOST_URL : Le certificat TLS de {url} n’est pas accepté" in said
        assert served, "it may be renewed later than the bot is started"
        asked = (
            "setup",
            "--url",
            url,
            "--admin-token",
            "x" * 26,
            "--team",
            "cnum",
            "--public-url",
            "http://127.0.0.1:1",
        )
        assert await asyncio.to_thread(run_command, *asked, "--write", str(tmp_path / "env")) == 1
        assert f"--url : Le certificat TLS de {url} n’est pas accepté" in capsys.readouterr().err


async def test_a_server_away_is_waited_for_and_said_and_a_trace_is_for_who_asks(
    newest: FreshServer, elsewhere: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await newest.setup()
    served = serve_nothing(monkeypatch)
    away = newest.file.read_text("utf-8").replace(newest.admin.url, "http://127.0.0.1:1")
    newest.file.write_text(away)
    assert await asyncio.to_thread(run_command, "--env-file", str(newest.file), "serve") == 0
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "ne répond pas à l’adresse http://127.0.0.1:1 : vérifiez COOP_MATTERMOST_URL" in said
    assert served, "Mattermost may come back later than the bot"
    newest.file.write_text(away.replace("COOP_TEAM=cnum", "COOP_TEAM=cnum\nCOOP_KIT=rien.tsv"))
    assert await asyncio.to_thread(run_command, "--verbose", "--env-file", str(newest.file), "serve") == 2
    assert "Traceback" in capsys.readouterr().err
