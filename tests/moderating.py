"""What the stories of moderation share: who reports, who wrote it, who decides, the room and a channel."""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import update
from sqlmodel import col, select

from storage import canaux
from storage.journal import JournalEntry
from storage.moderation import Appeal, Case, Measure, Report, RuleHit, measures
from storage.people import Role
from tests.house import House, hears, until_async
from tests.people import Person, Post, unique
from tests.people.dialog import Answer, Dialog
from tests.shelving import a_room

_RUNS = count()
ROOMS = {"moderation": "P", "ressourcerie": "O"}


@dataclass
class Room:
    """Moderation at work: ``juliette`` and ``paul`` report what ``lea`` wrote in ``place``; ``agathe`` and ``omar``
    decide in ``room``."""

    house: House
    juliette: Person
    paul: Person
    lea: Person
    agathe: Person
    omar: Person
    room: str
    place: str

    def link(self, post: Post) -> str:
        """As « Copy link » gives it."""
        return f"{self.house.site.url}/{self.house.site.team}/pl/{post.id}"

    async def writes(self, text: str = "", who: Person | None = None) -> Post:
        """Lea writes something of her own."""
        return await (who or self.lea).says(text or f"Vous êtes tous des {unique('mots')} !", self.place)

    async def reports(self, who: Person, post: Post, motif: str = "propos", mot: str = "") -> Post:
        """Somebody reports it by its link; what they are told."""
        form = await who.opens(f"/signaler {self.link(post)}")
        answer = await form.fill(motif=motif, mot=mot).submit()
        assert answer.accepted, answer
        return await who.whispered("dossier")

    async def opened(self, post: Post | None = None, **more: str) -> tuple[Case, Post]:
        """A case of a message of Lea’s that Juliette reported, and its card."""
        post = post or await self.writes()
        await self.reports(self.juliette, post, **more)
        case = await self.case(post)
        card = await self.card(case)
        await self.house.settled()
        return case, card

    async def case(self, post: Post) -> Case:
        """The newest case of a message, once it is there."""

        async def is_there() -> Case | None:
            async with self.house.bot.database.transaction(writes=False) as db:
                theirs = select(Case).where(Case.post_id == post.id).order_by(col(Case.id).desc())
                return (await db.exec(theirs)).first()

        return await until_async(is_there)

    async def now(self, case: Case) -> Case:
        """The same as it is now."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return (await db.exec(select(Case).where(Case.id == case.id))).one()

    async def reported(self, case: Case) -> list[Report]:
        """Its reports."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return list((await db.exec(select(Report).where(Report.case_id == case.id))).all())

    async def appeal(self, case: Case) -> Appeal | None:
        """Its appeal."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return (await db.exec(select(Appeal).where(Appeal.case_id == case.id))).first()

    async def standing(self, case: Case) -> list[Measure]:
        """The measures that hold against its author."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return list(await measures.list_standing(db, case.author_id))

    async def acts(self, case: Case) -> list[str]:
        """The acts of moderation that the journal has about its author, oldest first."""
        async with self.house.bot.database.transaction(writes=False) as db:
            theirs = select(JournalEntry).where(JournalEntry.target_id == case.author_id).order_by(col(JournalEntry.id))
            return [entry.act for entry in (await db.exec(theirs)).all() if entry.act.startswith("moderation.")]

    async def card(self, case: Case, containing: str = "") -> Post:
        """Its newest card in the room, once it says that."""
        return (await self.cards(case, containing))[-1]

    async def cards(self, case: Case, containing: str = "") -> list[Post]:
        """All of its cards there that say so."""

        async def stand() -> list[Post] | None:
            posts = [p for p in await self.agathe.reads(self.room) if p.user_id == self.house.site.bot_id]
            mine = [p for p in posts if plain(p).startswith(f"**Dossier n° {case.id},") and not p.root_id]
            return [p for p in mine if containing in plain(p)] or None

        return await until_async(stand)

    async def runs(self, job: str) -> None:
        """A job of moderation is due; all that follows from it is done."""
        await self.house.bot.runs.run(("job", f"moderation.{job}"), f"essai-{next(_RUNS)}")
        await self.house.settled()

    async def under(self, card: Post, containing: str) -> Post:
        """What the bot says under a card, once it does."""

        async def stands() -> Post | None:
            posts = [p for p in await self.agathe.reads(self.room) if p.root_id == card.id]
            return next((p for p in posts if containing in plain(p)), None)

        return await until_async(stands)


def plain(post: Post) -> str:
    """What a post says, with plain spaces."""
    return post.text.replace("\u00a0", " ").replace("\u200b", "")


async def sends(who: Person, post: Post, label: str, **fields: object) -> Answer:
    """Somebody fills the window behind a button or an entry of the menu, and sends it."""
    form = await opens(who, post, label)
    answer = await form.fill(**fields).submit()
    assert answer.accepted, answer
    return answer


async def opens(who: Person, post: Post, label: str) -> Dialog:
    """The window behind a button or an entry of the menu."""
    if label in post.buttons:
        return await who.opens_by(post, label)
    await who.chooses(post, "Autre mesure…", label)
    return await who.dialog()


async def calm(house: House) -> None:
    """What was reported until now was so yesterday: it is no storm."""
    yesterday = house.clock() - timedelta(days=1)
    async with house.bot.database.transaction() as db:
        await db.execute(update(Report).values(at=yesterday))
        await db.execute(update(RuleHit).values(at=yesterday))


@pytest.fixture
async def room(house: House) -> Room:
    """Moderation whose places are known to the bot."""
    house.clock.goes_to(house.clock() + timedelta(seconds=1))
    juliette, paul, lea = [await house.conseiller(name) for name in ("juliette", "paul", "lea")]
    agathe, omar = await house.someone(Role.ANIMATEUR, "agathe"), await house.someone(Role.ANIMATEUR, "omar")
    places = {key: await a_room(house, key, kind) for key, kind in ROOMS.items()}
    members = {"moderation": (agathe, omar), "ressourcerie": (juliette, paul, lea, agathe, omar)}
    for key, place in places.items():
        for person in members[key]:
            await house.site.admin.post(f"/channels/{place}/members", {"user_id": person.id})
    async with house.bot.database.transaction() as db:
        for key, place in places.items():
            await canaux.remember_channel(db, key, place, house.clock())
    await calm(house)
    await until_async(lambda: hears(house.bot, set(), {places["ressourcerie"]}))
    return Room(house, juliette, paul, lea, agathe, omar, places["moderation"], places["ressourcerie"])
