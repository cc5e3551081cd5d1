"""The poll that is open in the demo’s national channel, asked by Agathe: what people there may answer."""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.work import begin
from commands.sondage.buttons import Broadcast
from storage import people, reach, targets, work
from storage import sondage as polls
from storage.sondage import Poll, State
from storage.work import Sort

CHANNEL, TITLE = "national", "National"
"""The channel of the demo where everybody is: its address, and what it is called."""
AUTHOR = "agathe"
QUESTION = "Quels outils vous manquent ?"
OPTIONS = ["Visioconférence", "Agenda partagé", "Espace de fichiers", "Prise de rendez-vous", "Rien de tout cela"]
LASTS = timedelta(days=14)


async def ask(db: AsyncSession, channel_id: str, now: datetime) -> int:
    """Write it down, and that it is to be asked: the bot does so when it starts. Say its number."""
    author = await people.by_username(db, AUTHOR)
    if author is None:
        raise ValueError(f"nobody is called {AUTHOR}")
    poll = Poll(
        key="demo",
        by=author.id,
        question=QUESTION,
        options=OPTIONS,
        several=True,
        targets=[targets.NATIONAL],
        channels={channel_id: TITLE},
        public=True,
        invited=await reach.count(db, [targets.NATIONAL], now.date()),
        state=State.OPEN,
        created_at=now,
        opened_at=now,
        ends_at=now + LASTS,
    )
    number = await polls.put(db, poll)
    if number is None:
        raise ValueError("the demo’s poll is there already")
    await work.add(db, [begin(Sort.STEPS, Broadcast(poll=number), "", now, told=False)])
    return number
