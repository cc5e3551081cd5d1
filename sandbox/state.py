"""All that the server knows, in memory."""

from typing import Any, TypeVar

from sandbox.choices import Preference, Role, Setting, Status
from sandbox.ids import Clock
from sandbox.records import (
    Channel,
    ChannelMember,
    FileContent,
    FileInfo,
    Post,
    Reaction,
    Team,
    TeamMember,
    ThreadMember,
    Token,
    User,
)
from sandbox.tables import Index, Record, Table

R = TypeVar("R", bound=Record)


class State:
    """The tables, and the indexes by which calls find rows without searching."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.tables: dict[str, Table[Any]] = {}
        self.users = self.table("users", User)
        self.users_by_name = Index(self.users, "username")
        self.users_by_email = Index(self.users, "email")
        self.tokens = self.table("tokens", Token)
        self.tokens_by_secret = Index(self.tokens, "token")
        self.tokens_of = Index(self.tokens, "user_id")
        self.statuses = self.table("statuses", Status)
        self.preferences = self.table("preferences", Preference)
        self.preferences_of = Index(self.preferences, "user_id")
        self.roles = self.table("roles", Role)
        self.settings = self.table("settings", Setting)
        self._make_rooms()
        self._make_posts()

    def _make_rooms(self) -> None:
        self.teams = self.table("teams", Team)
        self.teams_by_name = Index(self.teams, "name")
        self.team_members = self.table("team_members", TeamMember)
        self.members_of_team = Index(self.team_members, "team_id")
        self.teams_of = Index(self.team_members, "user_id")
        self.channels = self.table("channels", Channel)
        self.channels_by_name = Index(self.channels, "team_id", "name")
        self.channels_of_team = Index(self.channels, "team_id")
        self.channel_members = self.table("channel_members", ChannelMember)
        self.members_of_channel = Index(self.channel_members, "channel_id")
        self.channels_of = Index(self.channel_members, "user_id")

    def _make_posts(self) -> None:
        self.posts = self.table("posts", Post)
        self.posts_of_channel = Index(self.posts, "channel_id")
        self.replies = Index(self.posts, "root_id", only=lambda post: bool(post.root_id))
        self.pinned = Index(self.posts, "channel_id", "is_pinned", only=lambda post: post.is_pinned)
        self.reactions = self.table("reactions", Reaction)
        self.reactions_of_post = Index(self.reactions, "post_id")
        self.files = self.table("files", FileInfo)
        self.files_of_channel = Index(self.files, "channel_id")
        self.contents = self.table("contents", FileContent)
        self.thread_members = self.table("thread_members", ThreadMember)
        self.followers = Index(self.thread_members, "root_id")
        self.threads_of = Index(self.thread_members, "user_id")

    def table(self, name: str, kind: type[R]) -> Table[R]:
        """Add a table, which is saved and loaded under a name."""
        made: Table[R] = Table(kind)
        self.tables[name] = made
        return made

    def member(self, channel_id: str, user_id: str) -> ChannelMember | None:
        """Return somebody's membership of a channel, if any."""
        return self.channel_members.get(channel_id + user_id)

    def team_member(self, team_id: str, user_id: str) -> TeamMember | None:
        """Return somebody's membership of a team, also a former one, if any."""
        return self.team_members.get(team_id + user_id)

    def in_team(self, team_id: str, user_id: str) -> bool:
        """Tell whether somebody is in a team now."""
        member = self.team_member(team_id, user_id)
        return member is not None and not member.delete_at
