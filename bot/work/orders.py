"""File orders: the files are made in a private folder, again after a failure, until Mattermost has them once."""

import asyncio
import fcntl
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import ChatError, UserError
from bot.logs import begin_request
from bot.mattermost import ChatPost, Mattermost, NewPost
from bot.metrics import ORDER_TRIES, REQUESTS
from bot.outbox.actions import FILE_REASONS, MARK, make_pending_id, read_own_posts
from bot.replies import Direct, Parcel, Refresh
from bot.retries import GIVEN_UP_AFTER, Gate, backoff, is_away
from bot.tasks import ShieldedTransactions, loop_time
from bot.texts import render
from bot.work import FileDestination
from bot.work.workers import ERROR_MAX, WorkHandlers, WorkLease
from storage import outbox, private_files
from storage.outbox import Outgoing, TargetKind, queue
from storage.work import Work, WorkSort, WorkState


class OrderFolders:
    """Private folders under ``folder``. Each process locks its own; the next one to start deletes those of dead
    processes, as they hold personal data."""

    def __init__(self, folder: Path) -> None:
        root = private_files.make_private_folder(folder / "files")
        self._own = root / secrets.token_hex(8)
        with _locked(root):  # a part that is made and not locked yet looks like one of the dead
            self._own.mkdir(mode=0o700)
            self._lock: int | None = os.open(self._own, os.O_RDONLY)
            fcntl.flock(self._lock, fcntl.LOCK_EX)
            for other in root.iterdir():
                if other != self._own:
                    _clear_abandoned(other)

    @contextmanager
    def fresh(self) -> Iterator[Path]:
        """Yield an empty folder, deleted after the block."""
        # A thread that was left at its work may still write into it.
        with tempfile.TemporaryDirectory(dir=self._own, ignore_cleanup_errors=True) as folder:
            yield Path(folder)

    def close(self) -> None:
        """Delete this process’s folders."""
        if self._lock is not None:
            shutil.rmtree(self._own, ignore_errors=True)
            os.close(self._lock)
            self._lock = None


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """Keep other starting processes out during the block."""
    lock = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _clear_abandoned(folder: Path) -> None:
    """Delete the folders of a dead process."""
    with suppress(OSError):  # another process clears it away too
        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(lock)


MAKING_MAX = 120.0
"""Seconds after which an order that is still not made has failed."""
OLD_ORDER = "Ce fichier vient d’une demande plus ancienne : retapez la commande."


async def make_files(handlers: WorkHandlers, row: Work, folder: Path) -> Parcel:
    """Run the handler of an order. Raises UserError if it, or the person’s role, refuses."""
    trigger, payload = handlers.find(row, OLD_ORDER)
    with REQUESTS.labels("file", row.name).time():
        async with asyncio.timeout(MAKING_MAX), handlers.database.transaction(writes=False) as db:
            user = await handlers.person(row, trigger, row.created_at)
            context = handlers.context(db, user, row, row.created_at, writes=False)
            parcel: Parcel = await trigger.handler(context, payload, folder)
    for path in parcel.files:
        if path.parent != folder or path.is_symlink() or not path.is_file():
            raise ValueError(f"{row.name}: a file that was not made in its folder")
    return parcel


class OrderProgress(BaseModel):
    """The cursor of an order.

    ``place`` is its channel, None for its person. ``sizes`` (the number of files of each post) and ``done`` (the final
    text of the waiting message) are stored before the first post. ``failures`` counts failed attempts, ``dropped``
    posts that Mattermost stripped of their files.
    """

    place: FileDestination | None = None
    sizes: list[int] | None = None
    done: str = ""
    failures: int = 0
    dropped: int = 0


class OrderLease(WorkLease):
    """A lease on an order, with the progress of its files."""

    def __init__(self, row: Work, transactions: ShieldedTransactions, handlers: WorkHandlers) -> None:
        super().__init__(row, transactions, handlers)
        self.order = OrderProgress.model_validate(row.cursor or {})
        self._stand: list[Outgoing] = []

    @property
    def reader(self) -> str:
        """Return whom the files are for; "" for a whole channel."""
        return "" if self.order.place else self.row.person

    async def arrived(self, channel_id: str, posts: Mapping[int, str]) -> None:
        """Record that all files have arrived, in these posts. Raises LeaseLostError."""
        if self.order.place and self.order.place.topic:
            self._stand = [self._standing(self.order.place, channel_id, posts[at]) for at in sorted(posts)]
        await self.end(WorkState.DONE, self.order.done, done=1, total=1, error=None)

    async def leave(self, db: AsyncSession, values: dict[str, Any]) -> None:
        """End the order, and record its posts in the same transaction."""
        if self._stand:
            await outbox.add(db, self._stand)
        await super().leave(db, values)

    def _standing(self, place: FileDestination, channel_id: str, post_id: str) -> Outgoing:
        now = self._clock()
        return Outgoing(
            id=secrets.token_hex(13),
            where=TargetKind.CHANNEL,
            target=channel_id,
            content=queue.EMPTY,
            topic=place.topic,
            created_at=now,
            delivered_at=now,
            post_id=post_id,
            channel_id=channel_id,
        )

    def cursor(self) -> dict[str, Any]:
        """Return the cursor to store."""
        return {"cursor": self.order.model_dump(mode="json")}

    async def refuse(self, state: WorkState, text: str, error: str | None = None) -> None:
        """End the order without files, and tell the person why, in the waiting message or a new one."""
        person = self.row.person
        await self.end(state, text, instead=Direct(text, user_id=person) if person else None, error=error)


FILES_PER_POST = 10
"""How many files a post carries: their ids must fit in 300 characters, on every version."""


class FilesDroppedError(ChatError):
    """Mattermost made a post without its files."""

    def __init__(self) -> None:
        super().__init__(200, "files_dropped")


def split_parcel(files: Sequence[Path]) -> list[Sequence[Path]]:
    """Return the files of each post; a parcel without files is one post too."""
    return [files[i : i + FILES_PER_POST] for i in range(0, len(files), FILES_PER_POST)] or [[]]


async def find_posted_parts(chat: Mattermost, channel_id: str, held: OrderLease) -> dict[int, str]:
    """Find the posts of an earlier attempt by their part; one that lost its files is deleted."""
    found: dict[int, str] = {}
    places = {_mark(held, place): place for place in range(len(held.order.sizes or []))}
    broken: dict[str, ChatPost] = {}
    async for mark, post in read_own_posts(chat, channel_id, held.row.created_at):
        place = places.get(mark)
        if place is not None and _is_whole(post, held, place):
            found[place] = post.id
        elif place is not None:
            broken[post.id] = post
    for post in broken.values():
        await _take_away(chat, held, post)
    return found


async def send_part(chat: Mattermost, channel_id: str, held: OrderLease, part: "ParcelPart") -> str:
    """Upload the files of one post, and post it. Raises FilesDroppedError, LeaseLostError and ChatError."""
    file_ids = [await chat.upload(channel_id, path) for path in part.files]
    await held.keep()
    mark = _mark(held, part.place)
    pending = make_pending_id((await chat.me()).id, mark, held.order.dropped)
    root = held.order.place.root_id if held.order.place else ""
    new = NewPost(channel_id, part.text, part.props | {MARK: mark}, pending, root, file_ids=file_ids)
    post = await chat.post_files(new)
    if not _is_whole(post, held, part.place):
        await _take_away(chat, held, post)
        raise FilesDroppedError
    return post.id


class ParcelPart:
    """A post of a parcel; the first one has the text."""

    def __init__(self, place: int, files: Sequence[Path], content: dict[str, Any]) -> None:
        self.place = place
        self.files = files
        self.text: str = content["message"] if place == 0 else ""
        self.props: dict[str, Any] = content["props"] if place == 0 else {}


def explain_failure(error: ChatError) -> str:
    """Return why there will be no file, as the template names it."""
    return FILE_REASONS.get(error.refusal, "") if error.refusal else ""


async def _take_away(chat: Mattermost, held: OrderLease, post: ChatPost) -> None:
    held.order.dropped += 1
    await chat.delete(post.id)


def _mark(held: OrderLease, place: int) -> str:
    return f"{held.row.id}.{place}" if place else held.row.id


def _is_whole(post: ChatPost, held: OrderLease, place: int) -> bool:
    sizes = held.order.sizes or []
    return place < len(sizes) and len(post.file_ids) == sizes[place]


log = structlog.get_logger()

MAKING_TRIES = 3
"""After so many times an order that can’t be made is refused."""
SENDING_TRIES_UNTOLD = 3
"""After so many failed tries to send it, whoever waits is told that it will take longer."""
BETWEEN_TRIES_MAX = 3600.0
"""Seconds between two tries at most."""


class FilesNotMadeError(Exception):
    """The handler failed, from the given cause."""


class OrderRunner:
    """Runs file orders; ``first`` is the first pause in seconds after a failure."""

    sort = WorkSort.FILE

    def __init__(self, handlers: WorkHandlers, folders: OrderFolders, first: float = 1.0) -> None:
        self._handlers = handlers
        self._chat = handlers.chat
        self._clock = handlers.clock
        self._folders = folders
        self.gate = Gate(first)
        self._first = first

    def hold(self, row: Work, transactions: ShieldedTransactions) -> OrderLease:
        """Make the lease of an order."""
        return OrderLease(row, transactions, self._handlers)

    async def close(self, held: OrderLease) -> None:
        """Say that the order was cancelled."""
        await held.refuse(WorkState.CANCELLED, render("fichier/cancelled"))
        ORDER_TRIES.labels("cancelled").inc()

    async def run(self, held: OrderLease) -> None:
        """Make one attempt. Raises LeaseLostError and database errors."""
        reference = begin_request()
        if not await held.has_its_turn():
            return
        began = loop_time()
        try:
            place = held.order.place
            channel_id = place.channel_id if place else await self._chat.direct_channel(held.row.person)
            there = await find_posted_parts(self._chat, channel_id, held)
        except ChatError as error:
            await self._not_reached(held, error, began, reference)
            return
        self.gate.note_answer()
        await self._fulfil(held, channel_id, there, reference)

    async def _fulfil(self, held: OrderLease, channel_id: str, there: dict[int, str], reference: str) -> None:
        try:
            await self._complete(held, channel_id, there)
        except UserError as refusal:
            # It was answered, as an order should be: nothing is wrong.
            await self._over(held, WorkState.DONE, "refused", refusal.text)
        except FilesNotMadeError as problem:
            await self._unmade(held, problem, reference)
        except FilesDroppedError as error:
            await self._dropped(held, error, reference)
        except ChatError as error:
            await self._unsent(held, error, reference)
        else:
            await held.arrived(channel_id, there)
            ORDER_TRIES.labels("sent").inc()

    async def _complete(self, held: OrderLease, channel_id: str, there: dict[int, str]) -> None:
        """Make and send the missing parts; ``there`` then holds all posts."""
        if there and len(there) == len(held.order.sizes or ()):
            return
        with self._folders.fresh() as folder:
            parcel = await self._make(held, folder)
            content, files = self._handlers.content(parcel, held.reader), split_parcel(parcel.files)
            held.order.sizes, held.order.done = [len(part) for part in files], parcel.done
            await held.keep()
            for place, part in enumerate(files):
                if place not in there:
                    there[place] = await send_part(self._chat, channel_id, held, ParcelPart(place, part, content))

    async def _make(self, held: OrderLease, folder: Path) -> Parcel:
        try:
            return await make_files(self._handlers, held.row, folder)
        except UserError:
            raise
        except Exception as problem:
            raise FilesNotMadeError from problem

    async def _unmade(self, held: OrderLease, problem: FilesNotMadeError, reference: str) -> None:
        held.order.failures += 1
        given_up = held.order.failures >= MAKING_TRIES
        log.error("order_not_made", name=held.row.name, given_up=given_up, exc_info=problem.__cause__)
        fault = f"not made: {type(problem.__cause__).__name__}"
        if given_up:
            line = self._handlers.rescue.line if self._handlers.rescue else ""
            text = render("fichier/broken", reference=reference, line=line)
            await self._over(held, WorkState.FAILED, "failed", text, fault)
        else:
            await self._later(held, fault, held.order.failures)

    async def _dropped(self, held: OrderLease, error: FilesDroppedError, reference: str) -> None:
        if held.order.dropped > 1:
            await self._refused(held, error, reference)
        else:
            await self._later(held, str(error), 1)

    async def _unsent(self, held: OrderLease, error: ChatError, reference: str) -> None:
        tries = held.row.attempts + 1
        too_late = self._clock() >= held.row.created_at + GIVEN_UP_AFTER
        if too_late or not error.is_temporary:
            await self._refused(held, error, reference)
            return
        log.warning("order_not_sent", status=error.status, error_id=error.error_id, attempts=tries)
        await self._later(held, str(error), tries, error.retry_after or 0.0)

    async def _not_reached(self, held: OrderLease, error: ChatError, began: float, reference: str) -> None:
        if not await is_away(self._chat, error):
            # The server answers others: this person’s channel only, or a refusal.
            self.gate.note_answer()
            await self._unsent(held, error, reference)
            return
        self.gate.shut_by(error, began)
        ORDER_TRIES.labels("later").inc()
        await held.put_off(self._clock())

    async def _later(self, held: OrderLease, fault: str, tries: int, at_least: float = 0.0) -> None:
        """Schedule another attempt, after a growing pause."""
        ORDER_TRIES.labels("later").inc()
        pause = max(backoff(2 * tries - 1, 2 * self._first, BETWEEN_TRIES_MAX), at_least)
        topic, attempts = held.row.topic, held.row.attempts + 1
        told = [Refresh(render("fichier/later"), topic=topic)] if topic and attempts == SENDING_TRIES_UNTOLD else []
        next_try = self._clock() + timedelta(seconds=pause)
        await held.put_off(next_try, told, state=WorkState.WAITING, attempts=attempts, error=fault[:ERROR_MAX])

    async def _refused(self, held: OrderLease, error: ChatError, reference: str) -> None:
        log.warning("order_refused", status=error.status, error_id=error.error_id, given_up=True)
        text = render("fichier/refused", reason=explain_failure(error), reference=reference)
        await self._over(held, WorkState.FAILED, "refused", text, str(error)[:ERROR_MAX])

    async def _over(
        self, held: OrderLease, state: WorkState, outcome: str, text: str, error: str | None = None
    ) -> None:
        await held.refuse(state, text, error)
        ORDER_TRIES.labels(outcome).inc()
