"""The windows about people: opened for whom it may be, and what was sent in them."""

from bot.context import Context
from bot.replies import Ask, Perform, Replies
from commands.membres.card import EditEnd, EditPlace, EditRole, Return
from commands.membres.changing import change
from commands.membres.feature import LEADERS, feature
from commands.membres.finding import Member, ask_about_id, read_member, read_named
from commands.membres.making import chosen_role, ended, find_employer, with_
from commands.membres.rules import may_give, must_reach
from dialogs.membres import About, AddMember, ChooseMember, EndMember, GiveRole, MoveMember, Purpose, Who
from storage import people
from storage.people import Person


def open_window(actor: Person, purpose: Purpose, member: Member) -> Replies:
    """The window, if this person may change that at all."""
    person, who = member.person, Who.of(member.person, member.role)
    must_reach(actor, member.role, person)
    match purpose:
        case Purpose.ROLE:
            return Ask(GiveRole.draft(who=who, may_give=may_give(actor), role=person.role))
        case Purpose.DEPLACER:
            known = {"structure": person.structure, "siret": person.siret}
            return Ask(MoveMember.draft(who=who, departements=tuple(person.departements) or None, **known))
        case Purpose.DEPART:
            return Ask(EndMember.draft(who=who, left_on=person.left_on))
        case _:
            return Ask(_new(actor, member, who))


def _new(actor: Person, member: Member, who: Who) -> AddMember:
    """The window of somebody new, with what is known already."""
    person = member.person
    own = actor.departements if len(actor.departements) == 1 and not actor.animates else []
    known = {name: getattr(person, name) for name in ("prenom", "nom", "structure", "siret", "arrived_on")}
    role = person.role or (member.role if member.role in may_give(actor) else None)
    departements = tuple(person.departements or own) or None
    return AddMember.draft(who=who, may_give=may_give(actor), role=role, departements=departements, **known)


def choose_first(purpose: Purpose) -> Replies:
    return Ask(ChooseMember.draft(purpose=purpose))


@feature.submit(ChooseMember, roles=LEADERS, writes=False)
async def choose(ctx: Context, form: ChooseMember) -> Replies:
    """Now that it is known whom it is about: what about them?"""
    named = await ask_about_id(ctx, form.person)
    if form.purpose is Purpose.RETOUR:
        return Perform(f"membres retour @{named.username}")
    return open_window(ctx.user, form.purpose, await read_named(ctx, named))


@feature.button(EditRole, roles=LEADERS, writes=False)
async def edit_role(ctx: Context, click: EditRole) -> Replies:
    """The window of a role."""
    return open_window(ctx.user, Purpose.ROLE, await read_member(ctx, click.person_id))


@feature.button(EditPlace, roles=LEADERS, writes=False)
async def edit_place(ctx: Context, click: EditPlace) -> Replies:
    """The window of a place."""
    return open_window(ctx.user, Purpose.DEPLACER, await read_member(ctx, click.person_id))


@feature.button(EditEnd, roles=LEADERS, writes=False)
async def edit_end(ctx: Context, click: EditEnd) -> Replies:
    """The window of a departure."""
    return open_window(ctx.user, Purpose.DEPART, await read_member(ctx, click.person_id))


@feature.button(Return, roles=LEADERS)
async def return_by_button(ctx: Context, click: Return) -> Replies:
    """They have not left, or are back."""
    member = await read_member(ctx, click.person_id)
    return await change(ctx, ctx.user, member, with_(member.person, left_on=None))


@feature.submit(AddMember, roles=LEADERS)
async def save_new(ctx: Context, form: AddMember) -> Replies:
    """Somebody is in the register, with what was filled in; the rest stays as it was; who had left is back."""
    member = await _about(ctx, form)
    names = ("prenom", "nom", "structure", "siret", "arrived_on")
    values = {name: value for name in names if (value := getattr(form, name)) is not None}
    values |= await find_employer(ctx, form.siret, form.structure)
    after = with_(member.person, role=chosen_role(ctx.user, form.role), **values)
    after = people.place(after, form.departements) if form.departements else after
    after = with_(after, left_on=None) if after.has_left(ctx.today) else after
    return await change(ctx, ctx.user, member, after)


@feature.submit(GiveRole, roles=LEADERS)
async def save_role(ctx: Context, form: GiveRole) -> Replies:
    """This role, from now on."""
    member = await _about(ctx, form)
    return await change(ctx, ctx.user, member, with_(member.person, role=chosen_role(ctx.user, form.role)))


@feature.submit(MoveMember, roles=LEADERS)
async def save_place(ctx: Context, form: MoveMember) -> Replies:
    """This place, from now on."""
    member = await _about(ctx, form)
    moved = people.place(member.person, form.departements)
    values = await find_employer(ctx, form.siret, form.structure)
    return await change(ctx, ctx.user, member, with_(moved, **values))


@feature.submit(EndMember, roles=LEADERS)
async def save_end(ctx: Context, form: EndMember) -> Replies:
    """That was, or will be, the last day."""
    member = await _about(ctx, form)
    return await change(ctx, ctx.user, member, ended(member.person, form.left_on))


async def _about(ctx: Context, form: About) -> Member:
    """Whom a window is about, as the register has them now; who is not in it is as the window was told."""
    who = form.who
    row = await people.get(ctx.db, who.id)
    person = row or Person(id=who.id, username=who.username, timezone=who.timezone, since=ctx.now)
    return Member(person, person.role or who.role, row is None)
