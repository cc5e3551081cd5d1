"""All that the author of a reported message can receive, looked through for who reported it."""

import json
from collections.abc import Iterator
from typing import Any

from sqlmodel import col, or_, select

from bot.links import Links
from storage.journal import JournalEntry
from storage.outbox import Outgoing
from storage.outbox.table import TargetKind
from tests.moderating import Room
from tests.people import Person
from tests.test_data_copy import copy_of

SHOWN = {"posted", "post_edited", "ephemeral_message"}


async def told_without(room: Room, who: Person, *secrets: str) -> int:
    """Nothing that they received, or can ask for, has one of these words, nor the ids and names of those who report in
    this room; how many texts that were."""
    copy, pages = await copy_of(who)
    said = [*await sent(room, who), *seen(room, who), json.dumps(copy, ensure_ascii=False), pages]
    names = [name for one in (room.juliette, room.paul) for name in (one.id, one.username)]
    for text in said:
        for secret in (*secrets, *names):
            assert secret not in text, text
    return len(said)


async def sent(room: Room, who: Person) -> Iterator[str]:
    """What was written down to be sent where somebody reads, with what its buttons carry and its topic."""
    places = [who.id, await who.direct_channel(), room.place]
    async with room.house.bot.database.transaction(writes=False) as db:
        theirs = or_(col(Outgoing.target).in_(places), col(Outgoing.channel_id).in_(places))
        rows = (await db.exec(select(Outgoing).where(theirs, Outgoing.where != TargetKind.ACT))).all()
        about = (await db.exec(select(JournalEntry).where(JournalEntry.target_id == who.id))).all()
    told = [json.dumps([row.content, row.topic], ensure_ascii=False) for row in rows]
    return iter([*told, *(entry.model_dump_json() for entry in about)])


def seen(room: Room, who: Person) -> Iterator[str]:
    """What their client showed: the bot’s posts and whispers, and windows with all that these carry sealed."""
    for frame in who.ears.frames:
        if frame.event == "open_dialog":
            dialog = json.loads(frame.data["dialog"])["dialog"]
            yield json.dumps(dialog | {"state": _opened(Links(room.house.settings.secrets), dialog["state"])})
        elif frame.event in SHOWN and json.loads(frame.data["post"])["user_id"] == room.house.site.bot_id:
            yield frame.data["post"]


def _opened(links: Links, state: str) -> dict[str, Any]:
    return {name: value for name, value in links.open("dialog", state).items() if name != "u"}
