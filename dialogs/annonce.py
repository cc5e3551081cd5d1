"""The windows of announcements: words, where they go, when; and the words alone, to be corrected."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar

from bot.forms import Choice, Form, Hidden, Offered, Text, asks
from bot.french import group
from dialogs.destinations import Places, moment

NO_FILES, KEPT_FILES = "aucun", "gardes"
"""The choices of no files, and of those that the announcement has; others are chosen by the id of their message."""
MENTIONS = {"non": "Non : chacun le lit quand il passe", "oui": "Oui : @channel, une notification à chaque membre"}
TEXT = Text(long=True)
MENTION = Choice(MENTIONS)
FILES = Offered("attached", {NO_FILES: "Aucun"})
MOMENT = moment(" ; vide, l’envoi suit la confirmation")


def _make_mention_field() -> Any:
    return asks("Notifier tout le canal ?", "Un @channel dans le texte ne notifie personne.", default="non")


def _make_moment_field() -> Any:
    return asks("Quand", "Vide : dès que vous confirmez l’envoi.", name="quand", default=None)


def _make_files_field() -> Any:
    return asks(
        "Fichiers",
        "Envoyez-les d’abord au bot, en message direct : ils sont proposés ici.",
        name="fichiers",
        default=NO_FILES,
    )


class _Window(Form):
    """What all windows of announcements have in common; ``annonce`` is the one being changed, empty for a new one,
    ``length`` how long its words are where the window cannot hold them."""

    title = "Faire une annonce"
    submit_label = "Voir l’aperçu"

    annonce: Hidden[str] = ""
    length: Hidden[int] = 0

    def introduction(self) -> str:
        return self.too_long.format(length=group(self.length)) if self.length else ""

    too_long: ClassVar[str] = (
        "Le texte a {length} caractères, trop pour cette fenêtre : laissez « Texte » vide pour le garder tel quel."
    )


class _Words(_Window):
    """What windows with words and files have in common; ``message`` is the one whose words are taken where none are
    typed, ``attached`` which files are offered."""

    text: Annotated[str, TEXT] = asks(
        "Texte", "En Markdown, tel qu’il s’affichera. L’aperçu vient ensuite.", name="texte", default=""
    )
    message: Hidden[str] = ""
    attached: Hidden[dict[str, str]] = {}


class Announce(_Words):
    """The window of an announcement by the animation, to anybody; ``thematiques`` are the thematic channels, by
    target."""

    places: Places = asks("Destinataires", "Canaux, ou personnes d’un rôle en message direct.", name="destinataires")
    mention: Annotated[str, MENTION] = _make_mention_field()
    moment: Annotated[datetime | None, MOMENT] = _make_moment_field()
    files: Annotated[str, FILES] = _make_files_field()
    thematiques: Hidden[dict[str, str]] = {}

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {**super().offers(hidden), "destinataires": hidden.get("thematiques") or {}}


class AnnounceHere(_Words):
    """The window of an announcement by a coordinateur, in their own ``departements``."""

    place: Annotated[str, Offered("departements")] = asks(
        "Où", "Le canal de votre département, ou de tous les vôtres.", name="destinataire"
    )
    mention: Annotated[str, MENTION] = _make_mention_field()
    moment: Annotated[datetime | None, MOMENT] = _make_moment_field()
    files: Annotated[str, FILES] = _make_files_field()
    departements: Hidden[dict[str, str]] = {}


class Reword(_Window):
    """The window that rewords an announcement: the new words replace the old ones wherever they stand. ``waits``: its
    hour is to come."""

    title = "Corriger l’annonce"
    submit_label = "Corriger partout"
    too_long = (
        "Le texte a {length} caractères, trop pour cette fenêtre : écrivez celui qui le remplace, ou le lien d’un "
        "message."
    )

    waits: Hidden[bool] = False

    def introduction(self) -> str:
        other = (
            "Le moment et les destinataires se changent autrement : « Arrêter » sous l’envoi prévu, puis « Modifier »."
        )
        return " ".join(said for said in (super().introduction(), other * self.waits) if said)

    text: Annotated[str, TEXT] = asks("Texte", "Il remplace l’ancien partout ; les fichiers restent.", name="texte")
