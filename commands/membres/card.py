"""How somebody is shown: their name, what the register knows, and buttons to change it."""

from collections.abc import Sequence

from pydantic import BaseModel

from bot.context import Context
from bot.french.dates import say_date
from bot.french.words import join
from bot.replies import Button, Whisper
from bot.texts import Markdown, escape, render
from commands.membres.finding import Member
from commands.membres.rules import looks_after
from config.departements import DEPARTEMENTS
from config.territories import departement
from storage.people import Person


class EditRole(BaseModel):
    """« Rôle » on the card of somebody."""

    person_id: str


class EditPlace(BaseModel):
    """« Déplacer » on the card of somebody."""

    person_id: str


class EditEnd(BaseModel):
    """« Départ » on the card of somebody."""

    person_id: str


class Return(BaseModel):
    """« Retour » on the card of somebody who has left."""

    person_id: str


def card(ctx: Context, member: Member) -> Whisper:
    """Somebody, with the buttons that this person may use."""
    person = member.person
    buttons: Sequence[Button] = ()
    if person.id != ctx.user.id and looks_after(ctx.user, person):
        end = Return(person_id=person.id) if person.left_on else EditEnd(person_id=person.id)
        buttons = [
            Button("Rôle", EditRole(person_id=person.id)),
            Button("Déplacer", EditPlace(person_id=person.id)),
            Button("Retour" if person.left_on else "Départ", end),
        ]
    text = render("membres/card", person=person, role=member.role, left=person.has_left(ctx.today))
    return Whisper(text, buttons, facts(person, ctx))


def facts(person: Person, ctx: Context) -> list[tuple[str, str]]:
    """What the register knows of somebody, in short."""
    where = [departement(code).name if code in DEPARTEMENTS else code for code in person.departements]
    known = {
        "Rôle": person.role.label if person.role else "suit Mattermost",
        "Département" if len(where) < 2 else "Départements": join(where) or "aucun",
        "Région et hub": join([name for name in (person.region, person.hub) if name]),
        "Structure": person.structure or "",
        "SIRET": person.siret or "",
        "Arrivée": say_date(person.arrived_on, ctx.today) if person.arrived_on else "",
        "Dernier jour": say_date(person.left_on, ctx.today) if person.left_on else "",
    }
    return [(title, Markdown(escape(value))) for title, value in known.items() if value]
