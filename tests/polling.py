"""What the tests of polls share: channels with members, a poll that is asked, and votes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import select

from storage.people import Role
from storage.sondage import Poll
from tests.announcing import canal, plain
from tests.house import House
from tests.people import Answer, Dialog, Person, Post, unique

__all__ = ["plain"]

OUTILS = ["Visio", "Agenda partagé", "Rien de tout cela"]
NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
CONFIRM = ["Lancer", "Modifier", "Annuler"]
OPEN = ["Changer la fin", "Clore", "Retirer"]


def poll_of(**values: Any) -> Poll:
    """A poll, as it would be in its table."""
    usual: dict[str, Any] = {"key": "k" * 26, "question": "Quoi ?", "options": ["Oui", "Non"], "created_at": NOW,
                             "ends_at": NOW + timedelta(days=1)}  # fmt: skip
    return Poll(**(usual | values))


async def club(house: House, *members: Person) -> str:
    """A channel of its own, with the bot and these people in it."""
    channel = await canal(house, unique("club").lower(), "Club")
    await joins(house, channel, *members)
    return channel


async def joins(house: House, channel: str, *people: Person) -> None:
    for person in people:
        await house.site.admin.post(f"/channels/{channel}/members", {"user_id": person.id})


async def previewed(person: Person, channel: str = "", **filled: Any) -> Post:
    """The preview of a poll that is written like that, by default for the channel where it is asked for."""
    form = await person.opens("/sondage", channel)
    values = {"question": unique("Outils"), "reponses": "\n".join(OUTILS)} | filled
    answer = await form.fill(**values).submit()
    assert answer.accepted, answer
    return await person.told(str(values["question"]).partition(" ")[0])


async def launched(person: Person, preview: Post) -> int:
    """Its number, once it is on its way."""
    await person.clicks(preview, "Lancer")
    card = await person.rewritten(preview, "Ouvert")
    assert card.buttons == OPEN
    return number_of(card)


def number_of(post: Post) -> int:
    """The number of the poll that a post is about."""
    return int(plain(post.text).split("n° ")[1].split()[0])


async def asked(house: House, author: Person, channel: str, **filled: Any) -> Post:
    """The poll, as it stands in that channel."""
    number = await launched(author, await previewed(author, channel, **filled))
    await house.settled()
    return await standing(house, channel, number)


async def standing(house: House, channel: str, number: int) -> Post:
    """What asks that poll in a channel, as it is now."""
    found = await house.site.admin.get(f"/channels/{channel}/posts?per_page=200")
    posts = [Post.read(found["posts"][ident]) for ident in reversed(found["order"])]
    mine = [post for post in posts if f"Sondage n° {number} " in plain(post.message)]
    assert mine, [post.message for post in posts]
    return mine[0]


async def said(house: House, channel: str, containing: str) -> list[Post]:
    """What the bot said in a channel with these words, oldest first."""
    found = await house.site.admin.get(f"/channels/{channel}/posts?per_page=200")
    posts = [Post.read(found["posts"][ident]) for ident in reversed(found["order"])]
    return [post for post in posts if post.user_id == house.site.bot_id and containing in plain(post.message)]


async def votes(person: Person, post: Post, answer: str | Sequence[str], **more: str) -> Answer:
    """What somebody who clicks « Voter » and chooses is answered."""
    return await chooses(await person.opens_by(post, "Voter"), answer, **more)


async def chooses(form: Dialog, answer: str | Sequence[str], **more: str) -> Answer:
    """What the window answers to a choice by number."""
    chosen = {"reponse": answer} if isinstance(answer, str) else {"reponses": list(answer)}
    return await form.fill(**chosen, **more).submit()


async def voted(house: House, person: Person, post: Post, answer: str | Sequence[str], **more: str) -> None:
    """The same, and the receipt has come."""
    answered = await votes(person, post, answer, **more)
    assert answered.accepted, answered
    receipt = await person.told("enregistré")
    assert plain(receipt.text) == f"Votre vote au sondage n° {number_of(post)} est enregistré."


def code_in(form: Dialog) -> str:
    """The code that a window shows."""
    return form.introduction.split("changer d’avis")[1].split("**")[1]


async def ends(house: House, number: int) -> None:
    """Its time is over, and the clock has come by."""
    poll = await stored(house, number)
    house.clock.goes_to(poll.ends_at + timedelta(seconds=1))
    await run(house, "sondage.end_due", f"fin {number}")
    house.bot.workers.look()
    await house.settled()


async def run(house: House, job: str, period: str, **more: Any) -> None:
    """A job at work, as the clock would have it."""
    await house.bot.runs.run(("job", job), period, **more)


async def stored(house: House, number: int) -> Poll:
    """A poll as the table has it."""
    async with house.bot.database.transaction(writes=False) as db:
        return (await db.exec(select(Poll).where(Poll.number == number))).one()


async def people(house: House, count: int, *places: str) -> list[Person]:
    """So many conseillers of these départements, in turn."""
    wanted = places or ("69",)
    return [await house.conseiller("votant", used=None, departements=[wanted[at % len(wanted)]]) for at in range(count)]


@pytest.fixture
async def agathe(house: House) -> Person:
    """Animatrice."""
    return await house.someone(Role.ANIMATEUR, "agathe")
