"""The feature, and a person of the register: found by name, shown as a card, and who may change what about them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from prometheus_client import Gauge
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import AuditEntry, record_entry_at_end
from bot.context import Context, ReadingContext
from bot.errors import ChatError, UserError
from bot.events import WatchedPlaces
from bot.features import Feature, Front, Right
from bot.french import join, say_date
from bot.mattermost import ChatUser
from bot.people import make_newcomer
from bot.replies import Button, Whisper
from bot.texts import Markdown, escape, quote, render, require
from config.settings import Settings
from config.territories import DEPARTEMENTS, departement
from config.time import PARIS
from storage import people
from storage.journal import AuditAct
from storage.people import Person, Role, SameNameError
from storage.people.register import find_structures

feature = Feature(
    "membres",
    rights=(Right.MEMBER,),
    front=Front("Membres", "trouver quelqu’un, son rôle, son département, son départ", lambda _: "membres"),
)
PEOPLE = Gauge("coop_people", "People who have not left, by the register’s role; « auto »: Mattermost’s.", ("role",))


async def count_people(db: AsyncSession, now: dt.datetime) -> None:
    """Set the gauge of the number of people."""
    found = (await people.tally(db, now.astimezone(PARIS).date())).roles
    for role in (*Role, None):
        PEOPLE.labels(role.value if role else "auto").set(found.get(role, 0))


feature.figures.append(count_people)
bienvenue = Feature("bienvenue", always=True)
"""What everybody has of it: their own welcome and the charter, which « /aide » need not name."""

LEADERS = (Role.ANIMATEUR, Role.COORDINATEUR)
"""Who looks after people: animateurs after all, coordinateurs after those of their own départements."""
ANIMATEURS = (Role.ANIMATEUR,)


@feature.watches
async def watch_team(_: AsyncSession, __: Settings) -> WatchedPlaces:
    """Watch who joins the team."""
    return WatchedPlaces(team=True)


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the register (``is_new`` if not in it yet), with their role: the register’s, else the one that
    Mattermost gives."""

    person: Person
    role: Role
    is_new: bool = False


@dataclass(frozen=True, slots=True)
class NamedAccount:
    """What Mattermost says of an account name; ``is_silent`` if it did not answer."""

    username: str
    account: ChatUser | None = None
    role: Role | None = None
    is_silent: bool = False


async def look_up_name(ctx: ReadingContext, name: str) -> NamedAccount:
    """Look up who has a name today, before the first statement, so that no writer waits for Mattermost. Raises
    UserError for a bot."""
    username = name.removeprefix("@").lower()
    try:
        account = await ctx.chat.user_by_name(username)
    except ChatError:
        return NamedAccount(username, is_silent=True)
    if account is None:
        return NamedAccount(username)
    if account.is_bot:
        raise UserError(render("membres/is_a_bot", username=username))
    return NamedAccount(account.username, account, await _find_role(ctx, account.id))


async def look_up_id(ctx: ReadingContext, person_id: str) -> NamedAccount:
    """Look up an account by id."""
    account = await ctx.chat.user(person_id)
    return NamedAccount(account.username, account, await _find_role(ctx, account.id))


async def find_named_member(ctx: Context, named: NamedAccount) -> Member:
    """Find the person of an account, in the register or new to it. Raises UserError if there is none, or the name is
    ambiguous."""
    row = await _find_row(ctx, named)
    if named.account is not None:
        person = row or make_newcomer(named.account, ctx.now)
        person = person.copy_with(username=named.account.username)
    elif row is not None:
        person = row
    else:
        raise UserError(render("membres/unknown", called=quote(named.username), silent=named.is_silent))
    return Member(person, person.role or named.role or person.derived_role or Role.INVITE, row is None)


async def find_member(ctx: Context, person_id: str) -> Member:
    """Get a person of the register by id. Raises UserError if there is none."""
    row = require(await people.get(ctx.db, person_id), "membres/not_in_register")
    return Member(row, row.known_role or Role.INVITE)


async def _find_role(ctx: ReadingContext, person_id: str) -> Role | None:
    """Return the role that Mattermost gives somebody whose role the register does not have."""
    try:
        return (await ctx.people.of(person_id)).role
    except ChatError:
        return None


async def _find_row(ctx: Context, named: NamedAccount) -> Person | None:
    if named.account is not None:
        return await people.get(ctx.db, named.account.id)
    try:
        return await people.by_username(ctx.db, named.username)
    except SameNameError:
        name = quote(named.username)
        raise UserError(render("membres/several_of_name", name=name)) from None


ABOVE = frozenset({Role.ANIMATEUR, Role.ADMINISTRATEUR})
"""The roles of people about whom coordinateurs have no say."""
OVER_OTHERS = ABOVE | {Role.HOTLINE}
"""The roles that are given and taken by two: whoever has one reads or decides others’ things all over the réseau."""


def list_givable_roles(actor: Person) -> list[Role]:
    """Return the roles that the actor may give."""
    if actor.role is Role.ADMINISTRATEUR:
        return list(Role)
    kept = {Role.ADMINISTRATEUR} if actor.animates else OVER_OTHERS
    return [role for role in Role if role not in kept]


def looks_after(actor: Person, person: Person) -> bool:
    """Return whether the actor is responsible for a person: animateurs for all, coordinateurs for their
    départements."""
    return actor.animates or not set(actor.departements).isdisjoint(person.departements)


def needs_approval(role: Role, before: Person, after: Person) -> bool:
    """Return whether a change gives or takes a role over others, also by a departure or return; ``role`` is the one
    before."""
    return _changes_role_or_end(before, after) and not OVER_OTHERS.isdisjoint({role, after.role or role})


def _changes_role_or_end(before: Person, after: Person) -> bool:
    return before.role != after.role or before.left_on != after.left_on


def must_reach(actor: Person, role: Role, person: Person) -> None:
    """Raise UserError if the actor may change nothing about somebody with that role."""
    if actor.animates:
        return
    if person.id == actor.id:
        raise UserError(render("membres/not_oneself"))
    if role in ABOVE:
        raise UserError(render("membres/team_roles"))
    if person.departements and not looks_after(actor, person):
        raise UserError(render("membres/not_yours", own=_say_own(actor.departements)))


def check_change(actor: Person, role: Role, before: Person, after: Person) -> None:
    """Raise UserError if the actor may not make this change; ``role`` is the person’s role before."""
    must_reach(actor, role, before)
    ends = _changes_role_or_end(before, after)
    if ends and before.id == actor.id:
        raise UserError(render("membres/not_oneself"))
    touched = {role, after.role or role}
    if ends and Role.ADMINISTRATEUR in touched and actor.role is not Role.ADMINISTRATEUR:
        raise UserError(render("membres/administrators_only"))
    if not actor.animates:
        _check_coordinateur(actor, role, before, after)


def _check_coordinateur(actor: Person, role: Role, before: Person, after: Person) -> None:
    if needs_approval(role, before, after):
        raise UserError(render("membres/not_by_coordinateur"))
    if not after.departements:
        raise UserError(render("membres/without_departement", username=after.username))
    if not set(after.departements) <= {*actor.departements, *before.departements}:
        raise UserError(render("membres/other_departement", own=_say_own(actor.departements)))


def _say_own(codes: Sequence[str]) -> str:
    if not codes:
        return render("membres/own_none")
    named = "Votre département" if len(codes) == 1 else "Vos départements"
    return render("membres/own_departements", named=named, departements=[departement(code).name for code in codes])


class OfMember(BaseModel):
    """Payload about one person, by their id."""

    person_id: str


class EditRole(OfMember):
    """Button « Changer le rôle »: opens the window of a role."""


class EditPlace(OfMember):
    """Button « Déplacer »: opens the window of départements."""


class EditEnd(OfMember):
    """Button « Noter son départ »: opens the window of the last day."""


class ReturnMember(OfMember):
    """Button « Noter son retour »: records that a leaver is back."""


def draw_card(ctx: Context, member: Member) -> Whisper:
    """Draw a person’s card, with the buttons that the reader may use."""
    person = member.person
    buttons: Sequence[Button] = ()
    if person.id != ctx.user.id and looks_after(ctx.user, person):
        end = ReturnMember(person_id=person.id) if person.left_on else EditEnd(person_id=person.id)
        role, place = (
            Button("Changer le rôle", EditRole(person_id=person.id)),
            Button("Déplacer", EditPlace(person_id=person.id)),
        )
        buttons = [role, place, Button("Noter son retour" if person.left_on else "Noter son départ", end)]
    text = render("membres/card", person=person, role=member.role, left=person.has_left(ctx.today))
    return Whisper(text, buttons, list_facts(person, ctx))


def list_facts(person: Person, ctx: Context) -> list[tuple[str, str]]:
    """Return what the register knows of a person, as short labelled values."""
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


NOTED = ("role", "departements", "structure", "siret", "arrived_on", "left_on", "prenom", "nom")
"""The columns whose changes are said, and noted in the journal."""


def note_person(ctx: Context, before: Person | None, after: Person) -> None:
    """Record the differences of a person in the audit log; ``before`` is None for somebody new in the register."""
    new = _noted_values(after)
    old = _noted_values(before) if before else {}
    was = {name: old[name] for name in old if old[name] != new[name]}
    now = {name: value for name, value in new.items() if (name in was if before else value)}
    deed = AuditEntry(_choose_act(before, after), f"personne:{after.id}", after.id, before=was, after=now)
    record_entry_at_end(ctx, deed)


def _choose_act(before: Person | None, after: Person) -> AuditAct:
    if before is None:
        return AuditAct.MEMBER_ADD
    if before.left_on != after.left_on:
        return AuditAct.MEMBER_LEAVE if after.left_on else AuditAct.MEMBER_RETURN
    return AuditAct.MEMBER_CHANGE


def _noted_values(person: Person) -> Mapping[str, object]:
    told = {name: getattr(person, name) for name in NOTED}
    return {name: list(value) if name == "departements" else value and str(value) for name, value in told.items()}


class Standing(BaseModel):
    """The values of a person that these commands change."""

    role: Role | None
    prenom: str | None
    nom: str | None
    structure: str | None
    siret: str | None
    departements: list[str]
    timezone: str
    arrived_on: dt.date | None
    left_on: dt.date | None

    @classmethod
    def of(cls, person: Person) -> Self:
        """Return the present standing of a person."""
        return cls.model_validate(person.model_dump(include=set(cls.model_fields)))

    def applied_to(self, person: Person) -> Person:
        """Return a copy of a person with this standing."""
        return person.copy_with(**dict(self))


def copy_ended(person: Person, left_on: dt.date) -> Person:
    """Return a copy of a person with their last day: at the earliest the day before the first, for somebody who never
    came. Raises UserError for an earlier day."""
    if person.arrived_on and left_on < person.arrived_on - timedelta(days=1):
        raise UserError(render("membres/ends_before_arrival", arrived_on=f"{person.arrived_on:%d/%m/%Y}"))
    return person.copy_with(left_on=left_on)


def read_chosen_role(actor: Person, text: str) -> Role:
    """Read the role chosen in a window. A window opened before the actor’s own role changed may offer too much, which
    is refused."""
    role = Role(text)
    if role not in list_givable_roles(actor):
        raise UserError(fields={"role": render("membres/role_not_given")})
    return role


async def find_employer(ctx: Context, siret: str | None, name: str | None) -> Mapping[str, object]:
    """Return the employer’s SIRET and name; the name belongs to the number if none was given."""
    if siret and not name:
        known = await find_structures(ctx.db, [siret])
        name = known[siret].nom if siret in known else None
    return {"structure": name, "siret": siret} if name or siret else {}
