"""The people of the réseau: who they are, where they work, and what each may do.

Words:
    Awaited: an imported line that waits for its account: taken when somebody of that name or address is first looked
        up.
    Move: a département that somebody left, and until when its channel is still theirs.
    Newcomer, Guest: who is new in a département’s channel; who came unknown.
    RoleNotice: whose role changed, and who has not heard of it yet.
    AccessRequest: what somebody asks whom nobody knows, until who may decide answers.
    Wish: where somebody says that they work, until a leader answers.
    Erasure, pseudonym, asleep: a wish to be erased, and how far it is; what stands for the person in figures; one that
        nobody wished, after long silence.
"""

from storage.people.person import ANIMATES, ERASED, EVERYONE, SHOWN_TO, Audience, Person, Role, is_there
from storage.people.register import (
    Awaited,
    SameNameError,
    Structure,
    add,
    among,
    animating,
    animating_by_mattermost,
    by_ids,
    by_username,
    every,
    get,
    give_role,
    hold,
    list_ended,
    list_to_ask,
    note_animateur,
    note_derived_role,
    pages,
    place,
    register_people,
    register_person,
    settle_departement,
    tally,
    with_role,
    zone_in,
    zones,
)
