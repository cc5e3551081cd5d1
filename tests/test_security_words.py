"""Nobody’s words become structure in the bot’s mouth, and neither secrets nor people are in its log."""

import pytest

from bot import logs
from tests.people import Dialog, Person, Post
from tests.support.cra import file_workshop, fill_workshop
from tests.support.house import LOG, House
from tests.support.security import Attacker, mallory

__all__ = ["mallory"]


pytestmark = pytest.mark.newest_only


async def test_secrets_are_nowhere_to_be_read(house: House, mallory: Attacker, juliette: Person) -> None:
    """Not in the log, in no answer, and not in what a settings object shows of itself."""
    await mallory.sends_form(mallory.command(token="faux-jeton"))
    await file_workshop(juliette)
    metrics = await text_of(mallory, "/metrics")
    ready = await text_of(mallory, "/readyz")
    for secret in (house.settings.bot_token, house.settings.command_token, house.settings.secret):
        for text in (LOG.getvalue(), metrics, ready, repr(house.settings), str(house.settings)):
            assert secret.get_secret_value() not in text
    assert "faux-jeton" not in LOG.getvalue()


async def text_of(attacker: Attacker, path: str) -> str:
    async with attacker.session.get(f"{attacker.house.settings.public_url}{path}") as reply:
        return await reply.text()


async def test_the_log_and_the_figures_name_nobody(house: House, mallory: Attacker, juliette: Person) -> None:
    logs.configure("INFO", LOG)  # what was refused a moment ago would not be told again
    before = LOG.tell()
    await file_workshop(juliette, commune="69500 Bron")
    await juliette.asks("/cra secret-que-personne-ne-doit-lire 12p")
    await mallory.sends("/dialogs", mallory.submission(await fill_workshop(juliette)))
    await mallory.sends("/buttons", mallory.click("faux"))
    await mallory.sends_form(mallory.command(token="faux"))
    written = LOG.getvalue()[before:] + await text_of(mallory, "/metrics")

    assert "link_refused" in written, "what is refused is noted"
    for personal in (juliette.id, juliette.username, juliette.email, "Bron", "secret-que", mallory.person.id):
        assert personal not in written


HARM = ("@all", "@here", "@channel", "@admin", "<!", "](", "://", "www.", "**gras", "\n#", "\n|", ":smile:", "#tag")


HOSTILE = (
    "@all @here @channel @%s",
    "<!channel> <@U1> <https://mal.exemple|ici>",
    "[cliquez](https://mal.exemple) ![x](https://mal.exemple/x.png)",
    "**gras** # titre `code` ~~barré~~ :smile: #tag",
    "| a | b |",
    "https://mal.exemple www.mal.exemple",
)


@pytest.mark.parametrize("words", HOSTILE)
async def test_nobodys_words_become_structure_in_the_bots_mouth(house: House, juliette: Person, words: str) -> None:
    hostile = words.replace("%s", "admin")
    for line in (f"/cra {hostile}", f"/cra liste {hostile}", f"/cra modifier {hostile}", f"/aide {hostile}"):
        assert_harmless(await juliette.types(line))
    form = await fill_workshop(juliette, commune=hostile)
    for sentence in (await form.submit()).errors.values():
        assert_harmless(sentence)


def assert_harmless(said: Dialog | Post | str) -> None:
    """No mention, no link, no image, no table and no heading of somebody else’s making."""
    assert not isinstance(said, Dialog)
    text = said if isinstance(said, str) else said.text
    assert [harm for harm in HARM if harm in text] == [], text


async def test_a_structure_name_of_evil_is_harmless(house: House) -> None:
    """What the register or an import brought in is somebody’s words too."""
    carl = await house.conseiller("carl", structure="@all **Évil** [x](https://mal.exemple)")

    assert_harmless(await file_workshop(carl))
