"""The last list that somebody was shown, and which of its lines is meant by its place, « le 2e », or by what it says,
« celui de 14h »."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.command_lines import SAID_MAX
from bot.french import say_date
from bot.listings import ListedLine
from config.text import split_words
from dialogs.plain_words.answers import LAST, find_act
from dialogs.plain_words.slips import spell

REPORTS = "cra liste"
"""The command that lists one’s own reports."""
LISTS = {
    (REPORTS, "cra.More"): "/cra {act} {number}",
    ("hotline demandes", "ticket liste", "ticket chercher"): "/ticket {number}",
    ("rdv", "rdv liste", "rdv semaine", "rdv à traiter", "rdv.Page"): "/rdv {number}",
    ("ressources", "ressources chercher", "ressources favoris", "ressources mes fiches"): "/ressources {number}",
    ("agenda", "agenda passés", "agenda.Page"): "/agenda {number}",
    ("annuaire", "annuaire qui", "annuaire.More"): "/annuaire {number}",
}
"""What shows, or does something with, one of the list that a command or a button gives."""
_SMALL = frozenset(
    (
        "a",
        "au",
        "aux",
        "avec",
        "c",
        "chez",
        "d",
        "de",
        "des",
        "du",
        "en",
        "est",
        "et",
        "l",
        "la",
        "le",
        "les",
        "pour",
        "qui",
        "sur",
        "un",
        "une",
        "vers",
    )
)
_HOUR = re.compile(r"(\d{1,2}) ?h(?:eures?)? ?(\d\d)?(?!\w)")
PREFIX_FROM = 4
"""Letters from which a word may be the beginning of that of a line: « impot » of « impôts »."""


@dataclass(frozen=True, slots=True)
class LastList:
    """The lines of the last list, and the command that gave it: "" where it is a post."""

    command: str
    lines: Sequence[ListedLine]

    def at(self, place: int) -> str:
        """Return the handle of the line in a place, from 1, or from -1 at the end; "" for none."""
        at = place - 1 if place > 0 else place
        return self.lines[at].handle if -len(self.lines) <= at < len(self.lines) else ""

    def choose(self, place: int, said: str, command: str) -> str:
        """Return the handle that words choose: « le 12 » by its number where that is listed, « le dernier » of one’s
        reports, whose list begins with it, as the first."""
        plain = _NUMBERED.search(" ".join(split_words(said)))
        if plain and any(line.handle == plain[1] for line in self.lines):
            return plain[1]
        return self.at(1 if place == LAST and command == REPORTS else place)

    def find(self, words: str, today: date) -> list[int]:
        """Find the places of the lines that say these words."""
        wanted = _list_words(words, today)
        return [at for at, line in enumerate(self.lines, 1) if wanted and _says(_list_words(line.said, today), wanted)]


def _list_words(text: str, today: date) -> set[str]:
    """List the words of a text, hours written in one way and near days as they are listed."""
    plain = _HOUR.sub(lambda hour: f" {int(hour[1])}h{hour[2] or ''} ", " ".join(split_words(text)))
    words = {word for word in plain.split() if word not in _SMALL}
    for name, days in (("aujourd", 0), ("demain", 1)):
        words |= set(split_words(say_date(today + timedelta(days)))[:3]) if name in words else set()
    return words - ({"hui", "aujourd"} if "aujourd" in words else {"demain"})


def _says(said: set[str], wanted: set[str]) -> bool:
    return all(
        word in said or (len(word) >= PREFIX_FROM and any(other.startswith(word) for other in said)) for word in wanted
    )


def _begin_plainly(said: str) -> str:
    """Return the words of what was said, compared as usual, up to where it is too long to speak of a list."""
    return " ".join(split_words(said[: SAID_MAX + 1]))


_NUMBERED = re.compile(r" (?:le |la )(?:n |numero )?(\d{1,6})$")


def names_number(said: str) -> bool:
    """Return whether one of a list is meant by a number alone: « modifie le 12 »."""
    return bool(_NUMBERED.search(_begin_plainly(said)))


_TO_CORRECT = re.compile(
    r"(?:je (?:veux|voudrais|dois) (?:le )?)?(?:corrig|modifi|rectifi|chang)[a-z]*(?: (?:le|la|ca|cela))?"
)


def says_correct(said: str) -> bool:
    """Return whether what was just saved is to be put right: « corrige-le »."""
    return bool(_TO_CORRECT.fullmatch(spell(_begin_plainly(said))))


_RECEIPT = re.compile(r"Compte rendu n°\s?(\d{1,9}) enregistré\b")


def read_receipt(text: str) -> str:
    """Return the number of the report that a receipt is of; "" for any other text."""
    found = _RECEIPT.search(text)
    return found[1] if found else ""


_NOTED = re.compile(r"Rendez-vous n°\s?(\d{1,9}) enregistré\b")


_AWAY = re.compile(r"\bAbsence (?:notée|modifiée)\s?: ([^.!?]{5,60})\.")


_CHANNEL = re.compile(r"(?:Rejoindre|Quitter) (\S.*)")


def read_noted(text: str, labels: Sequence[str] = ()) -> str:
    """Return the line of the appointment or the absence that a receipt is of, or of the only channel that buttons lead
    to; "" for any other post."""
    found, away = _NOTED.search(text), _AWAY.search(text)
    channels = [named[1] for label in labels if (named := _CHANNEL.fullmatch(label))]
    if len(channels) == 1 and not (found or away):
        return f"/canaux {channels[0]}"
    return f"/rdv {found[1]}" if found else f"/absence {away[1]}" if away else ""


def read_undo(text: str) -> str:
    """Return the line that takes back what a receipt is of; "" for any other text."""
    noted, stored = _NOTED.search(text), read_receipt(text)
    if _AWAY.search(text):
        return "/absence annuler"
    return f"/rdv annuler {noted[1]}" if noted else f"/cra supprimer {stored}" if stored else ""


def find_list_line(names: Sequence[str]) -> str:
    """Find the command line for one of the list that one of these commands gives; "" for none."""
    return next((line for commands, line in LISTS.items() for name in names if name in commands), "")


_KINDS = {
    **dict.fromkeys(("cra", "cr", "saisie", "compte rendu", "comptes rendus"), REPORTS),
    **dict.fromkeys(("ticket", "demande", "demandes"), "hotline demandes"),
    **dict.fromkeys(("rdv", "rendez vous"), "rdv liste"),
    **dict.fromkeys(("fiche", "fiches"), "ressources mes fiches"),
}
_KIND = re.compile(rf"\b({'|'.join(_KINDS)})$")


def name_list(said: str) -> str:
    """Name the command that lists what « annule le dernier rdv » names; "" for « le dernier » alone."""
    plain = spell(_begin_plainly(said))
    found = _KIND.search(plain)
    if found is None:  # only reports are duplicated
        return REPORTS if find_act(plain.partition(" ")[0]) == "dupliquer" else ""
    return _KINDS[found[1]]


_DESCRIBED = re.compile(
    r"(?:(?P<act>[a-z]+) (?:moi )?)?(?:celui|celle)"
    r" (?:du |de l |de la |de |d |des |avec |a |au |sur |pour |chez |qui (?:parle|est) )(?P<words>.+)"
)


def read_described(said: str) -> tuple[str, str]:
    """Read what is to be done with one of a list, and what that says: « ouvre celui de 14h »; "" for none."""
    found = _DESCRIBED.fullmatch(_begin_plainly(said))
    return (find_act(found["act"] or ""), found["words"]) if found else ("", "")
