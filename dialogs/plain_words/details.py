"""The command line that stands for an intention, with the details that a sentence gives."""

import re
from collections.abc import Callable, Mapping

from config.text import fold
from dialogs.plain_words.acts import find_act
from dialogs.plain_words.cues import list_theme_words, read_cues
from dialogs.plain_words.events import write_events
from dialogs.plain_words.frames import SKILLS, TOLD, find_name, read_frame
from dialogs.plain_words.meetings import write_appointment
from dialogs.plain_words.places import name_place
from dialogs.plain_words.publications import STOPPING, tells_idea, write_channels, write_idea, write_news, write_poll
from dialogs.plain_words.readings import Intention
from dialogs.plain_words.reminders import write_reminders
from dialogs.plain_words.report_lists import write_report_list
from dialogs.plain_words.reports import write_report
from dialogs.plain_words.resources import write_deposit, write_search
from dialogs.plain_words.rooms import write_room
from dialogs.plain_words.utterance import TITLES, Utterance
from storage.urls import first_link as find_link
from storage.urls import first_permalink


def write_line(intention: Intention, said: Utterance) -> str:
    """Write the command line that stands for a sentence; "" for what has none."""
    is_idea = intention is Intention.IDEE and tells_idea(said.sentence.text)
    if not is_idea and (act := find_act(said)) and act[0] is intention and said.calls(act[1]):
        is_told = act[1] == "/hotline" and said.end - said.first > TROUBLE_MIN
        return f"/{_write_request(said)}" if is_told and said.has("coup de main |aide ") else act[1]
    write = _WRITERS.get(intention)
    line = " ".join(write(said).split()) if write else ""
    line = line if intention in _WHOLE else _ENDS.sub("", line)
    return f"/{line}" if line else ""


_WHOLE = frozenset({Intention.HOTLINE, Intention.CRA, Intention.SONDAGE})
"""What keeps the words of a sentence with its signs."""
_ENDS = re.compile(r"(?:[ ,;:!]|(?<!\b[A-Z])\.){1,9}$")
"""Signs that end a sentence, and no detail: « une journée portes ouvertes. », but « Mme D. »."""


TROUBLE_MIN = 14
"""Words of a sentence, at least, that tells a trouble before it asks for help."""
FORMATS = (("pdf", "pdf |imprim"), ("xlsx", "xlsx? |excel |tableur "), ("csv", "csv "))
"""How the formats of an export are called."""
SHARING = (
    r"partag|sans compte|(?:une |la )?page (?!de (?:garde|couverture) )|lien |"
    r"(?:donn|montr)\S* (?:\S+ ){0,4}(?:employeur|chef|maire|elu)|"
    r"(?:envo[iy]|transm)(?!\S* (?:\S+ ){0,4}(?:fichier|document|tableau))\S* (?:\S+ ){0,6}(?:a|au) (?:\S+ )?"
    r"(?:employeur|chef|direct(?:eur|rice)|responsable|maire|elu)"
)
"""How a page of one’s figures is asked for, where no format is."""


def _write_export(said: Utterance) -> str:
    if said.has("rapport mensuel|chaque mois|tou[st] les mois|mensuel|automatiquem"):
        return f"stats rapport {'non' if said.has(STOPPING) else 'oui'}"
    form = next((name for name, words in FORMATS if said.has(words)), "")
    if said.has("pages? partagee|mes pages "):
        return "stats pages"
    if not form and said.has(SHARING):
        return f"stats partager {said.period or _find_other_period(said)}"
    return f"stats exporter {form} {_find_span(said)}"


def _find_span(said: Utterance) -> str:
    """The period of one’s own figures, and the tags that they are of."""
    period = "tout" if said.has("annees confondu") else said.period or _find_other_period(said)
    return f"{period} {said.tags}"


def _find_other_period(said: Utterance) -> str:
    """A period that no word of time names."""
    return "année" if said.has("annuel") else "tout" if said.has(_ALWAYS) else ""


_ALWAYS = (
    r"tout $|au total |depuis (?:que (?:je suis|j ai|je travaille|je bosse)|mon arrivee|ma prise|mon embauche|"
    r"mes debuts|le debut )"
)
"""How all that one ever did is called."""


_COMPARING = (
    r"compar\S* (?:(?!ma |mon |notre )|(?:\S+ ){1,3}aux? autres?)|classement|"
    r"se situe (?:\S+ ){1,4}par rapport aux? autres?"
)
"""How it is asked how territories do beside each other."""


def _write_territory(said: Utterance) -> str:
    if said.has(_COMPARING):
        return f"stats carte {said.period}"
    if said.place:
        return f"stats {said.place.kind} {said.place.name} {said.period}"
    if said.has("region"):
        return f"stats region {said.period}"
    if said.has("carte |quels? departements?"):
        return f"stats carte {said.period}"
    is_national = said.has("nation|france|pays|reseau|global|tous |tout le monde") and not said.has("departement ")
    return f"stats {'national' if is_national else 'departement'} {said.period}"


def _write_request(said: Utterance) -> str:
    """Write the whole sentence, which the team reads; the name of the help alone opens an empty window."""
    words = (part for word in said.sentence.words[said.first : said.end] for part in word.folded.split())
    if read_frame("appel").issuperset(words):
        return "hotline"
    return f"hotline {said.sentence.text.removeprefix('/')}"


_NUMBERED_REQUEST = re.compile(
    r" (?:(?:ticket|demande|requete|question|n)(?: d (?:aide|assistance))? (?:n |numero )?(\d{1,6})|n(\d{1,6})|"
    r"le (\d{1,6})(?= (?:\S+ ){0,6}(?:ticket|demande) )|"
    r"(?:ticket|demande) (?:\S+ ){0,9}?(?:la|le|numero|n) (\d{1,6})|numero (\d{1,6})) "
)
"""How a request for help is called by its number."""


def _write_requests(said: Utterance) -> str:
    found = _NUMBERED_REQUEST.search(said.plain)
    return f"ticket {next(filter(None, found.groups()))}" if found else "hotline demandes"


NAME_ALONE_MAX = 9
"""Words within which somebody’s name is sought by all words that say something, and not by the name alone."""
_LEADERS = {"coordonne": "coordinateur", "anime": "animateur"}
_LEADING = re.compile(r" qui (coordonne|anime) (?:\S+ ){0,12}$")
"""Who leads a territory, by what they do there."""


def _write_people(said: Utterance) -> str:
    """Write who is looked for; or what they are to know, and where."""
    if said.has(_ADDING) and not _is_asked_of(said) and said.has("contact|institution|partenaire|annuaire "):
        added = _ADDED.search(said.sentence.text) or TOLD.search(said.sentence.text)
        name = next(filter(None, added.groups()), "") if added else ""
        return f"annuaire ajouter {_AS_CONTACT.sub('', _A_CONTACT.sub('', name))}"
    if name := find_name(said.sentence.text, said.known) if said.end - said.first > NAME_ALONE_MAX else "":
        return f"annuaire {name} {_find_house(said.sentence.text, name)}"
    if said.place and (led := _LEADING.search(said.plain)):
        return f"annuaire {_LEADERS[led[1]]} {said.place.name}"
    if found := SKILLS.search(said.plain) or _find_bare_skill(said.plain):
        start = said.find_word_at(found.end() - 1)
        end = next((n for n in range(start, said.end) if said.sentence.words[n].folded == "?"), said.end)
        where = next((n for n in range(start, end) if said.leads_to_place(n)), end)
        if skill := _SIGNED.sub(_call_signs, said.content("savoir", start, where)):
            is_before = said.place and said.place.span.stop <= start
            near = said.content("lieu", where, end) or _find_near(said, found)
            place = said.place.name if said.place and is_before else near
            place = name_place(place)
            return f"annuaire qui {skill}" + (f" près de {place}" if place else "")
    is_long = said.end - said.first > NAME_ALONE_MAX
    if is_long and (role := _find_role(said)) and (place := _find_town(said)):
        return f"annuaire {role} {place}"
    words = _AT_PLACE.sub(r"conseiller ", _find_contact(said)).replace("conseiler", "conseiller").split()
    is_role = len(words) == 1 and _ROLES.get(fold(words[0])) == "conseiller"
    called = [_ROLES.get(fold(each), each) for each in words]
    return f"annuaire {'' if is_role else _name_people(called)}"


def _is_asked_of(said: Utterance) -> bool:
    """Whether somebody asks for what they lack, or tells who proposed something, and offers nobody."""
    is_asked = said.has("as tu |tu as |avez vous |vous avez |aurais |auriez |connais |cherche ")
    return (said.has("manque ") and is_asked) or said.has("(?:avait|avaient|m a|m ont|nous a) propose")


def _find_house(text: str, name: str) -> str:
    """Where somebody who is called by name works, right behind that: « Julie Fabre, de la mairie de Pau »."""
    found = re.match(_AT_HOUSE, text.partition(name)[2], re.IGNORECASE)
    return found[1] if found else ""


_AT_HOUSE = (
    r",? (?:qui (?:est|travaille|bosse|intervient) )?(?:à|a|au|chez|de|du|d['’])(?: la | l['’]|l['’]| )"
    r"((?:mairie|ccas|caf|cpam|m[ée]diath[èe]que|biblioth[èe]que|mission locale|pr[ée]fecture|centre social|hub|"
    r"sous-pr[ée]fecture|pimms|france services|maison [^\s,]{2,20})(?: (?:de |du |d['’])?(?:la |le |"
    r"l['’])?[A-ZÀ-Ý][\w’'-]+){0,2})"
)
"""Where somebody works, behind their name."""


def _name_people(called: list[str]) -> str:
    """Name who is looked for, a territory behind their role by its own name alone."""
    if called and called[0] in (*_ROLES.values(), *_LEADING_ROLES):
        return f"{called[0]} {name_place(_KIND_OF_PLACE.sub('', ' '.join(called[1:])))}"
    return name_place(" ".join(called))


def _find_bare_skill(plain: str) -> re.Match[str] | None:
    """Find where a theme begins that stands right behind « qui »: « qui linux dans le 46 »."""
    found = _WHO.match(plain)
    return found if found and found[1] in list_theme_words() else None


_WHO = re.compile(r" qui (?=([a-z]+) )")
_ADDING = "r?ajout|propose[rz]?s? |nouveau contact|manque |(?:mettre|mets|mettez) (?!(?:moi|nous) en )"
"""How it is said that somebody is to be in the directory."""
_KIND_OF_PLACE = re.compile(r"^(?:d[ée]partements?|d[ée]pt|dpt|r[ée]gions?) (?=\S)", re.IGNORECASE)
"""What kind of territory is named, behind a role: « coordinateur du département 38 »."""
_ONE_OR_FEW = re.compile(r"^(?:[1-9]|une?|deux|trois|quelques) (?=\S)", re.IGNORECASE)
"""How many are looked for: « 1 conseiller à Rosny »."""
_AT_PLACE = re.compile(r"^conseill\S+ (?:sur|à|a|de|du|en|vers) ", re.IGNORECASE)
"""Whoever is a conseiller somewhere."""
_SIGNED = re.compile(
    r"(?:(?:sign(?:e|er|ent)|pratiquer|langue(?= des signes|s? lsf)) (?:en )?){0,3}"
    r"(?:(?:des )?signes(?: française?)?(?: \(?lsf\)?)?|lsf)(?!\w)",
    re.IGNORECASE,
)
"""The language of the deaf."""


def _call_signs(found: re.Match[str]) -> str:
    """Call the language of the deaf by its name where it is told, or else by its usual letters."""
    told = fold(found[0])
    return "langue des signes" if "langue" in told and "lsf" not in told else "LSF"


def _find_contact(said: Utterance) -> str:
    """The words that say who is looked for; in a long sentence those behind « les coordonnées de »."""
    about = _CONTACT_OF.search(said.plain) if said.end - said.first > NAME_ALONE_MAX else None
    named = said.content("contact", said.find_word_at(about.end() - 1) if about else None)
    return _keep_particle(said, _ONE_OR_FEW.sub("", named))


def _keep_particle(said: Utterance, name: str) -> str:
    """Keep the small word with which a surname begins: « le bihan », « mme de oliveira », « julie le gall »."""
    spelling = read_cues().spelling
    for word in name.split():
        plain = fold(word)
        if len(plain) < SURNAME_MIN or not plain.isalpha() or plain in spelling.known or plain in spelling.spared:
            continue
        found = re.search(rf"(?:(\S+)\s+)?\b({_PARTICLES})\s+{plain}(?!\w)", fold(said.sentence.text))
        if not found:
            continue
        is_kept = re.search(rf"\b{found[2]} {plain}", fold(name))
        if not is_kept and (found[2] == "le" or found[1] in _CALLED):
            return name.replace(word, f"{found[2]} {word}", 1)
    return name


_PARTICLES = "le|de la|de|du|da|dos|ben|van|el"
_CALLED = TITLES | {"de"}
"""How somebody is called, before a surname."""
SURNAME_MIN = 4
"""Letters of a surname that may have a small word before it: « le 35 » and « le cn » are none."""


_ADDED = re.compile(
    r"\b(?:propose[rz]?s? (?:donc |alors )?d['’ ]?ajouter|r?ajoute[rz]?s?|propose[rz]?s?|manque|inscri(?:re|s|"
    r"vez)|mett(?:re|ez)|mets) "
    r"(?:(?:la|le|les|un|une) |l['’])?([^,.;:!?]{3,60}?) (?:dans|ds|à|a|sur|aux?|parmi) "
    r"(?:(?:l['’ ]?|notre )annuaire|le répertoire|(?:(?:nos|les) )?contacts)"
    r"|\bpropose[rz]?s? (?:(?:la|le|les|un|une) |l['’])?([^,.;:!?]{3,60}?) (?:comme|en tant que) (?:un |une )?"
    r"(?:nouve(?:au|lle) )?(?:contact|partenaire)"
    r"|\bcontact\b[^,.;:!?]{0,40}(?: c['’]est|[,:]) (?:(?:la|le|les) |l['’])?((?=[A-ZÀ-Ý])[^,.;:!?]{3,60})$",
    re.IGNORECASE,
)
"""Who is to be in the directory, by their name."""
_A_CONTACT = re.compile(
    r"^(?:(?:ce|cet|cette|un|une) )?(?:(?:nouve(?:au|lle)|autre|contact|partenaire|institution|structure|"
    r"organisme|quelqu['’]un)s?(?:$| "
    r"(?:(?:d[eu]s?|à|pour) )?(?:(?:la|le|les) |[dl]['’])?))+",
    re.IGNORECASE,
)
"""Words that say no more than that it is somebody: « un contact de la »."""
_AS_CONTACT = re.compile(
    r" (?:comme|en tant que) (?:un |une )?(?:nouve(?:au|l|lle) )?"
    r"(?:contact|partenaire|institution|structure|organisme|r[ée]f[ée]rent)e?s?$",
    re.IGNORECASE,
)
"""As what somebody is to be in the directory, behind their name."""
_CONTACT_OF = re.compile(
    r" (?:coordonnees|numero|telephone|tel|mail|adresse|contact|joindre|contacter|celui|celle) (?:de|du|d|des) "
    r"| (?:contact|quelqu un|interlocut\S+) (?:a|au|aux|chez) "
    r"| (?:re)?(?:cherch|trouv)\S* (?:moi )?dans l annuaire "
)
"""What stands before whom a long sentence wants to reach."""


def _find_town(said: Utterance) -> str:
    """The territory or the town that a long sentence names; "" for none."""
    town = _TOWN.search(said.sentence.text)
    return said.place.name if said.place else town[1] if town else ""


_TOWN = re.compile(
    r"\b(?:à|près de|vers|numérique de|numérique d['’]|conseill\w{2,4} de|"
    r"coordinat\w{3,5} de) ?([A-ZÉÈ][\w’'-]+(?: (?:en |sur |les |de |du |la |le )?[A-ZÉÈ][\w’'-]+){0,3})"
)
"""A town, which has a capital."""


def _find_role(said: Utterance) -> str:
    """The role of those whom a long sentence looks for in a territory; "" for none."""
    words = (fold(said.sentence.typed(index, index + 1)) for index in range(said.first, said.end))
    return next((_ROLES.get(word, word) for word in words if word in _ROLES or word in _LEADING_ROLES), "")


_LEADING_ROLES = frozenset({"coordinateur", "coordinatrice", "animateur", "animatrice"})


def _find_near(said: Utterance, skill: re.Match[str]) -> str:
    """The place that is named before a skill: « un collègue près de Pau qui maîtrise … »."""
    before = said.find_word_at(skill.start() + 1)
    near = (n for n in range(said.first, before) if said.sentence.words[n].folded in read_frame("avant_lieu"))
    start = next(near, before)
    return said.content("lieu", start, before)


_ROLES = {
    **dict.fromkeys(("conseiller", "conseillere", "conseillers", "conseilleres"), "conseiller"),
    **dict.fromkeys(("cn", "cnfs", "conum", "conums", "cnum"), "conseiller"),
    **dict.fromkeys(("coordo", "coordos", "coordinateurs", "coordinatrices"), "coordinateur"),
    **dict.fromkeys(("animateurs", "animatrices"), "animateur"),
}
"""Roles as people call them, by the name that the directory knows."""


_GOING_ON = r"ann?ul|renonc|change d avis|arret|stopp|suspen|(?:finalement|veux|voudrais) (?:\S+ )?gard"
"""How it is said that one’s data are to be kept after all."""


def _write_data(said: Utterance) -> str:
    is_end = said.has("supprim|effac|ferm|clotur|detrui|disparai|desinscri|droit a l oubli|oublie")
    if said.has(_GOING_ON) or (is_end and said.has("stop |veux plus|ne veux pas|n effac")):
        return "mes-donnees annuler"
    is_copy = said.has("copie |export|recuper|telecharg") and not said.has("supprim|effac|oublie|detrui")
    return "mes-donnees effacer" if is_end and not is_copy else "mes-donnees"


TOPICS = (
    ("cra", "cra |cras |compte rendu|comptes rendus|activite|accompagnement|saisi|ateliers? |permanence"),
    ("stats", "stat|chiffre|bilan|export"),
    ("ressources", "ressource|fiche|tuto"),
    ("canaux", "cana"),
    ("hotline", "hotline|ticket"),
    ("annuaire", "l?an+uaire|contact"),
    ("agenda", "agenda|evenement"),
    ("actus", "actu|newsletter"),
    ("sondage", "sonda[gj]|vote"),
    ("profil", "profil"),
    ("mes-donnees", "donnees|rgpd"),
    ("rdv", "rdv |rendez vous "),
    ("visio", "visio"),
    ("idee", "idees? "),
    ("kit", "kit "),
    ("rappels", "rappel"),
)


def _write_help(said: Utterance) -> str:
    if said.has(r"(?:que|quoi|qui) tu (?:sais|peux) faire|tu (?:sers|sais faire|fais)|sais tu faire"):
        return "aide"
    return f"aide {next((topic for topic, words in TOPICS if said.has(words)), '')}"


def _write_home(said: Utterance) -> str:
    if said.has("bienvenue|charte|message d accueil"):
        return "bienvenue"
    return "accueil liens" if said.has("liens? |outils |raccourcis? ") else "accueil"


def _write_training(said: Utterance) -> str:
    return "entrainement fin" if said.has("fini|fin |sor[st]|quitt|arret|termin|stop|cess|assez ") else "entrainement"


def _write_kit(said: Utterance) -> str:
    is_wrong = said.has("corrig|rectifi|modifi|chang|tromp|fau(?:x|sse)|mauvais|demenag") and not said.has(
        "colis|recue?s? "
    )
    return "kit corriger" if is_wrong else "kit"


def _write_if_known(write: Callable[[Utterance], str]) -> Callable[[Utterance], str]:
    """Lead to a feature that may not be there: nothing where the bot has no such command."""

    def write_known(said: Utterance) -> str:
        line = write(said)
        return line if said.knows(line.split(maxsplit=1)[0]) else ""

    return write_known


_WRITERS: Mapping[Intention, Callable[[Utterance], str]] = {
    Intention.CRA: write_report,
    Intention.CRA_LISTE: write_report_list,
    Intention.STATS: lambda said: f"stats {_find_span(said)}",
    Intention.STATS_EXPORT: _write_export,
    Intention.STATS_TERRITOIRE: _write_territory,
    Intention.HOTLINE: _write_request,
    Intention.HOTLINE_DEMANDES: _write_requests,
    Intention.RESSOURCES: write_search,
    Intention.RESSOURCES_DEPOT: write_deposit,
    Intention.ANNUAIRE: _write_people,
    Intention.PROFIL: lambda said: "profil",
    Intention.CANAUX: write_channels,
    Intention.AGENDA: write_events,
    Intention.ACTUS: write_news,
    Intention.SONDAGE: write_poll,
    Intention.SIGNALER: lambda said: f"signaler {first_permalink(said.sentence.text) or find_link(said.sentence.text)}",
    Intention.DONNEES: _write_data,
    Intention.AIDE: _write_help,
    Intention.ACCUEIL: _write_home,
    Intention.BROUILLON: lambda said: "cra brouillon" if said.has("cra |comptes? rendus? ") else "brouillon",
    Intention.RDV: _write_if_known(write_appointment),
    Intention.VISIO: _write_if_known(write_room),
    Intention.IDEE: _write_if_known(write_idea),
    Intention.KIT: _write_if_known(_write_kit),
    Intention.RAPPELS: _write_if_known(write_reminders),
    Intention.ENTRAINEMENT: _write_if_known(_write_training),
}
