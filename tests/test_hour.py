"""An hour of an animateur’s work on the demo, played through Mattermost’s API: what it does is shown where it was asked
for, not in a second message.

« python -m tests.test_hour URL » plays it on a demo that runs, and prints what she was sent.
"""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from cli.demo import stage
from cli.demo.cast import ADMIN, PASSWORD, TEAM, TOWN_SQUARE
from cli.demo.plan import DemoPlan
from tests.people import Api, Person, Post, Site, new_session
from tests.people.clients import web_client

ROOMS = ("animation", "moderation")
MORNING = "#### Votre journée"
"""How the message of the morning begins."""
QUIET_S = 3.0
"""Seconds without a new message after which all is told."""


@dataclass
class Received:
    """What she was sent: direct messages of the bot, its messages in the rooms of the team, what Mattermost says of its
    acts; and, beside that, what she had it say to everybody."""

    direct: list[str] = field(default_factory=list)
    rooms: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    public: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many messages are for her."""
        return len(self.direct) + len(self.rooms) + len(self.notices)


async def play(url: str) -> Received:
    """Play the hour against a running demo."""
    async with new_session() as session:
        agathe = await _log_in(session, url, "agathe")
        malik = await _log_in(session, url, "malik")
        since = await _wait_until_quiet(agathe)
        await _moderate(agathe)
        await _announce(agathe)
        await _ask(agathe)
        await _keep_register(agathe, malik)
        await _keep_channels(agathe)
        await _read_over(agathe)
        await _publish(agathe)
        received = await _receive(agathe, since)
        for person in (agathe, malik):
            await person.leaves()
        return received


async def _wait_until_quiet(agathe: Person) -> int:
    """Wait until what began with the demo is told, two minutes at most; return the instant (ms) from which on what she
    is sent counts. It is the server’s, whose clock may be ahead of this one."""
    async with asyncio.timeout(120):
        newest, before = await _find_newest(agathe), 0
        while newest > before:
            await asyncio.sleep(QUIET_S)
            newest, before = await _find_newest(agathe), newest
    return newest + 1


async def _find_newest(agathe: Person) -> int:
    """When the last message was posted that she can read (ms)."""
    channels = await agathe.api.get(f"/users/me/teams/{agathe.site.team_id}/channels")
    pages = [await agathe.api.get(f"/channels/{each['id']}/posts?per_page=1") for each in channels]
    return max(int(post["create_at"]) for page in pages for post in page["posts"].values())


async def _log_in(session: Any, url: str, name: str) -> Person:
    """Somebody of the demo, with a client open."""
    admin = Api(session, url)
    me = await admin.log_in(ADMIN, PASSWORD)
    team = await admin.get(f"/teams/name/{TEAM}")
    square = await admin.get(f"/teams/{team['id']}/channels/name/{TOWN_SQUARE}")
    bot = await admin.get("/users/username/coop")
    version = (11, 6)
    site = Site(admin, version, me["id"], team["id"], TEAM, square["id"], bot["id"])
    api = Api(session, url)
    user = await api.log_in(name, PASSWORD)
    person = Person(site, user["id"], name, user["email"], api, web_client(version))
    await person.ears.open(api)
    return person


async def _room(person: Person, name: str) -> str:
    found = await person.api.get(f"/teams/{person.site.team_id}/channels/name/{name}")
    return str(found["id"])


async def _card(person: Person, channel: str, words: str) -> Post:
    """The bot’s last message with these words in a channel of that address."""
    posts = await person.reads(await _room(person, channel))
    return next(p for p in reversed(posts) if p.user_id == person.site.bot_id and words in p.text)


async def _fills(person: Person, post: Post, label: str, **values: Any) -> None:
    """Click a button that opens a window, and send it."""
    answer = await (await person.opens_by(post, label)).fill(**values).submit()
    assert answer.accepted, answer


async def _clicks(person: Person, post: Post, begins: str) -> None:
    """Click the button whose label begins so."""
    await person.clicks(post, next(label for label in post.buttons if label.startswith(begins)))


async def _moderate(agathe: Person) -> None:
    """Hide the message that was reported, think better of it, and move a thread to where it belongs."""
    await agathe.asks("/aide")
    case = await _card(agathe, "moderation", "Dossier")
    if "Masquer" in case.buttons:
        await _fills(agathe, case, "Masquer")
        await agathe.rewritten(case)
    await agathe.asks("/moderer journal")
    there = await _room(agathe, "off-topic")
    said = await agathe.says("Quelqu’un a un tutoriel pour France Connect ?", there)
    link = f"{agathe.site.url}/{TEAM}/pl/{said.id}"
    shown = await agathe.asks(f"/moderer deplacer {link} demarches-en-ligne c’est une démarche")
    await _clicks(agathe, shown, "Déplacer")
    await asyncio.sleep(QUIET_S)


async def _announce(agathe: Person) -> None:
    """Announce something to two places, correct it, take it back; prepare another for Sunday, and stop it."""
    form = await agathe.opens("/annonce")
    assert (await form.fill(texte="Rencontre jeudi à 14 h", destinataires=["69", "38", "59"]).submit()).accepted
    card = await agathe.told("Rencontre")
    await agathe.clicks(card, "Envoyer")
    card = await agathe.rewritten(card, "Envoyée")
    await _fills(agathe, card, "Corriger", texte="Rencontre jeudi à 15 h")
    card = await agathe.rewritten(card, "15 h")
    await agathe.clicks(card, "Retirer")
    await agathe.clicks(await agathe.rewritten(card, "Retirer cette annonce"), "Retirer")
    await asyncio.sleep(QUIET_S)
    form = await agathe.opens("/annonce")
    later = form.fill(texte="La visio de lundi", destinataires=["69", "38", "59"], quand="demain 9h")
    assert (await later.submit()).accepted
    await agathe.clicks(await agathe.told("La visio"), "Programmer")
    await agathe.clicks(await agathe.told("partira"), "Arrêter")
    await asyncio.sleep(QUIET_S)


async def _ask(agathe: Person) -> None:
    """Ask a question of two départements, and close it."""
    form = await agathe.opens("/sondage")
    asked = {"question": "Quel jour vous convient ?", "reponses": "Lundi\nMardi", "destinataires": ["69", "38"]}
    assert (await form.fill(**asked).submit()).accepted
    card = await agathe.told("Quel jour")
    await agathe.clicks(card, "Lancer")
    await asyncio.sleep(QUIET_S)
    card = await agathe.sees(card)
    await agathe.clicks(card, "Clore maintenant" if "Clore maintenant" in card.buttons else "Clore")
    await asyncio.sleep(1)
    card = await agathe.sees(card)
    if "Clore maintenant" in card.buttons:
        await agathe.clicks(card, "Clore maintenant")
    await asyncio.sleep(QUIET_S)


async def _keep_register(agathe: Person, malik: Person) -> None:
    """Give somebody a role, move somebody, note that somebody leaves and comes back."""
    for line in (
        "/membres role @ines conseiller",
        "/membres deplacer @carl 33",
        "/membres deplacer @carl 64",
        "/membres depart @bruno hier",
        "/membres retour @bruno",
    ):
        await agathe.runs(line)
        await asyncio.sleep(0.5)
    await malik.runs("/membres")
    await asyncio.sleep(QUIET_S)


async def _keep_channels(agathe: Person) -> None:
    """Look at the channels, repair what is not as planned, make one, name it otherwise, and put it away."""
    rhone = await _room(agathe, "rhone")
    stranger = await agathe.api.get("/users/username/gael")
    await agathe.site.admin.post(f"/channels/{rhone}/members", {"user_id": stranger["id"]})
    await asyncio.sleep(QUIET_S)
    await agathe.runs("/canaux verifier 69")
    card = await agathe.told("prévu", within=40)
    for label in ("Réparer", "Retirer aussi les inconnus"):
        if label in (card := await agathe.sees(card)).buttons:
            await agathe.clicks(card, label)
            await asyncio.sleep(QUIET_S)
    for line in (
        "/canaux description 69 Le canal des conseillers du Rhône",
        "/canaux entete 69 Bienvenue dans le Rhône",
        "/canaux annuler",
    ):
        await agathe.runs(line)
        await asyncio.sleep(1)
    await asyncio.sleep(QUIET_S)


async def _read_over(agathe: Person) -> None:
    """Publish the event that waits, and try a rule."""
    card = await _card(agathe, "animation", "Café numérique")
    await agathe.clicks(card, "Publier")
    await agathe.runs("/moderer regle mots essai 7j gratuit")
    await asyncio.sleep(QUIET_S)


async def _publish(agathe: Person) -> None:
    """Approve the draft of the news, publish it at once, and correct it."""
    draft = await agathe.asks("/actus brouillon")
    await agathe.clicks(draft, "Approuver")
    await asyncio.sleep(1)
    draft = await agathe.asks("/actus brouillon")
    await _clicks(agathe, draft, "Publier")
    await asyncio.sleep(3 * QUIET_S)


async def _receive(agathe: Person, since: int) -> Received:
    """All that she was sent since then, once nothing more comes."""
    found = Received()
    channels = await agathe.api.get(f"/users/me/teams/{agathe.site.team_id}/channels")
    direct = await agathe.direct_channel()
    rooms = {await _room(agathe, name) for name in ROOMS}
    for channel in {each["id"] for each in channels} | {direct}:
        posts = (await agathe.api.get(f"/channels/{channel}/posts?since={since}"))["posts"].values()
        for post in sorted(posts, key=lambda one: int(one["create_at"])):
            if post["create_at"] < since or post["delete_at"] or post["user_id"] == agathe.id:
                continue
            if channel == direct and _comes_anyway(post, Post.read(post).text):
                continue
            where = found.direct if channel == direct else found.rooms if channel in rooms else found.public
            where = found.notices if post["type"].startswith("system_") else where
            where.append(Post.read(post).text)
    return found


def _comes_anyway(post: Mapping[str, Any], text: str) -> bool:
    """Whether the day or the machine brings a message: that of the morning, or how far slow work is, which
    is rewritten as it ends."""
    return text.startswith((MORNING, "⏳ **")) or (text.startswith("✅ **") and post["edit_at"] > 0)


if __name__ == "__main__":
    told = asyncio.run(play(sys.argv[1]))
    for name in ("direct", "rooms", "notices", "public"):
        texts: Sequence[str] = getattr(told, name)
        print(f"{name}: {len(texts)}", *(f"   {text[:140]!r}" for text in texts), sep="\n")
    print("for her:", told.count, "« terminé »:", sum("terminé" in text for text in told.direct))


HER_MOST = 15
"""Messages that she may be sent; there were 38, of which 9 said that something was « terminé »."""


@pytest.mark.slow
async def test_an_hour_of_work_brings_few_messages(tmp_path: Path) -> None:
    plan = DemoPlan(tmp_path, stage.free_port(), stage.free_port(), "11.6")
    async with stage.run(plan, print):
        received = await play(plan.url)
    assert received.public, "what she had said to everybody is among what was looked at"
    assert received.count <= HER_MOST, received
    assert not [text for text in received.direct if "terminé" in text and text.startswith("✅")]
    assert not [text for text in received.notices if "coop" in text], "what the bot did in channels is not told there"
