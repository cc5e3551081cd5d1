"""The people of the réseau: who they are, where they work, and what each may do."""

from storage.people.awaited import Awaited
from storage.people.person import EVERYONE, PARIS, SHOWN_TO, Audience, Person, Role
from storage.people.register import (
    BY_ID,
    SameNameError,
    add,
    among,
    by_username,
    every,
    get,
    give,
    note_derived_role,
    pages,
    place,
    register,
    register_all,
    settle,
    tally,
    with_role,
    zone_in,
    zones,
)
from storage.people.structures import Structure

__all__ = [
    "BY_ID",
    "EVERYONE",
    "PARIS",
    "SHOWN_TO",
    "Audience",
    "Awaited",
    "Person",
    "Role",
    "SameNameError",
    "Structure",
    "add",
    "among",
    "by_username",
    "every",
    "get",
    "give",
    "note_derived_role",
    "pages",
    "place",
    "register",
    "register_all",
    "settle",
    "tally",
    "with_role",
    "zone_in",
    "zones",
]
