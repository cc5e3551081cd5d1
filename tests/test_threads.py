"""What is done under a post of the bot’s is told to a feature once it was told of that post, whoever posted it died."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.app import App
from bot.clock import utc_now
from bot.context import Context
from bot.events import Delivered, DirectMessage, Edited, Event, Posted, Reacted, WatchedPlaces
from bot.features import Feature
from bot.replies import Direct, Replies, Say
from bot.websocket.queue import CURSOR
from storage import claims
from storage.claims import ReadCursor
from storage.database import Database
from tests.people import Post
from tests.support.databases import KINDS, create_database
from tests.support.events import room
from tests.support.house import edit_post, is_listening, react, reply_in_thread, wait_for
from tests.support.workplace import Room, Workplace

__all__ = ["room"]


KNOWN = "essai"


@dataclass
class Office(Workplace):
    """A workplace whose feature knows the posts of which it was told; ``told`` is what it heard of them, in turn."""

    channel: str = ""
    told: list[tuple[str, bool]] = field(default_factory=list)

    def features(self) -> Sequence[Feature]:
        return [self._feature()]

    async def gets_ready(self, app: App) -> None:
        await wait_for(lambda: is_listening(app, {self.channel}))

    async def dies(self, app: App) -> None:
        """Have a bot hear nothing any more, and end before what it posts is noted or told of."""
        await app.events.stop()
        for task in [*app._tasks, *app.outbox._noting]:  # noqa: SLF001  (no public way kills it between two steps)
            task.cancel()
        app.outbox._marks.flush = self._never  # type: ignore[method-assign]  # noqa: SLF001  (the same)

    async def _never(self) -> bool:
        return True

    def _feature(self) -> Feature:
        feature = Feature("essai")

        @feature.watches
        async def where(*_: object) -> WatchedPlaces:
            return WatchedPlaces(frozenset({self.channel}))

        @feature.command("essai", help="Poster une carte et un reçu", writes=True)
        async def begin(ctx: Context, _: str) -> Replies:
            return [
                Direct("Le reçu", user_id=ctx.user.id, topic="essai:1"),
                Say("La carte", channel_id=self.channel, topic="essai:2"),
            ]

        @feature.event(Delivered, name="essai.stands.Delivered")
        async def stands(ctx: Context, event: Delivered) -> Replies:
            await claims.claim(ctx.db, KNOWN, event.post_id, ctx.now)
            return None

        async def hear(ctx: Context, event: Event) -> Replies:
            post_id = event.post_id if isinstance(event, Reacted) else getattr(event, "root_id", "")
            self.told.append((type(event).__name__, await claims.is_taken(ctx.db, KNOWN, post_id)))
            return None

        for kind in (Posted, DirectMessage, Edited, Reacted):
            feature.event(kind, name=f"essai.hear.{kind.__name__}")(hear)
        return feature

    async def posted(self, words: str) -> Post:
        """What the bot said, once it did."""

        async def is_said() -> Post | None:
            posts = [*await self.juliette.direct(), *await self.juliette.reads(self.channel)]
            return next((post for post in posts if words in post.text), None)

        return await wait_for(is_said)


@pytest.fixture(params=KINDS)
async def file_workplace(request: pytest.FixtureRequest, room: Room, tmp_path: Path) -> AsyncIterator[Office]:
    async with create_database(request, tmp_path) as url:
        file_workplace = Office(room, url, tmp_path)
        file_workplace.channel = await file_workplace.salon()
        yield file_workplace


@pytest.mark.parametrize("room", ["11.2"], indirect=True)
async def test_lines_changes_and_emojis_wait_for_the_note_of_their_post(file_workplace: Office) -> None:
    database = Database(file_workplace.url)
    async with database.transaction() as db:  # it is no new installation, which has heard nothing so far
        await db.merge(ReadCursor(name=CURSOR, at=utc_now()))
    await database.close()
    async with file_workplace.bot() as app:
        await file_workplace.dies(app)
        await file_workplace.runs_command(app, "essai")
        receipt, card = await file_workplace.posted("Le reçu"), await file_workplace.posted("La carte")
    assert file_workplace.told == []
    for root in (receipt, card):
        await react(file_workplace.juliette, root, "white_check_mark")
        await edit_post(
            file_workplace.juliette,
            await reply_in_thread(file_workplace.juliette, root, "une ligne"),
            "une ligne changée",
        )
    async with file_workplace.bot():
        await wait_for(lambda: _all_is_told(file_workplace))
    assert all(known for _, known in file_workplace.told), file_workplace.told


async def _all_is_told(file_workplace: Office) -> bool:
    return sorted(name for name, _ in file_workplace.told) == sorted(
        ["Reacted", "Reacted", "Posted", "DirectMessage", "Edited", "Edited"]
    )
