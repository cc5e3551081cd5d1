"""The windows of the news: to edit a digest, put it off, plan an edition, propose an item, subscribe to a digest of
one’s own."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from bot.calendar import read_recurrence
from bot.forms import Choice, Clues, Form, Hidden, Offered, ReadText, asks
from bot.forms.kinds import TEXT_MAX, must_fit
from bot.french import fold_date, read_coming_day, write_date
from bot.texts import quote
from config.editions import Unapproved
from config.text import fold
from config.time import WEEKDAYS
from dialogs.destinations import moment
from dialogs.lines import Address, Roomy, line, read_address, read_paragraphs
from dialogs.personal_data import fault_of
from dialogs.themes import Themes
from storage.actus.digests import EDITO_MAX
from storage.actus.items import CREDIT_MAX, TITLE_MAX, TITLES, NewsSection
from storage.actus.items import TEXT_MAX as WORDS_MAX
from storage.database import Labelled
from storage.urls import LINK_MAX

NO_ENTRY = "aucun"
"""The choice of no entry."""


class EntryMove(Labelled):
    """The acts on a digest, and on an entry of it."""

    CHANGE = "corriger", "Corriger, raccourcir, changer de partie"
    UP = "monter", "Monter d’un rang dans sa partie"
    DOWN = "descendre", "Descendre d’un rang dans sa partie"
    FIRST = "tete", "Mettre en tête de sa partie"
    DROP = "ecarter", "Écarter"
    BACK = "remettre", "Remettre ce qui était écarté"
    ADD = "ajouter", "Ajouter un élément (sans rien choisir au-dessus)"
    EDITO = "edito", "Écrire l’édito (sans rien choisir au-dessus)"


ALONE = (EntryMove.ADD, EntryMove.EDITO)
"""The acts that need no entry."""


@dataclass(frozen=True)
class NewsText(Roomy):
    """A field of text of at most so many characters."""

    limit: int = WORDS_MAX

    def value(self, text: str, clues: Clues) -> Any:
        return self.reader(must_fit(text, self.limit), clues)


def _as_it_is(text: str, _: Clues) -> str:
    return text


TITLE, TEXT = NewsText(_as_it_is, limit=TITLE_MAX), NewsText(_as_it_is, limit=WORDS_MAX, always=True)
Credit = Annotated[str, NewsText(_as_it_is, limit=CREDIT_MAX)]
EDITO = NewsText(_as_it_is, limit=EDITO_MAX, always=True)
LINK = NewsText(read_address, limit=LINK_MAX)
SECTION = Choice({str(section): title for section, title in TITLES.items()}, NewsSection)


class OfDigest(Form):
    """What windows about one digest have in common."""

    title = "Les actus"

    digest: Hidden[int]

    def introduction(self) -> str:
        return f"N° {self.digest}"


class EditDigest(OfDigest):
    """The window that edits a digest: its entry to act on, and the act; ``entries`` are its entries by id, dropped ones
    too."""

    title = "Modifier le numéro"
    submit_label = "Continuer"
    is_kept = False

    entry: Annotated[str, Offered("entries", {NO_ENTRY: "Rien en particulier"})] = asks(
        "Quoi", "Les éléments du numéro, dans l’ordre ; les écartés à la fin.", name="quoi", default=NO_ENTRY
    )
    move: Annotated[EntryMove, Choice.of(EntryMove)] = asks("Que faire", name="faire", default=EntryMove.CHANGE)
    entries: Hidden[dict[str, str]] = {}

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        if values.get("entry", NO_ENTRY) == NO_ENTRY and values.get("move", EntryMove.CHANGE) not in ALONE:
            return {"entry": "Choisissez d’abord un élément dans la liste."}
        return {}


class _EntryWindow(OfDigest):
    """What windows about the words of an entry have in common."""

    headline: Annotated[str, TITLE] = asks("Titre", name="titre")
    text: Annotated[str, TEXT] = asks("Texte", "Deux ou trois phrases suffisent.", name="texte", default="")
    link: Annotated[str, LINK] = asks("Lien", "Le titre y mènera.", name="lien", default="")
    credit: Credit = asks("Crédit", "L’auteur ou la source, en mots : Le Monde, Léa (69).", name="credit", default="")


class RewordEntry(_EntryWindow):
    """The window that rewords an entry or moves it to another part; ``seen`` has what each field held when it
    opened."""

    title = "Corriger un élément"
    submit_label = "Corriger"

    section: Annotated[NewsSection, SECTION] = asks("Partie", name="partie")
    entry: Hidden[int]
    seen: Hidden[dict[str, str]] = {}


class AddEntry(_EntryWindow):
    """The window that adds an entry."""

    title = "Ajouter un élément"
    submit_label = "Ajouter"

    section: Annotated[NewsSection, SECTION] = asks("Partie", name="partie", default=NewsSection.TOP)


class WriteEdito(OfDigest):
    """The window of the words with which a digest begins."""

    title = "Écrire l’édito"
    submit_label = "Garder"

    text: Annotated[str, EDITO] = asks(
        "Édito", "Quelques lignes, en Markdown si vous voulez. Vide, il n’y en a pas.", name="edito", default=""
    )
    seen: Hidden[str] = ""


NOW = datetime(1, 1, 1, tzinfo=UTC)
"""The value of « maintenant », which is no hour of a clock."""
_AT_ONCE = {"maintenant", "tout de suite", "immediatement", "de suite"}
_LATER = moment(", ou maintenant ; vide, c’est la prochaine fois")


def _read_moment(text: str, clues: Clues) -> datetime:
    found: datetime = NOW if fold(text) in _AT_ONCE else _LATER.reader(text, clues)
    return found


def _show_moment(value: datetime) -> str:
    return "maintenant" if value == NOW else _LATER.show(value)


MOMENT = replace(_LATER, reader=_read_moment, show=_show_moment)
UNAPPROVED = {
    Unapproved.HOLD.value: "Le retenir, et le dire à l’équipe",
    Unapproved.PUBLISH.value: "Le publier quand même, et le dire",
}


def _read_rhythm(text: str, _: Clues) -> str:
    return str(read_recurrence(text))


class PutOffDigest(OfDigest):
    """The window that puts a digest off: until when."""

    title = "Reporter le numéro"
    submit_label = "Reporter"

    moment: Annotated[datetime | None, MOMENT] = asks(
        "Quand",
        "Dans les 30 jours, ou « maintenant ». Vide : à la prochaine date de l’édition.",
        name="quand",
        default=None,
    )


class Programme(Form):
    """The window of when and where an edition comes out; ``editions`` are their names by key."""

    title = "Programmer les actus"
    submit_label = "Programmer"

    edition: Annotated[str, Offered("editions")] = asks("Édition")
    rhythm: Annotated[str, ReadText(_read_rhythm, placeholder="chaque vendredi à 9 h")] = asks(
        "Quand", "« premier mercredi du mois à 9 h 30 ». Vide : inchangé.", name="rythme", default=""
    )
    places: Annotated[str, NewsText(_as_it_is, limit=300)] = asks(
        "Où", "national, actualites, 69, Bretagne, séparés par des virgules. Vide : inchangé.", name="ou", default=""
    )
    unapproved: Annotated[Unapproved | None, Choice(UNAPPROVED, Unapproved)] = asks(
        "Sans accord à l’heure", "Vide : inchangé.", name="sans", default=None
    )
    editions: Hidden[dict[str, str]] = {}


PROPOSAL_MAX = 1000
ALL = "tous"
"""The choice of what concerns everybody."""
WHY = "tout le réseau lirait cette actu"
_PARTS = Choice({section.value: title for section, title in TITLES.items() if section is not NewsSection.FIGURES})


class ProposeNews(Form):
    """The window that proposes an item for the news; ``post`` is the message that it quotes, from a ``channel`` and by
    an ``author`` (whose name is ``name``); ``places`` are the départements that it may concern."""

    title = "Proposer une actu"
    submit_label = "Proposer"

    titre: Annotated[str, line(TEXT_MAX)] = asks("Titre", "Ce qu’on apprend, en une phrase.")
    url: Address = asks("Lien", "La page où en lire plus, s’il y en a une.", name="lien", default="")
    text: Annotated[str, Roomy(read_paragraphs(PROPOSAL_MAX), always=True)] = asks(
        "Texte", "Quelques phrases. Jamais de donnée personnelle d’un usager.", name="texte", default=""
    )
    part: Annotated[str, _PARTS] = asks("Partie", "Vide : d’après le lien ou le message.", name="partie", default="")
    themes: Themes = asks("Thèmes", default=())
    about: Annotated[str, Offered("places", {ALL: "Tout le réseau"})] = asks("Pour qui", name="concerne", default=ALL)
    post: Hidden[str] = ""
    channel: Hidden[str] = ""
    author: Hidden[str] = ""
    name: Hidden[str] = ""
    places: Hidden[dict[str, str]] = {}

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        return {name: fault_of(str(values.get(name) or ""), WHY) for name in ("titre", "text")}


class ChangeNews(ProposeNews):
    """The window that changes what was proposed before."""

    title = "Modifier l’actu"
    submit_label = "Enregistrer"

    item: Hidden[int]


RHYTHMS = {"semaine": "Chaque semaine", "mois": "Chaque mois, le premier de ces jours"}
HOURS = range(7, 21)
"""The hours at which a message may come; the job that sends it looks at each."""


def _read_day(text: str, clues: Clues) -> dt.date:
    found = read_coming_day(fold_date(text), clues.today)
    if found is None:
        raise ValueError(f"Je n’ai pas compris la date « {quote(text)} ». Écrivez vendredi, 24/12 ou demain.")
    return found


class Subscribe(Form):
    """The window of a subscription: when somebody gets their own digest."""

    title = "Mes actus"
    submit_label = "C’est noté"

    rhythm: Annotated[str, Choice(RHYTHMS)] = asks("Rythme", name="rythme", default="semaine")
    weekday: Annotated[int, Choice({str(n): name.capitalize() for n, name in enumerate(WEEKDAYS)}, int)] = asks(
        "Jour", "Un jour férié, c’est le jour suivant qui compte.", name="jour", default=4
    )
    hour: Annotated[int, Choice({str(n): f"{n} h" for n in HOURS}, int)] = asks(
        "Heure", "À votre heure locale.", name="heure", default=9
    )
    away_until: Annotated[dt.date | None, ReadText(_read_day, show=write_date, placeholder="vendredi, 24/12…")] = asks(
        "En congé jusqu’au", "Facultatif : vous ne recevez rien d’ici là, ce jour compris.", name="conges", default=None
    )
