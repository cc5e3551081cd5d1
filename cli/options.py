"""Value types of the operator’s commands, and options that several of them share."""

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.usage import Value, WordChoice, argument, flag, load, option
from config.text import fold
from config.time import read_day

if TYPE_CHECKING:
    from config.territories import Departement

HITS_MAX = 1000
"""The most resources that may be asked for."""


def _read_hits(text: str) -> int:
    number = int(text)
    if not 1 <= number <= HITS_MAX:
        raise ValueError
    return number


def _read_count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) < 1_000_000_000:
        raise click.BadParameter(f"un nombre à partir de 1 est attendu, pas « {text} »")
    return int(text)


def _read_number(text: str) -> int:
    number = int(text)
    if not 0 < number < 2**31:
        raise ValueError
    return number


def _departements() -> "Collection[Departement]":
    """List the départements, of which few commands want to know: their table is read when one is named."""
    known: dict[str, Departement] = load("config.territories:DEPARTEMENTS")
    return known.values()


def _read_departement(text: str) -> "Departement":
    """Read a département by its code (« 69 », « 2a », « 1 ») or its name."""
    wanted = fold(text)
    by_name = (d for d in _departements() if wanted in (fold(d.nom), d.code.lower(), d.code.lower().lstrip("0")))
    if found := next(by_name, None):
        return found
    raise click.BadParameter(f"« {text} » n’est pas un département")


def _read_region(text: str) -> str:
    """Read the INSEE code of a region, from that code or the name."""
    wanted = fold(text)
    codes = (d.code_region for d in _departements() if d.region and wanted in (d.code_region, fold(d.region)))
    if found := next(codes, None):
        return found
    raise click.BadParameter(f"« {text} » n’est pas une région (son code INSEE ou son nom, par exemple 84)")


def read_username(text: str) -> str:
    """Read a user name as Mattermost has it, typed with or without « @ ». Raises BadParameter where there is none."""
    if name := text.strip().removeprefix("@").lower():
        return name
    raise click.BadParameter("il manque le nom d’utilisateur")


DAY, NUMBER, PATH = Value(read_day, "2026-09-01"), Value(int, "12"), Value(Path)
COUNT, HITS, POLL = Value(_read_count), Value(_read_hits, "10"), Value(_read_number, "12")
USERNAME = Value(read_username)
JSON_LIST = flag("--json", "un tableau JSON, sur une ligne (docs/wire.md)", into="as_json")
JSON_OBJECT = flag("--json", "un objet JSON, sur une ligne (docs/wire.md)", into="as_json")
WHO = option("--user", "NOM", "de qui, par son nom d’utilisateur", type=USERNAME, required=True)
REHEARSAL = flag("--dry-run", "dire ligne par ligne ce qui changerait, sans rien écrire")
FILE = argument("file", "FICHIER", "le fichier, ou « - » pour l’entrée standard")
"""The file that an import reads."""
ADMIN_TOKEN = option(
    "--admin-token",
    "T",
    "jeton d’un administrateur système (ou variable COOP_ADMIN_TOKEN, que « ps » ne montre pas)",
    envvar="COOP_ADMIN_TOKEN",
    default="",
)
"""The token of an administrator, lent for one command."""
DIGEST = argument("number", "N", "le numéro, que « digest preview » donne", type=NUMBER)
STATE = option("--state", "ÉTAT", "ceux d’un état : nouveau, pris, en attente, résolu…")
QUEUE = option("--queue", "FILE", "ceux d’une file, par son code ou son nom : metier")
WHOSE = ("--user", "--departement", "--region", "--national")
SPAN = (
    option("--from", "JOUR", "premier jour, par exemple 2026-09-01", into="start", type=DAY),
    option("--to", "JOUR", "dernier jour, compris", into="end", type=DAY),
)
QUESTION = (
    option("--user", "NOM", "d’une personne, par son nom d’utilisateur", type=USERNAME),
    option("--departement", "CODE", "d’un département, par exemple 69", type=Value(_read_departement)),
    option("--region", "CODE", "d’une région : son code INSEE ou son nom", type=Value(_read_region)),
    flag("--national", "de tout le pays (d’office)"),
    option("--from", "JOUR", "premier jour", into="start", type=DAY, required=True),
    option("--to", "JOUR", "dernier jour, compris", into="end", type=DAY, required=True),
    option(
        "--percent",
        "",
        "pourcentages qui font 100 (juste, d’office), ou tronqués comme sur l’ancienne plateforme (coop)",
        type=WordChoice("juste", "coop"),
        default="juste",
    ),
)
"""The options that choose whose figures are shown, and of which days."""
