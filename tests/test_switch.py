"""Features switched off: gone from « /aide », from setup and from the server; who still pulls at them is told so."""

import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, redirect_stdout
from pathlib import Path

import pytest

from bot.registry import choose_features, index_all_triggers, index_triggers, is_enabled
from cli import envfile
from cli.errors import OperatorError
from cli.jobs import show
from cli.setup.command import SetupOptions, setup
from commands import FEATURES
from config.settings import read_names
from tests.people import Person, unique
from tests.people.api import Refused
from tests.support.cra import file_workshop, fill_workshop
from tests.support.house import House
from tests.support.workplace import FreshServer, elsewhere, newest, run_command, run_doctor
from tests.test_recovery import NEWS, left

__all__ = ["elsewhere", "newest"]


MACHINE = {"aide", "bienvenue", "brouillon", "menage", "menus", "rappels", "sauvegarde", "travaux"}
OFF = "n’est pas en service ici"


def on(*names: str) -> set[str]:
    """Which of all features these names leave on, besides the machine’s."""
    return set(in_order(*names))


def in_order(*names: str) -> list[str]:
    """The same in the order of the list."""
    return [feature.name for feature in choose_features(FEATURES, names) if feature.name not in MACHINE]


def commands_with(*names: str) -> set[str]:
    """What can be typed after the slash with these features on."""
    triggers = [trigger for feature in choose_features(FEATURES, names) for trigger in feature.triggers]
    return {trigger.key[1].split()[0] for trigger in triggers if trigger.key[0] == "command"}


def test_names_turn_on_exactly_these_or_all_but_these() -> None:
    everything = {feature.name for feature in FEATURES} - MACHINE
    assert on() == everything
    assert on("cra", "stats") == {"cra", "stats"}
    assert on("cra") == {"cra"}
    assert on("-stats") == everything - {"stats"}
    assert on("-stats", "-cra") == everything - {"stats", "cra"}
    assert on("aide") == set()


def test_what_belongs_to_the_machine_stays() -> None:
    for names in ((), ("cra",), ("-cra",), ("aide",)):
        assert {feature.name for feature in FEATURES if is_enabled(feature, names)} >= MACHINE


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", ()),
        (" , ", ()),
        ("cra,stats", ("cra", "stats")),
        (" CRA , Stats ", ("cra", "stats")),
        ("-stats", ("-stats",)),
    ],
)
def test_how_the_setting_is_read(text: str, names: tuple[str, ...]) -> None:
    assert read_names(text) == names


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("hotlin", "aucune fonction ne s’appelle « hotlin »"),
        ("-hotlin", "aucune fonction ne s’appelle « hotlin »"),
        ("-aide", "« aide » fait partie du bot"),
        ("-menage", "« menage » fait partie du bot"),
        ("cra,-stats", "mais pas les deux"),
    ],
)
@pytest.mark.parametrize("command", [["serve"], ["jobs", "--json"]])
def test_names_of_nothing_are_refused_in_words(
    text: str,
    words: str,
    command: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    for name, value in (("BOT_TOKEN", "t" * 26), ("COMMAND_TOKEN", "c" * 26), ("SECRET", "s" * 40), ("FEATURES", text)):
        monkeypatch.setenv(f"COOP_{name}", value)
    monkeypatch.setenv("COOP_DATABASE_URL", f"sqlite:///{tmp_path}/coop.db")
    assert run_command(*command) == 2
    said = capsys.readouterr().err
    assert "COOP_FEATURES" in said
    assert words in said


def test_all_triggers_are_there_and_those_that_are_off_say_so() -> None:
    """What nobody pulls is not: jobs and events."""
    known, all_of_them = index_all_triggers(FEATURES, ("-stats",)), index_triggers(FEATURES)
    gone = {key for key in all_of_them if key not in known}
    assert gone == {key for key in all_of_them if key[0] in ("job", "event") and key[1].startswith("stats.")}
    assert {k for k, t in known.items() if t.is_off} == {k for k, t in known.items() if t.feature == "stats"}


@asynccontextmanager
async def switched(house: House, names: str, *lines: str) -> AsyncIterator[None]:
    """The bot, started again with that setting and these lines in its spool, and afterwards as it was."""
    usual = house.settings
    await house.stop()
    if lines:
        (usual.data_dir / "spool" / "0.jsonl").write_text("".join(lines))
    house.settings = usual.model_copy(update={"features": read_names(names)})
    await house.start()
    try:
        yield
    finally:
        await house.stop()
        house.settings = usual
        await house.start()


async def set_up(house: House, names: str) -> list[str]:
    """What `coop-bot setup` says with that setting in its file."""
    file = house.settings.data_dir / "env"
    envfile.write(file, envfile.change(file.read_text("utf-8"), {"COOP_FEATURES": names}))
    bot = await house.site.admin.get(f"/users/{house.site.bot_id}")
    asked = SetupOptions(
        url=house.site.url,
        admin_token=house.site.admin.token,
        team=house.site.team,
        public_url=house.settings.public_url,
        write=file,
        bot_name=bot["username"],
    )
    said: list[str] = []
    assert await setup(asked, said.append) == 0, said
    return said


async def jobs_of(house: House) -> set[str]:
    """The jobs of the bot as it is set now."""
    said = io.StringIO()
    with redirect_stdout(said):
        assert await show(house.settings, house.clock(), as_json=True) == 0
    return {job["name"] for job in json.loads(said.getvalue())}


async def commands_of(house: House) -> set[str]:
    """The bot’s commands on the server."""
    listed = await house.site.admin.get(f"/commands?team_id={house.site.team_id}&custom_only=true")
    return {c["trigger"] for c in listed if c["url"].startswith(house.settings.public_url)}


@pytest.mark.every_mode
async def test_what_is_off_says_so_wherever_it_is_pulled_at(house: House, juliette: Person) -> None:
    await file_workshop(juliette)
    answer = await juliette.asks("/stats")
    window = (await juliette.opens("/stats exporter")).fill(periode="octobre")
    await house.bot.makers.stop()
    await juliette.runs("/stats exporter csv", await juliette.direct_channel())
    waiting = await juliette.told("Préparation")
    juliette.acts()
    async with switched(house, "-stats"):
        assert OFF in (await juliette.rewritten(waiting)).text, "a file that was ordered"
        told = (await juliette.asks("/aide")).text
        assert "/stats" not in told
        assert "/aide cra" in told
        for line in ("/stats", "/stats rapport oui", "/stats nimporte"):
            assert OFF in (await juliette.asks(line)).text
        await juliette.clicks(answer, answer.buttons[0])
        assert OFF in (await juliette.whispered()).text
        assert OFF in (await window.submit()).error
        assert "stats.monthly" not in await jobs_of(house)
        assert "Atelier" in (await juliette.asks("/cra liste")).text
    assert OFF not in (await juliette.asks("/stats")).text
    assert "stats.monthly" in await jobs_of(house)


@pytest.mark.every_mode
async def test_what_was_typed_is_kept_for_when_it_comes_back(house: House, juliette: Person) -> None:
    window = await fill_workshop(juliette)
    async with switched(house, "stats"):
        refused = await window.submit()
        assert OFF in refused.error
        assert "gardée 7 jours" in refused.error
        juliette.acts()
        await window.cancel()
        resume = await juliette.whispered()
        await juliette.clicks(resume, "Reprendre")
        assert OFF in (await juliette.whispered(OFF)).text
        assert await house.reports(juliette) == []
    form = await juliette.opens_by(resume, "Reprendre")
    assert form.shown("participants") == "8"
    assert (await form.submit()).accepted
    assert len(await house.reports(juliette)) == 1


async def test_what_a_crash_left_is_kept_though_its_feature_is_off(house: House, juliette: Person) -> None:
    """It is in the spool when the bot comes back without the feature."""
    juliette.acts()
    async with switched(house, "-cra", left(unique("k"), juliette)):
        assert (await juliette.told(NEWS)).buttons == ["Reprendre"]
    assert (await juliette.opens("/cra brouillon")).shown("participants") == "8"


@pytest.mark.every_mode
async def test_setup_takes_its_commands_from_the_server(house: House, juliette: Person) -> None:
    usual = await commands_of(house)
    assert {"aide", "cra", "stats"} <= usual
    assert "Ancienne commande /stats : retirée" in await set_up(house, "-stats")
    async with switched(house, "-stats"):
        assert await commands_of(house) == usual - {"stats"}
        with pytest.raises(Refused, match="404"):
            await juliette.runs("/stats")
        code, said = await run_doctor(house.settings, house.site.admin.token)
        assert (code, "désactivées : stats." in said) == (0, True), said
    assert await set_up(house, ",".join(in_order("-stats"))) == ["Rien à changer."]
    assert await set_up(house, "") == ["Commande /stats : créée"]
    assert await commands_of(house) == usual


@pytest.mark.newest_only
async def test_a_command_of_what_is_off_that_is_still_there_is_noticed(house: House) -> None:
    async with switched(house, "-stats"):
        code, said = await run_doctor(house.settings, house.site.admin.token)
        assert code == 1
        assert "/stats (à retirer)" in said
        assert f"Fonctions en service : {', '.join(in_order('-stats'))} ; désactivées : stats." in said
    code, said = await run_doctor(house.settings.model_copy(update={"features": ("hotlin",)}))
    assert code == 1
    assert "aucune fonction ne s’appelle « hotlin »" in said


async def test_setup_goes_by_the_environment_as_serve_does(
    newest: FreshServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COOP_FEATURES", "stats")
    assert await newest.setup() == 0
    assert set(await newest.commands()) == {"accueil", "aide", "bienvenue", "brouillon", "rappels", "stats"}
    assert any("COOP_FEATURES vient de l’environnement" in line for line in newest.said)
    monkeypatch.setenv("COOP_FEATURES", "hotlin")
    with pytest.raises(OperatorError, match="« hotlin »"):
        await newest.setup()
    monkeypatch.delenv("COOP_FEATURES")
    newest.file.write_text(newest.file.read_text("utf-8") + "COOP_FEATURES=-stats\n")
    assert await newest.setup() == 0
    assert set(await newest.commands()) == commands_with("-stats")
    assert "COOP_FEATURES=-stats" in newest.file.read_text("utf-8")
    assert await newest.setup() == 0
    assert newest.said == ["Rien à changer."]
