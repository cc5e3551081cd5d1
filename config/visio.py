"""The server that opens rooms for meetings, as a setting describes it: its kind, its address, the bot’s name there."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class VisioKind(StrEnum):
    """The kinds of servers of rooms; LINK is one room for all at a fixed address, or an address that somebody
    pasted."""

    JITSI = "jitsi"
    BBB = "bbb"
    MEET = "meet"
    LINK = "lien"


@dataclass(frozen=True, slots=True)
class VisioServer:
    """A server of rooms: its address without a final slash, and the name by which it knows the bot."""

    kind: VisioKind
    url: str
    ident: str = ""


EXAMPLES = (
    "« jitsi https://visio.exemple.fr », « bbb https://visio.exemple.fr/bigbluebutton/api », "
    "« meet https://visio.exemple.fr MON-ID »"
)


def read_visio(text: str) -> VisioServer | None:
    """Read the setting; None for none. Raises ValueError, in French."""
    words = text.split()
    if not words:
        return None
    kind = VisioKind.LINK if "://" in words[0] else _read_kind(words.pop(0))
    if not words or not _is_address(words[0]) or len(words) > 2:
        raise ValueError(f"donnez l’adresse après la sorte de salle : {EXAMPLES}")
    if kind is VisioKind.MEET and len(words) < 2:
        raise ValueError("« meet » demande aussi l’identifiant de l’application, et COOP_VISIO_SECRET son secret")
    return VisioServer(kind, words[0].rstrip("/"), words[1] if len(words) > 1 else "")


def _read_kind(word: str) -> VisioKind:
    if word.lower() in set(VisioKind) - {VisioKind.LINK}:
        return VisioKind(word.lower())
    raise ValueError(f"« {word[:40]} » n’est pas une sorte de salle ; par exemple {EXAMPLES}, ou une adresse seule")


def _is_address(text: str) -> bool:
    parts = urlsplit(text)
    is_web = parts.scheme in {"http", "https"} and bool(parts.hostname)
    return is_web and not (parts.username or parts.query or parts.fragment)
