"""Whatever happens, nothing that the author can receive says who reported: no text, button, window, topic or entry."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import col, or_, select

from bot.links import Links
from storage.journal import Entry
from storage.outbox import Outgoing
from storage.outbox.table import Where
from tests.helping import reacts, writes
from tests.moderating import Room, plain, room, sends
from tests.people import Person

__all__ = ["room"]

MOVES: Sequence[tuple[str, dict[str, str]]] = [
    ("Rappel de la charte", {"raison": "Ces mots blessent."}),
    ("Avertir", {"raison": "Ces mots blessent."}),
    ("Masquer", {"raison": "Ces mots blessent."}),
    ("Rien à faire", {"avis": "infonde"}),
    ("Suspendre l’écriture", {"raison": "Ces mots blessent.", "duree": "2h"}),
]
SECRET = "motsecret"
"""In what the reporter says of it."""
SHOWN = {"posted", "post_edited", "ephemeral_message"}


async def sent(room: Room, who: Person) -> Iterator[str]:
    """What was written down to be sent where somebody reads, with what its buttons carry and its topic."""
    places = [who.id, await who.direct_channel(), room.place]
    async with room.house.bot.database.transaction(writes=False) as db:
        theirs = or_(col(Outgoing.target).in_(places), col(Outgoing.channel_id).in_(places))
        rows = (await db.exec(select(Outgoing).where(theirs, Outgoing.where != Where.ACT))).all()
        about = (await db.exec(select(Entry).where(Entry.target_id == who.id))).all()
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


async def hears_of_it(room: Room, label: str, fields: dict[str, str]) -> None:
    """Lea’s message is reported, decided about, contested, and asked about in every way that she has."""
    post = await room.writes()
    await room.reports(room.juliette, post, "autre", f"{SECRET} : cela me blesse.")
    await reacts(room.paul, post, "triangular_flag_on_post")
    case = await room.case(post)
    card = await room.card(case, "par 2 personnes")
    room.lea.acts()
    await sends(room.agathe, card, label, **fields)
    await room.house.settled()
    if label != "Rien à faire":
        notice = await room.lea.told("Ces mots blessent.")
        await sends(room.lea, notice, "Contester", mot="Qui m’a signalée ? @all")
        await sends(room.omar, await room.card(case, "contesté"), "Maintenir", reponse="Elle est maintenue.")
        await writes(room.lea, notice, "Qui m’a signalée ?")
        await room.lea.told("Vous avez déjà contesté")
    await room.lea.asks(f"/signaler {room.link(post)}")


async def test_the_author_never_learns_who_reported(room: Room) -> None:
    for label, fields in MOVES:
        await hears_of_it(room, label, fields)
    await room.house.settled()
    said = [*await sent(room, room.lea), *seen(room, room.lea)]
    assert len(said) > 20
    for text in said:
        for secret in (SECRET, *(name for who in (room.juliette, room.paul) for name in (who.id, who.username))):
            assert secret not in text, text
    card = (await room.agathe.reads(room.room))[-1]
    assert not any(who.username in plain(card) for who in (room.juliette, room.paul))
