"""Labels, postcodes, sizes and numbers of parcels of kits, as they are written and read."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.errors import UserError
from commands.kit import read_stock
from commands.kit.supplier import read_tracking
from config.kit import Garment, read_sizes
from config.tables import TableError
from dialogs.kit import OrderKit
from storage import kit
from storage.communes import find_begun_place, find_place_exactly, list_communes
from storage.kit import KitOrder, PlaceError
from tests.modes import clues
from tests.support.cra import make_conseiller
from tests.test_kit import FORM, SIRET


def order(**other: Any) -> KitOrder:
    """An order as it is stored."""
    now = datetime(2026, 11, 29, tzinfo=UTC)
    usual: dict[str, Any] = {
        "batch": 1,
        "top": "M",
        "recipient": "Juliette Moreau",
        "siret": SIRET,
        "street": "1 rue Basse",
    }
    place = {"postcode": "69120", "commune": "Vaulx-en-Velin", "telephone": "3639", "hours": "9h-12h"}
    return KitOrder(**(usual | place | {"ordered_at": now, "moved_at": now} | other))


def test_a_label_has_six_lines_of_38_characters_at_most() -> None:
    long = "Communauté d’agglomération du Pays de Saint-Malo et de ses environs, pôle de la médiation numérique"
    for street, lines in (("1 rue Basse", 6), ("Bât. B\n1 rue Basse\nLe Bourg", 6), ("", 5)):
        label = kit.make_label(order(structure=long, street=street))
        assert len(label) <= lines
        assert all(len(line) <= 38 for line in label)
        assert label[-1] == "69120 VAULX EN VELIN"
    assert kit.make_label(order(street="Bât. B\n1, rue d’Œuf")) == [
        "Juliette Moreau",
        "BAT B",
        "1 RUE D OEUF",
        "69120 VAULX EN VELIN",
    ]
    assert kit.read_address_lines("Maison des services publics, 12 rue de la République") == (
        "Maison des services publics\n12 rue de la République"
    )
    for text in ("x" * 39, "a\nb\nc\nd", "BP 12"):
        with pytest.raises(ValueError, match=r"38 caractères|3 lignes|boîte postale"):
            kit.read_address_lines(text)


def test_the_last_line_of_a_label_still_names_its_commune() -> None:
    long = [(code, one) for one in list_communes() if len(one.nom) > 31 for code in one.codes_postaux]
    for postcode, commune in long:
        line = kit.make_label(order(postcode=postcode, commune=commune.nom))[-1]
        found = find_place_exactly(line).place or find_begun_place(line)
        assert len(line) <= 38
        assert found
        assert found.commune == commune, line
    assert kit.make_label(order(postcode="80880", commune="Saint-Quentin-la-Motte-Croix-au-Bailly"))[-1] == (
        "80880 ST QUENTIN LA MOTTE CROIX"
    )
    with pytest.raises(ValueError, match="38 caractères"):
        kit.read_address_lines(f"12 rue du Sacré Cœur {'x' * 17}")  # « OE » on the label


def test_a_postcode_and_a_commune_prove_each_other() -> None:
    for postcode, commune, name in (
        ("69003", "Lyon", "Lyon"),
        ("97400", "saint denis", "Saint-Denis"),
        ("01100", "oyo", "Oyonnax"),
        ("2A", "", ""),
    ):
        if name:
            assert kit.prove_place(postcode, commune).commune.nom == name
        else:
            with pytest.raises(PlaceError):
                kit.prove_place(postcode, commune)
    with pytest.raises(PlaceError):
        kit.prove_place("69256", "Vaulx-en-Velin")  # INSEE’s code is no postcode


def test_sizes_stock_and_numbers_are_read() -> None:
    sizes = read_sizes(None)
    assert {"S", "XXL"} <= sizes[Garment.TOP].keys()
    assert read_stock("haut m 40, L 25 ; bas 42 = 3", sizes) == {
        (Garment.TOP, "M"): 40,
        (Garment.TOP, "L"): 25,
        (Garment.BOTTOM, "42"): 3,
    }
    for line in ("", "M 40", "haut M", "haut Z 3", "haut M -2"):
        with pytest.raises(UserError, match="Donnez le vêtement"):
            read_stock(line, sizes)
    read = read_tracking("commande;colis;suivi\n1;1;'=A\n1;2;A 1\n1\n".encode("utf-8-sig"))
    assert [line.parcel for _, line in read.lines] == [2]
    assert [number for number, _ in read.bad] == [2, 4]
    with pytest.raises(UserError, match="Coupez ce fichier"):
        read_tracking(b"commande,colis,suivi\n" + b"1,1,A\n" * 1001)
    with pytest.raises(UserError, match="Il manque : suivi"):
        read_tracking(b"commande,colis\n1,1\n")


def test_a_table_of_sizes_of_the_operator_s(tmp_path: Path) -> None:
    own = tmp_path / "kit.tsv"
    own.write_text("vetement\ttaille\tnom\nhaut\tU\tTaille unique\n")
    assert read_sizes(own) == {Garment.TOP: {"U": "Taille unique"}, Garment.BOTTOM: {}}
    for number, line in enumerate(("haut\tU", "gants\tU\tU", "haut\t=1\tU", "haut\tU\t")):
        bad = tmp_path / f"{number}.tsv"
        bad.write_text(f"vetement\ttaille\tnom\n{line}\n")
        with pytest.raises(TableError, match="Tailles, ligne 2"):
            read_sizes(bad)


def test_all_that_is_wrong_in_a_line_of_numbers_is_told_at_once() -> None:
    with pytest.raises(ValueError, match=r"commande : .+ ; colis : 1, 2 ou 3 ; suivi : .+ ; transporteur : "):
        kit.read_tracking_line({"commande": "x", "colis": "4", "suivi": "", "transporteur": "T" * 41})


def test_trousers_are_asked_for_where_the_table_has_some() -> None:
    known = clues("5.37", make_conseiller("j" * 26), date(2026, 11, 29))
    typed = {name: value for name, value in FORM.items() if name != "taille_bas"}
    for bottoms, asked in (({}, set()), ({"42": "42"}, {"taille_bas"})):
        hidden = {"tops": {"M": "M"}, "bottoms": bottoms}
        elements = OrderKit.draft(**hidden).elements(known)
        assert {str(element["name"]) for element in elements} == FORM.keys() - ({"taille_bas"} - asked)
        assert not any(element.get("optional") for element in elements), "what is refused when empty says so"
        faults: Mapping[str, str] = {}
        try:
            OrderKit.parse(typed, hidden, known)
        except UserError as error:
            faults = error.fields
        assert faults.keys() == asked
