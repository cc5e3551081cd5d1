"""Roles over others that the operator gives or takes are told to whom they are of, and in the animation room."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.replies import Direct, Reply, Say
from bot.texts import Markdown, render
from cli.sending import Pen
from commands.membres.feature import feature
from commands.membres.roles import ROOM, Asked
from commands.membres.rules import takes_two
from commands.membres.standing import Standing
from storage import canaux, outbox
from storage.people import Person, Role

LISTED_MAX = 30
"""Changes that the room reads of one by one."""

Change = tuple[Person, Person]
"""Somebody as they were, without role where they are new, and as they are now."""


async def tell(db: AsyncSession, pen: Pen, changes: Sequence[Change], now: datetime) -> None:
    """Those of some changes that need to be told are, in the transaction that makes them."""
    told = [(before, after) for before, after in changes if _is_over(before, after)]
    if not (told and pen.settings.secrets):  # (Without keys no bot was ever set up here.)
        return
    replies: list[Reply] = [
        Direct(
            render("membres/role_by_operator", reader="person", changes=[_say(*change, now, own=True)]),
            user_id=change[1].id,
        )
        for change in told
    ]
    if room := (await canaux.by_key(db)).get(ROOM):
        listed, more = [_say(*change, now) for change in told[:LISTED_MAX]], len(told) - LISTED_MAX
        replies.append(
            Say(render("membres/role_by_operator", reader="room", changes=listed, more=more), channel_id=room)
        )
    await outbox.add(db, await pen.rows(db, replies, feature.name))


def _is_over(before: Person, after: Person) -> bool:
    return takes_two(before.known_role or Role.INVITE, before, after)


def _say(before: Person, after: Person, now: datetime, *, own: bool = False) -> Markdown:
    asked = Asked(
        by="",
        person_id=after.id,
        username=after.username,
        role=before.known_role or Role.INVITE,
        before=Standing.of(before),
        after=Standing.of(after),
        is_new=False,
        at=now,
    )
    return render("membres/role_change", asked=asked, own=own)
