"""The forms of moderation: to report a message, to decide about a case, to contest a measure; and how a line of «
/moderer » is read."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, ClassVar

from bot.forms import (
    ChannelPicker,
    Choice,
    Clues,
    Element,
    Form,
    Hidden,
    Offered,
    PersonPicker,
    ReadText,
    Text,
    asks,
)
from bot.forms.kinds import DeclaredField
from config.charte import MeasureKind, duration
from config.text import fold
from config.time import read_duration
from storage.database import Labelled
from storage.journal import REASON_MAX
from storage.moderation.cases import WORD_MAX

DURATION_MAX = timedelta(days=365)


REASON = Text(long=True, limit=REASON_MAX)


def read_typed_duration(text: str, _: Clues) -> timedelta:
    """Read a duration: « 3j », « 2 h ». Raises ValueError, with a French sentence, for anything else."""
    found = duration(text)
    if found is None or found > DURATION_MAX:
        raise ValueError("Écrivez une durée en heures ou en jours : « 2h », « 3j », un an au plus.")
    return found


def write_duration(lasts: timedelta) -> str:
    """Write a duration as ``read_typed_duration`` reads it."""
    return f"{lasts.days}j" if not lasts.seconds else f"{lasts // timedelta(hours=1)}h"


DURATION = ReadText(read_typed_duration, show=write_duration, placeholder="7j")


class SilenceDuration(ReadText):
    """The duration of a silence, asked only where the form offers one as the measure ``instead``."""

    def draw(self, question: DeclaredField, known: object, clues: Clues) -> list[Element]:
        is_offered = MeasureKind.SILENCE.value in clues.offers.get("mesure", {})
        return super().draw(question, known, clues) if is_offered else []


READ_BY_AUTHOR = "La personne la lit, avec la mesure."


class Fate(Labelled):
    """What became of a message since it was reported."""

    SAME = "", ""
    EDITED = "edited", "Ce message a été modifié depuis : le dossier garde le texte signalé."
    GONE = "gone", "Ce message a été supprimé depuis : le dossier garde le texte signalé."


class CaseForm(Form):
    """What windows about one case have in common; ``said`` is what the case is called there, ``fate`` what became of
    its message."""

    title = "Dossier"

    case: Hidden[int]
    said: Hidden[str] = ""
    fate: Hidden[Fate] = Fate.SAME

    def introduction(self) -> str:
        return "  \n".join(line for line in (f"Dossier n° {self.case} : {self.said}", self.fate.label) if line)


class DismissCase(CaseForm):
    """The window of a case about which nothing is done."""

    title = "Rien à faire"
    submit_label = "Classer"

    verdict: Annotated[str, Choice({"bonne-foi": "Signalé de bonne foi", "infonde": "Signalé à tort"})] = asks(
        "Le signalement", "« À tort » : les suivants pèsent moins.", name="avis", default="bonne-foi"
    )
    reason: Annotated[str, REASON] = asks("Un mot", "Reste au journal.", name="raison", default="")


class MeasureForm(CaseForm):
    """The window of a measure against the author of a case."""

    measure: ClassVar[MeasureKind] = MeasureKind.NOTHING

    reason: Annotated[str, REASON] = asks("Raison", READ_BY_AUTHOR, name="raison")

    @property
    def duration(self) -> timedelta | None:
        """The duration of the measure, where it has one."""
        return None

    @property
    def channel_id(self) -> str:
        """The id of the channel of a measure in one channel."""
        return ""


class RemindCharter(MeasureForm):
    """The window that reminds somebody of the charter."""

    title = "Rappel de la charte"
    submit_label = "Envoyer"
    measure = MeasureKind.REMIND


class WarnAuthor(MeasureForm):
    """The window of a warning."""

    title = "Avertir"
    submit_label = "Avertir"
    measure = MeasureKind.WARN


class HideMessage(MeasureForm):
    """The window that takes a message away."""

    title = "Masquer le message"
    submit_label = "Masquer"
    measure = MeasureKind.HIDE


class SilenceAuthor(MeasureForm):
    """The window that keeps somebody from writing for a while."""

    title = "Suspendre l’écriture"
    submit_label = "Suspendre"
    measure = MeasureKind.SILENCE

    lasts: Annotated[timedelta, DURATION] = asks(
        "Durée", "« 2h », « 7j ». Plus de 7 jours : un second animateur approuve.", name="duree"
    )
    place: Annotated[str, ChannelPicker()] = asks("Canal", "Vide : tous les canaux.", name="canal", default="")

    @property
    def duration(self) -> timedelta | None:
        return self.lasts

    @property
    def channel_id(self) -> str:
        return self.place


class ExcludeAuthor(MeasureForm):
    """The window that takes somebody out of a channel."""

    title = "Exclure du canal"
    submit_label = "Exclure"
    measure = MeasureKind.EXCLUDE

    place: Annotated[str, ChannelPicker()] = asks("Canal", "Un second animateur approuve.", name="canal")

    @property
    def channel_id(self) -> str:
        return self.place


MEASURE_FORMS: tuple[type[MeasureForm], ...] = (RemindCharter, WarnAuthor, HideMessage, SilenceAuthor, ExcludeAuthor)


class MoveThread(CaseForm):
    """The window that moves a thread to another channel."""

    title = "Déplacer le fil"
    submit_label = "Déplacer"

    place: Annotated[str, ChannelPicker()] = asks("Vers le canal", name="canal")
    reason: Annotated[str, REASON] = asks("Raison", READ_BY_AUTHOR, name="raison", default="")


class AskOpinion(CaseForm):
    """The window of a question to other animateurs."""

    title = "Demander l’avis"
    submit_label = "Demander"

    text: Annotated[str, REASON] = asks("Question", "Dite sous le dossier.", name="question")
    whom: Annotated[str, PersonPicker()] = asks(
        "À", "Un animateur. Vide : à tous les animateurs.", name="a", default=""
    )


class ForwardCase(CaseForm):
    """The window that forwards a case: ``there`` are those to choose from (text by code)."""

    title = "Transmettre"
    submit_label = "Transmettre"

    whom: Annotated[str, Offered("there")] = asks("À", name="a")
    text: Annotated[str, REASON] = asks("Un mot", "Lu avec le message signalé.", name="mot")
    there: Hidden[dict[str, str]]


class DeclineMeasure(CaseForm):
    """The window in which a second animateur does not approve a measure."""

    title = "Refuser la mesure"
    submit_label = "Refuser"

    text: Annotated[str, REASON] = asks("Raison", "Lue par qui l’a proposée.", name="raison")


APPEAL_MAX = 2000
_READ_BY_PERSON = "La personne la lit."


class ContestMeasure(Form):
    """The window in which somebody contests a measure; ``said`` is what the measure is called."""

    title = "Contester la mesure"
    submit_label = "Envoyer"

    word: Annotated[str, Text(long=True, limit=APPEAL_MAX)] = asks(
        "Vos raisons", "Lues par les animateurs ; un autre que le premier décide.", name="mot"
    )
    entry: Hidden[int]
    said: Hidden[str] = ""

    def introduction(self) -> str:
        return f"Mesure n° {self.entry} : {self.said}. Une mesure se conteste une fois."


class AppealAnswerForm(Form):
    """What windows about an appeal have in common; ``said`` is what is contested."""

    title = "Recours"

    answer: Annotated[str, REASON] = asks("Réponse", _READ_BY_PERSON, name="reponse")
    entry: Hidden[int]
    said: Hidden[str] = ""

    def introduction(self) -> str:
        return f"Recours sur la mesure n° {self.entry} : {self.said}"


class UpholdMeasure(AppealAnswerForm):
    """The window of an answer that upholds a measure."""

    title = "Maintenir la mesure"
    submit_label = "Maintenir"


class CancelMeasure(AppealAnswerForm):
    """The window of an answer that cancels a measure."""

    title = "Annuler la mesure"
    submit_label = "Annuler la mesure"


class LightenMeasure(AppealAnswerForm):
    """The window of an answer that replaces a measure by a lighter one, out of ``lighter`` (text by measure)."""

    title = "Alléger la mesure"
    submit_label = "Alléger"

    instead: Annotated[str, Offered("lighter")] = asks("À la place", name="mesure")
    lasts: Annotated[timedelta | None, SilenceDuration(read_typed_duration, show=write_duration, placeholder="7j")] = (
        asks("Durée", "Pour une écriture suspendue : « 2h », « 3j ».", name="duree", default=None)
    )
    lighter: Hidden[dict[str, str]]


_READ_BY_ANIMATEURS = "Lu par les animateurs seulement."


class ReportMessage(Form):
    """The window of « /signaler »: which message, and why. ``motives`` are those of the charter (text by key), ``said``
    is how the message begins."""

    title = "Signaler un message"
    submit_label = "Signaler"

    link: Annotated[str, Text()] = asks(
        "Lien du message",
        "Au survol du message, « … » (téléphone : un appui long), puis « Copier le lien ».",
        name="lien",
    )
    motive: Annotated[str, Offered("motives")] = asks("Motif", name="motif")
    word: Annotated[str, Text(long=True, limit=WORD_MAX)] = asks("Un mot", _READ_BY_ANIMATEURS, name="mot", default="")
    motives: Hidden[dict[str, str]]
    said: Hidden[str] = ""

    def introduction(self) -> str:
        shown = f" : « {self.said} »" if self.said else "."
        return f"Votre nom n’est montré ni à la personne qui a écrit ce message, ni dans le dossier{shown}"


class PreciseReport(Form):
    """The window of « Préciser »: why a message was reported, for somebody who reported it with a flag."""

    title = "Préciser"
    submit_label = "Préciser"

    motive: Annotated[str, Offered("motives")] = asks("Motif", name="motif")
    word: Annotated[str, Text(long=True, limit=WORD_MAX)] = asks("Un mot", _READ_BY_ANIMATEURS, name="mot", default="")
    case: Hidden[int]
    motives: Hidden[dict[str, str]]


LENGTH_MAX = timedelta(days=366)
_LENGTH = re.compile(
    r"(\d{1,5}) ?(min|minutes?|h|heures?|j|jours?|sem|semaines?|mois)(?=\s|$)[.,;:]?\s*", re.IGNORECASE
)
_QUOTED = re.compile(r"[«\"“]\s*([^»\"”]{1,80}?)\s*[»\"”]\s*")


def take_length(text: str) -> tuple[timedelta | None, str]:
    """Split a line into the duration that it begins with (« 7j », « 2 heures ») and the rest; the duration is None
    where it is missing, zero or longer than a year."""
    found = _LENGTH.match(text.strip())
    if found is None:
        return None, text.strip()
    lasts = read_duration(found[1], found[2])
    return (lasts if timedelta() < lasts <= LENGTH_MAX else None), text.strip()[found.end() :]


def take_channel(text: str, names: Mapping[str, str]) -> tuple[str, str]:
    """Split a line into the channel that it begins with, of those known (id by folded name), and the rest; the channel
    is "" where there is none.

    It is written « ~adresse », « "Titre" » or with the words of its title; the longest name that fits counts.
    """
    line = text.strip()
    if quoted := _QUOTED.match(line):
        return names.get(fold(quoted[1]), ""), line[quoted.end() :]
    line = line.removeprefix("~")
    words = line.split()
    most = max((name.count(" ") + 1 for name in names), default=0)
    for size in range(min(len(words), most + 2), 0, -1):
        if ident := names.get(fold(" ".join(words[:size]))):
            return ident, " ".join(words[size:])
    return "", text.strip()
