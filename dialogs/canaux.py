"""The windows about channels: a new thematic one, another name, why one is put away; and where the bot listens."""

from collections.abc import Mapping
from typing import Annotated, Any

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.events import WatchedPlaces
from bot.forms import Clues, Form, Hidden, Offered, ReadText, Text, asks
from config.canaux import HEADER_MAX, NAME_MAX, PURPOSE_MAX
from config.settings import Settings
from storage.canaux import find_channel_ids, list_planned

REASON_MAX = 200
NAME_MIN = 2
"""The least number of characters of a title or an address."""


def _between(least: int, most: int) -> ReadText:
    """Make a reader of one line of between ``least`` and ``most`` characters."""

    def read(text: str, _: Clues) -> str:
        line = " ".join(text.split())
        if not least <= len(line) <= most:
            raise ValueError(f"Écrivez de {least} à {most} caractères.")
        return line

    return ReadText(read)


class NewChannel(Form):
    """The window of a new public channel that everybody may join."""

    title = "Nouveau canal"
    submit_label = "Créer"

    name: Annotated[str, _between(NAME_MIN, NAME_MAX)] = asks(
        "Nom", "Court et clair : « Seniors », « Inclusion numérique ».", name="nom"
    )
    purpose: Annotated[str, _between(1, PURPOSE_MAX)] = asks(
        "À quoi il sert", "Une phrase : c’est ce que lisent ceux qui hésitent.", name="sujet"
    )
    header: Annotated[str | None, Text(long=True)] = asks(
        "En-tête", "Ce qui s’affiche en haut du canal.", name="entete", default=None
    )

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        long = len(values.get("header") or "") > HEADER_MAX
        return {"header": f"Raccourcissez l’en-tête : {HEADER_MAX} caractères au plus."} if long else {}


class AboutChannel(Form):
    """What windows about one channel have in common, among those that there were when it opened (title by key)."""

    title = "Canal"

    there: Hidden[dict[str, str]]
    key: Annotated[str, Offered("there")] = asks("Canal", name="canal")


class RenameChannel(AboutChannel):
    """The window of another title; the channel’s address stays, so that links do."""

    title = "Renommer un canal"
    submit_label = "Renommer"

    name: Annotated[str, _between(NAME_MIN, NAME_MAX)] = asks("Nouveau nom", name="nom")


class WritePurpose(AboutChannel):
    """The window of what a channel is for."""

    title = "Décrire un canal"
    submit_label = "Enregistrer"

    text: Annotated[str, _between(1, PURPOSE_MAX)] = asks(
        "À quoi il sert", "Une phrase : c’est ce que lisent ceux qui hésitent.", name="texte"
    )


class WriteHeader(AboutChannel):
    """The window of what stands at the top of a channel."""

    title = "En-tête d’un canal"
    submit_label = "Enregistrer"

    text: Annotated[str, Text(long=True)] = asks(
        "En-tête", "Ce qui s’affiche en haut du canal : des liens, une règle.", name="texte"
    )

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        long = len(values.get("text") or "") > HEADER_MAX
        return {"text": f"Raccourcissez l’en-tête : {HEADER_MAX} caractères au plus."} if long else {}


class PutAway(AboutChannel):
    """The window that puts a channel away."""

    title = "Archiver un canal"
    submit_label = "Archiver"

    reason: Annotated[str, _between(1, REASON_MAX)] = asks(
        "Raison", "Lue par qui cherche ce canal. Les messages restent lisibles.", name="raison"
    )

    def introduction(self) -> str:
        return "Un canal archivé se restaure avec /canaux restaurer."


async def watch_planned_channels(db: AsyncSession, settings: Settings) -> WatchedPlaces:
    """Watch all planned channels that are known; in public ones, which everybody may join, without who comes and
    goes."""
    table, known = await list_planned(db, settings), await find_channel_ids(db)
    private = frozenset(known[key] for key in known if key in table and table[key].private)
    return WatchedPlaces(private, crowded=frozenset(known[key] for key in known if key in table) - private)
