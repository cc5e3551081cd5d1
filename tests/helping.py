"""What the stories of the hotline share: who asks, who answers, the rooms, and what stands in them."""

from dataclasses import dataclass

import pytest
from sqlmodel import col, select

from storage import canaux
from storage.hotline import posts, tickets
from storage.hotline.tickets import Ticket
from storage.people import Role
from tests.house import House, hears, until_async
from tests.people import Person, Post
from tests.people.dialog import Answer

ROOMS = {"espace-coop": "hotline-espace-coop", "metier": "hotline-metier"}
USUAL = {"file": "espace-coop", "categorie": "autre", "urgence": "genant"}


@dataclass
class Desk:
    """A hotline at work: ``agathe`` and ``omar`` answer in both rooms."""

    house: House
    juliette: Person
    agathe: Person
    omar: Person
    rooms: dict[str, str]

    async def asks(self, who: Person, subject: str, **more: str) -> tuple[Ticket, Post]:
        """Somebody files a demand; it, and their receipt."""
        form = await who.opens("/hotline")
        answer = await form.fill(**(USUAL | {"sujet": subject} | more)).submit()
        assert answer.accepted, answer
        receipt = await who.told(f": {subject}")
        return await self.ticket(who), receipt

    async def ticket(self, who: Person) -> Ticket:
        """Somebody’s newest one."""
        async with self.house.bot.database.transaction(writes=False) as db:
            theirs = select(Ticket).where(Ticket.author_id == who.id).order_by(col(Ticket.id).desc()).limit(1)
            return (await db.exec(theirs)).one()

    async def now(self, ticket: Ticket) -> Ticket:
        """The same as it is now."""
        async with self.house.bot.database.transaction(writes=False) as db:
            found = await tickets.get(db, ticket.number)
        assert found
        return found

    async def card(self, ticket: Ticket, containing: str = "", queue: str = "") -> Post:
        """Its card, as agents see it, once it says that."""
        place = self.rooms[queue or ticket.queue]

        async def stands() -> Post | None:
            posts = await self.agathe.reads(place)
            mine = [p for p in posts if f"Demande n° {ticket.number} :" in plain(p) and not p.root_id]
            return next((p for p in mine if containing in plain(p)), None)

        return await until_async(stands)

    async def under(self, who: Person, root: Post, containing: str) -> Post:
        """What the bot says in the thread of a post, once it says that."""

        async def is_said() -> Post | None:
            found = [p for p in await who.reads(root.channel_id) if p.root_id == root.id and containing in plain(p)]
            return next((p for p in found if p.user_id == self.house.site.bot_id), None)

        return await until_async(is_said)

    async def is_where(self, ticket: Ticket) -> None:
        """Wait until card and receipt are known to stand where they do."""

        async def stands() -> bool:
            async with self.house.bot.database.transaction(writes=False) as db:
                found = await tickets.get(db, ticket.number)
                card = await posts.get_card(db, found) if found else None
                return bool(found and found.thread_post and card and card.post_id)

        await until_async(stands)

    async def is_known(self, twin: Post) -> None:
        """Wait until it is written down whose twin a post is."""

        async def is_so() -> bool:
            async with self.house.bot.database.transaction(writes=False) as db:
                return await posts.find_line(db, twin.id) is not None

        await until_async(is_so)


def plain(post: Post) -> str:
    """What a post says, with plain spaces."""
    return post.text.replace("\u00a0", " ").replace("\u200b", "")


async def writes(who: Person, root: Post, text: str, files: tuple[str, ...] = ()) -> Post:
    """Somebody answers in the thread of a post."""
    who.acts()
    call = {"channel_id": root.channel_id, "root_id": root.id, "message": text, "file_ids": list(files)}
    return Post.read(await who.api.post("/posts", call))


async def changes(who: Person, post: Post, text: str) -> None:
    """Somebody changes what they wrote."""
    await who.api.put(f"/posts/{post.id}/patch", {"message": text})


async def reacts(who: Person, post: Post, emoji: str) -> None:
    """Somebody puts an emoji under a post."""
    await who.api.post("/reactions", {"user_id": who.id, "post_id": post.id, "emoji_name": emoji})


async def sends(who: Person, post: Post, label: str, **fields: str) -> Answer:
    """Somebody fills the window behind a button or a menu’s entry, and sends it."""
    if label in post.buttons:
        form = await who.opens_by(post, label)
    else:
        await who.chooses(post, "Plus…", label)
        form = await who.dialog()
    answer = await form.fill(**fields).submit()
    assert answer.accepted, answer
    return answer


@pytest.fixture
async def desk(house: House) -> Desk:
    """A hotline whose rooms are there, heard by the bot."""
    juliette, agathe, omar = (
        await house.conseiller(),
        await house.site.person("agathe"),
        await house.site.person("omar"),
    )
    for agent in (agathe, omar):
        await house.registers(agent, Role.HOTLINE)
    rooms = {queue: await _room(house, queue) for queue in ROOMS}
    for place in rooms.values():
        for agent in (agathe, omar):
            await house.site.admin.post(f"/channels/{place}/members", {"user_id": agent.id})
    await until_async(lambda: hears(house.bot, set(rooms.values())))
    return Desk(house, juliette, agathe, omar, rooms)


async def _room(house: House, queue: str) -> str:
    """The room of a queue; made by the admin where the bot has none yet, and the bot let in."""
    async with house.bot.database.transaction(writes=False) as db:
        known = (await canaux.find_channel_ids(db)).get(ROOMS[queue])
    if known:
        return known
    team = house.site.team_id
    made = await house.site.admin.post(
        "/channels", {"team_id": team, "name": ROOMS[queue], "display_name": ROOMS[queue], "type": "P"}
    )
    await house.site.admin.post(f"/channels/{made['id']}/members", {"user_id": house.site.bot_id})
    opener = await house.conseiller("camille")
    form = await opener.opens("/hotline")
    answer = await form.fill(**(USUAL | {"file": queue, "sujet": "La première"})).submit()
    assert answer.accepted, answer

    async def is_known() -> bool:
        async with house.bot.database.transaction(writes=False) as db:
            return (await canaux.find_channel_ids(db)).get(ROOMS[queue]) == str(made["id"])

    await until_async(is_known)
    return str(made["id"])
