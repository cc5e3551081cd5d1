"""The command line that stands for an intention, with the details that a sentence gives."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from bot.command_lines import CommandIndex
from config.text import fold
from dialogs.plain_words.frames import SKILLS, read_frame
from dialogs.plain_words.periods import find_period
from dialogs.plain_words.places import Place, find_place
from dialogs.plain_words.readings import Intention
from dialogs.plain_words.sentences import Sentence
from storage.urls import first_link as find_link


@dataclass(frozen=True)
class Said:
    """A sentence, its words without politeness (from `first` up to `end`), and what its details depend on."""

    sentence: Sentence
    first: int
    end: int
    today: date
    commands: CommandIndex

    @property
    def plain(self) -> str:
        """All its words as they are compared, between single spaces."""
        return self.sentence.plain

    @cached_property
    def place(self) -> Place | None:
        """The département or région that is named."""
        return find_place(self.sentence)

    @cached_property
    def period(self) -> str:
        """The words that name a period, as typed; "" where there are none."""
        return find_period(self.sentence, self.today, self.place.span if self.place else range(0))

    @cached_property
    def number(self) -> str:
        """The first number of up to six figures that stands alone."""
        found = re.search(r" (?:n |numero )?(\d{1,6}) ", self.plain)
        return found[1] if found else ""

    def has(self, pattern: str) -> bool:
        """Whether some words are there, given by how they begin."""
        return bool(re.search(rf" (?:{pattern})", self.plain))

    def rest(self, before: str, start: int | None = None, after: str = "apres") -> str:
        """The words as typed, without those of a frame before them, and of another after."""
        frame, tail = read_frame(before), read_frame(after)
        words, first, end = self.sentence.words, self.first if start is None else start, self.end
        kept = read_frame(f"{before}_garde")
        while first < end and frame.issuperset(words[first].folded.split()):
            if first + 1 < end and words[first + 1].folded in kept:
                break
            first += 1
        while first < end and tail.issuperset(words[end - 1].folded.split()):
            end -= 1
        return self.sentence.typed(first, end)

    def find_words(self, name: str) -> list[int]:
        """Which of the words are of a list of the table of frames."""
        listed = read_frame(name)
        return [n for n in range(self.first, self.end) if self.sentence.words[n].folded in listed]

    def knows(self, command: str) -> bool:
        """Whether the bot has a command."""
        return bool(self.commands.call(command)) and not self.commands.find(command)[1]


def write_line(intention: Intention, said: Said) -> str:
    """Write the command line that stands for a sentence; "" for what has none."""
    write = _WRITERS.get(intention)
    line = " ".join(write(said).split()) if write else ""
    return f"/{line}" if line else ""


REPORT_ACTS = {
    "modifier": r"modifi|corrig|rectifi|chang|edit|tromp|erreur|faute|fauss?e? ",
    "supprimer": r"supprim|efface|enlev|retir|annul",
    "dupliquer": r"duplique|copie|recopie|refai|refaire|(?:le |la )?meme (?:chose )?que",
    "rétablir": r"retabli|restaur|remet",
}


NAMED_MAX = 7
"""Words within which « compte rendu » is the name of what is to be written, and not part of it."""


def _write_report(said: Said) -> str:
    found = next((act for act, words in REPORT_ACTS.items() if said.has(words)), "")
    if found and said.number:
        return f"cra {found} {said.number}"
    named = [n + 1 for n in said.find_words("nom_compte_rendu")]
    return "cra " + said.rest("compte_rendu", named[-1] if named and named[-1] - said.first <= NAMED_MAX else None)


def _write_report_list(said: Said) -> str:
    """Write the list of a period, or of what is told after « sur », « à », « de »: a theme, a commune."""
    if said.period:
        return f"cra liste {said.period}"
    named = said.find_words("nom_compte_rendu")
    found = re.search(r" (?:sur|a|de|concernant) ", said.plain[said.sentence.places[named[-1]] :]) if named else None
    if not named or not found:
        return "cra liste"
    place = said.sentence.places[named[-1]] + found.end()
    start = next((n for n, each in enumerate(said.sentence.places) if each >= place - 1), said.end)
    return f"cra liste {said.rest('sujet', start)}"


def _write_export(said: Said) -> str:
    if said.has("rapport mensuel|chaque mois|tous les mois"):
        return "stats rapport"
    form = next((word for word in ("pdf", "xlsx", "excel", "csv") if said.has(f"{word} ")), "")
    return f"stats exporter {form} {said.period}"


def _write_territory(said: Said) -> str:
    if said.place:
        return f"stats {said.place.kind} {said.place.name} {said.period}"
    if said.has("compar|carte |classement|quels? departements?"):
        return f"stats carte {said.period}"
    if said.has("region"):
        return f"stats region {said.period}"
    is_national = said.has("nation|france|pays|reseau|global|tous |tout le monde")
    return f"stats {'national' if is_national else 'departement'} {said.period}"


def _write_request(said: Said) -> str:
    if said.has(r"hotline (?:\? )?$") and said.end - said.first <= 2:
        return "hotline"
    return f"hotline {said.sentence.text.removeprefix('/')}"


def _write_requests(said: Said) -> str:
    return f"ticket {said.number}" if said.number else "hotline demandes"


def _write_search(said: Said) -> str:
    if said.has("favori"):
        return "ressources favoris"
    if said.has("mes fiches "):
        return "ressources mes fiches"
    if said.number and said.has(r"(?:fiche|ressource) (?:n |numero )?\d"):
        return f"ressources n° {said.number}"
    for start in reversed(said.find_words("sortes_fortes")):
        if found := said.rest("sujet", start, "apres_sujet"):
            return f"ressources {found}"
    return "ressources " + said.rest("sujet", after="apres_sujet")


def _write_deposit(said: Said) -> str:
    if link := find_link(said.sentence.text):
        return f"ressources ajouter {link}"
    found = re.search(r" (?:sur|pour|concernant|intitulee?|appelee?) ", said.plain)
    about = said.sentence.places.index(found.end()) if found and found.end() in said.sentence.places else said.end
    said_of_it = re.split(r",? (?:que |et |qu['’]|je )", said.rest("sujet", about))
    return f"ressources ajouter {said_of_it[0]}"


def _write_people(said: Said) -> str:
    if found := SKILLS.search(said.plain):
        start = next((n for n, place in enumerate(said.sentence.places) if place >= found.end() - 1), said.end)
        if skill := said.rest("savoir", start):
            return f"annuaire qui {_leave_out_small_words(skill)}"
    return "annuaire " + _leave_out_small_words(said.rest("contact"))


def _leave_out_small_words(line: str) -> str:
    """Leave out « dans le » and « de », but for those of a name: « Jean de la Tour »."""
    small = read_frame("petits")
    words = re.findall(r"[^\s'’]+['’]?", line)
    named = [word[0].isupper() for word in words]
    kept = [word for n, word in enumerate(words) if fold(word.rstrip("'’")) not in small or _is_between(named, n)]
    return " ".join(kept) or line


def _is_between(named: Sequence[bool], n: int) -> bool:
    """Whether a capital stands before and after a place."""
    return any(named[:n]) and any(named[n + 1 :])


def _write_channels(said: Said) -> str:
    for command, words in (("verifier", "verif"), ("reparer", "repar"), ("creer", "cre|nouveau canal")):
        if said.has(words):
            return f"canaux {command}"
    for command, words in (("quitter", "quitt|sort|part"), ("rejoindre", "rejoin|integr|entrer|inscri|ajoute")):
        if said.has(words) and said.knows(f"canaux {command}"):
            return f"canaux {command} {said.rest('canal')}"
    return "canaux"


def _write_events(said: Said) -> str:
    if said.has("propos|annonc|organis|ajout|cre|publi"):
        return "agenda proposer"
    if said.has("passe|precedent|replay|ancien|deja "):
        return "agenda passés"
    if said.has("flux|mon telephone|synchro|google|outlook|abonn|mon agenda|dans mon"):
        return "agenda flux"
    if said.has("mes |suis inscri|inscrite? "):
        return "agenda mes"
    return "agenda"


def _write_news(said: Said) -> str:
    if said.has("propos|partag|suggere|publi|diffus|signal|faire passer"):
        return "actus proposer"
    if said.has("abonn|recevoir|inscri"):
        return "actus abonnement"
    if found := re.search(r" (?:(?:re)?cherche[rz]?s?|actus? sur|article sur|nouvelles? sur) ", said.plain):
        start = next((n for n, place in enumerate(said.sentence.places) if place >= found.end()), said.end)
        return "actus cherche " + said.rest("sujet", start, "numeros")
    return f"actus n° {said.number}" if said.number else "actus"


def _write_poll(said: Said) -> str:
    if said.number:
        return f"sondage resultats {said.number}" if said.has("result|reponse") else f"sondage n° {said.number}"
    if said.has("en cours|resultat|liste|mes sondages|les sondages|ou voter|ou sont|voir|repondre|vote "):
        making = said.has("cre|faire|lancer|organis|propos|pos|nouveau|demand|fais")
        if not making:
            return "sondage liste"
    asked = " ?" if "?" in said.sentence.text else ""
    named = said.find_words("nom_sondage")
    question = said.rest("sondage", named[0] if named else None)
    return f"sondage {question}{asked if question else ''}"


def _write_data(said: Said) -> str:
    if said.has("annul"):
        return "mes-donnees annuler"
    is_end = said.has("supprim|effac|ferm|clotur|detrui|desinscri|droit a l oubli|oublie")
    return "mes-donnees effacer" if is_end else "mes-donnees"


TOPICS = (
    ("cra", "cra |cras |compte rendu|comptes rendus|activite|accompagnement|saisi"),
    ("stats", "stat|chiffre|bilan|export"),
    ("ressources", "ressource|fiche|tuto"),
    ("canaux", "cana"),
    ("hotline", "hotline|ticket"),
    ("annuaire", "annuaire|contact"),
    ("agenda", "agenda|evenement"),
    ("actus", "actu|newsletter"),
    ("sondage", "sondage|vote"),
    ("profil", "profil"),
    ("mes-donnees", "donnees|rgpd"),
)


def _write_help(said: Said) -> str:
    return f"aide {next((topic for topic, words in TOPICS if said.has(words)), '')}"


def _write_home(said: Said) -> str:
    if said.has("bienvenue|charte|message d accueil"):
        return "bienvenue"
    return "accueil" if said.knows("accueil") else "aide"


def _write_training(said: Said) -> str:
    return "entrainement fin" if said.has("fini|fin |sort|quitt|arret|termin") else "entrainement"


def _write_coming(command: str) -> Callable[[Said], str]:
    """Lead to a feature that may not be there yet."""
    return lambda said: command if said.knows(command) else ""


_WRITERS: Mapping[Intention, Callable[[Said], str]] = {
    Intention.CRA: _write_report,
    Intention.CRA_LISTE: _write_report_list,
    Intention.STATS: lambda said: f"stats {said.period}",
    Intention.STATS_EXPORT: _write_export,
    Intention.STATS_TERRITOIRE: _write_territory,
    Intention.HOTLINE: _write_request,
    Intention.HOTLINE_DEMANDES: _write_requests,
    Intention.RESSOURCES: _write_search,
    Intention.RESSOURCES_DEPOT: _write_deposit,
    Intention.ANNUAIRE: _write_people,
    Intention.PROFIL: lambda said: "profil",
    Intention.CANAUX: _write_channels,
    Intention.AGENDA: _write_events,
    Intention.ACTUS: _write_news,
    Intention.SONDAGE: _write_poll,
    Intention.SIGNALER: lambda said: f"signaler {find_link(said.sentence.text)}",
    Intention.DONNEES: _write_data,
    Intention.AIDE: _write_help,
    Intention.ACCUEIL: _write_home,
    Intention.BROUILLON: lambda said: "cra brouillon" if said.has("cra |compte rendu") else "brouillon",
    Intention.RDV: _write_coming("rdv"),
    Intention.VISIO: _write_coming("visio"),
    Intention.IDEE: _write_coming("idee"),
    Intention.KIT: _write_coming("kit"),
    Intention.RAPPELS: _write_coming("rappels"),
    Intention.ENTRAINEMENT: _write_training,
}
