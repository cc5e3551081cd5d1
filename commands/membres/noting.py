"""What is changed of people in the register is noted in the journal."""

from collections.abc import Mapping, Sequence

from bot.context import Context
from bot.journaling import Deed, note_at_end
from storage.journal import Act
from storage.people import Person

_NOTED = ("role", "departements", "structure", "siret", "arrived_on", "left_on", "prenom", "nom")


def note_person(ctx: Context, before: Person | None, after: Person) -> None:
    """What differs of somebody; ``before`` is None of who is new in the register."""
    new = _facts(after)
    old = _facts(before) if before else {}
    was = {name: old[name] for name in old if old[name] != new[name]}
    now = {name: value for name, value in new.items() if (name in was if before else value)}
    note_at_end(ctx, Deed(_act(before, after), f"personne:{after.id}", after.id, before=was, after=now))


def note_setting(ctx: Context, departements: Sequence[str], *, announced: bool) -> None:
    """Whether newcomers of these are announced."""
    after = {"departements": list(departements), "annonces": announced}
    note_at_end(ctx, Deed(Act.MEMBER_SETTING, "reglage:membres.nouveaux", after=after))


def _act(before: Person | None, after: Person) -> Act:
    if before is None:
        return Act.MEMBER_ADD
    if before.left_on != after.left_on:
        return Act.MEMBER_LEAVE if after.left_on else Act.MEMBER_RETURN
    return Act.MEMBER_CHANGE


def _facts(person: Person) -> Mapping[str, object]:
    told = {name: getattr(person, name) for name in _NOTED}
    return {name: list(value) if name == "departements" else value and str(value) for name, value in told.items()}
