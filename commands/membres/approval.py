"""The second animateur’s word about a role over others: it is given or taken then, or not."""

from collections.abc import Sequence
from datetime import timedelta

from bot.context import Context
from bot.errors import UserError
from bot.replies import Direct, Replies, Reply, Whisper
from commands.membres.changing import write
from commands.membres.feature import ANIMATEURS, feature
from commands.membres.finding import Member
from commands.membres.making import with_
from commands.membres.roles import DECIDED, HOLDS_FOR, ApproveRole, Asked, RefuseRole, note_role, say, settled
from commands.membres.rules import check
from commands.membres.standing import Standing
from commands.membres.welcome import refresh_welcome
from storage import claims, people
from storage.journal import Act
from storage.people import Person

OWN = "Quelqu’un d’autre de l’équipe d’animation en décide : ni qui le demande, ni qui est concerné."
OLD = "C’est demandé depuis trop longtemps, ou la situation a changé : rien n’est fait. Demandez-le de nouveau."
LATE = "C’est déjà décidé."


@feature.button(ApproveRole, roles=ANIMATEURS)
async def approve(ctx: Context, click: ApproveRole) -> Replies:
    """It is so from now on, as if both had done it; the person and who asked hear of it."""
    asked = click.asked
    if ctx.user.id in {asked.by, asked.person_id}:
        raise UserError(OWN)
    member = await _as_then(ctx, asked)
    after = asked.after.applied_to(member.person)
    check(await _who_asked(ctx, asked), member.role, member.person, after)
    await _decide(ctx, asked)
    told = await write(ctx, None if member.is_new else member.person, after, timedelta(days=ctx.settings.move_grace))
    return [*told, *await _tell(ctx, asked, member, after), await settled(ctx, asked, "approved")]


@feature.button(RefuseRole, roles=ANIMATEURS)
async def refuse(ctx: Context, click: RefuseRole) -> Replies:
    """Nothing changes; who asked hears of it, unless it is they who take it back."""
    asked = click.asked
    if ctx.user.id == asked.person_id:
        raise UserError(OWN)
    await _decide(ctx, asked)
    note_role(ctx, Act.ROLE_REFUSE, asked)
    if ctx.user.id == asked.by:
        return await settled(ctx, asked, "withdrawn")
    text = await say(ctx, asked, "refused")
    return [Direct(text, user_id=asked.by), await settled(ctx, asked, "refused")]


async def _decide(ctx: Context, asked: Asked) -> None:
    """The first who says something of it decides. Raises UserError for anybody later."""
    if ctx.now - asked.at > HOLDS_FOR:
        raise UserError(OLD)
    if not await claims.claim(ctx.db, DECIDED, asked.topic, ctx.now):
        raise UserError(LATE)


async def _as_then(ctx: Context, asked: Asked) -> Member:
    """Whom it is about. Raises UserError where something about them changed since."""
    row = await people.get(ctx.db, asked.person_id)
    new = Person(id=asked.person_id, username=asked.username, since=ctx.now)
    person = row or asked.before.applied_to(new)
    if Standing.of(person) != asked.before:
        raise UserError(OLD)
    return Member(person, person.known_role or asked.role, row is None)


async def _who_asked(ctx: Context, asked: Asked) -> Person:
    """Who asked, as they are now. Raises UserError for who animates no more."""
    by = await people.get(ctx.db, asked.by)
    if by is None or not by.animates or by.has_left(by.today(ctx.now)):
        raise UserError(
            "Qui le demandait n’anime plus le réseau : demandez-le vous-même, un autre animateur en décidera."
        )
    return with_(by, role=by.known_role)


async def _tell(ctx: Context, asked: Asked, member: Member, after: Person) -> Sequence[Reply]:
    text = await say(ctx, asked, "told")
    return [
        Direct(text, user_id=after.id),
        Direct(await say(ctx, asked, "approved"), user_id=asked.by),
        await refresh_welcome(ctx, with_(after, role=after.role or member.role)),
        Whisper("C’est fait."),
    ]
