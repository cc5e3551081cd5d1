"""Addresses, numbers, sites and départements as people write them; what is none is refused in a sentence."""

from collections.abc import Callable

import pytest

from storage.annuaire.entries import read_departement, read_email, read_site
from storage.annuaire.phones import read_phone, show_phone


@pytest.mark.parametrize(
    ("typed", "number", "shown"),
    [
        ("06 12 34 56 78", "+33612345678", "06 12 34 56 78"),
        ("+33 (0)6.12.34.56.78", "+33612345678", "06 12 34 56 78"),
        ("0033612345678", "+33612345678", "06 12 34 56 78"),
        ("0262 12 34 56", "+262262123456", "02 62 12 34 56"),
        ("0692-12-34-56", "+262692123456", "06 92 12 34 56"),
        ("0690123456", "+590690123456", "06 90 12 34 56"),
        ("+32 2 123 45 67", "+3221234567", "+3221234567"),
        ("3949", "3949", "3949"),
        ("06 39 12 34 56", "+262639123456", "06 39 12 34 56"),
    ],
)
def test_telephone_numbers(typed: str, number: str, shown: str) -> None:
    assert read_phone(typed) == number
    assert show_phone(number).replace("\u00a0", " ") == shown
    assert read_phone(show_phone(number)) == number, "what is shown is read back"


def test_telephone_numbers_overseas_are_read_as_they_are_written_there() -> None:
    there = {"975": "+508412345", "986": "+681721234", "987": "+68987123456", "988": "+687761234"}
    for departement, number in there.items():
        length = 8 if departement == "987" else 6
        assert read_phone(number[-length:], departement) == number
        with pytest.raises(ValueError, match="Écrivez le numéro"):
            read_phone(number[-length:], "69")
    assert read_phone("06 12 34 56 78", "988") == "+33612345678"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("https://www.anct.gouv.fr/a_b?c=1#d", "https://www.anct.gouv.fr/a_b?c=1#d"),
        ("http://exemple.fr", "http://exemple.fr"),
        (" exemple.fr/page ", "https://exemple.fr/page"),
    ],
)
def test_sites(typed: str, address: str) -> None:
    assert read_site(typed) == address


def test_departements_and_addresses() -> None:
    assert [read_departement(text) for text in ("69", "1", "2a", "Rhône", "cotes d’armor", "974")] == [
        *("69", "01", "2A", "69", "22", "974")
    ]
    assert read_email(" Juliette.Martin@Exemple.FR ") == "juliette.martin@exemple.fr"


@pytest.mark.parametrize(
    ("reader", "typed"),
    [
        *((read_phone, text) for text in ("1", "06 12 34 56", "abc", "+0612345678", "06 12 34 56 78 90")),
        *((read_site, text) for text in ("javascript:alert(1)", "ftp://exemple.fr", "https://", "https://a b.fr")),
        *((read_site, text) for text in ("https://u:p@exemple.fr", "https://localhost", "https://x.fr/)[a](b", "x")),
        *((read_email, text) for text in ("a@b", "@exemple.fr", "a b@exemple.fr", "a@exemple.fr, c@d.fr")),
        *((read_departement, text) for text in ("96", "Lyon", "", "0")),
    ],
)
def test_what_is_none_is_refused(reader: Callable[[str], str], typed: str) -> None:
    with pytest.raises(ValueError, match=r"[.]$"):
        reader(typed)
