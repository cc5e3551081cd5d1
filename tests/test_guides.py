"""The guides say what people can type: every command of « /aide » is in one of them, and none that does not exist."""

import re
import shlex
from contextlib import suppress

import click
import pytest

from cli.main import coop_bot
from commands import FEATURES
from config.commands import read_commands
from storage.people import EVERYONE, Role
from tests.guides import DOCS, READERS, WORK, draw_table, list_commands, make_guide, make_work_table
from tests.guides import read_guide as guide

GUIDES = (*READERS, "exploitant.md")
LARGEST = 150 * 1024
PAGE = 40
"""How many lines a guide’s first page has at most."""
SPACELESS = re.compile(r"(?<=\S) [;!?](?=\s|$)|« | »")


def typed(text: str) -> set[str]:
    """What a text gives to type."""
    return {" ".join(found.split()) for found in re.findall(r"`/([^`]+)`", text)}


def commands(*roles: Role) -> set[str]:
    """The commands of these roles."""
    return {t.key[1] for f in FEATURES for t in f.commands if any(r in t.roles for r in roles)}


def for_everybody() -> set[str]:
    """The commands of all roles."""
    return set.intersection(*(commands(role) for role in EVERYONE))


@pytest.mark.parametrize("name", READERS)
def test_the_table_of_commands_is_what_the_commands_say(name: str) -> None:
    assert guide(name) == make_guide(name), "« make guides » writes it again"


def test_a_text_is_read_with_the_commands_that_the_features_have() -> None:
    assert list(read_commands()) == list_commands(), "« make guides » writes config/commands.tsv again"


def test_long_work_is_called_what_the_features_call_it() -> None:
    assert WORK.read_text("utf-8") == make_work_table(), "« make guides » writes config/work.tsv again"


def test_a_table_tells_of_one_feature_after_the_other() -> None:
    table = "\n".join(draw_table(Role.CONSEILLER))
    rows = ("`/aide ", "**Compte rendu**", "`/cra ", "`/cra liste ", "**Statistiques**", "`/stats ", "**Agenda**")
    places = [table.index(row) for row in rows]
    assert places == sorted(places)


def test_every_command_is_in_a_guide() -> None:
    known = typed("".join(map(guide, ("conseiller.md", "coordinateur.md", "animateur.md"))))
    missing = {c for c in commands(*Role) if not any(f"{k} ".startswith(f"{c} ") for k in known)}
    assert not missing


TYPED = r"(?<!--entrypoint)(?:^|[ /])coop-bot "
"""Where a command of ours begins in a line of a shell."""


def parse(line: str) -> None:
    """Read what an operator types, as the program does, and run nothing of it. Raises click.UsageError."""
    found = re.search(rf"{TYPED}((?:(?! [>|&]| +#).)*)", line)
    assert found, line
    command: click.Command = coop_bot
    context = command.make_context("coop-bot", shlex.split(found[1]))
    while isinstance(command, click.Group):
        name, inner, rest = command.resolve_command(context, [*context._protected_args, *context.args])  # noqa: SLF001
        assert inner, line
        command, context = inner, inner.make_context(name, rest, parent=context)


@pytest.mark.parametrize("path", ["README.md", "docs/exploitant.md"])
def test_each_line_that_an_operator_is_told_to_type_is_understood(path: str) -> None:
    text = (DOCS.parent / path).read_text("utf-8")
    blocks = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)).replace("\\\n", " ")
    lines = [line for line in blocks.splitlines() if re.search(f"{TYPED}[a-z-]", line.partition(" # ")[0])]
    assert len(lines) > 2
    for line in lines:
        with suppress(click.exceptions.Exit):  # « --version » says it, and ends
            parse(line)


@pytest.mark.parametrize(("name", "role"), READERS.items())
def test_each_guide_tells_of_all_its_readers_may_do(name: str, role: Role) -> None:
    """What everybody may type is told in one guide, that of conseillers, to which the others lead."""
    known = typed(guide(name))
    theirs = commands(role) if role is Role.CONSEILLER else commands(role) - for_everybody()
    assert "(conseiller.md)" in guide(name) or role is Role.CONSEILLER
    assert {c for c in theirs if not any(f"{k} ".startswith(f"{c} ") for k in known)} == set()


@pytest.mark.parametrize("name", GUIDES)
def test_no_guide_tells_of_a_command_that_does_not_exist(name: str) -> None:
    known = commands(*Role)
    assert {t for t in typed(guide(name)) if not any(f"{t} ".startswith(f"{c} ") for c in known)} == set()


@pytest.mark.parametrize("name", READERS)
def test_the_pictures_of_a_guide_are_there_and_small(name: str) -> None:
    for alternative, path in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", guide(name)):
        assert alternative, path
        assert 2_000 < (DOCS / path).stat().st_size <= LARGEST, path


@pytest.mark.parametrize("name", READERS)
def test_french_marks_have_their_narrow_place(name: str) -> None:
    bare = [line for line in guide(name).splitlines() if SPACELESS.search(line)]
    assert not bare
    assert "'" not in re.sub(r"`[^`]*`", "", guide(name))


@pytest.mark.parametrize("name", GUIDES)
def test_a_guide_begins_with_one_page(name: str) -> None:
    first, essential, *_ = re.split(r"^## ", guide(name), flags=re.MULTILINE)
    assert essential.startswith("L’essentiel\n")
    assert len((first + essential).splitlines()) <= PAGE
    assert len(re.findall(r"^\d+\. ", essential, re.MULTILINE)) == 10


@pytest.mark.parametrize("name", GUIDES)
def test_links_within_a_guide_lead_to_one_of_its_titles(name: str) -> None:
    titles = re.findall(r"^#+ (.+)$", guide(name), re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    assert not set(re.findall(r"\]\(#([^)]+)\)", guide(name))) - anchors
