"""« coop-bot setup » on every generation of servers: it makes, repairs, says what it did, then finds nothing to do."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, FormData
from pydantic import SecretStr

from bot.app import App
from bot.mattermost import AioClient
from bot.renderers import read_portrait
from cli.admin import Admin
from cli.checks import check_server
from cli.demo.stage import free_port
from cli.errors import OperatorError
from commands import FEATURES
from config.settings import read
from storage import people, schema
from tests.modes import MODES
from tests.people import PASSWORD, Api
from tests.support.workplace import FreshServer, newest, start_fresh

__all__ = ["newest"]


SECRET = "garde-moi-" * 4
NOTHING = ["Rien à changer."]
FEW = [feature for feature in FEATURES if feature.name in {"aide", "cra", "travaux"}]
COMMANDS = {t.key[1] for f in FEATURES for t in f.triggers if t.key[0] == "command" and " " not in t.key[1]}


@pytest.fixture(params=MODES)
async def server(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[FreshServer]:
    async for found in start_fresh(request.param, tmp_path):
        yield found


async def test_a_fresh_server_is_made_ready_once(server: FreshServer) -> None:
    assert await server.setup() == 0
    assert "Compte de bot @coop : créé" in server.said
    bot = await server.bot()
    me = await bot.me()
    await bot.client.close()
    assert (me.username, me.is_bot, me.roles) == ("coop", True, frozenset({"system_user"}))
    member = await server.admin.get(f"/teams/{server.team_id}/members/{me.id}")
    assert "team_admin" not in member["roles"]
    commands = await server.commands()
    assert set(commands) == COMMANDS
    for command in commands.values():
        assert command["token"] == server.env["COOP_COMMAND_TOKEN"]
        assert (command["url"], command["method"]) == ("http://127.0.0.1:8066/commands", "P")
        assert command["auto_complete"]
        assert command["auto_complete_desc"]
    assert await server.setup() == 0
    assert server.said == NOTHING


async def test_nobody_is_named_whom_to_ask_unless_the_operator_says(newest: FreshServer) -> None:
    await newest.setup()
    assert "COOP_CONTACT" not in newest.env, "the administrator who set it up is not everybody’s help"
    newest.file.unlink()
    await newest.setup(contact="@animation")
    assert newest.env["COOP_CONTACT"] == "@animation"


async def test_the_account_has_the_face_of_its_answers(server: FreshServer) -> None:
    """Without it its messages would have a picture drawn by the server, and answers of commands the bot’s own."""
    await server.setup()
    assert "Portrait du compte @coop : donné" in server.said
    bot = await server.admin.get("/users/username/coop")
    assert bot["last_picture_update"] > 0


async def test_a_picture_that_somebody_chose_stays(newest: FreshServer) -> None:
    made = await newest.admin.post("/bots", {"username": "coop", "display_name": "Coop"})
    chosen = AioClient(newest.admin.url, newest.admin.token)
    await chosen.send_picture(made["user_id"], read_portrait())
    await chosen.close()
    assert await newest.setup() == 0
    assert not [line for line in newest.said if "Portrait" in line]


@pytest.mark.parametrize(
    ("sent", "status"), [({"image": b"PNG"}, 400), ({"file": b"PNG"}, 400)], ids=["no image", "another field"]
)
async def test_an_embedded_server_takes_pictures_only(newest: FreshServer, sent: dict[str, bytes], status: int) -> None:
    me = await newest.admin.get("/users/me")
    form = FormData()
    for name, content in sent.items():
        form.add_field(name, content, filename="a.png")
    headers = {"Authorization": f"Bearer {newest.admin.token}"}
    address = f"{newest.admin.url}/api/v4/users/{me['id']}/image"
    async with ClientSession(headers=headers) as session, session.post(address, data=form) as reply:
        assert reply.status == status


async def test_a_dry_run_changes_nothing(server: FreshServer) -> None:
    assert await server.setup(dry_run=True) == 0
    assert "Compte de bot @coop : à créer" in server.said
    assert not server.file.exists()
    assert await server.commands() == {}
    planned = len(server.said)
    await server.setup()
    assert len(server.said) == planned


async def test_what_was_broken_is_repaired(server: FreshServer) -> None:
    await server.setup()
    env = server.env
    bot = await server.admin.get("/users/username/coop")
    await server.admin.post(f"/bots/{bot['id']}/disable")
    await server.admin.delete(f"/teams/{server.team_id}/members/{bot['id']}")
    commands = await server.commands()
    await server.admin.delete(f"/commands/{commands['aide']['id']}")
    changed = commands["cra"] | {"url": "http://127.0.0.1:1/commands", "method": "G", "auto_complete_desc": "x"}
    await server.admin.put(f"/commands/{changed['id']}", changed)
    assert await server.setup() == 0
    assert "Compte de bot @coop : réactivé" in server.said
    assert "Bot @coop dans l’équipe CnFS : ajouté" in server.said
    assert "Commande /aide : créée" in server.said
    assert "Commande /cra (method, url, auto_complete_desc) : corrigée" in server.said
    assert server.env == env
    assert await server.setup() == 0
    assert server.said == NOTHING


async def test_a_lost_file_gives_new_tokens_and_the_old_ones_die(server: FreshServer) -> None:
    await server.setup()
    old = server.env["COOP_BOT_TOKEN"]
    server.file.unlink()
    assert await server.setup() == 0
    assert "Ancien jeton du bot : révoqué" in server.said
    assert any("Cette équipe avait déjà un bot, dont ce fichier n’a pas le jeton." in line for line in server.said)
    assert "Commande /cra (autre jeton) : refaite" in server.said
    assert server.env["COOP_BOT_TOKEN"] != old
    assert {c["token"] for c in (await server.commands()).values()} == {server.env["COOP_COMMAND_TOKEN"]}
    refused = AioClient(server.admin.url, old)
    with pytest.raises(Exception, match="401"):
        await Admin(refused).me()
    await refused.close()
    assert await server.setup() == 0
    assert server.said == NOTHING


async def test_another_address_moves_the_commands(newest: FreshServer) -> None:
    await newest.setup()
    assert await newest.setup(public_url="http://127.0.0.1:9000/") == 0
    assert newest.env["COOP_PORT"] == "9000"
    assert {c["url"] for c in (await newest.commands()).values()} == {"http://127.0.0.1:9000/commands"}


async def test_the_operators_own_port_and_host_stay(newest: FreshServer) -> None:
    newest.file.write_text("COOP_PORT=8099\nCOOP_HOST=10.0.0.1\n")
    await newest.setup(public_url="https://coop.example.org")
    assert (newest.env["COOP_PORT"], newest.env["COOP_HOST"]) == ("8099", "10.0.0.1")


async def test_a_bot_called_from_elsewhere_listens_to_all(newest: FreshServer) -> None:
    await newest.setup(public_url="http://192.0.2.7:8070", fix_server=True)
    assert (newest.env["COOP_PORT"], newest.env["COOP_HOST"]) == ("8070", "0.0.0.0")
    settings = await newest.admin.get("/config")
    assert "192.0.2.7" in settings["ServiceSettings"]["AllowedUntrustedInternalConnections"].split()


async def test_commands_an_administrator_made_by_hand_are_taken_over(newest: FreshServer) -> None:
    made = {"team_id": newest.team_id, "trigger": "cra", "method": "P", "url": "http://127.0.0.1:1/x"}
    await newest.admin.post("/commands", made)
    assert await newest.setup() == 0
    assert (await newest.commands())["cra"]["url"] == "http://127.0.0.1:8066/commands"


async def test_commands_of_another_service_are_left_unless_told(newest: FreshServer) -> None:
    other = await newest.admin.post("/users", {"username": "other", "email": "other@exemple.fr", "password": PASSWORD})
    await newest.admin.post(f"/users/{other['id']}/email/verify/member", {})
    await newest.admin.put(f"/users/{other['id']}/roles", {"roles": "system_user system_admin"})
    api = Api(newest.admin.session, newest.admin.url)
    await api.log_in("other", PASSWORD)
    made = {"team_id": newest.team_id, "trigger": "cra", "method": "P", "url": "http://127.0.0.1:1/todo"}
    await api.post("/commands", made)
    assert await newest.setup() == 1
    assert any("/cra" in line and "--replace" in line for line in newest.said)
    assert (await newest.commands())["cra"]["url"].endswith("/todo")
    assert await newest.setup(replace=True) == 0
    assert (await newest.commands())["cra"]["url"].endswith("/commands")


async def test_commands_the_bot_has_no_more_are_removed(newest: FreshServer) -> None:
    await newest.setup()
    old = (await newest.commands())["cra"] | {"trigger": "ancienne", "id": "", "token": ""}
    await newest.admin.post("/commands", old)
    assert await newest.setup() == 0
    assert newest.said == ["Ancienne commande /ancienne : retirée"]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"EnableCommands": False}, "EnableCommands"),
        ({"AllowedUntrustedInternalConnections": ""}, "AllowedUntrustedInternalConnections"),
        ({"SiteURL": ""}, "SiteURL"),
    ],
)
async def test_the_server_s_own_settings_change_only_when_told(
    newest: FreshServer, settings: dict[str, Any], sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await newest.configure(**settings)
    if "SiteURL" in settings:
        monkeypatch.setattr("cli.admin.Admin.site_url", _configured_site_url)
    assert await newest.setup() == 1
    assert any(line.startswith("À régler") and sentence in line for line in newest.said)
    assert await newest.setup(fix_server=True) == 0
    assert any(sentence in line and "mis à" in line for line in newest.said)
    assert await newest.setup() == 0


async def _configured_site_url(self: Admin) -> str:
    """The embedded server always tells clients its address; a real one tells what is configured."""
    return str((await self.settings()).get("ServiceSettings", "SiteURL"))


async def test_bots_must_be_allowed_to_make_one(newest: FreshServer) -> None:
    await newest.configure(EnableBotAccountCreation=False)
    with pytest.raises(OperatorError, match="EnableBotAccountCreation"):
        await newest.setup()
    assert await newest.setup(fix_server=True) == 0


async def test_a_full_team_is_said(newest: FreshServer) -> None:
    await newest.admin.put("/config/patch", {"TeamSettings": {"MaxUsersPerTeam": 1}})
    with pytest.raises(OperatorError, match="MaxUsersPerTeam"):
        await newest.setup()


async def test_wrong_words_are_explained(newest: FreshServer) -> None:
    person = {"username": "coop", "email": "coop@exemple.fr", "password": PASSWORD}
    with pytest.raises(OperatorError, match="« nope » n’existe pas"):
        await newest.setup(team="nope")
    with pytest.raises(OperatorError, match="refuse --admin-token"):
        await newest.setup(admin_token="x" * 26)
    with pytest.raises(OperatorError, match="--public-url"):
        await newest.setup(public_url="coop.example.org")
    with pytest.raises(OperatorError, match="--bot-name"):
        await newest.setup(bot_name="Pas un nom !")
    made = await newest.admin.post("/users", person)
    await newest.admin.post(f"/users/{made['id']}/email/verify/member", {})
    with pytest.raises(OperatorError, match="d’une personne"):
        await newest.setup()
    api = Api(newest.admin.session, newest.admin.url)
    await api.log_in("coop", PASSWORD)
    with pytest.raises(OperatorError, match="@coop, qui n’est pas administrateur"):
        await newest.setup(admin_token=api.token)


async def test_the_file_keeps_what_is_not_ours_and_is_private(newest: FreshServer) -> None:
    newest.file.write_text(f"# à nous\nOTHER='a b'\nexport COOP_TEAM=old\nCOOP_SECRET={SECRET}\n")
    newest.file.chmod(0o644)
    await newest.setup()
    text = newest.file.read_text("utf-8")
    assert text.startswith(f"# à nous\nOTHER='a b'\nCOOP_TEAM=cnum\nCOOP_SECRET={SECRET}\n")
    assert newest.file.stat().st_mode & 0o777 == 0o600
    newest.file.chmod(0o640)
    await newest.setup()
    assert newest.said == [f"{newest.file} (lisible par d’autres) : protégé"]
    assert newest.file.stat().st_mode & 0o777 == 0o600


async def test_what_addresses_are_worth_is_said_and_never_changed(newest: FreshServer) -> None:
    await newest.admin.put("/config/patch", {"EmailSettings": {"RequireEmailVerification": False}})
    for fix in (False, True):
        assert await newest.setup(fix_server=fix) == 0
        (said,) = [line for line in newest.said if line.startswith("À savoir")]
        for words in (
            "RequireEmailVerification",
            "coop-bot role",
            "COOP_TRUST_ADDRESSES=oui",
            "@conseiller-numerique.fr",
        ):
            assert words in said
    assert (await newest.admin.get("/config"))["EmailSettings"] == {"RequireEmailVerification": False}
    newest.file.write_text(newest.file.read_text("utf-8") + "COOP_TRUST_ADDRESSES=non\n")
    assert await newest.setup() == 0
    assert newest.said == NOTHING


@pytest.mark.parametrize("secret", ["court", f"court {SECRET}", f"{SECRET} court"])
async def test_a_key_that_can_be_guessed_is_refused_before_anything_is_done(newest: FreshServer, secret: str) -> None:
    newest.file.write_text(f"COOP_SECRET='{secret}'\n")
    with pytest.raises(OperatorError, match=r"COOP_SECRET .*32 caractères"):
        await newest.setup()
    assert await newest.commands() == {}


async def test_a_place_that_cannot_be_written_is_said_before_anything_is_done(newest: FreshServer) -> None:
    (newest.file.parent / "fichier").touch()
    with pytest.raises(OperatorError, match="fichier"):
        await newest.setup(write=newest.file.parent / "fichier" / "env")
    assert await newest.commands() == {}


async def test_a_second_team_leaves_the_first_its_token(newest: FreshServer) -> None:
    """One account may serve two teams: what the second one’s set-up makes is its own."""
    await newest.setup()
    first = newest.env["COOP_BOT_TOKEN"]
    await newest.admin.post("/teams", {"name": "essai", "display_name": "Essai", "type": "O"})
    assert await newest.setup(team="essai", write=newest.file.with_name("second")) == 0
    assert not any("révoqué" in line for line in newest.said if line.startswith("Ancien"))
    assert any("Ce compte a 1 autre jeton" in line for line in newest.said)
    works = AioClient(newest.admin.url, first)
    assert (await Admin(works).me()).username == "coop"
    await works.close()


async def test_two_teams_of_one_server_have_a_bot_each(newest: FreshServer) -> None:
    """A process, a file, a database and an account for each team: what is done in one is not known in the other."""
    team = await newest.admin.post("/teams", {"name": "essai", "display_name": "Essai", "type": "O"})
    square = await newest.admin.get(f"/teams/{team['id']}/channels/name/town-square")
    me = (await newest.admin.get("/users/me"))["id"]
    async with AsyncExitStack() as stack:
        first = await start_bot(newest, "cnum", "coop", stack)
        second = await start_bot(newest, "essai", "coop-essai", stack)
        with pytest.raises(OperatorError, match=r"est le fichier du bot de l’équipe « cnum ».*--replace") as refused:
            await newest.setup(team="essai", write=newest.file.with_name("cnum"))
        assert refused.value.code == 2
        asked = {"channel_id": square["id"], "team_id": team["id"], "command": "/aide"}
        answer = await newest.admin.post("/commands/execute", asked)
        assert (answer["username"], answer["text"][:26]) == ("coop-essai", "#### Ce que vous pouvez fa")
        assert [await knows(app, me) for app in (first, second)] == [False, True]


async def test_the_address_of_another_team_s_bot_is_said(newest: FreshServer) -> None:
    """There each command of this one would be refused."""
    await newest.admin.post("/teams", {"name": "essai", "display_name": "Essai", "type": "O"})
    async with AsyncExitStack() as stack:
        taken = (await start_bot(newest, "cnum", "coop", stack)).settings.public_url
        own = newest.file.with_name("cnum")
        assert await newest.setup(FEW, write=own, public_url=taken) == 0
        assert newest.said == NOTHING
        assert await newest.setup(FEW, team="essai", bot_name="coop-essai", public_url=taken) == 1
        assert newest.said[-1].startswith(f"À régler : --public-url : à {taken} répond un bot qui refuse")


async def knows(app: App, user_id: str) -> bool:
    """Whether somebody is in the register of a bot."""
    async with app.database.transaction(writes=False) as db:
        return await people.get(db, user_id) is not None


async def start_bot(server: FreshServer, team: str, name: str, stack: AsyncExitStack, code: int = 0) -> App:
    """The bot of a team, at work on a database of its own; ``code`` is what its set-up ends with."""
    file = server.file.with_name(team)
    public = f"http://127.0.0.1:{free_port()}"
    assert await server.setup(FEW, team=team, bot_name=name, write=file, public_url=public) == code
    place = file.with_name(f"{team}-data")
    place.mkdir()
    url = f"sqlite:///{place}/coop.db"
    await schema.prepare(url)
    app = App(read(file).model_copy(update={"database_url": url, "data_dir": place}), FEW)
    stack.push_async_callback(app.stop)
    await app.start()
    return app


async def test_serve_says_at_once_which_setting_mattermost_refuses(newest: FreshServer) -> None:
    await newest.setup()
    right = read(newest.file)
    await check_server(right)
    for wrong, sentence in (
        ({"bot_token": SecretStr("a" * 26)}, "COOP_BOT_TOKEN : Le serveur Mattermost refuse le jeton"),
        ({"team": "ailleurs"}, "COOP_TEAM : il n’y a pas d’équipe « ailleurs »"),
    ):
        with pytest.raises(OperatorError, match=sentence) as refused:
            await check_server(right.model_copy(update=wrong))
        assert refused.value.code == 2
        assert "\n" not in str(refused.value)
    await newest.admin.post("/teams", {"name": "essai", "display_name": "Essai", "type": "O"})
    with pytest.raises(OperatorError, match="ou le bot n’y est pas"):
        await check_server(right.model_copy(update={"team": "essai"}))
    await check_server(right.model_copy(update={"mattermost_url": "http://127.0.0.1:1"}))


@pytest.mark.parametrize(
    ("number", "has_multiselect"),
    [("5.31.9", False), ("7.8.15", False), ("10.11.3", False), ("11.9.0", True), ("12.0.0", True)],
)
async def test_a_version_that_was_not_recorded_is_served_as_the_nearest(
    number: str, has_multiselect: bool, tmp_path: Path
) -> None:
    async with asynccontextmanager(start_fresh)(number, tmp_path) as server, AsyncExitStack() as stack:
        server.sandbox.caps = replace(server.sandbox.caps, number=number)
        is_old = number.startswith("5.31")
        assert await server.setup(FEW) == int(is_old)
        assert is_old is any("Mattermost 5.31 est trop ancien" in line for line in server.said)
        assert ("trop ancien" in (await check_server(read(server.file)) or "")) is is_old
        app = await start_bot(server, "cnum", "coop", stack, int(is_old))
        assert app.chat.capabilities.multiselect is has_multiselect
