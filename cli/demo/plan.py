"""The folder and ports of a demo."""

from dataclasses import dataclass
from pathlib import Path

from cli.demo.rooms import TABLE

HOST = "127.0.0.1"
VERSIONS = ("11.6", "11.2", "10.5", "9.11", "9.4", "5.37")
"""The versions that the embedded server can imitate. (For any other number it would imitate the next lower one.)"""


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """The folder, ports and server version of a demo."""

    folder: Path
    port: int
    bot_port: int
    version: str

    @property
    def url(self) -> str:
        """Mattermost’s address."""
        return f"http://{HOST}:{self.port}"

    @property
    def bot_url(self) -> str:
        """The bot’s address."""
        return f"http://{HOST}:{self.bot_port}"

    @property
    def database_url(self) -> str:
        """The bot’s database."""
        return f"sqlite:///{self.folder / 'coop.db'}"

    @property
    def channels(self) -> Path:
        """The table of its channels."""
        return self.folder / TABLE

    @property
    def env(self) -> Path:
        """The settings file."""
        return self.folder / "env"
