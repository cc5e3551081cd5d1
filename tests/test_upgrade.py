"""A place that was at work with the code of schema 36, killed in the middle of it, is served by the code of today.

tests/data/house_0036 is what stood then: the bot’s database, the embedded Mattermost’s rows, and an index of the posts
and of the windows that were open, with the keys that sealed them. An announcement had reached 8 of its 24 channels, a
receipt and a card were not sent, and a report waited as a draft.
"""

import json
import lzma
import sqlite3
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from itsdangerous import TimestampSigner
from pydantic import SecretStr
from sqlmodel import col, select

from bot.features import Feature, Key
from cli.demo.stage import free_port
from config.settings import Settings
from sandbox import Sandbox
from storage.claims import Claim
from storage.outbox import Outgoing
from storage.work import Work
from tests.people import PASSWORD, Api, Person, Post, Site, new_session
from tests.people.clients import web_client
from tests.people.dialog import Dialog
from tests.support import backups
from tests.support.cra import WORKSHOP, read_number
from tests.support.house import DOMAIN, EDITIONS, SETTLED_S, Clock, House, list_said, plain, wait_for

LEFT = backups.DATA / f"house_{backups.FIRST}"
VERSION = (11, 2)


def read_left(name: str) -> str:
    """One of the recorded files, as text."""
    return lzma.decompress((LEFT / f"{name}.xz").read_bytes()).decode()


@dataclass
class Place:
    """What was left, with a bot of today at work in it."""

    house: House
    index: Mapping[str, Any]
    people: dict[str, Person] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Person:
        return self.people[name]

    async def post(self, who: Person, name: str) -> Post:
        """A recorded post, as it stands now."""
        return Post.read(await who.api.get(f"/posts/{self.index['posts'][name]}"))

    def window(self, name: str) -> tuple[Person, Dialog]:
        """A window that was open when the bot was killed, and who had opened it."""
        left = self.index["dialogs"][name]
        who = self.people[left["who"]]
        who.acts()
        # Only its address moves: what is sealed in it stays as it was.
        raw = json.loads(left["raw"]) | {"url": f"{self.house.settings.public_url}/dialogs"}
        return who, Dialog(who, json.dumps(raw), left["channel"])

    async def claims(self) -> set[tuple[str, str]]:
        """What was claimed: jobs by their period, events, submissions."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return {(claim.scope, claim.period) for claim in (await db.exec(select(Claim))).all()}


async def log_in(site: Site, account: Mapping[str, str]) -> Person:
    """Somebody of the recorded place opens a client."""
    api = Api(site.admin.session, site.url)
    await api.log_in(account["username"], PASSWORD)
    person = Person(site, account["id"], account["username"], account["email"], api, web_client(VERSION))
    await person.ears.open(api)
    site.people.append(person)
    return person


def keys_of(feature: Feature) -> list[Key]:
    """What runs its handlers."""
    return [trigger.key for trigger in feature.triggers]


@contextmanager
def sealed_at(clock: Clock) -> Iterator[None]:
    """What the bot seals, and how old it finds what it sealed, follow its clock: all of it is of that day."""

    def stamp(_: TimestampSigner) -> int:
        return int(clock().timestamp())

    with patch("bot.links.utc_now", clock), patch.object(TimestampSigner, "get_timestamp", stamp):
        yield


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """The recorded place, two minutes after the kill."""
    port, bot_port = free_port(), free_port()
    index = json.loads(read_left("index.json"))
    moved = {
        index["site"]["url"]: f"http://127.0.0.1:{port}",
        index["settings"]["public_url"]: f"http://127.0.0.1:{bot_port}",
    }
    for name in ("coop", "mattermost"):
        text = read_left(f"{name}.sql")
        for old, new in moved.items():
            text = text.replace(old, new)
        with closing(sqlite3.connect(tmp_path / f"{name}.db")) as database:
            database.executescript(text)
    clock = Clock()
    clock.goes_to(datetime.fromisoformat(index["at"]) + timedelta(minutes=2))
    server = Sandbox(snapshot=tmp_path / "mattermost.db")
    server.triggers.life = 60
    await server.start(port=port)
    async with new_session() as session:
        there = index["site"]
        admin = Api(session, server.url, there["admin_token"])
        named = [there[part] for part in ("admin_id", "team_id", "team", "square", "bot_id")]
        site = Site(admin, VERSION, *named)
        house = House(site, settle(index, server.url, bot_port, tmp_path), server, clock)
        place = Place(house, index)
        with sealed_at(clock):
            await house.start()
            for name, account in index["people"].items():
                place.people[name] = await log_in(site, account)
            yield place
            for person in site.people:
                await person.leaves()
            await house.stop()
    await server.stop()


def settle(index: Mapping[str, Any], url: str, port: int, folder: Path) -> Settings:
    """The settings of the place: those that its keys and addresses need, and those of the stories."""
    keys = {name: SecretStr(value) for name, value in index["settings"].items()}
    return Settings(
        mattermost_url=url,
        team=index["site"]["team"],
        public_url=f"http://127.0.0.1:{port}",
        host="127.0.0.1",
        port=port,
        database_url=f"sqlite:///{folder}/coop.db",
        data_dir=folder,
        domains=(DOMAIN,),
        editions=EDITIONS,
        welcome="non",
        newcomers="non",
        account_months=120,
        work_calls=1000,
        bot_token=keys["bot_token"],
        command_token=keys["command_token"],
        secret=keys["secret"],
    )


async def test_what_was_begun_is_ended_and_nothing_is_sent_twice(place: Place) -> None:
    house, admin = place.house, place.house.site.admin

    async def is_ended() -> bool:
        async with house.bot.database.transaction(writes=False) as db:
            late = house.clock() + timedelta(hours=1)
            works = await db.exec(select(Work).where(col(Work.not_before) < late))
            messages = await db.exec(select(Outgoing).where(col(Outgoing.not_before) < late))
            return not [*works.all(), *messages.all()]

    await wait_for(is_ended, SETTLED_S)
    for channel in place.index["channels"]["many"]:
        said = await list_said(admin, house.site.bot_id, channel)
        assert [post.message for post in said] == ["Grande nouvelle"], channel
    receipts = [post for post in await place.lea.direct() if "Panne de connexion" in post.text]
    assert len(receipts) == 1
    cards = await list_said(admin, house.site.bot_id, place.index["channels"]["hotline-metier"])
    assert len([post for post in cards if "Panne de connexion" in post.text]) == 1
    progress = [post for post in await place.omar.direct() if "24 envois" in plain(post)]
    assert len(progress) == 1, "the message that told how far it was is rewritten"
    # What was scheduled for the next morning waits for it.
    house.clock.goes_to(datetime.fromisoformat(place.index["at"]) + timedelta(days=1))
    house.bot.workers.look()

    async def is_said() -> bool:
        said = [await list_said(admin, house.site.bot_id, c) for c in place.index["channels"]["many"]]
        return len([post for posts in said for post in posts if post.message == "Salon de décembre"]) == 2

    await wait_for(is_said)


CAME_SINCE = {
    "rappels.tell",
    "entrainement.end_overdue",
    "membres.tell_roles",
    "rdv.evening",
    "rdv.remind",
    "rdv.mail",
    "rdv.look_for_agents",
    "sauvegarde.begin",
    "idees.tell",
}
"""Jobs that the bot had not when it was killed."""


async def test_no_job_of_that_day_is_done_again(place: Place) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(read_left("coop.sql"))
        before = set(database.execute("SELECT scope, period FROM claim"))
    jobs = {job for feature in place.house.features for kind, job in keys_of(feature) if kind == "job"} - CAME_SINCE
    assert jobs <= {scope for scope, _ in before}, "all of them had been claimed when it was killed"
    await place.house.knows_the_team()
    assert {claim for claim in await place.claims() - before if claim[0] in jobs} == set()


async def test_windows_that_were_open_are_taken(place: Place) -> None:
    juliette, report = place.window("cra")
    assert (await report.fill(**WORKSHOP | {"participants": 5}).submit()).accepted
    assert read_number(await juliette.told("enregistré")) == 2
    assert (await report.submit()).accepted, "a second sending of it is the same report"
    lea, vote = place.window("vote")
    assert (await vote.fill(reponse="2").submit()).accepted
    await lea.told("enregistré")
    agathe, change = place.window("annonce_change")
    preview = await place.post(agathe, "annonce_preview")
    assert (await change.fill(texte="Rencontre de janvier").submit()).accepted
    assert (await agathe.rewritten(preview, "Rencontre de janvier")).buttons == preview.buttons
    _, signal = place.window("report")
    assert (await signal.fill(motif="propos", mot="").submit()).accepted

    async def is_opened() -> bool:
        cards = await list_said(place.house.site.admin, place.house.site.bot_id, place.index["channels"]["moderation"])
        return any("Dossier n° 3" in plain(card) for card in cards)

    await wait_for(is_opened)
    omar, hide = place.window("hide")
    assert (await hide.fill(raison="Ce message insulte quelqu’un.").submit()).accepted
    card = await place.post(omar, "case2")
    await omar.rewritten(card, "masqué")
    for name, words in {
        "agenda": {"titre": "Atelier tablette", "quand": "12/12 14h", "lieu": "Médiathèque", "pour": "reseau"},
        "actus": {"titre": "Un guide", "texte": "Le guide des démarches en ligne est paru."},
        "ressource": {"titre": "Fiche mot de passe", "lien": "https://exemple.fr/fiche", "description": "Choisir."},
    }.items():
        _, window = place.window(name)
        answer = await window.fill(**words).submit()
        assert answer.accepted, (name, answer)


async def test_buttons_that_were_posted_are_served(place: Place) -> None:
    hugo, agathe, juliette, paul = place.hugo, place.agathe, place.juliette, place.paul
    ticket = await place.post(hugo, "ticket")
    await hugo.clicks(ticket, "Prendre")
    taken = await hugo.rewritten(ticket, hugo.username)
    answer = await hugo.opens_by(taken, "Répondre")
    assert answer.elements
    await hugo.chooses(taken, "Plus…", "Urgence")
    assert (await hugo.dialog()).elements
    case = await place.post(agathe, "case")
    dismissal = await agathe.opens_by(case, "Rien à faire")
    assert (await dismissal.submit()).accepted
    await agathe.rewritten(case, "décidé")
    poll = await place.post(paul, "poll")
    assert (await paul.opens_by(poll, "Voter")).names
    receipt = await place.post(juliette, "receipt")
    change = await juliette.opens_by(receipt, "Modifier")
    assert (await change.fill(participants=9).submit()).accepted
    await juliette.rewritten(receipt, "9")
    later = await place.post(place.omar, "annonce_later")
    assert later.buttons
    preview = await place.post(agathe, "annonce_preview")
    await agathe.clicks(preview, "Annuler")
    assert (await agathe.rewritten(preview, "abandonnée")).buttons == []


async def test_what_had_been_typed_is_taken_up_again(place: Place) -> None:
    paul = place.paul
    resumed = await paul.opens("/brouillon")
    assert (await resumed.fill(date=place.house.today).submit()).accepted
    await paul.told("enregistré")
