"""The hotline: its queues, how soon it answers and solves, and how many tickets make an outage."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from config.tables import ReplaceableTable
from config.text import fold
from config.time import read_duration

COLUMNS = ("code", "nom", "pour", "aide", "salle")
CODE_MAX = 16

CATEGORIES: Mapping[str, str] = {
    "cra": "Comptes rendus",
    "statistiques": "Statistiques",
    "connexion": "Compte et connexion",
    "discussion": "Discussion et canaux",
    "materiel": "Matériel et logiciels",
    "demarches": "Démarches des usagers",
    "contrat": "Contrat et formation",
    "autre": "Autre chose",
}
"""What a ticket may be about, the same for all queues: whoever asks does not know whose business it is."""
OTHER = "autre"


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: ``code`` is its permanent name, ``name`` is what people read, ``about`` what it is for. ``help_key`` and
    ``room_key`` are keys of planned channels (config/canaux.py): the public one, and the private one of its agents."""

    code: str
    name: str
    about: str
    help_key: str
    room_key: str


@dataclass(frozen=True, slots=True)
class Outage:
    """The numbers of similar tickets, and of départements that they come from, from which the bot proposes an
    outage."""

    tickets: int
    departements: int


_OUTAGE = re.compile(r"([0-9]{1,3})/([0-9]{1,3})")


def read_outage(text: str) -> Outage | None:
    """Read the threshold of an outage: « 3/2 » is three tickets of two départements; None for « non ». Raises
    ValueError, in French."""
    said = "".join(text.split())
    if said.lower() == "non":
        return None
    match = _OUTAGE.fullmatch(said)
    found = Outage(int(match[1]), int(match[2])) if match else None
    if found is None or found.tickets < 2 or not 1 <= found.departements <= found.tickets:
        raise ValueError(
            f"« {text[:40]} » ne dit pas combien de demandes (deux au moins), de combien de départements (pas plus que "
            "de demandes), font une panne. Écrivez par exemple « 3/2 », ou « non »."
        )
    return found


def _add_queue(found: dict[str, Queue], cells: list[str]) -> None:
    if len(cells) != len(COLUMNS) or not all(cells):
        raise ValueError(f"il faut {len(COLUMNS)} colonnes, toutes remplies")
    if cells[0] in found or len(cells[0]) > CODE_MAX:
        raise ValueError(f"« {cells[0]} » y est déjà, ou a plus de {CODE_MAX} caractères")
    found[cells[0]] = Queue(*cells)


read = ReplaceableTable("hotline.tsv", COLUMNS, _add_queue, empty="aucune file n’y est").read
"""Read the queues by code."""

URGENCIES = ("bloquant", "genant", "question")
USUAL_TARGETS = "bloquant 1h 4h, genant 4h 16h, question 8h 40h"
LONGEST = timedelta(hours=1000)
_DELAY = re.compile(r"(\d{1,4})(h|min)")
_HOW = f"Écrivez pour chaque urgence le délai de la réponse, puis celui de la solution : « {USUAL_TARGETS} »."


class ResponseTarget(NamedTuple):
    """How much open time may pass until the first answer, and until the solution."""

    answer: timedelta
    solution: timedelta


def read_targets(text: str) -> Mapping[str, ResponseTarget]:
    """Read the targets by urgency; urgencies that are not named have the usual ones. Raises ValueError, in French."""
    usual = {} if text == USUAL_TARGETS else read_targets(USUAL_TARGETS)
    return {**usual, **dict(_read(part) for part in text.split(",") if part.strip())}


def _read(part: str) -> tuple[str, ResponseTarget]:
    urgency, *delays = fold(part).split()
    if urgency not in URGENCIES:
        raise ValueError(f"« {urgency[:40]} » n’est pas une urgence ({', '.join(URGENCIES)}). {_HOW}")
    found = [_read_delay(delay) for delay in delays]
    if len(found) != len(ResponseTarget._fields) or found[0] > found[1]:
        raise ValueError(f"« {part.strip()[:40]} » ne dit pas deux délais, le second au moins égal au premier. {_HOW}")
    return urgency, ResponseTarget(*found)


def _read_delay(text: str) -> timedelta:
    match = _DELAY.fullmatch(text)
    found = read_duration(match[1], match[2]) if match else timedelta()
    if not timedelta() < found <= LONGEST:
        raise ValueError(f"« {text[:40]} » n’est pas un délai (« 30min », « 4h »). {_HOW}")
    return found
