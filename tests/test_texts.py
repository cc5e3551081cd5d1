"""What people wrote, in the bot’s mouth: shown as it is, and nothing more."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import TemplateNotFound, UndefinedError, meta

from bot import texts
from bot.texts import BREAK, Markdown, escape, mention, quote, relay_markdown, relay_plain_text, render, typeset
from sandbox.posts.mentions import names_in
from storage.people import Role

ROOT = Path(__file__).resolve().parents[1]


def test_all_that_is_written_down_is_said_somewhere() -> None:
    """A block that no code names is said by nobody; one that is named is there."""
    rooms = ("bot", "commands", "cli", "dialogs", "storage")
    code = "\n".join(path.read_text("utf-8") for room in rooms for path in (ROOT / room).rglob("*.py"))
    written = {path.name.split(".")[0]: path.read_text("utf-8") for path in (ROOT / "templates").glob("*.md.j2")}
    there = {(name, block) for name, text in written.items() for block in re.findall(r"{% block (\w+) %}", text)}
    literal = re.findall(r'"(\w+)/(\w+)"', "\n".join([code, *written.values()]))
    named = {(name, block) for name, block in literal if name in written}
    assert not named - there
    words = set(re.findall(r'"(\w+)"', code))
    # Where a name is put together, its end is a word of the code; some are values of the state of an event.
    unsaid = {(name, block) for name, block in there - named if block.removeprefix("told_") not in words}
    assert unsaid <= {("agenda", "told_published"), ("agenda", "told_refused"), ("agenda", "told_restored")}


def _list_said() -> Iterator[tuple[str, str, set[str]]]:
    """Where a block is said, its name, and the names of what it is passed; not where those are put together."""
    for path in (
        file for room in ("bot", "cli", "commands", "dialogs") for file in sorted((ROOT / room).rglob("*.py"))
    ):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            passed = {keyword.arg or "" for keyword in call.keywords}
            at = {"render": 0, "require": 1}.get(call.func.id) if isinstance(call.func, ast.Name) else None
            if at is not None and "" not in passed:
                words = (node.value for node in ast.walk(call.args[at]) if isinstance(node, ast.Constant))
                yield from (
                    (f"{path.name}:{call.lineno}", name, passed)
                    for name in words
                    if isinstance(name, str) and texts._source(name) is not None  # noqa: SLF001
                )


def test_a_block_is_given_what_it_says() -> None:
    """What is missing is an error in front of somebody, in a branch that no story may have reached."""
    blocks = texts._environment()  # noqa: SLF001
    for place, name, passed in _list_said():
        needed = meta.find_undeclared_variables(blocks.parse(texts._source(name) or ""))  # noqa: SLF001
        assert needed <= passed, f"{place} : {name} lacks {needed - passed}"


def test_what_is_written_nowhere_cannot_be_said() -> None:
    for name in ("cra/nothing_like_that", "nowhere/saved", "cra"):
        with pytest.raises(TemplateNotFound):
            render(name)


def test_what_a_block_leaves_out_leaves_one_blank_line() -> None:
    missing = {"assumed": ["aujourd’hui"], "blank": ["l’âge"]}
    said = render("cra/preview", text="Atelier.", unread=[], mistakes=[], notes=[], **missing)
    assert said.count("\n\n") == 2
    assert "\n\n\n" not in said
    code = Markdown("```\nun\n\n\ndeux\n```")
    assert code in render("cra/preview", text=code, unread=[], mistakes=[], notes=[], **missing)


def test_words_that_are_markdown_already_are_escaped_once_though_their_first_letter_is_changed() -> None:
    wanted = SimpleNamespace(title="Général", reason="")
    values = {"entry": 1, "lasts": "1 h", "approved": "", "declined": "", "by": Markdown(escape("@agathe"))}
    assert render("moderation/lock_proposed", wanted=wanted, **values).count(BREAK) == 1


def test_who_may_and_whom_to_ask_are_enumerated_as_one_says_it() -> None:
    user = SimpleNamespace(role=Role.CONSEILLER)
    roles = [Role.COORDINATEUR, Role.ANIMATEUR, Role.HOTLINE]
    named = {"contact": "", "animateurs": ["agathe", "malik", "omar"]}
    said = render("refus/role", user=user, roles=roles, access="", is_wish=False, is_alone=False, **named)
    assert said.startswith("Cette commande est réservée")
    nobody = {"contact": "", "animateurs": [], "access": "", "is_wish": False}
    assert "Si c’est une erreur" in render("refus/role", user=user, roles=roles, is_alone=False, **nobody)
    assert "Si c’est une erreur" not in render("refus/role", user=user, roles=roles, is_alone=True, **nobody)
    wish = render("refus/role", user=user, roles=roles, access="", is_wish=True, is_alone=False, **named)
    assert wish.startswith("C’est réservé aux")
    assert "Tapez" not in wish
    assert "aux coordinateurs, aux animateurs de communauté et aux agents de la hotline" in said
    assert "@agathe, @malik ou @omar." in said


@pytest.mark.parametrize("word", ["@all", "@channel", "@here", "@juliette"])
def test_nobody_is_mentioned(word: str) -> None:
    assert word not in escape(f"bonjour {word} !")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Vaulx-en-Velin", "Vaulx-en-Velin"),
        ("**gras**", r"\*\*gras\*\*"),
        ("[ici](http://x.fr)", rf"\[ici\](http:{BREAK}//x.fr)"),
        ("www.x.fr", f"w{BREAK}ww.x.fr"),
        ("#tag ~canal `code` <b> a|b", r"\#tag \~canal \`code\` \<b\> a\|b"),
        (":smile: 10:30", f":{BREAK}smile: 10:30"),
        ("- une\n- deux", f"{BREAK}- une - deux"),
        ("1. un", f"{BREAK}1. un"),
    ],
)
def test_structure_is_shown_not_done(text: str, shown: str) -> None:
    assert escape(text) == shown


@given(st.text())
def test_no_text_makes_a_mention_a_link_or_a_second_line(text: str) -> None:
    shown = escape(text)
    assert "\n" not in shown
    assert "://" not in shown
    assert all(shown[i + 1 : i + 2] == BREAK for i, c in enumerate(shown) if c == "@")


CALLS = ["_@channel", "x.@channel", ".@all", "@all:", "-@here", "x:@juliette.", "@all.fr", "&#64;all", "&commat;here",
         "&#x0040;all", "x&#46;@all", "\\@all", "e\u0301@all", "@&#97;ll", "@@all", "@juliette-"]  # fmt: skip
"""What Mattermost takes for a mention."""
pieces = st.one_of(st.text("@._-:xé1& ;#\\`*\n\u0301" + BREAK, max_size=6), st.sampled_from(CALLS), st.text(max_size=3))


def called(text: str) -> list[str]:
    """Whom Mattermost would ring, if there were somebody of every name."""
    return names_in(text, lambda name: name != "")


@pytest.mark.parametrize("text", CALLS)
def test_these_are_mentions_for_mattermost(text: str) -> None:
    assert called(text)


@given(st.lists(pieces, max_size=8).map("".join))
@pytest.mark.parametrize("say", [escape, relay_markdown, relay_plain_text])
def test_whatever_is_said_for_somebody_mattermost_finds_no_mention_in_it(say: Callable[[str], str], text: str) -> None:
    assert called(say(text)) == []
    assert called(typeset(say(text))) == []


def test_an_address_stays_one_that_can_be_copied() -> None:
    assert relay_markdown("écrire à jean.dupont+a@exemple.fr") == "écrire à jean.dupont+a@exemple.fr"
    assert called("écrire à jean.dupont+a@exemple.fr") == []


@given(st.text())
def test_a_quotation_holds_no_sign_that_does_anything(text: str) -> None:
    quoted = quote(text)
    assert len(quoted) <= 40
    assert not set(quoted) & set("@#*_`~<>[]()|\\!&\n")
    assert not re.search(r":(\S|$)", quoted), "no address, emoji or emoticon begins"


def test_a_quoted_title_keeps_its_question_and_its_colon() -> None:
    assert quote("Préparer le salon : qui vient ?") == "Préparer le salon : qui vient ?"
    assert quote("tel:0612345678 :smile: fin :)") == "tel 0612345678 smile: fin"


def test_a_template_escapes_what_it_is_given_and_misses_nothing() -> None:
    text = render("cra/preview", text="", unread=["@all"], assumed=(), notes=(), blank=[], mistakes=[Markdown("**a**")])
    assert "@all" not in text
    assert "**a**" in text
    with pytest.raises(UndefinedError):
        render("cra/preview")


def test_only_a_name_is_a_mention() -> None:
    assert mention("jean.dupont") == "@jean.dupont"
    assert mention("jean dupont\n@all") == ""


def test_french_spaces_do_not_break() -> None:
    assert typeset("« Oui » : n° 12 ! `a : b`") == "«\u00a0Oui\u00a0»\u00a0: n°\u00a012\u00a0! `a : b`"
    assert typeset("10:30, http://x.fr") == "10:30, http://x.fr"
