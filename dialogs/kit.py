"""The windows of the kit d’animation: to order one, and to say what is wrong with a parcel."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from bot.forms import Clues, Element, Form, Hidden, Offered, Raw, ReadText, asks
from dialogs.lines import OWN_PHONE, Roomy, read_line, read_paragraphs
from storage import kit
from storage.people import register

COMMUNE_MAX = 80
SHORTEST_NAME, SHORTEST_HOURS = 3, 4


def _read_recipient(text: str, clues: Clues) -> str:
    name = read_line(kit.LABEL_WIDTH, "ce nom, qui tient sur une ligne d’étiquette")(text, clues)
    if sum(sign.isalpha() for sign in name) < SHORTEST_NAME:
        raise ValueError("Écrivez le nom de la personne ou de l’accueil qui reçoit les colis.")
    return name


def _read_postcode(text: str, _: Clues) -> str:
    digits = "".join(text.split())
    if not (len(digits) == 5 and digits.isascii() and digits.isdigit()):
        raise ValueError("Un code postal a cinq chiffres : 69120, par exemple.")
    return digits


def _read_hours(text: str, clues: Clues) -> str:
    hours = read_line(kit.HOURS_MAX, "ces horaires")(text, clues)
    if len(hours) < SHORTEST_HOURS:
        raise ValueError("Écrivez des jours et des heures : lundi à vendredi, 9h-12h.")
    return hours


class OrderKit(Form):
    """The window of an order: what it is, and where it goes. ``order`` is the number of the order being corrected (0: a
    new one), ``tops`` and ``bottoms`` the sizes in the operator’s table: trousers are asked for only where it has sizes
    of them."""

    title = "Mon kit d’animation"
    submit_label = "Valider"
    noun = "commande de kit", "commandes de kit"

    taille_haut: Annotated[str, Offered("tops")] = asks("Taille du haut", "Polo et sweat.")
    taille_bas: Annotated[str | None, Offered("bottoms")] = asks("Taille du bas", "Pantalon.", default=None)
    receptionnaire: Annotated[str, ReadText(_read_recipient)] = asks(
        "Qui reçoit les colis", "Vous, un collègue ou l’accueil, présent aux horaires donnés."
    )
    siret: Annotated[str, ReadText(lambda text, _: register.read_siret(text), placeholder="732 829 320 00074")] = asks(
        "SIRET de la structure", "Quatorze chiffres, avec ou sans espaces."
    )
    adresse: Annotated[str, Roomy(lambda text, _: kit.read_address_lines(text), always=True)] = asks(
        "Adresse", f"Bâtiment, numéro et rue : {kit.ADDRESS_LINES} lignes de {kit.LABEL_WIDTH} caractères au plus."
    )
    code_postal: Annotated[str, ReadText(_read_postcode, placeholder="69120")] = asks("Code postal")
    commune: Annotated[str, ReadText(read_line(COMMUNE_MAX, "ce nom"), placeholder="Vaulx-en-Velin")] = asks("Commune")
    telephone: Annotated[str, OWN_PHONE] = asks("Téléphone", "Pour le transporteur, le jour de la livraison.")
    horaires: Annotated[str, ReadText(_read_hours)] = asks(
        "Horaires de livraison", "Par exemple : lundi à vendredi, 9h-12h et 14h-17h."
    )
    order: Hidden[int] = 0
    tops: Hidden[dict[str, str]]
    bottoms: Hidden[dict[str, str]]
    structure: Hidden[str] = ""

    def introduction(self) -> str:
        where = f"Structure connue du registre : {self.structure}. " if self.structure else ""
        return f"{where}Trois colis vous seront envoyés. Vous corrigez jusqu’à la clôture du lot."

    def elements(self, clues: Clues) -> list[Element]:
        needed = {"optional": False}  # where the table has sizes of trousers
        drawn = super().elements(clues)
        return [
            each | needed if each["name"] == "taille_bas" else each
            for each in drawn
            if each["name"] != "taille_bas" or self.bottoms
        ]

    @classmethod
    def parse(cls, raw: Raw, hidden: Mapping[str, object], clues: Clues) -> Self:
        asked = {name: value for name, value in raw.items() if name != "taille_bas" or hidden.get("bottoms")}
        return super().parse(asked, hidden, clues)

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        found = {}
        if values.get("bottoms") and not values.get("taille_bas"):
            found["taille_bas"] = Offered.missing
        postcode, commune = values.get("code_postal"), values.get("commune")
        if postcode and commune:
            try:
                kit.prove_place(postcode, commune)
            except kit.PlaceError as error:
                found["code_postal" if error.is_postcode else "commune"] = str(error)
        return found


class ReportParcel(Form):
    """The window of a parcel’s fault: what is missing or damaged."""

    title = "Signaler un colis"
    submit_label = "Signaler"

    details: Annotated[str, Roomy(read_paragraphs(kit.NOTE_MAX), always=True)] = asks(
        "Ce qui ne va pas", "Ce qui manque ou ce qui est abîmé. L’équipe d’animation le lit.", default=""
    )
    order: Hidden[int]
    parcel: Hidden[int]
    to: Hidden[kit.ParcelState]

    def introduction(self) -> str:
        return f"Colis {self.parcel} : {self.to.label}."
