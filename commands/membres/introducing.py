"""An animateur says who a guest is: by a click, or in a window where several came."""

from collections.abc import Sequence

from bot.context import Context
from bot.errors import UserError
from bot.replies import Ask, Refresh, Replies, Reply, Whisper, as_list
from bot.texts import mention
from commands.membres.changing import change
from commands.membres.feature import ANIMATEURS, feature
from commands.membres.finding import Member
from commands.membres.guests import Introduce, IntroduceOne, guest_as_person, refresh
from commands.membres.making import with_
from commands.membres.rules import takes_two
from commands.membres.welcome import refresh_welcome
from dialogs.membres import OFFERED_MAX, IntroduceGuest
from storage import people
from storage.people import Role, guests
from storage.people.guests import Guest


@feature.button(Introduce, roles=ANIMATEURS)
async def introduce(ctx: Context, click: Introduce) -> Replies:
    """The guest has that role from now on; the other animateurs see who said so."""
    guest = await guests.get(ctx.db, click.who.id)
    if guest is None:
        raise UserError("Cette personne n’attend plus de rôle : regardez sa fiche avec /membres.")
    return await _introduce(ctx, guest, click.role)


@feature.button(IntroduceOne, roles=ANIMATEURS, writes=False)
async def ask_whom(ctx: Context, click: IntroduceOne) -> Replies:
    """The window: which of them, and the role."""
    waiting = [guest for guest in await guests.of(ctx.db, click.day) if not guest.role]
    if not waiting:
        raise UserError("Plus personne de ce jour n’attend de rôle : un autre animateur s’en est chargé.")
    offered = {guest.person_id: f"@{guest.username}" for guest in waiting[:OFFERED_MAX]}
    return Ask(IntroduceGuest.draft(waiting=offered))


@feature.submit(IntroduceGuest, roles=ANIMATEURS)
async def introduce_chosen(ctx: Context, form: IntroduceGuest) -> Replies:
    """The same for the one that was chosen."""
    guest = await guests.get(ctx.db, form.person)
    assert guest is not None  # it was offered, and none is ever erased
    return await _introduce(ctx, guest, Role(form.role))


async def _introduce(ctx: Context, guest: Guest, role: Role) -> Sequence[Reply]:
    """A welcome that fits the role, and the message of the day, which stands where the animateur clicked; of who has
    a role by now it shows that, and who said so."""
    row = await people.get(ctx.db, guest.person_id)
    if row is not None and row.role is not None:
        already = f"{mention(guest.username)} a déjà un rôle : {row.role.label}. Il se change avec /membres role."
        return [await refresh(ctx, guest.day, here=True), Whisper(already)]
    member = Member(row or guest_as_person(guest), Role.INVITE, row is None)
    person = with_(member.person, role=role)
    changed = as_list(await change(ctx, ctx.user, member, person))
    if takes_two(member.role, member.person, person):
        return [*changed, await refresh(ctx, guest.day, here=True)]
    told = [reply for reply in changed if not isinstance(reply, (Whisper, Refresh))]
    return [*told, await refresh_welcome(ctx, person), await refresh(ctx, guest.day, here=True)]
