"""Who may change what about whom."""

from collections.abc import Sequence

from bot.errors import UserError
from bot.french.words import join
from config.territories import departement
from storage.people import Person, Role

ABOVE = frozenset({Role.ANIMATEUR, Role.ADMINISTRATEUR})
"""The roles of people about whom coordinateurs have no say."""
OVER_OTHERS = ABOVE | {Role.HOTLINE}
"""The roles that are given and taken by two: who has one reads or decides what is others’ everywhere in the réseau."""


def may_give(actor: Person) -> list[Role]:
    """The roles that somebody may give."""
    if actor.role is Role.ADMINISTRATEUR:
        return list(Role)
    kept = {Role.ADMINISTRATEUR} if actor.animates else OVER_OTHERS
    return [role for role in Role if role not in kept]


def looks_after(actor: Person, person: Person) -> bool:
    """Whether somebody is for this actor to look after."""
    return actor.animates or not set(actor.departements).isdisjoint(person.departements)


def takes_two(role: Role, before: Person, after: Person) -> bool:
    """Whether a role over others is given or taken, also by a departure or a return; ``role`` is the one that somebody
    has before."""
    return _ends(before, after) and not OVER_OTHERS.isdisjoint({role, after.role or role})


def _ends(before: Person, after: Person) -> bool:
    return before.role != after.role or before.left_on != after.left_on


def must_reach(actor: Person, role: Role, person: Person) -> None:
    """Raises UserError where this actor may change nothing about somebody who has that role."""
    if actor.animates:
        return
    if person.id == actor.id:
        raise UserError(_OWN)
    if role in ABOVE:
        raise UserError("Les rôles d’animateur et d’administrateur sont l’affaire de l’équipe d’animation.")
    if person.departements and not looks_after(actor, person):
        raise UserError(f"Cette personne n’est pas de votre département. {_say_own(actor.departements)}")


def check(actor: Person, role: Role, before: Person, after: Person) -> None:
    """Raises UserError where this actor may not change somebody so; ``role`` is the one that they have before."""
    must_reach(actor, role, before)
    ends = _ends(before, after)
    if ends and before.id == actor.id:
        raise UserError(_OWN)
    touched = {role, after.role or role}
    if ends and Role.ADMINISTRATEUR in touched and actor.role is not Role.ADMINISTRATEUR:
        raise UserError("Le rôle d’administrateur n’est donné et retiré que par un administrateur.")
    if not actor.animates:
        _check_coordinateur(actor, role, before, after)


def _check_coordinateur(actor: Person, role: Role, before: Person, after: Person) -> None:
    if takes_two(role, before, after):
        raise UserError("Un coordinateur ne donne ni ne retire ce rôle : demandez à un animateur de communauté.")
    if not after.departements:
        raise UserError(
            f"@{after.username} n’a pas de département : indiquez-le d’abord avec /membres deplacer @{after.username}."
        )
    if not set(after.departements) <= {*actor.departements, *before.departements}:
        raise UserError(
            f"{_say_own(actor.departements)} Pour un autre département, demandez à un animateur de communauté."
        )


_OWN = "Votre propre rôle et votre propre place, quelqu’un d’autre les change pour vous."


def _say_own(codes: Sequence[str]) -> str:
    if not codes:
        return "Le registre ne vous donne aucun département : demandez à l’équipe d’animation de l’y inscrire."
    named = "Votre département" if len(codes) == 1 else "Vos départements"
    return f"{named} : {join([departement(code).name for code in codes])}."
