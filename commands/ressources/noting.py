"""What is decided of resources is noted in the journal."""

from collections.abc import Mapping

from bot.context import Context
from bot.journaling import Deed, note_at_end
from storage.journal import Act
from storage.ressources.resource import Resource, State

Change = tuple[Mapping[str, object], Mapping[str, object]]
"""How it was, and is."""


def note_state(ctx: Context, act: Act, resource: Resource, was: State) -> None:
    """It went from one state to another: by whom, and why."""
    note_resource(ctx, act, resource, ({"etat": was.value}, {"etat": resource.state.value}), resource.reason)


def note_resource(ctx: Context, act: Act, resource: Resource, change: Change = ({}, {}), reason: str = "") -> None:
    """Something was done to it; it concerns who deposited it."""
    before, after = change
    named = {**before, "titre": before.get("titre", resource.titre)}
    note_at_end(ctx, Deed(act, f"ressource:{resource.number}", resource.deposited_by, reason, named, after))
