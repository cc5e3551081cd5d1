"""The command lines of events: those that are announced, and those that are asked for."""

import re

from bot.french import MONTH_NUMBERS
from config.text import fold
from config.time import WEEKDAYS
from dialogs.plain_words.cues import list_theme_words
from dialogs.plain_words.frames import TOLD, read_frame
from dialogs.plain_words.hours import write_clock
from dialogs.plain_words.periods import spell_word
from dialogs.plain_words.utterance import Utterance


def write_events(said: Utterance) -> str:
    """Write the event that is announced, or which ones are asked for."""
    if said.has(_FLOW) and not said.has(_ADDED):
        return "agenda flux"
    if said.has(_PROPOSED):
        return f"agenda proposer {_find_event_title(said)}"
    if said.has(
        "c etait quand|revoir |(?:ai|avons|a) (?:rate|loupe|manque)|"
        "(?<! se )passe|precedent|replay|ancien|deja (?!\\? $|$)|y a t il eu|a eu |"
        "eu lieu|derniers mois|dernieres semaines"
    ):
        about = said.content("evenement", taken=said.period_span)
        told = said.period or (about if len(about.split()) <= NAMED_MAX else "")
        return f"agenda passés {'' if said.has('derniers mois|dernieres semaines') else told}"
    if said.has(
        "flux|ics |ical|thunderbird|mon telephone|synchro|google|outlook|abonn|mon agenda|mon calendrier|dans mon"
    ):
        return "agenda flux"
    if said.has(
        "mes (?!dates|collegues|usagers|horaires|vacances|journees|jeudis|mardis)|suis (?:(?:je|deja) )*inscri|"
        "inscrite? |j ai dit|que je ven|je viens a|ou je (?:vais|suis|dois|devais)|"
        "je participe a qu|auxquels? (?:je|j)"
    ):
        return "agenda mes"
    return f"agenda {_find_events(said)}"


_FLOW = (
    r"(?:l |mon |d )agenda (?:\S+ ){0,6}(?:telephone|mobile|portable|iphone|android|google|outlook|calendrier)|"
    r"(?:adresse|lien|url) (?:\S+ ){0,6}(?:agenda|evenements)|"
    r"(?:agenda|evenements) (?:\S+ ){0,6}(?:dans|sur) mon (?:telephone|outlook|google|calendrier|iphone|"
    r"portable|agenda)"
)
"""How it is said that the agenda is to be in one’s own."""
_ADDED = (
    r"(?:propos|annonc|inscri|ajout|publi)\S* (?:a|dans|sur|pour) l agenda (?:du reseau )?"
    r"(?:une?|la|le|les|notre|mon|ma) "
)
"""How an event is announced that is named behind the agenda."""
_PROPOSED = (
    r"propos|annonc|j?organis(?!ees? |es )|ajout|cre|publi|met\S* (?:un|une|notre|le|mon) evenement |"
    r"(?:inscri|met|pos|figur|apparai)\S* (?:\S+ ){0,3}(?:agenda|programme|calendrier) "
)
"""How an event is announced."""


def _find_events(said: Utterance) -> str:
    """The number of an event, what it is about, when it is, or where; "" for all."""
    if said.number and re.search(r" (?:evenement|webinaire|rencontre|formation) (?:n |numero )?n?\d", said.plain):
        return said.number
    if found := _ABOUT.search(said.plain):
        return said.content("evenement", said.find_word_at(found.end() - 1))
    about = said.content("evenement", taken=said.period_span)
    is_theme = fold(about) != "reseau" and fold(about) in list_theme_words()
    return _find_moment(said) or _find_place(said) or about * bool(is_theme)


NAMED_MAX = 2
"""Words of a subject by which a past event is sought."""
_ABOUT = re.compile(r" (?:sur|concernant|(?:a propos|au sujet|sur le theme) d\S*|consacr\S* (?:a la|a l|au|aux|a)) ")


def _find_place(said: Utterance) -> str:
    """The territory where they are, by its name: a code would be the number of one."""
    if not said.place:
        town = _TOWN.search(said.sentence.text)
        return town[1] if town else ""
    if said.place.name[0].isdigit():
        return ""
    before = said.sentence.words[max(said.place.span.start - 1, 0)].folded
    return said.place.name if before in ("en", "dans", "a", "du", "d", "de") else ""


_TOWN = re.compile(
    r"(?<![\w’'])(?:à|sur) ([A-ZÀ-Ý][\w’'-]{2,}(?: (?:en |sur |les |de |du |la |le )?[A-ZÀ-Ý][\w’'-]+){0,2})\W*$"
)
"""A town, at the end."""


_EVENT = re.compile(
    r"\b(?:on (?:fait|monte|tient)|nous (?:faisons|montons|tenons)|il y aura|"
    r"j['’]?organise|organise|organisons|anime|animons|prépare|préparons|annonce[rz]?|"
    r"propos(?:e[rz]?|é)|ajout(?:e[rz]?|é)|publie[rz]?|diffuse[rz]?|"
    r"(?:inscri|mett|mets|pose)\w* (?:à|a|dans|sur) l.?agenda)(?: (?:à|a|dans|sur) l.?agenda)?(?: du réseau)?\s+"
    r"(?:(?:une?|notre|ma|mon|la|les?(?!\s+\d))\s+|l['’]|(?=(?:[ée]v[éèe]ne?m\w{0,5}|evt|event) \w))"
    r"([^,.;:!?\n]{4,80})",
    re.IGNORECASE,
)
_EVENT_THEN = re.compile(
    r"\b(?:propos|annonc|ajout|publi|inscri|mett?)\w* (?:un|notre|mon) [ée]v[éèe]nement"
    r"(?: (?:à|a|dans|sur|pour) l.?agenda)?(?: du réseau)?(?:,|,? c['’]est) (?:une? |le |la |l['’])?"
    r"(?!(?:je|j|on|merci|stp|svp|si|mais|et|ça|ca|c)\b)([^,.;:!?\n]{4,80})",
    re.IGNORECASE,
)
"""An event that is named behind what is to become of it: « je propose un événement, journée portes ouvertes »."""
_TO_ANNOUNCE = re.compile(
    r"(?:^|[,;.!?] )(?:une?|notre|mon|ma) ([^,.;:!?]{4,80}?) que (?:je |j['’]|nous |on )"
    r"(?:\S+ ){1,3}?(?:proposer|mettre|annoncer|inscrire|ajouter|publier) (?=(?:à|dans|sur) )",
    re.IGNORECASE,
)
"""An event that is named before it is said that it is to be announced."""
_FOR_AGENDA = re.compile(
    r" (?:(?:à|a|dans|sur|pour) l\W?agenda|que|et|je|comment|svp|stp|merci|(?:il )?(?:faut|faudrait)|"
    r"(?:tu|vous|on) (?:peux|peut|pouvez|pourrais|pourriez|pourrait)|(?:peux|pouvez|pourrais)[- ](?:tu|vous))\b",
    re.IGNORECASE,
)
"""What follows the title of an event that is announced."""


def _find_event_title(said: Utterance) -> str:
    """What is announced, as typed; "" where it is no more than « un événement »."""
    text = _IN_AGENDA.sub(r"\1 ", said.sentence.text)
    told = (pattern.search(text) for pattern in (_EVENT_THEN, TOLD, _TO_ANNOUNCE, _EVENT))
    titles = (_FOR_AGENDA.split(" ".join(found[1].split()), maxsplit=1)[0].strip() for found in told if found)
    titles = (write_clock(_AN_EVENT.sub("", title)) for title in titles)
    return next((title for title in titles if not read_frame("evenement").issuperset(fold(title).split())), "")


_IN_AGENDA = re.compile(
    r"\b([ée]v[éèe]nement) (?:à|a|dans|sur|pour) l\W?agenda (?:du réseau )?(?=(?:(?:une?|la|le|les|notre) |l['’])\w)",
    re.IGNORECASE,
)
"""Where an event is announced, before what it is."""
_AN_EVENT = re.compile(
    r"^(?:un |l['’])?(?:[ée]v[éèe]ne?m\w{0,5}|event|evt) (?:(?:pour|sur|:) )?(?:l[ae] |les |l['’]|une? )?(?=\w{3})",
    re.IGNORECASE,
)
"""Words before the title of an event that say no more than that it is one."""
_MOMENT = re.compile(
    rf" ((?:aujourd hui|demain|(?:semaine|mois) (?:prochaine?|pro)|prochaine? (?:semaine|mois)|semaine|mois|"
    rf"(?:{'|'.join(WEEKDAYS)})|(?:{'|'.join(MONTH_NUMBERS)})(?: 20\d\d)?)) "
)
"""When events are, as the agenda reads it."""
_NAMED_MONTH = re.compile(rf" ((?:{'|'.join(MONTH_NUMBERS)})(?: 20\d\d)?) ")


def _find_moment(said: Utterance) -> str:
    """The words that say when, as typed; « cette semaine » is « semaine »."""
    found = _NAMED_MONTH.search(said.plain) or _MOMENT.search(said.plain)
    if found is None:
        return ""
    first, end = said.find_word_at(found.start(1)), said.find_word_at(found.end(1))
    return re.sub(" pro$", " prochaine", " ".join(spell_word(said.sentence, index) for index in range(first, end)))
