"""The activity of people during the drill: reports, commands, clicks, talk, arrivals, an announcement; and the
answers."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any

import aiohttp

from bot.forms import name_of
from dialogs.cra import NewCra
from tests.bench.clicks import Click, Clicking, any_click
from tests.bench.client import JSON, WORKSHOP
from tests.bench.load import Send, open_loop
from tests.drill.checker import Answer
from tests.drill.place import WORD, Place
from tests.drill.plan import DrillPlan
from tests.people import Api, Refused

WAIT = aiohttp.ClientTimeout(total=10)
AGAIN_S, PATIENCE_S = 1.0, 20.0
"""Who is told that it did not work presses the button again, and gives up after a while."""
AT_ONCE = 400
"""So many acts may be under way; what else is due meanwhile is not done."""
PLANTED = 40
"""Of so many messages one has what a rule looks for."""
COMMANDS = ("/cra", "/cra", "/cra", "/stats", "/aide", "/cra liste", "/annuaire linux")
ANNOUNCED, ANNOUNCED_TRIES = "Rencontre nationale jeudi à 9 h", 3
CHAT = "Ligne {} de Juliette."
LONGEST_S = 3 * 3600


@dataclass(slots=True)
class Report:
    """A report that somebody sends until it is accepted."""

    key: str
    author: str
    begun: float
    ended: float = 0.0
    accepted: bool = False
    taken_at: float = 0.0
    """By the clock that all share (seconds since 1970)."""


@dataclass
class Monday:
    """Everybody’s activity; what they did is in the lists, which grow while it runs."""

    plan: DrillPlan
    place: Place
    session: aiohttp.ClientSession
    entrance: str
    reports: list[Report] = field(default_factory=list)
    commands: list[Answer] = field(default_factory=list)
    clicks: list[Click] = field(default_factory=list)
    clicked: list[Answer] = field(default_factory=list)
    announced: bool = False
    left_out: int = 0
    """Acts that were not begun, since so many were under way."""
    _under_way: int = 0
    _busy: set[str] = field(default_factory=set)
    """Who is sending a report: nobody sends two at once."""

    async def run(self, over: asyncio.Event) -> None:
        """Act until a moment, and let what is under way end."""
        clicking = Clicking(self.session, self.entrance, self.place.desk, sealed=True)
        self.clicks = clicking.done
        chance = Random(20261130)
        acts: Sequence[tuple[float, Send]] = (
            (self.plan.reports, lambda number: self._report(chance, number)),
            (self.plan.commands, self._command),
            (self.plan.clicks, lambda number: self._click(clicking, chance, number)),
            (self.plan.posts / 60, lambda number: self._talk(chance, number)),
            (self.plan.lines, self._line),
        )
        tasks: list[asyncio.Task[Any]] = [
            asyncio.create_task(open_loop(self._bounded(act), rate, int(rate * LONGEST_S))) for rate, act in acts
        ]
        tasks += [asyncio.create_task(self._arrive()), asyncio.create_task(self._announce())]
        await over.wait()
        for task in tasks[: len(acts)]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        while self._under_way:  # noqa: ASYNC110  (a counter has no event)
            await asyncio.sleep(0.1)

    def _bounded(self, act: Send) -> Send:
        async def unless_many(number: int) -> bool:
            if self._under_way >= AT_ONCE:
                self.left_out += 1
                return False
            return await act(number)

        return unless_many

    async def _timed(self, kind: list[Answer], act: Callable[[], Awaitable[bool]]) -> bool:
        begun, good = time.perf_counter(), False
        self._under_way += 1
        try:
            good = await act()
        except (TimeoutError, OSError, aiohttp.ClientError, Refused):
            pass
        finally:
            kind.append(Answer(begun, time.perf_counter(), good))
            self._under_way -= 1
        return good

    async def _command(self, number: int) -> bool:
        who = self.place.speakers[number % len(self.place.speakers)]
        line, channel = COMMANDS[number % len(COMMANDS)], self.place.site.square
        call = {"command": line, "channel_id": channel, "team_id": self.place.site.team_id}

        async def types() -> bool:
            answer = await who.post("/commands/execute", call)
            return bool(answer.get("trigger_id"))

        return await self._timed(self.commands, types)

    async def _report(self, chance: Random, number: int) -> bool:
        people = self.place.people
        free = [one for one in (chance.choice(people) for _ in range(20)) if one not in self._busy]
        if not free:
            return False
        report = Report(f"drill-{number:07d}", free[0], time.perf_counter())
        self.reports.append(report)
        self._busy.add(report.author)
        body = self._submission(report)
        self._under_way += 1
        try:
            while not report.accepted and time.perf_counter() - report.begun < PATIENCE_S:
                report.accepted = await self._sends(body)
                if not report.accepted:
                    await asyncio.sleep(AGAIN_S)
        finally:
            report.ended, report.taken_at = time.perf_counter(), time.time()
            self._busy.discard(report.author)
            self._under_way -= 1
        return report.accepted

    async def _sends(self, body: bytes) -> bool:
        try:
            async with self.session.post(f"{self.entrance}/dialogs", data=body, headers=JSON, timeout=WAIT) as reply:
                return reply.status == 200 and await reply.json() == {}
        except (TimeoutError, OSError, aiohttp.ClientError, ValueError):
            return False

    def _submission(self, report: Report) -> bytes:
        place = self.place
        form, square = name_of(NewCra), place.site.square
        state = {
            "f": form,
            "u": report.author,
            "h": {},
            "k": report.key,
            "d": False,
            "c": square,
            "r": "",
            "p": "",
            "n": 1,
        }
        body: dict[str, Any] = {
            "type": "dialog_submission",
            "callback_id": form,
            "state": place.desk.links.seal("dialog", state),
            "user_id": report.author,
            "channel_id": square,
            "team_id": place.site.team_id,
            "submission": {**WORKSHOP, "date": datetime.now(UTC).date().isoformat()},
            "cancelled": False,
        }
        return json.dumps(body).encode()

    async def _click(self, clicking: Clicking, chance: Random, number: int) -> bool:
        click = any_click(self.place.desk, chance, number)
        clicking.done.append(click)
        body = clicking.body(click)
        return await self._timed(self.clicked, lambda: clicking.send(click, body))

    async def _talk(self, chance: Random, number: int) -> bool:
        """Say something as somebody where rules look; some of it is what they look for."""
        who = self.place.speakers[number % len(self.place.speakers)]
        channel = chance.choice([*self.place.talk.values()])
        text = (
            f"Un {WORD} en ligne, n° {number}." if number % PLANTED == 0 else f"Bonjour à toutes et tous, n° {number}."
        )
        return await self._says(who, channel, text)

    async def _line(self, number: int) -> bool:
        """Write a line under Juliette’s ticket; the room of the hotline must show her lines in order."""
        desk = self.place.desk
        return await self._says(
            desk.juliette.api, desk.spoken.thread_channel, CHAT.format(number), desk.spoken.thread_post
        )

    async def _says(self, who: Api, channel: str, text: str, root: str = "") -> bool:
        """Post a message; return whether Mattermost confirms it."""
        try:
            await who.post("/posts", {"channel_id": channel, "message": text, "root_id": root})
        except (TimeoutError, OSError, aiohttp.ClientError, Refused):
            return False
        return True

    async def _arrive(self) -> None:
        """Have newcomers arrive one after the other, evenly."""
        site, pause = self.place.site, self.plan.arrivals_s / max(1, len(self.place.arriving))
        for user_id in self.place.arriving:
            await asyncio.sleep(pause)
            with suppress(TimeoutError, OSError, aiohttp.ClientError, Refused):
                await site.admin.post(f"/teams/{site.team_id}/members", {"team_id": site.team_id, "user_id": user_id})

    async def _announce(self) -> None:
        """Send an announcement by Marie to every département, right before the first blow."""
        await asyncio.sleep(max(0.0, self.plan.first_blow_s - 3))
        for _ in range(ANNOUNCED_TRIES):
            with suppress(TimeoutError, OSError, aiohttp.ClientError, Refused, AssertionError):
                preview = await self._preview()
                break
        else:
            return  # nobody was told that it leaves
        await self.place.marie.clicks(preview, "Envoyer")
        self.announced = True

    async def _preview(self) -> Any:
        """Open the preview of the announcement; nothing is sent yet, so it may be tried again."""
        form = await self.place.marie.opens("/annonce")
        await form.fill(texte=ANNOUNCED, destinataires=list(self.place.departements)).submit()
        return await self.place.marie.told(ANNOUNCED)
