"""What people say in the channels of the cheap server, and what the bot may ask of that."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Sayings:
    """The messages of the cheap server; ``posts`` are by id; channels are public, and nobody is listed in them."""

    posts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def serve(self, app: web.Application) -> None:
        """Answer the calls about posts, channels and authors."""
        app.router.add_get("/api/v4/posts/{id}", self._post)
        app.router.add_get("/api/v4/channels/{id}", self._place)
        app.router.add_get("/api/v4/channels/{id}/members", self._nobody)
        app.router.add_get("/api/v4/channels/{id}/members/{user}", self._not_there)
        app.router.add_get("/api/v4/teams/{id}/members", self._nobody)
        app.router.add_post("/api/v4/users/ids", self._people)

    def say(self, channel_id: str, who: tuple[str, str], text: str) -> dict[str, Any]:
        """Say something as somebody, by id and name; return the event that tells of it."""
        post = {"id": f"q{len(self.posts):025d}", "create_at": int(time.time() * 1000), "user_id": who[0]}
        post |= {"channel_id": channel_id, "message": text}
        self.posts[str(post["id"])] = post
        data = {"channel_type": "O", "post": json.dumps(post), "sender_name": f"@{who[1]}"}
        target = {"omit_users": None, "user_id": "", "channel_id": channel_id, "team_id": ""}
        return {"event": "posted", "data": data, "broadcast": target}

    async def _post(self, request: web.Request) -> web.Response:
        post = self.posts.get(request.match_info["id"])
        return web.json_response(post) if post else web.json_response({"id": "app.post.get.app_error"}, status=404)

    async def _place(self, request: web.Request) -> web.Response:
        asked = request.match_info["id"]
        return web.json_response(
            {"id": asked, "name": "salon", "display_name": "Salon", "type": "O", "team_id": "t" * 26}
        )

    async def _not_there(self, _: web.Request) -> web.Response:
        return web.json_response({"id": "app.channel.get_member.missing.app_error", "status_code": 404}, status=404)

    async def _nobody(self, _: web.Request) -> web.Response:
        return web.json_response([])

    async def _people(self, request: web.Request) -> web.Response:
        asked = await request.json()
        return web.json_response([{"id": each, "username": each, "roles": "system_user"} for each in asked])
