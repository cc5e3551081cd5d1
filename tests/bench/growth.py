"""`python -m tests.bench.growth [--traced] [--rounds N]`: what a bot holds more of, round after round of the same load.

A round: everybody types every command, sends the dialogs and clicks the buttons that come; reports, tickets and their
lines, talk that rules look at, plain sentences, pages of strangers; people come; an hour goes by, and every job runs.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from bot.app import App
from sandbox import Sandbox
from storage import schema
from storage.database import Database
from storage.people import Role
from tests.bench.children import ROOT, environment_of, free_port, until_ready
from tests.people import Person, Site, first_admin, new_session
from tests.people.dialog import Dialog
from tests.people.post import Post
from tests.support.cra import WORKSHOP
from tests.support.house import House, prepare_server, reply_in_thread

CATALOGUE = ROOT / "tests" / "data" / "catalogue.tsv"
NEVER = ("mes-donnees effacer", "entrainement")
"""Commands that would change who somebody is for the rounds that follow."""
SENTENCES = (
    "bonjour", "merci beaucoup", "comment remplir un compte rendu ?", "combien de personnes ai-je vues ce mois-ci ?",
    "je voudrais poser une question à la hotline", "qui connaît Linux ?", "atelier 8p 2h internet +60 retraités",
    "rendez-vous avec Mme Martin demain à 14 h", "je cherche une fiche sur FranceConnect", "xyzzy",
)  # fmt: skip
ADMIN_TALK = "Un casino en ligne, écrivez à paul.durand@exemple.fr ou au 06 12 34 56 78."
WAIT_S = 1.5
ARRIVE, REPORTS, LINES, PAGES = 5, 6, 5, 10
STEADY_AFTER = 5


@dataclass
class Growth:
    """The people of a bot that is a process of its own, and what they do."""

    house: House
    people: Mapping[Role, Person]
    conseillers: Sequence[Person]
    url: str

    async def round(self, number: int) -> None:
        """Do all that people do once."""
        await asyncio.gather(
            *(self._types_all(who, role, number) for role, who in self.people.items()),
            *(self._works(who, number) for who in self.conseillers),
            self._visits(number),
        )
        await self._comes(number)

    async def _types_all(self, who: Person, role: Role, number: int) -> None:
        """Type every command of a role, alone and with words, and follow what is answered."""
        for command in _commands(role):
            for words in ("", " vaulx atelier", " liste 2"):
                await _tries(lambda c=command, w=words: who.runs(f"/{c}{w}"))  # type: ignore[misc]
                await _tries(lambda n=number: self._follows(who, n))  # type: ignore[misc]

    async def _follows(self, who: Person, number: int) -> None:
        """Send the dialog that was answered, as it is; or click some buttons of the answer."""
        answer = await who.answered()
        if isinstance(answer, Dialog):
            await (answer.cancel() if number % 2 else answer.submit())
            return
        for label in [*answer.buttons][:3]:
            await _tries(lambda one=label: who.clicks(answer, one))  # type: ignore[misc]

    async def _works(self, who: Person, number: int) -> None:
        """File reports, ask the hotline and talk on, talk to the bot, talk to all."""
        for _ in range(REPORTS):
            await _tries(lambda: self._reports(who))
        await _tries(lambda: self._asks_hotline(who, number))
        direct = await who.direct_channel()
        for sentence in SENTENCES:
            await _tries(lambda one=sentence: who.says(one, direct))  # type: ignore[misc]
            await _tries(who.told)
        for n in range(LINES):
            await _tries(lambda n=n: who.says(f"{ADMIN_TALK if n == 0 else 'Bonjour à toutes'} {number}/{n}"))  # type: ignore[misc]

    async def _reports(self, who: Person) -> None:
        form = await who.opens("/cra")
        await form.fill(**WORKSHOP).submit()
        await who.told("enregistré")

    async def _asks_hotline(self, who: Person, number: int) -> None:
        form = await who.opens("/hotline")
        await form.fill(file="espace-coop", categorie="autre", urgence="genant", sujet=f"Panne {number}").submit()
        receipt: Post = await who.told(f"Panne {number}")
        for n in range(LINES):
            await reply_in_thread(who, receipt, f"Toujours rien {n}")

    async def _visits(self, number: int) -> None:
        """Ask for pages, feeds and interfaces with keys that nobody has, as strangers do."""
        session = self.house.site.admin.session
        for n in range(PAGES):
            for path in ("rendez-vous", "chiffres", "agenda", "visio", "api/v1/statistiques", "rien"):
                async with session.get(f"{self.url}/{path}/{number:06}{n:06}{'k' * 12}") as reply:
                    await reply.read()

    async def _comes(self, number: int) -> None:
        for n in range(ARRIVE):
            new = await self.house.site.person(f"venu{number}-{n}")
            await _tries(lambda who=new: who.asks("/aide"))  # type: ignore[misc]
            await new.leaves()


async def _tries(act: Callable[[], Awaitable[Any]]) -> None:
    """Do something that may not be possible now."""
    with suppress(Exception):
        async with asyncio.timeout(WAIT_S):
            await act()


def _commands(role: Role) -> list[str]:
    rows = [line.split("\t") for line in CATALOGUE.read_text("utf-8").splitlines() if line.startswith("command\t")]
    theirs = [name for _, name, roles in rows if roles == "everyone" or role.value in roles]
    return [name for name in theirs if not name.startswith(NEVER)]


@dataclass
class Tested:
    """The bot under test."""

    process: asyncio.subprocess.Process

    async def asks(self, line: str) -> Any:
        """Have the bot do what a line says, and return what it answers."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{line}\n".encode())
        return json.loads(await self.process.stdout.readline())


@asynccontextmanager
async def tested(house: House, traced: bool) -> AsyncIterator[Tested]:
    """Run the bot of the house in a process of its own."""
    arguments = ["-m", "tests.bench.growth_bot", *(["--traced"] if traced else [])]
    pipe = asyncio.subprocess.PIPE
    environment = environment_of(house.settings)
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, env=environment, stdin=pipe, stdout=pipe, limit=2**26
    )
    try:
        yield Tested(process)
    finally:
        assert process.stdin
        process.stdin.close()
        await process.wait()


@asynccontextmanager
async def staged(folder: Path, traced: bool) -> AsyncIterator[tuple[Growth, Tested]]:
    """Set up the server, the people and the bot."""
    server = Sandbox()
    server.triggers.life = 60
    await server.start(port=0)
    async with new_session() as session:
        admin = await first_admin(session, server.url)
        await admin.put("/config/patch", {"TeamSettings": {"MaxUsersPerTeam": 10_000}})
        site = await Site.at(session, server.url, admin.token)
        site.embedded = server
        url = f"http://127.0.0.1:{free_port()}"
        made = await prepare_server(site, url, fix_server=True)
        database = f"sqlite:///{folder}/growth.db"
        port = int(url.rpartition(":")[2])
        update = {"host": "127.0.0.1", "port": port, "work_calls": 1000, "database_url": database}
        house = House(site, made.model_copy(update=update), server)
        await schema.upgrade(database)
        async with tested(house, traced) as bot:
            await _ready(url)
            house.app = cast(App, _Stand(Database(database)))
            yield await _people(house, url), bot
        await site.close()
    await server.stop()


class _Stand:
    """What a house asks of a bot that is elsewhere."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.watchlist = SimpleNamespace(ask_again=lambda: None)
        self.people = SimpleNamespace(forget=lambda _: None)


async def _ready(url: str) -> None:
    alive = cast(Any, SimpleNamespace(poll=lambda: None))
    await until_ready(alive, f"{url}/readyz")


async def _people(house: House, url: str) -> Growth:
    people = {role: await house.someone(role, role.value, departements=["69"]) for role in Role}
    conseillers = [await house.conseiller(f"julie{n}") for n in range(4)]
    for key in ("hotline-espace-coop", "hotline-metier", "moderation"):
        await house.planned_channel(key, "P", people[Role.ANIMATEUR], people[Role.HOTLINE])
    await asyncio.sleep(10)
    return Growth(house, people, conseillers, url)


async def run(rounds: int, folder: Path, traced: bool) -> None:
    """Run the rounds, and print what grew since the fifth."""
    looks: list[Any] = []
    async with staged(folder, traced) as (growth, bot):
        for number in range(rounds):
            begun = time.perf_counter()
            await growth.round(number)
            await bot.asks("hours 1")
            await bot.asks(f"jobs r{number}")
            await asyncio.sleep(3)
            looks.append(seen := await bot.asks("look"))
            figures = [seen[name] for name in ("kB", "collected", "before", "garbage", "malloc", "threads")]
            totals = [sum(seen[name].values()) for name in ("files", "tasks", "types", "sites")]
            print(number, f"{time.perf_counter() - begun:.0f} s", *figures, *totals, flush=True)
    (folder / "looks.json").write_text(json.dumps(looks))
    early, late = looks[min(STEADY_AFTER, rounds - 2)], looks[-1]
    for what, most in (("tasks", 20), ("types", 60), ("sizes", 60), ("sites", 80)):
        print(f"== {what}")
        grown = {name: count - early[what].get(name, 0) for name, count in late[what].items()}
        for name, count in sorted(grown.items(), key=lambda pair: -pair[1])[:most]:
            if count > 0:
                print(f"{count:9} {late[what][name]:9} {name}")


def main() -> None:
    """Read the options."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.growth", description=__doc__)
    parser.add_argument("--traced", action="store_true", help="with the lines that allocate, by tracemalloc")
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(options.rounds, options.folder or Path(folder), options.traced))


if __name__ == "__main__":
    main()
