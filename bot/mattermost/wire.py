"""The objects of Mattermost’s API, as far as the bot reads them, and what it makes of each."""

from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from bot.errors import ChatError
from bot.mattermost.chat import ChatPost, ChatUser

T = TypeVar("T")


class Timezone(BaseModel):
    """Where somebody’s clock is; the names as Mattermost writes them, the switch a text or a bool."""

    useAutomaticTimezone: str | bool = "true"
    automaticTimezone: str = ""
    manualTimezone: str = ""

    @property
    def name(self) -> str:
        """The zone in force, else the other one, else nothing."""
        automatic = str(self.useAutomaticTimezone).lower() == "true"
        chosen = (self.automaticTimezone, self.manualTimezone)
        first, second = chosen if automatic else chosen[::-1]
        return first or second


class User(BaseModel):
    """An account."""

    id: str
    username: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    is_bot: bool = False
    roles: str = ""
    delete_at: int = 0
    timezone: Timezone | None = None

    @property
    def value(self) -> ChatUser:
        return ChatUser(
            id=self.id,
            username=self.username,
            email=self.email,
            is_bot=self.is_bot,
            roles=frozenset(self.roles.split()),
            deleted=self.delete_at > 0,
            timezone=self.timezone.name if self.timezone else "",
            full_name=f"{self.first_name} {self.last_name}".strip(),
        )


class Post(BaseModel):
    """A post. What was deleted stays readable, and an edited one leaves a copy of its old text behind."""

    id: str
    user_id: str
    channel_id: str
    message: str = ""
    create_at: int
    delete_at: int = 0
    original_id: str = ""
    type: str = ""
    props: dict[str, Any] | None = None
    file_ids: list[str] | None = None

    @property
    def stands(self) -> bool:
        """Whether it is there to be read now."""
        return not self.delete_at and not self.original_id

    @property
    def value(self) -> ChatPost:
        return ChatPost(
            id=self.id,
            user_id=self.user_id,
            channel_id=self.channel_id,
            message=self.message,
            create_at=self.create_at,
            type=self.type,
            props=self.props or {},
            file_ids=tuple(self.file_ids or ()),
        )


class PostList(BaseModel):
    """Posts by id."""

    posts: dict[str, Post] | None = None


class Channel(BaseModel):
    """A channel; ``type`` is O, P, D (direct) or G."""

    id: str
    type: str = ""
    last_post_at: int = 0


class Team(BaseModel):
    """A team."""

    id: str


class TeamMember(BaseModel):
    """Somebody’s membership of a team."""

    roles: str = ""
    scheme_admin: bool = False
    delete_at: int = 0

    @property
    def is_admin(self) -> bool:
        return not self.delete_at and (self.scheme_admin or "team_admin" in self.roles.split())


class Identified(BaseModel):
    """Anything new: its id is all the bot keeps."""

    id: str


class Upload(BaseModel):
    """What became of the one file of an upload."""

    file_infos: tuple[Identified]


CHANNELS = TypeAdapter(list[Channel])


def read(kind: type[T] | TypeAdapter[T], answer: Any) -> T:
    """The answer as a value; ChatError when the server sent something else."""
    adapter = kind if isinstance(kind, TypeAdapter) else TypeAdapter(kind)
    try:
        return adapter.validate_python(answer)
    except ValidationError:
        raise ChatError(502, "unexpected_answer") from None
