"""The links of the home page; those with a person’s name in them are made for that person alone."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from config.tables import ReplaceableTable

COLUMNS = ("cle", "titre", "adresse")
KEY = re.compile(r"[a-z][a-z0-9-]{0,31}")
ADDRESS = re.compile(r"https?://[A-Za-z0-9][A-Za-z0-9.-]*(?::\d{1,5})?(?:[/?#][^\s<>\"'()\[\]\\|`]*)?")
TITLE_MAX, ADDRESS_MAX = 60, 500
PLACES = ("{prenom}", "{nom}", "{identifiant}")
"""What stands in an address for a person’s first name, last name and user name."""


@dataclass(frozen=True, slots=True)
class UsefulLink:
    """A link by its key and title; ``address`` may contain placeholders (``PLACES``)."""

    key: str
    title: str
    address: str

    @property
    def is_personal(self) -> bool:
        """Tell whether the address contains data of the person."""
        return any(place in self.address for place in PLACES)

    def make_address(self, *values: str) -> str:
        """Make the address for somebody, from the values of ``PLACES`` in their order."""
        made = self.address
        for place, value in zip(PLACES, values, strict=True):
            made = made.replace(place, quote(value, safe=""))
        return made


def _add(found: dict[str, UsefulLink], cells: list[str]) -> None:
    if not 1 < len(cells) <= len(COLUMNS):
        raise ValueError("trois colonnes, séparées par des tabulations ; la dernière peut être vide.")
    key, title, address = [*cells, ""][: len(COLUMNS)]
    if not KEY.fullmatch(key) or key in found:
        raise ValueError(f"« {key} » n’est pas une clé (lettres minuscules, chiffres, tirets), ou y est deux fois.")
    if not 0 < len(title) <= TITLE_MAX:
        raise ValueError(f"il faut un titre, de {TITLE_MAX} caractères au plus.")
    if address:
        _check_address(address)
    found[key] = UsefulLink(key, title, address)


def _check_address(address: str) -> None:
    """Raise ValueError for what is no web address, or has placeholders before its « ? »."""
    plain = address
    for place in PLACES:
        plain = plain.replace(place, "")
    before, _, _ = address.partition("?")
    if len(address) > ADDRESS_MAX or not ADDRESS.fullmatch(plain) or re.search("[{}]", plain):
        raise ValueError("l’adresse est une page en http ou https, où seuls {prenom}, {nom} et {identifiant} changent.")
    if "{" in before:
        raise ValueError("{prenom}, {nom} et {identifiant} ne se mettent qu’après le « ? » de l’adresse.")


read = ReplaceableTable(
    "liens.tsv",
    COLUMNS,
    _add,
    wrong_columns="La première ligne de la table des liens est : {}.",
    wrong_line="Table des liens, ligne {} : {}",
).read
"""Read all links by key, also those without an address, which are shown to nobody."""
