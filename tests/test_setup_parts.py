"""The parts of « coop-bot setup »: the settings file, addresses, refusals."""

import os
from pathlib import Path

import pytest

from bot.errors import ChatError
from bot.mattermost import AioClient
from cli import envfile
from cli.admin import Admin, SlashCommand
from cli.setup.account import refusal
from cli.setup.changes import Changes
from cli.setup.server import must_be_allowed
from cli.setup.slash import slash_commands
from tests.support.workplace import FreshServer, newest

__all__ = ["newest"]


@pytest.mark.parametrize("value", ["simple", "a b", "it's", 'say "x"', "back\\slash", "#hash", "$HOME", "é"])
def test_values_survive_the_file(value: str) -> None:
    assert envfile.values(envfile.change("A=1\n", {"B": value})) == {"A": "1", "B": value}


def test_a_name_written_twice_is_one_variable() -> None:
    assert envfile.change("A=1\nA=2\n", {"A": "3"}) == "A=3\n"


@pytest.mark.parametrize(
    ("host", "allowed", "must"),
    [
        ("127.0.0.1", "", True),
        ("127.0.0.1", "127.0.0.1", False),
        ("10.1.2.3", "10.0.0.0/8, other", False),
        ("10.1.2.3", "192.168.0.0/16", True),
        ("localhost", "localhost", False),
        ("localhost", "", True),
        ("8.8.8.8", "", False),
        ("::1", "", True),
        ("voisin-inconnu", "", True),
    ],
)
async def test_private_addresses_must_be_allowed(host: str, allowed: str, must: bool) -> None:
    assert await must_be_allowed(host, allowed) is must


async def test_a_name_that_looks_public_but_is_unknown_is_let_pass() -> None:
    assert not await must_be_allowed("nulle-part.invalid", "")


async def test_a_name_of_mattermost_s_own_is_said(newest: FreshServer) -> None:
    changes = Changes(newest.said.append, dry=False)
    client = AioClient(newest.admin.url, newest.admin.token)
    away = SlashCommand(team_id=newest.team_id, trigger="away", method="P", url="http://127.0.0.1:1/commands")
    await slash_commands(Admin(client), changes, [away], replace=False)
    await client.close()
    assert "/away est déjà pris" in changes.faults[0]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ChatError(403, "api.bot.create_disabled"), "EnableBotAccountCreation"),
        (ChatError(403, "api.context.permissions.app_error"), "pas le droit de créer un bot"),
        (ChatError(400, "model.user.is_valid.username.app_error"), "--bot-name"),
    ],
)
def test_why_a_bot_was_not_made(error: ChatError, words: str) -> None:
    assert words in refusal(error, "coop")


def test_other_refusals_are_not_explained_away() -> None:
    with pytest.raises(ChatError, match="502"):
        refusal(ChatError(502), "coop")


def test_a_file_half_written_never_takes_the_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "no space")

    file = tmp_path / "env"
    file.write_text("A=1\n")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        envfile.write(file, "A=2\n")
    assert [entry.name for entry in tmp_path.iterdir()] == ["env"]
    assert file.read_text() == "A=1\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
def test_a_file_keeps_its_owner(tmp_path: Path) -> None:
    """Root types « setup » again for a bot that runs as someone else, and must still be able to read its settings."""
    file = tmp_path / "env"
    envfile.write(file, "A=1\n")
    os.chown(file, 10001, 10002)
    envfile.write(file, "A=2\n")
    assert (file.stat().st_uid, file.stat().st_gid) == (10001, 10002)
    assert envfile.is_private(file)
