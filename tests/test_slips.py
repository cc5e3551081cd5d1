"""Stories: a command typed with a slip is asked back, whatever follows it; help comes after every command."""

import pytest

from bot.command_lines import HELP, CommandIndex
from commands import FEATURES
from storage.people import Role
from tests.people import Person
from tests.support.house import House, plain

TRIGGERS = [trigger for feature in FEATURES for trigger in feature.commands]
COMMANDS = CommandIndex.of(TRIGGERS)
NAMES = [trigger.key[1] for trigger in TRIGGERS]
SEEKING = {trigger.key[1] for trigger in TRIGGERS if trigger.seeks}
LONG = 5
"""Letters of a word of which one may be forgotten."""


@pytest.mark.parametrize("name", NAMES)
def test_help_comes_after_every_command(name: str) -> None:
    called, about = COMMANDS.find(f"/{name} {HELP}")
    assert name in SEEKING | {HELP} or (called, about) in {(HELP, name), (f"{name} {HELP}", "")}
    assert not COMMANDS.mend(f"/{name} {HELP}")


@pytest.mark.parametrize("name", [name for name in NAMES if len(name.split()[-1]) >= LONG and name.count(" ")])
def test_a_letter_that_is_forgotten_in_any_subcommand_is_mended(name: str) -> None:
    lead, _, last = name.rpartition(" ")
    for at in range(1, len(last)):
        line = f"{lead} {last[:at]}{last[at + 1 :]}"
        assert COMMANDS.find(line)[0] in NAMES
        meant = COMMANDS.mend(line)
        assert COMMANDS.find(meant or line)[0].startswith(lead)
        assert meant or COMMANDS.find(line) == (line, ""), line


@pytest.mark.parametrize("day", ["demain", "mardi", "aujourd’hui", "hier"])
def test_no_day_is_a_slip(day: str) -> None:
    assert not COMMANDS.mend(f"rdv {day}")


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("/rdv déplacer 12 mercredi 15h", "rdv décaler 12 mercredi 15h"),
        ("/cra effacer 7", "cra supprimer 7"),
        ("cra corriger 12", "cra modifier 12"),
        ("/rdv reporter la réunion de mardi", ""),
        ("/stats effacer", ""),
    ],
)
def test_another_verb_is_a_slip_where_the_command_has_one(line: str, meant: str) -> None:
    assert COMMANDS.mend(line) == meant


@pytest.mark.parametrize("name", NAMES)
def test_no_command_is_a_slip_of_another(name: str) -> None:
    assert not COMMANDS.mend(name)
    assert not COMMANDS.mend(f"{name} 12")


@pytest.mark.every_mode
async def test_a_slip_is_asked_back_with_one_button(house: House, juliette: Person) -> None:
    agathe = await house.someone(Role.ANIMATEUR, "agathe")
    for who, line, meant in (
        (juliette, "/cra modifer 12", "/cra modifier 12"),
        (juliette, "/stats exprter pdf", "/stats exporter pdf"),
        (juliette, "/hotline demande", "/hotline demandes"),
        (juliette, "/ressources favori", "/ressources favoris"),
        (agathe, "/canaux verifer", "/canaux verifier"),
        (agathe, "/sondage listes", "/sondage liste"),
        (agathe, "/annonce lsite", "/annonce liste"),
        (juliette, "/hotline lsite", "/hotline liste"),
        (juliette, "/actus archive", "/actus archives"),
        (juliette, "/kit corrigr", "/kit corriger"),
    ):
        asked = await who.asks(line)
        assert f"Vouliez-vous dire `{meant}`" in plain(asked), line
        assert asked.buttons == [meant]
    asked = await juliette.asks("/stats natoinal")
    await juliette.clicks(asked, "/stats national")
    assert "France" in plain(await juliette.whispered("France"))


async def test_what_is_told_is_no_slip(juliette: Person) -> None:
    assert not COMMANDS.mend("hotline lister les ateliers ne marche plus")
    told = await juliette.asks("/ressources partage de photos")
    assert "Vouliez-vous dire" not in plain(told)
