"""Changing something about somebody: checked, written down, told, and undone by a click."""

from collections.abc import Sequence
from datetime import timedelta

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.replies import Button, Direct, Replies, Reply, Whisper
from bot.texts import Markdown, render
from commands.membres.card import facts
from commands.membres.feature import LEADERS, feature
from commands.membres.finding import Member, read_member
from commands.membres.guests import settle_guest
from commands.membres.newcomers import announce
from commands.membres.noting import note_person
from commands.membres.places import settle_places
from commands.membres.roles import propose
from commands.membres.rules import check, must_reach, takes_two
from commands.membres.standing import Standing
from config.territories import departement
from storage import people
from storage.people import Person, arrivals, moves

NEW_FOR = timedelta(days=30)
"""After somebody came: who has no département until later is announced no more."""


class Undo(BaseModel):
    """« Annuler »: back to how it was, as long as it is still what it then became."""

    person_id: str
    before: Standing
    after: Standing


async def change(ctx: Context, actor: Person, member: Member, after: Person) -> Replies:
    """Write somebody down as they are to be, and say so; nothing where they are so already.

    Raises UserError where this actor may not change that.
    """
    before = member.person
    check(actor, member.role, before, after)
    if not member.is_new and Standing.of(before) == Standing.of(after):
        return Whisper(render("membres/same", person=after), facts=facts(after, ctx))
    if takes_two(member.role, before, after):
        return await propose(ctx, member, after)
    told = await write(ctx, None if member.is_new else before, after, timedelta(days=ctx.settings.move_grace))
    text = render("membres/changed", what=changes(ctx, before, after, is_new=member.is_new), person=after)
    undo = Undo(person_id=after.id, before=Standing.of(before), after=Standing.of(after))
    buttons = [] if member.is_new else [Button("Annuler", undo)]
    return [*told, Whisper(text, buttons, facts(after, ctx))]


@feature.undo(Undo, roles=LEADERS)
async def undo(ctx: Context, click: Undo) -> Replies:
    """It is again as it was; who may make that change today may take it back."""
    member = await read_member(ctx, click.person_id)
    now = Standing.of(member.person)
    if now == click.before:
        return Whisper(render("membres/same", person=member.person))
    if now != click.after:
        raise UserError("Cette personne a changé entre-temps : regardez sa fiche avec /membres avant de continuer.")
    after = click.before.applied_to(member.person)
    must_reach(ctx.user, member.role, member.person)
    check(ctx.user, click.before.role or member.role, after, member.person)
    if takes_two(member.role, member.person, after):
        return await propose(ctx, member, after)
    told = await write(ctx, member.person, after, timedelta())
    return [*told, Whisper(render("membres/undone", person=after), facts=facts(after, ctx))]


async def write(ctx: Context, before: Person | None, after: Person, grace: timedelta) -> Sequence[Reply]:
    """Somebody is so from now on. ``before`` is None of who is new; what is undone has no ``grace``, as if it had not
    been."""
    note_person(ctx, before, after)
    await people.register(ctx.db, after)
    ctx.touched.add(after.id)
    told = [*await settle_guest(ctx, after)]
    if before is not None:
        await moves.note(ctx.db, [(before, after)], ctx.now, grace)
        told += _tell_mover(ctx, before, after) if grace else []
    is_placed = after.departements and not (before and before.departements)
    if is_placed and await arrivals.is_since(ctx.db, after.id, ctx.now - NEW_FOR):
        told += await announce(ctx, after)
    return [*told, *await settle_places(ctx, before, after)]


def _tell_mover(ctx: Context, before: Person, after: Person) -> Sequence[Reply]:
    """Who works in another département learns of it, and until when they are still in the old one’s channel."""
    left = [departement(code).name for code in before.departements if code not in after.departements]
    if not left or not after.departements or after.id == ctx.user.id or after.left_on:
        return []
    until = (ctx.now + timedelta(days=ctx.settings.move_grace)).astimezone(after.zone).date()
    now = [departement(code).name for code in after.departements]
    return [Direct(render("membres/moved", now=now, left=left, until=until), user_id=after.id)]


def changes(ctx: Context, before: Person, after: Person, *, is_new: bool) -> list[Markdown]:
    """What is different, a sentence each."""
    names = ("role", "departements", "structure", "siret", "arrived_on", "left_on", "prenom", "nom")
    different = {name for name in names if getattr(before, name) != getattr(after, name)}
    later = not after.has_left(after.today(ctx.now))
    said = render("membres/changes", before=before, after=after, different=different, is_new=is_new, later=later)
    return [Markdown(line) for line in said.splitlines() if line.strip()]
