"""Whatever number somebody clicks on or types, nobody else’s rows are read or changed: every button, window and command
is tried on a database in which two others have something everywhere."""

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel
from sqlalchemy import delete, select, update
from sqlmodel import SQLModel, col

from bot.forms import Clues, Form
from storage.people import Person as Registered
from storage.people import Role
from storage.people.transitions import Erasure
from tests.support import security
from tests.support.databases import create_sqlite, make_prompt
from tests.support.house import House
from tests.support.security import Attacker, fill_for_both, make_links
from tests.test_properties_forms import HIDDEN

ANNA, BERT = "annaa", "bertt"
SAID = f"mot de {ANNA}"
"""What stands in each text of Anna’s rows."""
SHARED = {
    "accueil",
    "aide",
    "canaux quitter",
    "canaux rejoindre",
    "chercher",
    "idee",
    "idee liste",
    "ressources",
    "ressources versions",
}
"""The commands that show what she published, a resource and an idea, and what channels are called."""
PUBLISHED = {"ressources.Favour", "ressources.FindUseful"}
"""The buttons under them."""
OF_HERS = frozenset({
    "absence", "cra", "cra_tag", "tag", "cra_recurring", "cra_last_commune", "coordination_report", "practice_cra",
    "ticket", "ticket_line", "ticket_wish", "rdv", "rdv_booking", "rdv_range", "rdv_page", "rdv_series", "idea",
    "kit_order", "kit_parcel", "stats_share", "stats_subscription", "agenda_event", "announcement", "poll", "resource",
    "resource_collection", "contact", "duty_turn", "duty_swap", "news_item", "moderation_case", "moderation_appeal",
})  # fmt: skip
"""The tables in which nothing of hers may change by what somebody else clicks or types."""


WORDS = {
    "commune": "69120 Vaulx-en-Velin", "departement": "01", "quand": "demain 9h", "fin": "demain 9h", "jours": "24/12",
    "lien": "https://exemple.fr/page", "heures": "9h-12h", "periode": "mois", "ecrite": "mois", "duree": "60",
    "reponses": "Oui\nNon", "siret": "732 829 320 00074", "code_postal": "69120", "telephone": "06 39 98 12 34",
    "participants": "8", "lieu": "Salle des fêtes", "numero": "1", "demandes": "1", "votre_code": "K7QF-92MD",
    "jusqua": "11h",
}  # fmt: skip
"""What elements take that read more than any words."""


def make_payload(model: type[BaseModel]) -> dict[str, Any]:
    """What a button carries that is about the first of everything."""
    return {name: make_value(field.annotation) for name, field in model.model_fields.items()}


def make_value(kind: Any) -> Any:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType, Annotated):
        return make_value(next(part for part in parts if part is not type(None)))
    if origin is Literal:
        return parts[0]
    if origin is not None or not isinstance(kind, type):
        return {} if origin is dict else [1] if int in parts else []
    if issubclass(kind, BaseModel):
        return make_payload(kind)
    if issubclass(kind, Enum):
        return next(iter(kind)).value
    simple = {bool: True, int: 1, datetime: "2026-11-24T18:00:00Z", date: "2026-11-24", str: "1"}
    return next((value for each, value in simple.items() if issubclass(kind, each)), {})


async def read_hers(house: House, anna: str) -> dict[str, list[str]]:
    """All that is stored of her, as it stands."""
    async with house.bot.database.transaction(writes=False) as db:
        rows = {
            table.name: [str(dict(row)) for row in (await db.execute(select(table))).mappings()]
            for table in SQLModel.metadata.sorted_tables
            if table.name in OF_HERS
        }
    return {name: sorted(row for row in found if anna in row or SAID in row) for name, found in rows.items()}


def aim(value: Any) -> Any:
    """What travels hidden in a window, about the first of everything."""
    if isinstance(value, dict):
        return {name: aim(each) for name, each in value.items()}
    return 1 if type(value) is int else value


def fill(house: House, form: type[Form], hidden: dict[str, Any], person: Registered) -> dict[str, Any]:
    """A window as somebody would send it: the first of each list, a number, a day, or some words."""
    clues = Clues(person, house.clock().date(), house.bot.chat.capabilities)
    return {str(each["name"]): _fill_in(each) for each in form.recall({}, hidden).elements(clues)}


def _fill_in(element: Mapping[str, Any]) -> str:
    if options := element.get("options"):
        return str(options[0]["value"])
    if known := WORDS.get(str(element["name"])):
        return known
    if element.get("subtype") == "number":
        return "1"
    if element["type"] == "date":
        return "2026-11-24"
    return "" if element["optional"] else "Des mots de carl"


def list_windows(house: House, attacker: Attacker, person: Registered) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The same of every window."""
    triggers = house.bot.dispatcher._triggers  # noqa: SLF001  (no public way leads there)
    for (kind, name), trigger in triggers.items():
        form = trigger.payload
        if kind != "submit" or form is None or not issubclass(form, Form):
            continue
        for number, given in enumerate(HIDDEN.get(form.__name__, ({},))):
            hidden = aim(dict(given))
            state = {"f": name, "u": attacker.person.id, "h": hidden, "k": f"{name}.{number}", "d": False}
            sealed = make_links(house).seal("dialog", {**state, "c": "", "r": "", "p": "", "n": 1})
            body = {"type": "dialog_submission", "user_id": attacker.person.id, "state": sealed, "cancelled": False}
            yield name, "/dialogs", {**body, "submission": fill(house, form, hidden, person)}


def list_tries(house: House, attacker: Attacker) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Every button and command, about what others have: its name, where it is sent, and what."""
    links = make_links(house)
    for kind, name in house.bot.dispatcher._triggers:  # noqa: SLF001  (no public way leads there)
        trigger = house.bot.dispatcher._triggers[kind, name]  # noqa: SLF001
        if kind == "button" and trigger.payload is not None:
            link = links.seal("button", {"b": name, "d": make_payload(trigger.payload)})
            yield name, "/buttons", attacker.click(link)
        elif kind == "command":
            command, _, rest = name.partition(" ")
            for words in ("1", "n° 1", ANNA):
                yield name, "/commands", attacker.command(command=f"/{command}", text=f"{rest} {words}".strip())


@pytest.fixture
async def elsewhere(house: House, tmp_path: Path) -> AsyncIterator[House]:
    """The bot on a database of its own, as what is in it is torn up."""
    usual = house.settings
    house.settings = usual.model_copy(update={"database_url": make_prompt(await create_sqlite(tmp_path))})
    await house.restart()
    await house.bot.jobs.stop()  # else what is old is erased meanwhile
    try:
        yield house
    finally:
        house.settings = usual
        await house.restart()


@pytest.mark.slow
@pytest.mark.newest_only
@pytest.mark.parametrize("role", [Role.CONSEILLER, Role.COORDINATEUR, Role.INVITE])
async def test_nobody_reads_or_changes_what_is_somebody_elses(
    elsewhere: House, role: Role, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, bert = await elsewhere.conseiller("juliette"), await elsewhere.conseiller("paul")
    ids = {ANNA: anna.id, BERT: bert.id}
    for name, value in (("ANNA", ANNA), ("BERT", BERT), ("make_id", ids.__getitem__)):
        monkeypatch.setattr(security, name, value)
    async with elsewhere.bot.database.transaction() as db:
        await fill_for_both(db)
        await db.execute(delete(Erasure))  # else they are erased meanwhile
        there = update(Registered).where(col(Registered.id).in_(ids.values()))
        await db.execute(there.values(role=Role.CONSEILLER, departements=["69"], left_on=None))
    carl = await elsewhere.someone(role, "carl", departements=["01"])
    attacker, before = Attacker(elsewhere, carl), await read_hers(elsewhere, anna.id)
    assert sum(map(len, before.values())) > len(OF_HERS)
    person = Registered(id=carl.id, username=carl.username, role=role, departements=["01"], since=elsewhere.clock())
    tried = [*list_tries(elsewhere, attacker), *list_windows(elsewhere, attacker, person)]
    assert len({path for _, path, _ in tried}) == 3
    for name, path, body in tried:
        _, answer = await (attacker.sends_form(body) if path == "/commands" else attacker.sends(path, body))
        told = json.dumps(answer, ensure_ascii=False).replace("\u200b", "")
        assert SAID not in told or name in SHARED | PUBLISHED, (name, answer)
    assert await read_hers(elsewhere, anna.id) == before
