"""People of the réseau: welcomed, found, registered, moved, and said goodbye to. This module has the commands, buttons
and windows about people.

Words:
    RoleProposal, needs_approval: one animateur proposes to give or take a role over others (animateur, hotline,
        administrateur), and a second one approves; whether a change needs that.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot.audit import AuditEntry, record_entry_at_end
from bot.context import Context, ReadingContext
from bot.errors import UserError, read_or_refuse
from bot.features import Question
from bot.menus import Choosing, Menu
from bot.replies import Ask, Perform, Replies, Reply, Whisper, as_list
from bot.texts import mention, quote, render, require
from commands.membres import accounts, members
from commands.membres.arrivals import GUESTS, Introduce, IntroduceOne, guest_as_person, refresh_guests
from commands.membres.changes import change_member
from commands.membres.members import ANIMATEURS, LEADERS, Member, bienvenue, feature
from config.canaux import home_of
from config.territories import departement
from config.text import take_word
from dialogs import membres
from storage import journal, people
from storage.people import Person, Role, register
from storage.people import arrivals as stored_arrivals
from storage.people.person import read_departements, read_role


@feature.button(Introduce, roles=ANIMATEURS)
async def introduce_guest(ctx: Context, click: Introduce) -> Replies:
    """Give a guest a role; the other animateurs’ messages show who did it."""
    guest = require(await stored_arrivals.get_guest(ctx.db, click.who.id), "membres/waits_no_more")
    return await _introduce(ctx, guest, click.role)


@feature.button(IntroduceOne, roles=ANIMATEURS, writes=False)
async def ask_which_guest(ctx: Context, click: IntroduceOne) -> Replies:
    """Open the window that asks which guest, and which role."""
    waiting = [guest for guest in await stored_arrivals.list_guests(ctx.db, click.day) if not guest.role]
    if not waiting:
        raise UserError(render("membres/nobody_waits"))
    offered = {guest.person_id: f"@{guest.username}" for guest in waiting[: membres.OFFERED_MAX]}
    return Ask(membres.IntroduceGuest.draft(waiting=offered))


@feature.submit(membres.IntroduceGuest, roles=ANIMATEURS)
async def introduce_chosen(ctx: Context, form: membres.IntroduceGuest) -> Replies:
    """Give the chosen guest a role."""
    guest = await stored_arrivals.get_guest(ctx.db, form.person)
    assert guest is not None  # it was offered, and none is ever erased
    return await _introduce(ctx, guest, Role(form.role))


async def _introduce(ctx: Context, guest: stored_arrivals.Guest, role: Role) -> Sequence[Reply]:
    """Give a guest a role, and rewrite their welcome and the message that was clicked. If they have a role by now, say
    so."""
    row = await people.get(ctx.db, guest.person_id)
    if row is not None and row.role is not None:
        already = render("membres/has_role_already", username=guest.username, label=row.role.label)
        return [await refresh_guests(ctx, guest.day, here=True), Whisper(already)]
    member = Member(row or guest_as_person(guest), Role.INVITE, row is None)
    person = member.person.copy_with(role=role)
    changed = as_list(await change_member(ctx, ctx.user, member, person))
    if members.needs_approval(member.role, member.person, person):
        return [*changed, await refresh_guests(ctx, guest.day, here=True)]
    is_said = [isinstance(each, Whisper) or getattr(each, "topic", "") == GUESTS.of(guest.day) for each in changed]
    told = [each for each, said in zip(changed, is_said, strict=True) if not said]
    return [*told, await refresh_guests(ctx, guest.day, here=True)]


@feature.command(
    "membres nouveaux",
    help="Annoncer, ou non, les nouveaux inscrits d’un département",
    hint="[oui | non] [départements]",
    roles=LEADERS,
    writes=True,
)
async def set_announcements(ctx: Context, text: str) -> Replies:
    """Show or set whether newcomers are announced."""
    actor = await ctx.must_still_be(LEADERS)
    word, _, rest = text.strip().partition(" ")
    if word:
        codes = _read_chosen_departements(actor, rest)
        match word.lower():
            case "non":
                await stored_arrivals.hush_departements(ctx.db, codes, actor.id, ctx.now)
            case "oui":
                await stored_arrivals.unhush_departements(ctx.db, codes)
            case _:
                raise UserError(render("membres/yes_or_no", word=word))
        after = {"departements": list(codes), "annonces": word.lower() == "oui"}
        record_entry_at_end(ctx, AuditEntry(journal.AuditAct.MEMBER_SETTING, "reglage:membres.nouveaux", after=after))
    return Whisper(await _say_announcements(ctx, actor))


async def _say_announcements(ctx: Context, actor: Person) -> str:
    hushed = await stored_arrivals.list_quiet_departements(ctx.db)
    own = None if actor.animates else [departement(code) for code in _home_departements(actor.departements)]
    names = [departement(code).name for code in hushed]
    off = ctx.settings.newcomers == "non"
    return render("membres/nouveaux", own=own, hushed=hushed, names=names, off=off)


def _read_chosen_departements(actor: Person, text: str) -> Sequence[str]:
    """Read the départements; for a coordinateur who names none, their own. Raises UserError."""
    codes = _home_departements(
        read_or_refuse(read_departements, text) if text.strip() else [] if actor.animates else actor.departements
    )
    if not codes:
        raise UserError(render("membres/which_departement"))
    if not actor.animates and not set(codes) <= set(_home_departements(actor.departements)):
        raise UserError(render("membres/only_your_departements"))
    return codes


def _home_departements(codes: Sequence[str]) -> Sequence[str]:
    """Return the départements whose channels these départements use."""
    return list(dict.fromkeys(home for code in codes if (home := home_of(code))))


LISTED_MAX = 15
"""People in one answer: more are told by their number."""


class SeeMember(Choosing):
    """Menu of people of that name: shows the card of the chosen one."""


@feature.command(
    "membres", help="Trouver quelqu’un du réseau et voir sa fiche", hint="[nom | @nom]", roles=LEADERS, tells=True
)
async def show_members(ctx: ReadingContext, text: str) -> Replies:
    """Show the person of that name; without a name, how many there are and what can be typed."""
    words = text.strip()
    if not words:
        return await _summarise(ctx)
    if words.startswith("@") and " " not in words:
        named = await members.look_up_name(ctx, words)
        member = await members.find_named_member(ctx, named)
        if not member.is_new:
            _must_look_after(ctx, member.person)
        return members.draw_card(ctx, member)
    return await _search_members(ctx, words)


@feature.button(SeeMember, name="membres.See", roles=LEADERS, writes=False)
async def show_chosen_card(ctx: Context, click: SeeMember) -> Replies:
    """Show the card of the one that was chosen."""
    return await _show_card(ctx, click.chosen)


async def _search_members(ctx: Context, words: str) -> Replies:
    within = None if ctx.user.animates else ctx.user.departements
    found = await register.find_called(ctx.db, words, within)
    if len(found) == 1 and found[0].id:
        return await _show_card(ctx, found[0].id)
    if not found:
        raise UserError(render("membres/nobody", words=quote(words), within=within is not None))
    listed = found[:LISTED_MAX]
    text = render("membres/found", words=quote(words), found=listed, more=len(found) - len(listed))
    # Two people of one name are told apart by their user names.
    options = {one.id: f"{one.full_name} (@{one.username})" for one in listed if one.id}
    return Whisper(text, menus=[Menu("Voir une fiche", SeeMember(), options)] if options else [])


async def _show_card(ctx: Context, person_id: str) -> Whisper:
    member = await members.find_member(ctx, person_id)
    _must_look_after(ctx, member.person)
    return members.draw_card(ctx, member)


def _must_look_after(ctx: Context, person: Person) -> None:
    if person.id != ctx.user.id and not members.looks_after(ctx.user, person):
        raise UserError(render("membres/not_your_departement", username=person.username))


async def _summarise(ctx: Context) -> Whisper:
    within = None if ctx.user.animates else ctx.user.departements
    tally = await people.tally(ctx.db, ctx.today, within)
    waiting = await register.count_awaited(ctx.db) if within is None else 0
    return Whisper(render("membres/summary", tally=tally, waiting=waiting, within=within))


def open_window(actor: Person, purpose: membres.Purpose, member: Member) -> Replies:
    """Open the window of a change, if the actor may make it."""
    person, who = member.person, membres.Who.of(member.person, member.role)
    members.must_reach(actor, member.role, person)
    match purpose:
        case membres.Purpose.ROLE:
            return Ask(membres.GiveRole.draft(who=who, may_give=members.list_givable_roles(actor), role=person.role))
        case membres.Purpose.DEPLACER:
            known = {"structure": person.structure, "siret": person.siret}
            return Ask(membres.MoveMember.draft(who=who, departements=tuple(person.departements) or None, **known))
        case membres.Purpose.DEPART:
            return Ask(membres.EndMember.draft(who=who, left_on=person.left_on))
        case _:
            return Ask(_draft_new_member(actor, member, who))


def _draft_new_member(actor: Person, member: Member, who: membres.Who) -> membres.AddMember:
    """Make the window of a new person, with what is known of them."""
    person = member.person
    own = actor.departements if len(actor.departements) == 1 and not actor.animates else []
    known = {name: getattr(person, name) for name in ("prenom", "nom", "structure", "siret", "arrived_on")}
    role = person.role or (member.role if member.role in members.list_givable_roles(actor) else None)
    departements = tuple(person.departements or own) or None
    may_give = members.list_givable_roles(actor)
    return membres.AddMember.draft(who=who, may_give=may_give, role=role, departements=departements, **known)


@feature.submit(membres.ChooseMember, roles=LEADERS, writes=False)
async def open_chosen_window(ctx: ReadingContext, form: membres.ChooseMember) -> Replies:
    """Open the window of the change, for the person who was chosen."""
    named = await members.look_up_id(ctx, form.person)
    if form.purpose is membres.Purpose.RETOUR:
        return Perform(f"membres retour @{named.username}")
    return open_window(ctx.user, form.purpose, await members.find_named_member(ctx, named))


PURPOSES: Mapping[type[members.OfMember], membres.Purpose] = {
    members.EditRole: membres.Purpose.ROLE,
    members.EditPlace: membres.Purpose.DEPLACER,
    members.EditEnd: membres.Purpose.DEPART,
}


async def edit_member(ctx: Context, click: members.OfMember) -> Replies:
    """Open the window of a card’s button."""
    return open_window(ctx.user, PURPOSES[type(click)], await members.find_member(ctx, click.person_id))


for payload in PURPOSES:
    feature.button(payload, roles=LEADERS, writes=False)(edit_member)


@feature.button(members.ReturnMember, name="membres.Return", roles=LEADERS)
async def return_by_button(ctx: Context, click: members.ReturnMember) -> Replies:
    """Record that somebody has not left, or is back."""
    member = await members.find_member(ctx, click.person_id)
    return await change_member(ctx, ctx.user, member, member.person.copy_with(left_on=None))


@feature.submit(membres.AddMember, roles=LEADERS)
async def save_new(ctx: Context, form: membres.AddMember) -> Replies:
    """Register somebody with the values of the window; earlier values stay where it has none, and a leaver is back."""
    member = await _find_form_member(ctx, form)
    names = ("prenom", "nom", "structure", "siret", "arrived_on")
    values = {name: value for name in names if (value := getattr(form, name)) is not None}
    values |= await members.find_employer(ctx, form.siret, form.structure)
    after = member.person.copy_with(role=members.read_chosen_role(ctx.user, form.role), **values)
    after = people.place(after, form.departements) if form.departements else after
    after = after.copy_with(left_on=None) if after.has_left(ctx.today) else after
    return await change_member(ctx, ctx.user, member, after)


@feature.submit(membres.GiveRole, roles=LEADERS)
async def save_role(ctx: Context, form: membres.GiveRole) -> Replies:
    """Give the role that the window says."""
    member = await _find_form_member(ctx, form)
    role = members.read_chosen_role(ctx.user, form.role)
    return await change_member(ctx, ctx.user, member, member.person.copy_with(role=role))


@feature.submit(membres.MoveMember, roles=LEADERS)
async def save_place(ctx: Context, form: membres.MoveMember) -> Replies:
    """Move somebody where the window says."""
    member = await _find_form_member(ctx, form)
    moved = people.place(member.person, form.departements)
    values = await members.find_employer(ctx, form.siret, form.structure)
    return await change_member(ctx, ctx.user, member, moved.copy_with(**values))


@feature.submit(membres.EndMember, roles=LEADERS)
async def save_end(ctx: Context, form: membres.EndMember) -> Replies:
    """Note the last day that the window says."""
    member = await _find_form_member(ctx, form)
    return await change_member(ctx, ctx.user, member, members.copy_ended(member.person, form.left_on))


async def _find_form_member(ctx: Context, form: membres.MemberForm) -> Member:
    """Get the person of a window from the register as it is now; somebody who is not in it, as the window knew them."""
    who = form.who
    row = await people.get(ctx.db, who.id)
    person = row or Person(id=who.id, username=who.username, timezone=who.timezone, since=ctx.now)
    return Member(person, person.role or who.role, row is None)


@feature.command("membres ajouter", help="Inscrire quelqu’un au registre", hint="[@nom]", roles=LEADERS)
async def add_member(ctx: ReadingContext, text: str) -> Replies:
    """Open the window of somebody new."""
    name, _ = take_word(text)
    if not name:
        return Ask(membres.ChooseMember.draft(purpose=membres.Purpose.AJOUTER))
    member = await members.find_named_member(ctx, await members.look_up_name(ctx, name))
    return open_window(ctx.user, membres.Purpose.AJOUTER, member)


@dataclass(frozen=True, slots=True)
class TypedChange:
    """The person named at the beginning of a line, and the rest of the line."""

    named: members.NamedAccount
    rest: str


def read_change(purpose: membres.Purpose) -> Question[str, TypedChange]:
    """Make the question that looks up who a line names in Mattermost; a line without a name opens a window."""

    async def read(ctx: ReadingContext, text: str) -> TypedChange | Ask:
        name, rest = take_word(text)
        if not name:
            return Ask(membres.ChooseMember.draft(purpose=purpose))
        return TypedChange(await members.look_up_name(ctx, name), rest)

    return read


@feature.command(
    "membres role",
    help="Changer le rôle de quelqu’un",
    hint="[@nom] [rôle]",
    roles=LEADERS,
    asks=read_change(membres.Purpose.ROLE),
)
async def give_role(ctx: Context, typed: TypedChange) -> Replies:
    """Give the role that the line says, in the départements whose numbers follow, if any."""
    return await _change_by_line(ctx, membres.Purpose.ROLE, typed, _give_role)


_PLACED = re.compile(r"^([^\d\s]+(?:\s+[^\d\s]+)*)\s+((?:\d\w{1,2}\b\W*)+)")
"""« coordinateur 69, 01 »: a role, and the numbers of départements."""


def _give_role(person: Person, rest: str) -> Person:
    placed = _PLACED.fullmatch(rest)
    given = person.copy_with(role=read_or_refuse(read_role, placed[1] if placed else rest))
    if placed is None:
        return given
    codes = ", ".join(re.findall(r"\w+", placed[2]))
    return people.place(given, read_or_refuse(read_departements, codes))


@feature.command(
    "membres deplacer",
    help="Changer quelqu’un de département ou de structure",
    hint="[@nom] [départements]",
    roles=LEADERS,
    asks=read_change(membres.Purpose.DEPLACER),
)
async def move_member(ctx: Context, typed: TypedChange) -> Replies:
    """Move somebody to the départements that the line says."""

    def move(person: Person, rest: str) -> Person:
        return people.place(person, read_or_refuse(read_departements, rest))

    return await _change_by_line(ctx, membres.Purpose.DEPLACER, typed, move)


@feature.command(
    "membres depart",
    help="Noter que quelqu’un quitte le réseau",
    hint="[@nom] [dernier jour]",
    roles=LEADERS,
    asks=read_change(membres.Purpose.DEPART),
)
async def end_member(ctx: Context, typed: TypedChange) -> Replies:
    """Note the last day that the line says."""
    day = partial(membres.read_day, clues=ctx.clues)
    return await _change_by_line(
        ctx,
        membres.Purpose.DEPART,
        typed,
        lambda person, rest: members.copy_ended(person, read_or_refuse(day, rest)),
    )


@feature.command(
    "membres retour",
    help="Rendre son rôle à quelqu’un qui était parti",
    hint="[@nom]",
    roles=LEADERS,
    asks=read_change(membres.Purpose.RETOUR),
)
async def return_member(ctx: Context, typed: TypedChange) -> Replies:
    """Note that somebody has not left, or is back."""
    actor = await ctx.must_still_be(LEADERS)
    member = await members.find_named_member(ctx, typed.named)
    return await change_member(ctx, actor, member, member.person.copy_with(left_on=None))


async def _change_by_line(
    ctx: Context, purpose: membres.Purpose, typed: TypedChange, make: Callable[[Person, str], Person]
) -> Replies:
    """Change somebody as the rest of the line says; if it is empty, open the window."""
    actor = await ctx.must_still_be(LEADERS)
    member = await members.find_named_member(ctx, typed.named)
    if not typed.rest:
        return open_window(actor, purpose, member)
    return await change_member(ctx, actor, member, make(member.person, typed.rest))


__all__ = ["bienvenue", "feature"]
