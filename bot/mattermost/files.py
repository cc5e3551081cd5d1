"""Files: brought, described, fetched."""

from pathlib import Path

from pydantic import BaseModel

from bot.mattermost import wire
from bot.mattermost.calls import Calls, check_id
from bot.mattermost.values import ChatFile


class _Settings(BaseModel):
    """Of what every client is told of the server’s settings, all of it in texts."""

    MaxFileSize: int


class FileCalls(Calls):
    """The part of ``Chat`` about files."""

    async def upload(self, channel_id: str, path: Path) -> str:
        """Give a file to a channel."""
        return wire.read(wire.Upload, await self.client.upload(check_id(channel_id), path)).file_infos[0].id

    async def file(self, file_id: str) -> ChatFile:
        """What a file is."""
        return wire.read(wire.FileInfo, await self._files.get_file_metadata(check_id(file_id))).value

    async def largest_file(self) -> int:
        """FileSettings.MaxFileSize, as every client is told (5.37 to 11.2)."""
        told = await self.client.get("/config/client", params={"format": "old"})
        return wire.read(_Settings, told).MaxFileSize

    async def download(self, file_id: str, path: Path, limit: int) -> None:
        """Write a file to a new one on the disk as it comes."""
        await self.client.download(f"/files/{check_id(file_id)}", path, limit)
