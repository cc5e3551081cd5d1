"""A role over others is given or taken by two: one animateur asks for it, and another, who is not meant, approves."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.journaling import Deed, note_at_end
from bot.linked import address_of
from bot.others import is_there
from bot.replies import Button, Direct, Refresh, Reply, Say, Whisper
from bot.texts import Markdown, link, render
from commands.membres.finding import Member
from commands.membres.standing import Standing
from storage import canaux, claims, journal, people
from storage.journal import Act
from storage.people import Person, Role

ROOM = "animation"
ASKED_MAX = 20
HOLDS_FOR = timedelta(days=7)
"""How long what is asked may be approved."""


DECIDED = "membres.role"
"""What the decision about a topic is claimed under."""


def topic_of(person_id: str, at: datetime) -> str:
    """What the messages about something asked at that moment are filed under."""
    return f"membres.role:{person_id}:{int(at.timestamp() * 1000):x}"


class Asked(BaseModel):
    """What is asked for: by whom (an id, "" for the operator), about whom, as they were, and as they are to be.
    ``role`` is the one that they have, also where it follows from Mattermost."""

    by: str
    person_id: str
    username: str
    role: Role
    before: Standing
    after: Standing
    is_new: bool
    at: datetime

    @property
    def topic(self) -> str:
        """What the messages about it are filed under."""
        return topic_of(self.person_id, self.at)


class ApproveRole(BaseModel):
    """« Approuver »."""

    asked: Asked


class RefuseRole(BaseModel):
    """« Refuser »; of who asked for it, « Retirer »."""

    asked: Asked


async def propose(ctx: Context, member: Member, after: Person) -> Sequence[Reply]:
    """The animateurs are asked in their room, each by themselves where there is none; nothing changes before.
    Raises UserError where the same is asked already."""
    asked = Asked(
        by=ctx.user.id,
        person_id=after.id,
        username=after.username,
        role=member.role,
        before=Standing.of(member.person),
        after=Standing.of(after),
        is_new=member.is_new,
        at=ctx.now,
    )
    await _must_be_new(ctx, asked)
    note_role(ctx, Act.ROLE_ASK, asked)
    text = await say(ctx, asked, "asked")
    buttons = [Button("Approuver", ApproveRole(asked=asked), "primary"), Button("Refuser", RefuseRole(asked=asked))]
    if room := (await canaux.by_key(ctx.db)).get(ROOM):
        told: list[Reply] = [Say(text, buttons, channel_id=room, topic=asked.topic)]
    else:
        others = [one.id for one in await people.animating(ctx.db, ASKED_MAX) if one.id not in {asked.by, after.id}]
        told = [Direct(text, buttons, user_id=one, topic=asked.topic) for one in others if await is_there(ctx, one)]
    return [*told, Whisper(await say(ctx, asked, "waits"))]


async def _must_be_new(ctx: Context, asked: Asked) -> None:
    """Raises UserError where the same waits for its second animateur, saying where. What somebody changed about the
    person since makes void what was asked before."""
    await claims.hold(ctx.db, "membres.role.ask", asked.person_id, ctx.now)
    for entry in await journal.of_things(ctx.db, [f"personne:{asked.person_id}"]):
        is_about_roles = entry.act in {Act.ROLE_ASK, Act.ROLE_REFUSE}
        if ctx.now - entry.at > HOLDS_FOR or not (is_about_roles or entry.actor == journal.BOT):
            return
        topic, by = topic_of(asked.person_id, entry.at), await people.get(ctx.db, entry.actor_id)
        is_same = entry.act == Act.ROLE_ASK and (entry.before, entry.after) == _as_noted(asked)
        if is_same and by and by.animates and not await claims.is_taken(ctx.db, DECIDED, topic):
            cards = [post for post in await ctx.posts_about(topic) if not post.user_id]
            where = link("La demande", address_of(ctx.settings, cards[0].post_id)) if cards else ""
            own = by.id == ctx.user.id
            room = ROOM in await canaux.by_key(ctx.db)
            first = asked.model_copy(update={"by": by.id})
            raise UserError(await say(ctx, first, "again", where=where, room=room, own=own))


async def say(ctx: Context, asked: Asked, what: str, **more: object) -> Markdown:
    """What is to be read of it: that it is « asked », « approved », « refused », « withdrawn » …"""
    by = await people.get(ctx.db, asked.by)
    change = render("membres/role_change", asked=asked, own=what == "told")
    return render("membres/role", what=what, by=by, change=change, user=ctx.user, **more)


async def settled(ctx: Context, asked: Asked, what: str) -> Refresh:
    """The messages in which it was asked, as things are now."""
    return Refresh(await say(ctx, asked, what), topic=asked.topic, here=True)


def note_role(ctx: Context, act: Act, asked: Asked) -> None:
    """It is asked for, or refused, in the journal; what is approved is noted as any change of somebody."""
    before, after = _as_noted(asked)
    note_at_end(ctx, Deed(act, f"personne:{asked.person_id}", asked.person_id, before=before, after=after))


def _as_noted(asked: Asked) -> tuple[dict[str, str], dict[str, str]]:
    """How it was and is to be, as the journal says it."""
    before = {"role": asked.role.value, "dernier_jour": _day(asked.before)}
    role = asked.after.role or asked.role
    return before, {"role": role.value, "dernier_jour": _day(asked.after)}


def _day(standing: Standing) -> str:
    return str(standing.left_on) if standing.left_on else ""
