"""The bot’s name and face, under which what commands answer appears where the server allows it."""

from dataclasses import asdict, dataclass
from importlib.resources import files

PATH = "/portrait.png"
"""Where the bot serves its picture."""


@dataclass(frozen=True, slots=True)
class Face:
    """As commands and their answers carry it; without, an answer looks like the person’s own words."""

    username: str
    icon_url: str

    def as_fields(self) -> dict[str, object]:
        """What a command, or its answer, says of it."""
        return asdict(self)


def picture_url(chosen: str, public_url: str) -> str:
    """The picture that the operator chose, else the bot’s own."""
    return chosen or f"{public_url}{PATH}"


def portrait() -> bytes:
    """The bot’s own picture, a PNG."""
    return (files("templates") / "portrait.png").read_bytes()
