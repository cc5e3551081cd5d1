"""Stories: what commands answer appears under the bot’s name and face, where the server allows it."""

import aiohttp
import pytest

from bot.renderers import read_portrait
from tests.people import Person, Post
from tests.support.conversation import bot_name
from tests.support.house import House
from tests.support.mattermost import override_settings
from tests.support.workplace import FreshServer, elsewhere, newest, run_doctor

__all__ = ["elsewhere", "newest"]


ALLOWED = {"EnablePostUsernameOverride": True, "EnablePostIconOverride": True}
REFUSED = dict.fromkeys(ALLOWED, False)


def face(post: Post) -> tuple[str | None, str | None]:
    """The name and picture that a post asks clients to show."""
    return post.props.get("override_username"), post.props.get("override_icon_url")


@pytest.mark.every_mode
async def test_answers_carry_the_bot_s_name_and_face(house: House, juliette: Person) -> None:
    hers = await bot_name(house), f"{house.settings.public_url}/portrait.png"
    async with override_settings(house.site.admin, ServiceSettings=ALLOWED):
        assert face(await juliette.asks("/aide")) == hers
        assert face(await juliette.asks("/cra liste")) == hers
        late = await juliette.asks("/stats hier")
        await juliette.clicks(late, "Choisir une autre période")
        form = await juliette.dialog()
        await form.fill(habituelle="semaine").submit()
        assert face(await juliette.whispered("Vos statistiques")) == hers, "also by its response_url"


@pytest.mark.every_mode
async def test_a_server_that_does_not_allow_it_shows_the_person_s_own(house: House, juliette: Person) -> None:
    async with override_settings(house.site.admin, ServiceSettings=REFUSED):
        assert face(await juliette.asks("/aide")) == (None, None)


async def test_commands_of_an_earlier_set_up_are_answered_under_its_name_too(house: House, juliette: Person) -> None:
    admin = house.site.admin
    listed = await admin.get(f"/commands?team_id={house.site.team_id}&custom_only=true")
    command = next(c for c in listed if c["trigger"] == "aide")
    async with override_settings(admin, ServiceSettings=ALLOWED):
        await admin.put(f"/commands/{command['id']}", command | {"username": "", "icon_url": ""})
        try:
            assert face(await juliette.asks("/aide"))[0] == await bot_name(house)
        finally:
            await admin.put(f"/commands/{command['id']}", command)


async def test_the_bot_serves_its_picture_to_whoever_reads_along(house: House) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{house.settings.public_url}/portrait.png") as reply:
        assert (reply.status, reply.content_type) == (200, "image/png")
        assert await reply.read() == read_portrait()
    assert read_portrait().startswith(b"\x89PNG")
    assert len(read_portrait()) < 10_000


@pytest.mark.newest_only
async def test_doctor_says_what_keeps_its_name_and_face_away(house: House) -> None:
    async with override_settings(house.site.admin, ServiceSettings=ALLOWED):
        code, said = await run_doctor(house.settings)
        assert (code, "sous le nom et l’image du bot" in said) == (0, True)
    for name in ALLOWED:
        async with override_settings(house.site.admin, ServiceSettings=ALLOWED | {name: False}):
            code, said = await run_doctor(house.settings)
        assert (code, f"mettez ServiceSettings.{name} à true" in said) == (0, True), said


async def test_setup_registers_its_name_and_face(newest: FreshServer) -> None:
    assert await newest.setup(bot_name="coop-essai") == 0
    for command in (await newest.commands()).values():
        assert (command["username"], command["icon_url"]) == ("coop-essai", "http://127.0.0.1:8066/portrait.png")

    newest.file.write_text(newest.file.read_text("utf-8") + "COOP_PICTURE_URL=https://exemple.fr/coop.png\n")
    assert await newest.setup(bot_name="coop-essai") == 0
    assert "Commande /cra (icon_url) : corrigée" in newest.said
    assert {c["icon_url"] for c in (await newest.commands()).values()} == {"https://exemple.fr/coop.png"}
    assert await newest.setup(bot_name="coop-essai") == 0
    assert newest.said == ["Rien à changer."]
