"""The poll that is open in the demo’s national channel, asked by Agathe: what people there may answer."""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.work import begin
from commands.sondage.buttons import Broadcast
from storage import canaux, people, reach, targets, work
from storage import sondage as polls
from storage.sondage import Poll, State
from storage.work import Sort

KEY, CHANNEL = "general", "town-square"
"""The channel of the demo where everybody is: its key in the table, and its address."""
AUTHOR = "agathe"
TITLE = "Général"
QUESTION = "Quels outils vous manquent ?"
OPTIONS = ["Visioconférence", "Agenda partagé", "Espace de fichiers", "Prise de rendez-vous", "Rien de tout cela"]
LASTS = timedelta(days=14)


async def ask(db: AsyncSession, now: datetime) -> int:
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
        channels={(await canaux.by_key(db))[KEY]: TITLE},
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
