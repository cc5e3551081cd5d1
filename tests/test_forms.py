"""Forms: how each kind of field is drawn for a server, and read from every client’s dialect."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Annotated, Any

import pytest
from pydantic import Field

from bot.capabilities import Capabilities, of_version
from bot.errors import UserError
from bot.forms import (
    ChannelPicker,
    Choice,
    Clues,
    Day,
    Form,
    Hidden,
    Many,
    Offered,
    PersonPicker,
    Picks,
    Reference,
    Text,
    name_of,
)
from storage.people import Person, Role

TODAY = date(2026, 11, 24)
NEW, OLD = Capabilities((11, 2)), Capabilities((5, 37))
COLOURS = {"r": "Rouge", "v": "Vert", "b": "Bleu", "j": "Jaune", "n": "Noir"}

WORDS = {text.lower(): value for value, text in COLOURS.items()}


def clues(capabilities: Capabilities = NEW) -> Clues:
    person = Person(id="p" * 26, username="juliette", role=Role.CONSEILLER, since=datetime.now(UTC))
    return Clues(person, TODAY, capabilities)


class Survey(Form):
    title = "Enquête"

    day: Annotated[dt.date, Day(date(2020, 1, 1))] = Field(title="Jour", alias="le jour")
    colours: Annotated[
        tuple[str, ...],
        Many(COLOURS, "colour", "ton", lambda word: WORDS.get(word.lower()), "Autres", "Par des virgules"),
    ] = Field(title="Couleurs")
    size: Annotated[int, Choice({"1": "Petit", "2": "Grand"}, int)] = Field(title="Taille")
    count: int | None = Field(None, title="Nombre")
    note: Annotated[str, Text(long=True)] = Field("", title="Note")
    ticket: Hidden[int] = 0


GOOD = {"le jour": "hier", "colours": ["r"], "size": "2"}


def names(form: Form, capabilities: Capabilities) -> list[str]:
    return [str(e["name"]) for e in form.elements(clues(capabilities))]


def test_a_new_server_gets_a_calendar_and_a_multiselect() -> None:
    form = Survey.draft(day=TODAY, colours=("r", "b"), size=2)
    day, colours, size, count, note = form.elements(clues())
    assert (day["type"], day["default"], day["max_date"]) == ("date", "2026-11-24", "2026-11-24")
    assert (colours["multiselect"], colours["default"]) == (True, "r,b")
    assert (size["default"], size["options"]) == (
        "2",
        [{"text": "Petit", "value": "1"}, {"text": "Grand", "value": "2"}],
    )
    assert (count["subtype"], count["optional"]) == ("number", True)
    assert (note["type"], note["max_length"]) == ("textarea", 3000)


def test_an_old_server_gets_a_text_date_and_three_selects() -> None:
    form = Survey.draft(day=TODAY, colours=("r", "b", "v", "n"))
    assert names(form, OLD)[:5] == ["le jour", "colour1", "colour2", "colour3", "colours_plus"]
    day, *selects, more = form.elements(clues(OLD))[:5]
    assert (day["type"], day["default"]) == ("text", "24/11/2026")
    assert [s["default"] for s in selects] == ["r", "b", "v"]
    assert [s["optional"] for s in selects] == [False, True, True]
    assert more["default"] == "n"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"count": 7}, {"count": 7}),
        ({"count": "7"}, {"count": 7}),
        ({"count": 7.0}, {"count": 7}),
        ({"count": ""}, {"count": None}),
        ({"count": None}, {"count": None}),
        ({"colours": "r,v"}, {"colours": ("r", "v")}),
        ({"colours": None, "colour1": "r", "colour2": "", "colours_plus": "Vert; noir"}, {"colours": ("r", "v", "n")}),
        ({"le jour": "2026-11-23T00:00:00Z"}, {"day": date(2026, 11, 23)}),
        ({"le jour": "23/11"}, {"day": date(2026, 11, 23)}),
        ({"note": "  deux mots "}, {"note": "deux mots"}),
    ],
)
def test_every_client_s_dialect_is_read(sent: dict[str, Any], read: dict[str, Any]) -> None:
    form = Survey.parse(GOOD | sent, {"ticket": 4}, clues())
    assert {n: getattr(form, n) for n in read} == read
    assert form.ticket == 4


@pytest.mark.parametrize(
    ("sent", "element", "words"),
    [
        ({"count": "huit"}, "count", "en chiffres"),
        ({"count": "7.5"}, "count", "entier"),
        ({"le jour": "un jour"}, "le jour", "hier"),
        ({"le jour": ""}, "le jour", "date"),
        ({"size": "3"}, "size", "liste"),
        ({"size": None}, "size", "liste"),
        ({"colours": []}, "colours", "au moins un"),
        ({"colours": ["x"]}, "colours", "liste"),
        ({"colours": ["r", "r"]}, "colours", "deux fois"),
        ({"note": "x" * 3001}, "note", "3000"),
    ],
)
def test_a_mistake_is_explained_under_its_element(sent: dict[str, Any], element: str, words: str) -> None:
    with pytest.raises(UserError) as refusal:
        Survey.parse(GOOD | sent, {}, clues())
    assert list(refusal.value.fields) == [element]
    assert words in refusal.value.fields[element]


@pytest.mark.parametrize(
    ("sent", "element", "words"),
    [
        ({}, "colour1", "au moins un"),
        ({"colour1": "r", "colour2": "r"}, "colour2", "deux fois"),
        ({"colour1": "r", "colours_plus": "rouge"}, "colours_plus", "deux fois"),
        ({"colour1": "r", "colours_plus": "fuchsia"}, "colours_plus", "« fuchsia »"),
    ],
)
def test_on_an_old_server_the_mistake_is_under_an_element_it_has(
    sent: dict[str, Any], element: str, words: str
) -> None:
    with pytest.raises(UserError) as refusal:
        Survey.parse({"le jour": "hier", "size": "1"} | sent, {}, clues(OLD))
    assert list(refusal.value.fields) == [element]
    assert words in refusal.value.fields[element]


def test_all_mistakes_come_at_once() -> None:
    with pytest.raises(UserError) as refusal:
        Survey.parse({"count": "x"}, {}, clues())
    assert set(refusal.value.fields) == {"le jour", "colours", "size", "count"}


def test_what_was_left_unreadable_is_shown_again() -> None:
    raw = {"le jour": "demain peut-être", "colour1": "r", "colours_plus": "vert, fuchsia", "count": "huit", "size": "9"}
    form = Survey.recall(raw, {"ticket": 4})
    assert form.colours == Picks(["r", "v"], "fuchsia")  # type: ignore[comparison-overlap]  # a draft keeps what was typed
    shown = {str(e["name"]): e["default"] for e in form.elements(clues(OLD))}
    assert (shown["le jour"], shown["colours_plus"], shown["count"], shown["size"]) == (
        "demain peut-être",
        "fuchsia",
        "huit",
        "",
    )
    assert form.hidden() == {"ticket": 4}


def test_a_form_too_long_for_mattermost_fails_at_import() -> None:
    with pytest.raises(TypeError, match="25 bytes of 24"):

        class Bad(Form):
            title = "Un titre vraiment trop lo"
            note: str = Field(title="Note")

    with pytest.raises(TypeError, match="needs a title"):

        class Worse(Form):
            title = "Court"
            note: str


def test_a_form_is_found_by_its_name() -> None:
    assert Form.find(name_of(Survey)) is Survey
    assert Form.find("nothing.Such") is None


@pytest.mark.parametrize(
    ("text", "version"), [("11.2.0.11.2.0.cff42.false", (11, 2)), ("5.37.0", (5, 37)), ("10.11.4", (10, 11))]
)
def test_a_version_is_read(text: str, version: tuple[int, int]) -> None:
    assert of_version(text) == Capabilities(version)
    assert of_version("dev") is None


def test_capabilities_follow_the_version() -> None:
    assert (NEW.multiselect, NEW.dates, NEW.steps, NEW.bulk_members, NEW.trigger_seconds) == (
        True,
        True,
        True,
        True,
        30,
    )
    assert (OLD.multiselect, OLD.dates, OLD.steps, OLD.bulk_members, OLD.trigger_seconds) == (
        False,
        False,
        False,
        False,
        3,
    )
    assert Capabilities((9, 4)).trigger_seconds == 3


class Choosy(Form):
    title = "Choix"

    way: Annotated[str, Choice({"a": "À pied", "v": "À vélo"})] = Field(title="Comment")
    who: Annotated[str, PersonPicker()] = Field(title="Qui", alias="qui")
    where: Annotated[str, ChannelPicker()] = Field("", title="Où")
    ticket: Annotated[str, Offered()] = Field("", title="Ticket")
    tickets: Hidden[dict[str, str]] = {}

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {"ticket": hidden.get("tickets", {})}


AGATHE = "a" * 26
NAMED = replace(clues(), names={AGATHE: "Agathe"})


def test_a_picker_lets_the_client_look_and_names_who_is_known() -> None:
    *_, who, where, _ = Choosy.draft(who=AGATHE).elements(NAMED)
    assert (who["data_source"], who["default"], who["options"]) == (
        "users",
        AGATHE,
        [{"text": "Agathe", "value": AGATHE}],
    )
    assert (where["data_source"], where["default"], "options" in where) == ("channels", "", False)
    assert Choosy.draft(who=AGATHE, where="x").known_references() == {Reference("users", AGATHE)}


def test_who_is_picked_is_read_if_mattermost_knows_them() -> None:
    right = {"way": "a", "qui": AGATHE}
    assert Choosy.references(right | {"where": "c" * 26}) == {
        Reference("users", AGATHE),
        Reference("channels", "c" * 26),
    }
    assert Choosy.parse(right, {}, NAMED).who == AGATHE
    for sent in ("z" * 26, "moi", 7, True, [AGATHE], {"id": AGATHE}):
        with pytest.raises(UserError) as refusal:
            Choosy.parse(right | {"qui": sent}, {}, NAMED)
        assert list(refusal.value.fields) == ["qui"]


def test_a_list_made_at_run_time_is_read_among_what_travels_with_it() -> None:
    right, tickets = {"way": "a", "qui": AGATHE, "ticket": "12"}, {"tickets": {"12": "Le douze"}}
    *_, ticket = Choosy.draft(**tickets).elements(NAMED)
    assert ticket["options"] == [{"text": "Le douze", "value": "12"}]
    assert Choosy.parse(right, tickets, NAMED).ticket == "12"
    with pytest.raises(UserError):
        Choosy.parse(right | {"ticket": "13"}, tickets, NAMED)


def test_names_of_later_steps_are_no_forms_own() -> None:
    with pytest.raises(TypeError, match="later steps"):

        class Bad(Form):
            title = "Court"
            note: str = Field(title="Note", alias="2_note")


def test_what_a_form_shows_is_what_would_be_sent() -> None:
    form = Survey.draft(day=TODAY, colours=("r", "b", "v", "n"), ticket=4)
    for capabilities in (NEW, OLD):
        here = clues(capabilities)
        assert Survey.recall(form.shown(here), {"ticket": 4}).elements(here) == form.elements(here)
