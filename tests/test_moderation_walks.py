"""A case goes any way that people may take it, and nothing that its author receives says who reported: by chance."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest
from sqlmodel import select

from storage.journal import AuditAct
from storage.moderation import Case, CaseState, Measure, cases
from storage.people import Role
from tests import fewer
from tests.people import Person, Post
from tests.people.dialog import Dialog
from tests.support.house import edit_post, plain, react
from tests.support.moderation import CaseStage, age_reports, room, send_dialog
from tests.support.security import assert_never_told

__all__ = ["room"]


SECRET = "motsecret"
STEPS = 24
OFTEN = 8
BUSY = {"writes", "is reported", "is flagged", "is decided", "is approved", "is contested", "is answered"}
"""Steps that lead on: taken so much more often than others."""
WHY = {"raison": "Ces mots blessent."}
DECISIONS: Sequence[tuple[str, dict[str, str]]] = [
    ("Rien à faire", {"avis": "bonne-foi"}),
    ("Rien à faire", {"avis": "infonde"}),
    ("Rappel de la charte", WHY),
    ("Masquer", WHY),
    ("Avertir", WHY),
    ("Suspendre l’écriture", WHY | {"duree": "2h"}),
    ("Suspendre l’écriture", WHY | {"duree": "30j"}),
    ("Exclure du canal", WHY),
]


@dataclass
class Walk:
    """What happens in a room: each step is one that the case admits, chosen by chance."""

    room: CaseStage
    nora: Person
    chance: Random
    posts: list[Post] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    taken: list[str] = field(default_factory=list)

    async def step(self) -> None:
        """Take one."""
        steps = await self._possible()
        names = sorted(steps)
        name = self.chance.choices(names, [OFTEN if each in BUSY else 1 for each in names])[0]
        self.taken.append(name)
        await steps[name]()
        await self.room.house.settled()

    async def _possible(self) -> dict[str, Callable[[], Awaitable[object]]]:
        standing = await self._standing()
        steps: dict[str, Callable[[], Awaitable[object]]] = {
            "asks for a copy": lambda: self.room.lea.asks("/mes-donnees annuler"),
            "asks for the rules": lambda: self.room.lea.asks("/moderer journal"),
            "two hours pass": self._waits,
        }
        may_write = not any(each.act in {AuditAct.SILENCE, AuditAct.EXCLUDE} for each in standing)
        if may_write:
            steps["writes"] = self._writes
        if there := [post for post in self.posts if post.id not in self.gone]:
            post = self.chance.choice(there)
            steps |= {
                "is reported": lambda: self._reports(post),
                "is flagged": lambda: react(self.room.paul, post, "triangular_flag_on_post"),
                "asks about it": lambda: self.room.lea.asks(f"/signaler {self.room.link(post)}"),
            }
            if may_write:
                steps["changes it"] = lambda: self._changes(post)
                steps["takes it away"] = lambda: self._deletes(post)
        if standing:
            steps["is undone"] = lambda: self.room.omar.asks(f"/moderer annuler {standing[-1].entry}")
        for case in await self._cases():
            steps |= self._on(case)
        return steps

    def _on(self, case: Case) -> dict[str, Callable[[], Awaitable[object]]]:
        """What may become of a case."""
        match case.state:
            case CaseState.OPEN:
                return {"is decided": lambda: self._decides(case)}
            case CaseState.SECOND:
                return {"is approved": lambda: self._clicks(self.room.omar, case, "Approuver")}
            case CaseState.DECIDED if case.entry and case.act != AuditAct.DISMISS:
                return {"is contested": lambda: self._contests(case)}
            case CaseState.APPEALED:
                label = self.chance.choice(["Maintenir", "Annuler la mesure"])
                return {"is answered": lambda: self._sends(self.nora, case, label, reponse="C’est vu.")}
            case _:
                return {}

    async def _comes(self) -> None:
        """She may have been taken out, and nobody brought her back."""
        site, place = self.room.house.site, self.room.place
        await site.add_members(place, self.room.lea)

    async def _writes(self) -> None:
        await self._comes()
        self.posts.append(await self.room.writes())

    async def _reports(self, post: Post) -> None:
        await age_reports(self.room.house)
        await self.room.juliette.runs(f"/signaler {self.room.link(post)}")
        form = await self.room.juliette.dialog_or_whisper()
        if isinstance(form, Dialog):
            await form.fill(motif="propos", mot=f"{SECRET} : cela me blesse.").submit()

    async def _changes(self, post: Post) -> None:
        await self._comes()
        await edit_post(self.room.lea, post, "Je n’ai rien dit")

    async def _deletes(self, post: Post) -> None:
        await self._comes()
        self.gone.add(post.id)
        await self.room.lea.api.delete(f"/posts/{post.id}")

    async def _decides(self, case: Case) -> None:
        label, fields = self.chance.choice(DECISIONS)
        await self._sends(self.room.agathe, case, label, **fields)

    async def _contests(self, case: Case) -> None:
        notices = [post for post in await self.room.lea.direct() if f"acte n° {case.entry})" in plain(post)]
        if notices and "Contester" in notices[-1].buttons:
            await send_dialog(self.room.lea, notices[-1], "Contester", mot="Qui m’a signalée ?")

    async def _sends(self, who: Person, case: Case, label: str, **fields: str) -> None:
        await send_dialog(who, await self.room.card(case), label, **fields)

    async def _clicks(self, who: Person, case: Case, label: str) -> None:
        await who.clicks(await self.room.card(case), label)

    async def _waits(self) -> None:
        self.room.house.clock.goes_to(self.room.house.clock() + timedelta(hours=2))
        await self.room.runs("expire")
        await self.room.runs("remind")

    async def _cases(self) -> list[Case]:
        async with self.room.house.bot.database.transaction(writes=False) as db:
            return list((await db.exec(select(Case).where(Case.author_id == self.room.lea.id))).all())

    async def _standing(self) -> Sequence[Measure]:
        async with self.room.house.bot.database.transaction(writes=False) as db:
            return await cases.list_standing_measures(db, self.room.lea.id)


@pytest.mark.newest_only
@pytest.mark.parametrize("seed", range(fewer(1, 3)))
async def test_whatever_way_a_case_goes_its_author_never_learns_who_reported(room: CaseStage, seed: int) -> None:
    nora = await room.house.someone(Role.ANIMATEUR, "nora")
    await room.house.site.add_members(room.room, nora)
    walk = Walk(room, nora, Random(seed))
    for _ in range(STEPS):
        await walk.step()
    assert await assert_never_told(room, room.lea, SECRET) > 10
    assert "is decided" in walk.taken, walk.taken
