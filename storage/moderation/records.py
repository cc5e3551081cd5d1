"""What a measure keeps so that it can be undone, and how far Mattermost has done it."""

from datetime import datetime

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import change
from storage.moderation.measures import Measure


class KeptPost(BaseModel):
    """A message as it was before something was done to it; ``files`` are ids."""

    id: str
    channel_id: str
    root_id: str = ""
    author_id: str
    author: str
    text: str
    at: datetime
    files: list[str] = []
    is_bot: bool = False


class Record(BaseModel):
    """``posts`` are what was removed or moved. ``waits`` are the posts or channels about which Mattermost has not
    answered yet, ``done`` those where it did what was asked, ``refused`` those where it did not.

    ``looking`` is true while it is still being found out where somebody is, or while a message waits for its files to
    be kept; ``muted`` are channels that nobody can be taken out of. ``let_in`` are keys of channels in which somebody
    was admitted by name before, with the reason; ``titles`` what channels are called that the bot knows from Mattermost
    only. ``place`` is where a thread was moved to. ``evidence`` are the posts whose files were kept before they went,
    with the ids of the copies. ``told`` says that the person knows of it.
    """

    posts: list[KeptPost] = []
    waits: list[str] = []
    done: list[str] = []
    refused: list[str] = []
    muted: list[str] = []
    let_in: dict[str, str] = {}
    titles: dict[str, str] = {}
    place: str = ""
    evidence: dict[str, list[str]] = {}
    looking: bool = False
    told: bool = False

    def is_safe(self, post: KeptPost) -> bool:
        """Whether a message may go: nothing of it is lost with it."""
        return not post.files or post.id in self.evidence


def read(measure: Measure) -> Record:
    """That of a measure."""
    return Record.model_validate(measure.before)


async def keep(db: AsyncSession, measure: Measure, record: Record) -> None:
    """From now on it is that."""
    await change(db, measure, before=record.model_dump(mode="json"))
