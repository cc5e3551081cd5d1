"""A command that is typed, with a slip or without, with its bar or plainly: what it is for, and its line."""

import re
from collections.abc import Mapping

from bot.command_lines import HELP, MANNERED, CommandIndex, read_typed_number
from config.text import fold
from dialogs.plain_words.frames import read_frame
from dialogs.plain_words.readings import Intention, Reading
from dialogs.plain_words.reports import fold_words, weigh_report
from storage.urls import first_link as find_link


def read_typed(text: str, commands: CommandIndex) -> Reading | None:
    """Read what is typed as a command, with a slip or without; None for what is none."""
    if meant := _mend(text, commands):
        return meant
    line = commands.call(text)
    if not line or (not text.strip().startswith("/") and not _is_plainly(line, commands)):
        return None
    name, rest = commands.find(line)
    if name in _NUMBERED and (number := read_typed_number(rest)):
        return Reading(name_intention(name), f"/{name} {_NUMBERED[name]}{number}", sure=True)
    if name == "visio" and not text.strip().startswith("/") and (link := find_link(text)):
        return Reading(Intention.VISIO, f"/visio {link}", sure=True)
    if rest and name in _ASKING:
        rest = text.strip()[text.strip().rindex(rest) :]
    if name in _TELLING_COMMANDS and not text.strip().startswith("/"):
        rest = _clean(rest)
        rest = "" if name == "visio" and read_frame("visio").issuperset(fold_words(rest).split()) else rest
    return Reading(name_intention(name), f"/{name} {rest}".rstrip(), sure=not _stops_short(rest))


def _stops_short(rest: str) -> bool:
    """Whether what follows a command leads to something that was to come: « /absence ou »."""
    return bool(rest) and _LEADING_ON.issuperset(fold(rest).split())


_LEADING_ON = frozenset(
    ("a", "au", "aux", "avec", "chez", "d", "dans", "de", "des", "du", "en", "et", "ou", "par", "pour", "sur")
)
"""Words that lead to another one."""


def _mend(text: str, commands: CommandIndex) -> Reading | None:
    """Read a command that is mistyped: with its bar, or as no more than a few words that are one but for a slip."""
    line = text.strip(MANNERED)
    meant = commands.mend(line)
    name, rest = commands.find(meant)
    is_short = rest.isdigit() or ((" " in name or commands.has_own_word(meant)) and len(rest.split()) <= SLIP_REST)
    if not meant or not (line.startswith("/") or is_short):
        return None
    number = _NUMBERED.get(name, "") * rest.isdigit()
    return Reading(name_intention(name), f"/{name} {number}{rest}".rstrip(), sure=False)


_NUMBERED: Mapping[str, str] = {"ticket": "", "actus": "n° ", "ressources": "", "cra": "modifier "}
"""Commands after which a number alone is that of something, and what stands before it there."""
SOUGHT_WORDS_MAX = 3
"""Words after « annuaire » or « ressources » that are no sentence yet."""
SLIP_REST = 3
"""Words after a mistyped command without a bar, at most."""


def _is_plainly(line: str, commands: CommandIndex) -> bool:
    """Whether words without a bar are a command all the same, and no sentence that begins like one."""
    name, rest = commands.find(line)
    if name in ("annuaire", "ressources") and 0 < len(rest.split()) <= SOUGHT_WORDS_MAX:
        return fold(rest.split()[0]) not in read_frame("petits") and "depuis" not in fold(rest).split()
    if name == HELP and commands.call(rest) and not commands.find(rest)[1]:
        return True
    if name == "accueil" and not rest:
        return False  # the home has two names: it is led to by one
    if name == "chercher" and not _OF_ONE_KIND.isdisjoint(fold(rest).split()):
        return False
    if name in _TELLING_COMMANDS and rest:
        return not (_goes_on(rest) or _MOVED.match(fold(rest))) and not (
            name == "rdv" and weigh_report(fold_words(rest))
        )
    return not rest or " " in name or name in _TAKE_ANYTHING or rest.lstrip("#n°@ ").isdigit() or name not in _SPOKEN


_OF_ONE_KIND = read_frame("petits", "sortes", "nom_canal", "nom_compte_rendu") | frozenset(
    {"partout", "qui", "collegue", "collegues", "conseiller", "conseillere", "conseillers", "quelqu"}
)
"""Words of a search that is not for all: « chercher un collègue », « chercher fiche caf »."""


def _goes_on(rest: str) -> bool:
    """Whether words go on as a sentence does: « rappels à 8h30 », « visio avec mon équipe »."""
    is_product = fold(rest).startswith("service public")  # RDV Service Public
    first = fold(rest.split(maxsplit=1)[0]).split()[0] if rest[0].isalpha() else ""
    return is_product or first in read_frame("petits") | {"pas", "non", "pr", "av", "ds", "comme"}


def _clean(rest: str) -> str:
    """What is told behind a command, without « : » before it and politeness after it."""
    return _POLITE_END.sub("", " ".join(rest.split()).lstrip(" :"))


_MOVED = re.compile(r"\d{1,6},? (?:plutot|finalement|passe|c.est mieux|sera)\b")
"""What is said of an appointment that is called by its number: « rdv 6 plutôt mardi »."""
_POLITE_END = re.compile(
    r"(?:^|,? )(?:s.?il (?:te|vous) pla[iî]t|stp|svp|merci(?: d.avance| beaucoup| bcp)?|please)[.! ]{0,5}$",
    re.IGNORECASE,
)
_TELLING_COMMANDS = frozenset({"rdv", "visio", "idee", "rappels"})
"""Commands that are typed without their bar, with words of one’s own, and begin sentences, too."""
_TAKE_ANYTHING = frozenset({"hotline", "annonce"})
_ASKING = _TAKE_ANYTHING | {"sondage"}
"""Commands that a question follows, with its mark."""
_SPOKEN = _TAKE_ANYTHING | {
    *("aide", "ressources", "annuaire", "profil", "canaux", "agenda"),
    *("actus", "signaler", "mes-donnees", "brouillon", "bienvenue", "stats", "ticket", "sondage", "cra"),
    *("kit", "entrainement", "accueil"),
}
_BY_COMMAND: Mapping[str, Intention] = {
    "cra liste": Intention.CRA_LISTE,
    "cra brouillon": Intention.BROUILLON,
    "cra aide": Intention.AIDE,
    "stats exporter": Intention.STATS_EXPORT,
    "stats rapport": Intention.STATS_EXPORT,
    "stats partager": Intention.STATS_EXPORT,
    "stats pages": Intention.STATS_EXPORT,
    "stats departement": Intention.STATS_TERRITOIRE,
    "stats region": Intention.STATS_TERRITOIRE,
    "stats national": Intention.STATS_TERRITOIRE,
    "stats carte": Intention.STATS_TERRITOIRE,
    "stats aide": Intention.AIDE,
    "hotline demandes": Intention.HOTLINE_DEMANDES,
    "ticket": Intention.HOTLINE_DEMANDES,
    "garde": Intention.HOTLINE_DEMANDES,
    "ressources ajouter": Intention.RESSOURCES_DEPOT,
    "mes-donnees": Intention.DONNEES,
    "chercher": Intention.RESSOURCES,
    "membres": Intention.ANNUAIRE,
    "annonce": Intention.CANAUX,
    "moderer": Intention.SIGNALER,
    "bienvenue": Intention.ACCUEIL,
    "accueil": Intention.ACCUEIL,
    "absence": Intention.RAPPELS,
}
"""What a command is for, where its first word does not say it."""


def name_intention(command: str) -> Intention:
    """What a command is for."""
    first = command.split(maxsplit=1)[0]
    if found := _BY_COMMAND.get(command) or _BY_COMMAND.get(first):
        return found
    return Intention(first) if first in set(Intention) else Intention.AIDE
