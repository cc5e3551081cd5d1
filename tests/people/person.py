"""Somebody at a Mattermost client: types, clicks, fills, reads; nothing but the API and the websocket."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from tests.people.api import Api, Refused
from tests.people.clients import Client, Mobile
from tests.people.dialog import Dialog
from tests.people.ears import PATIENCE, Ears, Frame
from tests.people.post import Action, Post

if TYPE_CHECKING:
    from tests.people.site import Site

T = TypeVar("T")
POINTER = "la suite est dans vos messages directs"
"""In the channel of a command, after its dialog: a courtesy that nobody waits for, unless asked for by its words."""


@dataclass
class Person:
    """An account with one open client; what is awaited is what came since its last act."""

    site: "Site"
    id: str
    username: str
    email: str
    api: Api
    client: Client
    ears: Ears = field(default_factory=Ears)
    _since: int = 0
    _trigger: str = ""
    _channel: str = ""

    def acts(self) -> None:
        """Note that an act begins: what was heard before is no answer to it."""
        self._since = self.ears.now

    async def types(self, line: str, channel_id: str = "") -> Dialog | Post:
        """Type a command; the dialog it opens or the whisper it is answered with, whichever comes first."""
        await self.runs(line, channel_id)

        def match(frame: Frame) -> Dialog | Post | None:
            return self.dialog_in(frame) or self._whisper_in(frame)

        return await self._hears(match, f"an answer to {line!r}")

    async def opens(self, line: str, channel_id: str = "") -> Dialog:
        """Type a command that opens a dialog, and return this."""
        await self.runs(line, channel_id)
        return await self.dialog()

    async def asks(self, line: str, channel_id: str = "") -> Post:
        """Type a command that is answered by a whisper, and return this."""
        await self.runs(line, channel_id)
        return await self.whispered()

    async def runs(self, line: str, channel_id: str = "") -> Any:
        """Type a command and wait for its reply only."""
        self.acts()
        self._channel = channel_id or self.site.square
        call = {"command": self._normal(line), "channel_id": self._channel, "team_id": self.site.team_id, "root_id": ""}
        reply = await self.api.post("/commands/execute", call)
        self._trigger = reply.get("trigger_id") or self._trigger
        return reply

    async def clicks(self, post: Post, label: str) -> Any:
        """Click a button and wait for the reply only."""
        return await self._acts_on(post, post.action(label))

    async def races(self, post: Post, label: str) -> bool:
        """Click at the same time as others; return whether the button still existed, or the post was rewritten under
        the finger."""
        try:
            await self.clicks(post, label)
        except Refused as refusal:
            if "action_id" not in refusal.error_id:
                raise
            return False
        return True

    async def chooses(self, post: Post, label: str, choice: str) -> Any:
        """Choose in a menu, by the text shown (of people and channels: by the beginning of their name)."""
        action = post.action(label)
        texts = {text: value for value, text in action.options.items()}
        found = await self.finds(action.source, choice) if action.source else [texts[choice]]
        assert len(found) == 1, f"« {choice} » finds {found}"
        return await self._acts_on(post, action, found[0])

    async def finds(self, source: str, words: str) -> list[str]:
        """Return the ids of the people or channels that the client proposes for the beginning of a name."""
        team = self.site.team_id
        if source == "users":
            found = await self.api.get(f"/users/autocomplete?in_team={team}&name={quote(words)}")
            return [user["id"] for user in found["users"]]
        found = await self.api.get(f"/teams/{team}/channels/autocomplete?name={quote(words)}")
        return [channel["id"] for channel in found]

    async def _acts_on(self, post: Post, action: Action, chosen: str = "") -> Any:
        self.acts()
        self._channel = post.channel_id
        cookie = action.cookie if not action.is_menu or self.client.sends_cookie_of_menus else ""
        call = {"selected_option": chosen, "cookie": cookie}
        reply = await self.api.post(f"/posts/{post.id}/actions/{action.id}", call)
        self._trigger = reply.get("trigger_id") or self._trigger
        return reply

    async def opens_by(self, post: Post, label: str) -> Dialog:
        """Click a button that opens a dialog, and return this."""
        await self.clicks(post, label)
        return await self.dialog()

    async def dialog(self) -> Dialog:
        """Wait for the dialog that the last act opened."""
        return await self._hears(self.dialog_in, "a dialog")

    async def dialog_or_whisper(self) -> Dialog | Post:
        """Wait for what the last act led to: a dialog or a whisper."""
        return await self._hears(
            lambda frame: self.dialog_in(frame) or self._whisper_in(frame), "a dialog or a whisper"
        )

    async def answered(self) -> Dialog | Post:
        """Wait for the answer to the last act, wherever it comes: what can no longer be whispered is a direct
        message."""

        def match(frame: Frame) -> Dialog | Post | None:
            post = self._post_in(frame, "posted")
            by_bot = post and post.user_id == self.site.bot_id and not post.type  # not « added to the channel by »
            direct = post if by_bot else None
            return self.dialog_in(frame) or self._whisper_in(frame) or direct

        return await self._hears(match, "an answer")

    async def whispered(self, containing: str = "") -> Post:
        """Wait for a whisper since the last act."""

        def match(frame: Frame) -> Post | None:
            post = self._post_in(frame, "ephemeral_message")
            return post if post and containing in post.text and (containing or POINTER not in post.text) else None

        return await self._hears(match, f"a whisper {containing!r}")

    async def told(self, containing: str = "", *, within: float = PATIENCE) -> Post:
        """Wait for the next direct message of the bot since the last act."""

        def match(frame: Frame) -> Post | None:
            post = self._post_in(frame, "posted")
            mine = post and post.user_id == self.site.bot_id and frame.data.get("channel_type") == "D"
            return post if post and mine and containing in post.text else None

        return await self._hears(match, f"a direct message {containing!r}", within)

    async def heard(self, channel_id: str, containing: str) -> Post:
        """Wait for the next post in a channel since the last act that has some words, whoever wrote it."""

        def match(frame: Frame) -> Post | None:
            post = self._post_in(frame, "posted")
            return post if post and post.channel_id == channel_id and containing in post.text else None

        return await self._hears(match, f"a post {containing!r}")

    async def rewritten(self, post: Post, containing: str = "") -> Post:
        """Wait until a post is changed by the last act, and return it."""

        def match(frame: Frame) -> Post | None:
            found = self._post_in(frame, "post_edited")
            return found if found and found.id == post.id and containing in found.text else None

        return await self._hears(match, f"a new text {containing!r} of « {post.text[:40]} »")

    async def waits_for(self, event: str, *, within: float = PATIENCE) -> Frame:
        """Wait for the next event of a name since the last act."""
        return await self._hears(lambda f: f if f.event == event else None, event, within)

    async def says(self, message: str, channel_id: str = "") -> Post:
        """Post a message."""
        self.acts()
        return Post.read(
            await self.api.post("/posts", {"channel_id": channel_id or self.site.square, "message": message})
        )

    async def direct_channel(self) -> str:
        """Return the id of the direct channel with the bot."""
        return str((await self.api.post("/channels/direct", [self.id, self.site.bot_id]))["id"])

    async def direct(self) -> list[Post]:
        """List all direct messages of the bot, oldest first, as they are now."""
        return [p for p in await self.reads(await self.direct_channel()) if p.user_id == self.site.bot_id]

    async def reads(self, channel_id: str) -> list[Post]:
        """List the posts of a channel, oldest first."""
        found = await self.api.get(f"/channels/{quote(channel_id)}/posts?per_page=200")
        return [Post.read(found["posts"][i]) for i in reversed(found["order"])]

    async def sees(self, post: Post) -> Post:
        """Read a post as it is now."""
        return Post.read(await self.api.get(f"/posts/{post.id}"))

    async def files(self, post: Post) -> dict[str, bytes]:
        """Download the files of a post by name, in order."""
        infos = await self.api.get(f"/posts/{post.id}/files/info") if post.file_ids else []
        names = {info["id"]: str(info["name"]) for info in infos}
        return {names[i]: await self.api.download(f"/files/{i}") for i in post.file_ids}

    async def leaves(self) -> None:
        """Close the client."""
        await self.ears.close()

    def _normal(self, line: str) -> str:
        """Return a typed line as the client sends it (docs/mattermost.md §2.4)."""
        if isinstance(self.client, Mobile):
            return line.strip().replace("—", "--")
        command, _, rest = line.partition(" ")
        return f"{command.lower()} {rest.strip()}"

    async def _hears(self, match: Callable[[Frame], T | None], what: str, within: float = PATIENCE) -> T:
        return await self.ears.hear(match, f"{self.username}: {what}", since=self._since, within=within)

    def dialog_in(self, frame: Frame) -> Dialog | None:
        """Return the dialog of an event, which opens only if its trigger is the last one that this client got."""
        raw = frame.data.get("dialog", "") if frame.event == "open_dialog" else ""
        return Dialog(self, raw, self._channel) if raw and f'"{self._trigger}"' in raw else None

    def _whisper_in(self, frame: Frame) -> Post | None:
        post = self._post_in(frame, "ephemeral_message")
        return None if post and POINTER in post.text else post

    def _post_in(self, frame: Frame, event: str) -> Post | None:
        return Post.read(frame.data["post"]) if frame.event == event else None
