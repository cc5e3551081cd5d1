"""A role over others is given or taken by two: one animateur asks for it, and another, who is not meant, approves."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from bot.context import Context
from bot.journaling import Deed, note_at_end
from bot.others import is_there
from bot.replies import Button, Direct, Refresh, Reply, Say, Whisper
from bot.texts import Markdown, render
from commands.membres.finding import Member
from commands.membres.standing import Standing
from storage import canaux, people
from storage.journal import Act
from storage.people import Person, Role

ROOM = "animation"
ASKED_MAX = 20
HOLDS_FOR = timedelta(days=7)
"""How long what is asked may be approved."""


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
        return f"membres.role:{self.person_id}:{int(self.at.timestamp() * 1000):x}"


class ApproveRole(BaseModel):
    """« Approuver »."""

    asked: Asked


class RefuseRole(BaseModel):
    """« Refuser »; of who asked for it, « Retirer »."""

    asked: Asked


async def propose(ctx: Context, member: Member, after: Person) -> Sequence[Reply]:
    """The animateurs are asked in their room, each by themselves where there is none; nothing changes before."""
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
    note_role(ctx, Act.ROLE_ASK, asked)
    text = await say(ctx, asked, "asked")
    buttons = [Button("Approuver", ApproveRole(asked=asked), "primary"), Button("Refuser", RefuseRole(asked=asked))]
    if room := (await canaux.by_key(ctx.db)).get(ROOM):
        told: list[Reply] = [Say(text, buttons, channel_id=room, topic=asked.topic)]
    else:
        others = [one.id for one in await people.animating(ctx.db, ASKED_MAX) if one.id not in {asked.by, after.id}]
        told = [Direct(text, buttons, user_id=one, topic=asked.topic) for one in others if await is_there(ctx, one)]
    return [*told, Whisper(await say(ctx, asked, "waits"))]


async def say(ctx: Context, asked: Asked, what: str) -> Markdown:
    """What is to be read of it: that it is « asked », « approved », « refused », « withdrawn » …"""
    by = await people.get(ctx.db, asked.by)
    change = render("membres/role_change", asked=asked)
    return render("membres/role", what=what, by=by, change=change, user=ctx.user)


async def settled(ctx: Context, asked: Asked, what: str) -> Refresh:
    """The messages in which it was asked, as things are now."""
    return Refresh(await say(ctx, asked, what), topic=asked.topic, here=True)


def note_role(ctx: Context, act: Act, asked: Asked) -> None:
    """It is asked for, or refused, in the journal; what is approved is noted as any change of somebody."""
    before = {"role": asked.role.value, "dernier_jour": _day(asked.before)}
    role = asked.after.role or asked.role
    after = {"role": role.value, "dernier_jour": _day(asked.after)}
    note_at_end(ctx, Deed(act, f"personne:{asked.person_id}", asked.person_id, before=before, after=after))


def _day(standing: Standing) -> str:
    return str(standing.left_on) if standing.left_on else ""
