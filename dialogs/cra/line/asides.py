"""What a line says beside its report, by the words around it: « 30 min d’attente », « depuis 12 ans », « sa fille
étudiante », « on se revoit en atelier »; none of it is a value of the report."""

import re
from dataclasses import dataclass

from dialogs.cra.line.lexicon import NAMED_PLACE
from dialogs.cra.line.readers import BARE_NUMBER, BESIDE, NOTHING, WEAK, SpanReading
from storage.cra.report import Activite, Suite

WORDS_AROUND = 6
"""Words before a value, and behind it, that may say what it is of."""
_SOMEBODY = (
    r"(?:filles?|fils|meres?|peres?|mari|femme|freres?|soeurs?|maman|papa|voisine?|compagn\w+|epou\w+|conjointe?|copine?|"
    r"enfants?|petite? fil(?:s|le)|ados?|cousine?|tante|oncle|grand mere|grand pere)"
)
_RELATIVE = rf"(?:sa|son|ses|leur|leurs|ma|mon|mes) {_SOMEBODY}"
_PARENT = r"(?:maman|mere|pere|papa|parents?)(?: solo| celibataire| isolee?)?"
_SINCE = r"(?:depuis|(?:il )?y a)"
_THING = (
    r"(?:ordi(?:nateur)?s?|pc|portables?|telephones?|smartphones?|tablettes?|imprimantes?|voiture|box|tele|iphone|mac|"
    r"machine|compte)"
)
_LATER = (
    r"(?:se revoit|remet ca|nous revoyons|(?:la|le|les|l) reve?r(?:ra|rai|rons)|reviendra|reviendront|prochaine?s?|"
    r"(?:l|la|le|les|est|sont|ete|ai|a) inscri(?:s|te?s?)|(?:lui|leur) ai propose)"
)
"""What tells of a coming meeting."""
_INSCRIBED = r"inscri(?:t|te|ts|tes) (?:a|en|dans|pour) (?:l |un |une |le |la |cet |cette )?(?:atelier|seance)"
"""What somebody will take part in."""
_SENDING = (
    r"(?:m (?:a|ont|avait)|(?:lui|leur|l|les) (?:ai|avais)) "
    r"(?:envoye|ecrit|transmis|laisse|relance|prevenu|contacte|confirme)\w*"
)
"""What who wrote the report sent or was sent."""


@dataclass(frozen=True, slots=True)
class _Aside:
    """Values of some elements that are beside the report behind some words, or before others."""

    elements: frozenset[str]
    before: re.Pattern[str] | None = None
    after: re.Pattern[str] | None = None

    def holds(self, element: str, before: str, after: str) -> bool:
        """Tell whether a value of an element between some words is beside the report."""
        return element in self.elements and bool(
            (self.before and self.before.search(before)) or (self.after and self.after.match(after))
        )


def _aside(elements: str, before: str = "", after: str = "") -> _Aside:
    return _Aside(
        frozenset(elements.split()),
        re.compile(rf"(?:^| )(?:{before})$") if before else None,
        re.compile(rf"(?:{after})(?: |$)") if after else None,
    )


_ASIDES = (
    _aside(
        "duree",
        r"tou(?:te)?s les|chaque|"
        r"attend(?:u|ue|ait|re)|patient(?:e|er|ait)|depuis|roule|retard de|(?:video|film|clip) de|tient plus(?: que)?|"
        r"forfait(?: mobile)?(?: de)?|(?:formation|contrat) de",
        r"(?:d |de )?(?:attente|retard)|de (?:route|trajet|transports?|voiture|bus|queue)|"
        r"(?:de |d )?prepa(?:ration)?(?= (?:puis|plus|et|avant)|$)",
    ),
    _aside(
        "age",
        rf"{_SINCE}|pendant|{_RELATIVE}(?: qui a| agee? de| de| a)|{_THING} (?:de|d|a|qui a)",
        r"d (?:anciennete|experience)|de (?:metier|mariage|boite|carriere)",
    ),
    _aside(
        "statut",
        rf"{_RELATIVE}(?: (?:est|etait|qui est))?",
    ),
    _aside(
        "date",
        r"(?:depuis|avant|jusqu (?:a|au)|d ici|nee?|au plus tard)(?: le| au)?|"
        r"(?:etais|etait|suis|serai) (?:en|au|a) (?:formation|conges?|reunion|vacances|arret|seminaire|regroupement)|"
        r"(?:expire|perime|obtenu|convoque)e?s?(?: le| au| pour le)?|"
        rf"{NAMED_PLACE}(?: du| de la| de| d)?|"
        rf"{_LATER}(?: [\w]{{1,12}}){{0,4}}|{_INSCRIBED}(?: \w{{1,12}}){{0,2}}",
    ),
    _aside("commune", r"(?:billets?|train|avion|voyage|vol|partir)(?: \w{1,9}){0,2} (?:pour|vers)"),
    _aside("duree participants number commune", r"au lieu (?:de|d)|(?:a la place|plutot que) (?:de|d)"),
    _aside(
        "participants number",
        r"(?:avai(?:s|t|ent)|avions|etai(?:s|t|ent)|ai|a|ete) prevue?s?|prevue?s? pour|prevoyai[st]|"
        r"attend(?:ai(?:s|t)|ions)(?: a)?",
    ),
    _aside("participants", r"foyer de|menage de|groupe (?:whatsapp|facebook|messenger|telegram|signal) de"),
    _aside("number participants", rf"{_PARENT} de"),
    _aside("age themes", rf"{_PARENT} (?:de (?:\d{{1,2}}|deux|trois|quatre|cinq)|d une?)"),
    _aside(
        "number",
        r"(?:windows|android|ios|iphone|ipad|samsung|galaxy|macos|ubuntu|libreoffice|office|version)(?: \d{1,2})?"
        r"(?: a| vers| en)?|(?:dame|monsieur|homme|femme|mamie|papi|mr|mme) de",
        r"seances?|modules?|euros?",
    ),
    _aside(
        "themes suite",
        r"(?:envoye|oriente|adresse|conseille|recommande|prescri)[est]{0,3} par(?: la| le| l| les| une?)?|"
        rf"dans les locaux (?:du|de|d)(?: la| le| l| une?)?|{_SENDING}(?: \w{{1,12}}){{0,3}} (?:par|un|des|en)",
    ),
    _aside("themes", rf"{_INSCRIBED}(?: de| d| sur)?"),
    _aside("suite", after="par"),
    _aside("canal", r"d|(?:pris|prendre|prise de|attente) ?(?:rdv|rendez vous)?"),
    _aside(
        "activite weak",
        r"(?:(?:re)?faire|remplir|deposer|envoyer|finir|terminer|renouveler) (?:sa|leurs?|ses|la|une)|pour (?:sa|leur)|"
        r"(?:m|nous) (?:a|ont|avait) demande(?: \w{1,9})?|(?:ouvr|cre|mont)(?:e|er|ait) son|reponse a sa",
    ),
)
_MET_LATER = re.compile(rf"(?:^| ){_LATER}(?: \w{{1,12}}){{0,2}}$")


def clear_aside(reading: SpanReading, before: str, after: str) -> SpanReading | None:
    """Return what a reading means between some words: nothing where it is beside the report, None where that is
    to be said again; a coming meeting is what comes of it."""
    element = reading.element
    if any(aside.holds(element, before, after) for aside in _ASIDES):
        return None if element in (BARE_NUMBER, "commune") else SpanReading(NOTHING, f"{BESIDE}{element}")
    if element in ("activite", WEAK) and _MET_LATER.search(before):
        return SpanReading("suite", (Suite.ATELIER if reading.value == Activite.COLLECTIF else Suite.INDIVIDUEL).value)
    return reading
