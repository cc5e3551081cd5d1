"""The command line that stands for an intention, with the details that a sentence gives."""

import re
from collections.abc import Callable, Mapping

from bot.french import MONTH_NUMBERS, read_period
from config.text import fold, split_words
from dialogs.plain_words.frames import SKILLS, find_name, read_frame
from dialogs.plain_words.meetings import write_appointment, write_events, write_reminders, write_room
from dialogs.plain_words.places import name_place
from dialogs.plain_words.publications import STOPPING, write_channels, write_idea, write_news, write_poll
from dialogs.plain_words.readings import Intention
from dialogs.plain_words.reports import find_day, sum_signs
from dialogs.plain_words.utterance import Utterance
from storage.urls import first_link as find_link


def write_line(intention: Intention, said: Utterance) -> str:
    """Write the command line that stands for a sentence; "" for what has none."""
    write = _WRITERS.get(intention)
    line = " ".join(write(said).split()) if write else ""
    return f"/{line}" if line else ""


REPORT_ACTS = {
    "rétablir": (
        r"retabli|restaur|remet|ravoir|recuper|(?:le |la |les )?faire revenir|annul\S* (?:la |cette |sa )?suppression"
    ),
    "dupliquer": r"dupli|repart|copie|recopie|refai|(?:le |la )?meme (?:chose )?que|reprendre (?:\S+ ){1,6}nouveau",
    "supprimer": r"supprim|efface|enlev|retir|ann?ul|vire",
    "modifier": (
        r"modif|corrig|rectifi|chang|edit|tromp|erreur|faute|fau(?:x|sse) |oublie|mauvais|c etait|au lieu d|"
        r"et (?:pas|non) "
    ),
}


NAMED_MAX = 9
"""Words within which « compte rendu » is the name of what is to be written, and not part of it."""


def _write_report(said: Utterance) -> str:
    found = next((act for act, words in REPORT_ACTS.items() if said.has(words)), "")
    if found and said.named_number:
        return f"cra {found} {said.named_number}"
    if found and sum_signs(said.plain) < 1:
        return f"cra liste {said.period or find_day(said.plain)}"
    start = _find_told(said)
    is_whole = start is None and len(said.sentence.words) >= WHOLE_MIN and said.sentence.text.endswith(".")
    told = _cut_end(said.sentence.text if is_whole else said.rest("compte_rendu", start))
    if again := _find_again(said):
        return f"cra comme {again}"
    if told.isdigit():
        return f"cra modifier {told}"
    return "cra" if _BARE_REPORT.fullmatch(fold(told)) else f"cra {said.write_days(told)}"


def _cut_end(told: str) -> str:
    """A report without what is to become of it, unless that tells of it: « …, notez-le comme individuel »."""
    end = TO_NOTE.search(told)
    return told[: end.start()] if end and not sum_signs(f" {' '.join(split_words(end[0]))} ") else told


def _find_again(said: Utterance) -> str:
    """What a report is to be like, and what is other in it; "" where it is like none."""
    if again := _LIKE.search(said.sentence.text):
        return f"{'le ' * again[1][0].isdigit()}{_VEILLE.sub('hier', again[1])}"
    if again := _AGAIN.search(said.plain):
        return f"le {again[1]} {said.sentence.typed(said.find_word_at(again.end() - 1), said.end)}"
    return ""


WHOLE_MIN = 14
"""Words from which a sentence that is a report, with its full stop, is kept whole."""
_AGAIN = re.compile(
    r" (?:reprenez|reprends|reprendre|refaites|recopiez) (?:\S+ ){0,7}?(?:du|le) "
    rf"(\d{{1,2}} (?:{'|'.join(MONTH_NUMBERS)})) "
)
"""What a report is to be like, by its day: « reprenez ce que j’avais noté le 3 mars »."""
_LIKE = re.compile(
    r"\bm[êe]mes? (?:[\w-]+ ){1,3}?qu(?:e |['’])(?:celui |celle |ceux )?(?:de |du |d['’]|le )?"
    r"((?:la veille|hier|avant-hier|\d{1,2}\b|lundi|mardi|mercredi|jeudi|vendredi|samedi)[^.!?]{0,80})",
    re.IGNORECASE,
)
"""What a report is to be like: « le même compte rendu que celui du 19 novembre »."""
_VEILLE = re.compile(r"^la veille", re.IGNORECASE)
_NOTING = re.compile(r" (?:oublie|saisir|noter|enregistrer|rentrer|declarer|renseigner|consigner|encoder) ")
NOTING_MAX = 14
"""Words within which it is said that a report is to be written, before it is told."""


def _find_told(said: Utterance) -> int | None:
    """The word at which a report begins: behind its name, or behind what says that it is to be noted; None for the
    first one."""
    says_all = sum_signs(said.plain) < 1
    named = [n + 1 for n in said.find_words("nom_compte_rendu") if says_all or n + 1 - said.first <= NAMED_MAX]
    if named:
        return named[-1]
    found = _NOTING.search(said.plain)
    start = said.find_word_at(found.end() - 1) if found else 0
    is_announced = found and start - said.first <= NOTING_MAX and not sum_signs(said.plain[: found.start() + 1])
    return start if is_announced else None


TO_NOTE = re.compile(
    r"[,.;]?\s(?:et |donc |alors )?(?:(?:est.ce que )?(?:tu|vous) (?:peux|peut|pouvez|pourrais|pourriez)|"
    r"(?:peux|peut|pouvez|pourriez|pourrais).(?:tu|vous)|(?:il )?(?:faut|faudrait)(?: que (?:je|tu|vous))?|merci de|"
    r"je (?:veux|voudrais|dois|souhaite|souhaiterais)|j.aimerais|veuillez|à|a)(?: m.| me| nous)?[ ’'-]"
    r"(?:l.|les? |la |[çc]a |tout |cela )+(?:me )?"
    r"(?:enregistr|not|saisi|rentr|d[ée]clar|ajout|mett|consign|compt|inscri)\w*(?: \S+){0,6}$",
    re.IGNORECASE,
)
"""What is said at the end of a report of what is to become of it: « …, tu peux l’enregistrer ? »."""
_BARE_REPORT = re.compile(
    r"rendre compte(?: d\w{1,2} (?:mon|ma|mes|notre) \w+)?|(?:(?:un|mon|l|d un) ?)?accompagnement(?: du jour)?"
)
"""What says no more than « compte rendu »."""


_ABOUT_REPORTS = (
    r" (?:sur|a|de|concernant|parl\S+ d\S*|le mot|les mots|"
    r"(?:ou|dans lesquels|avec lesquels) (?:j ai|je|on a|il y a)(?: mis| note| parle| ecrit)?) "
)
"""What stands before the words that are sought in reports."""


def _write_report_list(said: Utterance) -> str:
    """Write the list of what is told after « sur », « à », « de », a theme or a commune, and of a period."""
    named = said.find_words("nom_compte_rendu")
    found = re.search(_ABOUT_REPORTS, said.plain[said.sentence.places[named[-1]] :]) if named else None
    quoted = re.search(r"[«“\"]\s*(.{2,60}?)\s*[»”\"]", said.sentence.text)
    words = quoted[1] if quoted else ""
    if named and found and not words:
        start = said.find_word_at(said.sentence.places[named[-1]] + found.end() - 1)
        words = said.content("liste", start, taken=said.period_span)
    elif named and not words and said.has("(?:re)?(?:cherch|trouv)") and not said.named_number:
        words = _find_reported(said, named[-1])
    tags = said.tags if "#" not in words else ""
    return f"cra liste {'' if words.isdigit() else words} {tags} {said.period}"


def _find_reported(said: Utterance, named: int) -> str:
    """What a report that is sought was about: what follows its name, or what was done, before it."""
    if after := said.content("liste", named + 1, taken=said.period_span):
        return after
    found = re.search(r" (?:seance|atelier|accompagnement|activite)s? (?:sur|de|d|autour d\S*) ", said.plain)
    if found is None:
        return ""
    start = said.find_word_at(found.end() - 1)
    signs = (n for n in range(start, named) if not {*",.;!?"}.isdisjoint(said.sentence.gap(n)))
    return said.content("liste", start, next(signs, named - 1) + 1, said.period_span)


FORMATS = (("pdf", "pdf |imprim"), ("xlsx", "xlsx? |excel |tableur "), ("csv", "csv "))
"""How the formats of an export are called."""
SHARING = r"partag|sans compte|(?:une |la )?page |lien |(?:donn|montr)\S* (?:\S+ ){0,4}(?:employeur|chef|maire|elu)"
"""How a page of one’s figures is asked for, where no format is."""


def _write_export(said: Utterance) -> str:
    if said.has("rapport mensuel|chaque mois|tous les mois|mensuel"):
        return f"stats rapport {'non' if said.has(STOPPING) else ''}"
    form = next((name for name, words in FORMATS if said.has(words)), "")
    if said.has("pages? partagee|mes pages "):
        return "stats pages"
    if not form and said.has(SHARING):
        return f"stats partager {said.period or _find_other_period(said)}"
    return f"stats exporter {form} {_find_span(said)}"


def _find_span(said: Utterance) -> str:
    """The period of one’s own figures, and the tags that they are of."""
    return f"{said.period or _find_other_period(said)} {said.tags}"


def _find_other_period(said: Utterance) -> str:
    """A period that no word of time names."""
    return "année" if said.has("annuel") else "tout" if said.has(_ALWAYS) else ""


_ALWAYS = (
    r"tout $|au total |depuis (?:que (?:je suis|j ai|je travaille|je bosse)|mon arrivee|ma prise|mon embauche|"
    r"mes debuts)"
)
"""How all that one ever did is called."""


def _write_territory(said: Utterance) -> str:
    if said.has(r"compar\S* (?:(?!ma |mon |notre )|(?:\S+ ){1,3}aux? autres?)|classement"):
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
    if said.end - said.first == 1 and said.has(r"hotline |assistance |support "):
        return "hotline"
    return f"hotline {said.sentence.text.removeprefix('/')}"


_NUMBERED_REQUEST = re.compile(
    r" (?:(?:ticket|demande|requete|question|n)(?: d (?:aide|assistance))? (?:n |numero )?(\d{1,6})|n(\d{1,6})|"
    r"le (\d{1,6})(?= (?:\S+ ){0,6}(?:ticket|demande) )|"
    r"(?:ticket|demande) (?:\S+ ){0,9}?(?:la|le|numero|n) (\d{1,6})) "
)
"""How a request for help is called by its number."""


def _write_requests(said: Utterance) -> str:
    found = _NUMBERED_REQUEST.search(said.plain)
    return f"ticket {next(filter(None, found.groups()))}" if found else "hotline demandes"


_GIVE_ME = re.compile(
    r" (?:me|m|nous) (?:proposer|envoyer|donner|partager|transmettre|indiquer|conseiller|filer|fournir|preter|passer) "
)
"""How something is asked for, before what it is about."""


def _write_search(said: Utterance) -> str:
    if said.has("favori"):
        return "ressources favoris"
    if collection := _COLLECTION.search(said.sentence.text):
        return f"ressources collection {collection[1]}"
    return _write_listing(said) or _write_sought(said)


_COLLECTION = re.compile(r"\b(?:la|ma|une) collection (?:des? |du |d['’])?([^,.;!?]{3,60})")
"""A collection of resources that is called by its title."""


def _write_listing(said: Utterance) -> str:
    """Write which list of resources, or the one of a number, is asked for; "" for words that are sought."""
    if said.has(FOLLOWING) and (subject := said.content("suivi")):
        return f"ressources suivre {subject}"
    if said.has("mes fiches |fiches que j ai"):
        return "ressources mes fiches"
    if said.has("categories "):
        return "ressources catégories"
    if said.number and re.search(r" (?:fiche|ressource) (?:n |numero )?n?\d", said.plain):
        return f"ressources {said.number}"
    return ""


def _write_sought(said: Utterance) -> str:
    given = _GIVE_ME.search(said.plain)
    start = said.find_word_at(given.end() - 1) if given else None
    found = said.content("sujet", start, taken=said.period_span)
    subject = _find_subject(said) or found if len(found.split()) > SUBJECT_MAX else found
    return f"ressources {_FOR_WHOM.sub(' ', subject)} {_find_since(said)}"


_FOR_WHOM = re.compile(r" (?:à|a) (?:des |l['’ ]intention (?:des? |d['’]))(?=\S+$)")
"""What stands between a subject and those whom it is explained to."""


def _find_since(said: Utterance) -> str:
    """Since which month or year resources are sought, as the search reads it: « depuis:2025 »."""
    since = read_period(said.period, said.today) if said.has("depuis") and said.period else None
    if since is None or not re.search(r" depuis (?:\S+ ){0,3}?(?:20\d\d|[a-z]{3,}) ", said.plain):
        return ""
    return f"depuis:{since.start:%Y}" + (f"-{since.start:%m}" if since.start.month > 1 else "")


SUBJECT_MAX = 5
"""Words of a subject; more are a story, in which it is told."""
_SUBJECT = re.compile(r" (?:sur|concernant|parler d\S*|parler des|expliquer|a propos d\S*) ")


def _find_subject(said: Utterance) -> str:
    """What a long sentence names as its subject, up to the next sign; "" where it names none."""
    found = _SUBJECT.search(said.plain)
    if found is None:
        return ""
    start = said.find_word_at(found.end() - 1)
    signs = (n for n in range(start, said.end) if not {*",.;!?"}.isdisjoint(said.sentence.gap(n)))
    return said.content("sujet", start, next(signs, said.end - 1) + 1, said.period_span)


FOLLOWING = "previen|prevenez|prevenu|avert|alert|suivre |abonn|tenir au courant|tiens moi"
"""How the new resources of a subject are asked for."""
_CALLED = re.compile(
    r"(?:s.?appelle(?:nt)?|(?:intitul|appel|nomm)[ée]e?s?|qui a pour titre|le titre (?:est|c.est)) [:«\"]?\s*"
    r"([^.,;!?»\"]{3,80})",
    re.IGNORECASE,
)
"""What stands before the title of a resource, which is kept whole."""
TITLED = re.compile(
    r" (?:sur|concernant) "
    r"| (?:fiche|tuto|guide|support) (?=(?!a |et |que |qu |pour |dans |en |aux? |atelier )[a-z]{2})"
)
"""What stands before the title or the subject of a resource."""


def _write_deposit(said: Utterance) -> str:
    """Write the link or the title that is told."""
    if link := find_link(said.sentence.text):
        return f"ressources ajouter {link}"
    if asked := re.search(r" (?:demande|ticket) (?:n |numero )?n?(\d{1,6}) ", said.plain):
        return f"ressources ajouter demande {asked[1]}"
    if told := re.search(r"(?:fiche|ressource|tuto|document)\s+:\s+(.{3,80})", said.sentence.text):
        return f"ressources ajouter {told[1]}"
    if quoted := re.search(r"[«“\"]\s*(.{3,80}?)\s*[»”\"]", said.sentence.text):
        return f"ressources ajouter {quoted[1]}"
    if called := _CALLED.search(said.sentence.text):
        return f"ressources ajouter {called[1]}"
    found = TITLED.search(said.plain)
    return f"ressources ajouter {said.content('depot', said.find_word_at(found.end() - 1)) if found else ''}"


_LEADERS = {"coordonne": "coordinateur", "anime": "animateur"}
_LEADING = re.compile(r" qui (coordonne|anime) (?:\S+ ){0,6}$")
"""Who leads a territory, by what they do there."""


def _write_people(said: Utterance) -> str:
    """Write who is looked for; or what they are to know, and where."""
    if said.has("ajouter|rajouter|proposer|nouveau contact") and said.has("contact|institution|partenaire"):
        return "annuaire ajouter"
    if name := find_name(said.sentence.text, said.known) if said.end - said.first > NAMED_MAX else "":
        return f"annuaire {name}"
    if said.place and (led := _LEADING.search(said.plain)):
        return f"annuaire {_LEADERS[led[1]]} {said.place.name}"
    if found := SKILLS.search(said.plain):
        start = said.find_word_at(found.end() - 1)
        where = next((n for n in range(start, said.end) if said.leads_to_place(n)), said.end)
        if skill := said.content("savoir", start, where):
            is_before = said.place and said.place.span.stop <= start
            place = (
                said.place.name if said.place and is_before else said.content("lieu", where) or _find_near(said, found)
            )
            place = name_place(place)
            return f"annuaire qui {skill}" + (f" près de {place}" if place else "")
    words = said.content("contact").replace("conseiler", "conseiller").split()
    is_role = len(words) == 1 and fold(words[0]) in _ROLES
    return f"annuaire {'' if is_role else ' '.join(_ROLES.get(fold(each), each) for each in words)}"


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
    is_end = said.has("supprim|effac|ferm|clotur|detrui|desinscri|droit a l oubli|oublie")
    if said.has(_GOING_ON) or (is_end and said.has("stop |veux plus|ne veux pas|n effac")):
        return "mes-donnees annuler"
    return "mes-donnees effacer" if is_end else "mes-donnees"


TOPICS = (
    ("cra", "cra |cras |compte rendu|comptes rendus|activite|accompagnement|saisi"),
    ("stats", "stat|chiffre|bilan|export"),
    ("ressources", "ressource|fiche|tuto"),
    ("canaux", "cana"),
    ("hotline", "hotline|ticket"),
    ("annuaire", "annuaire|contact"),
    ("agenda", "agenda|evenement"),
    ("actus", "actu|newsletter"),
    ("sondage", "sondage|vote"),
    ("profil", "profil"),
    ("mes-donnees", "donnees|rgpd"),
)


def _write_help(said: Utterance) -> str:
    return f"aide {next((topic for topic, words in TOPICS if said.has(words)), '')}"


def _write_home(said: Utterance) -> str:
    if said.has("bienvenue|charte|message d accueil"):
        return "bienvenue"
    return "accueil liens" if said.has("liens? |outils ") else "aide"


def _write_training(said: Utterance) -> str:
    return "entrainement fin" if said.has("fini|fin |sort|quitt|arret|termin") else "entrainement"


def _write_kit(said: Utterance) -> str:
    return "kit corriger" if said.has("corrig|rectifi|modifi|chang|tromp|fau(?:x|sse)|mauvais") else "kit"


def _write_if_known(write: Callable[[Utterance], str]) -> Callable[[Utterance], str]:
    """Lead to a feature that may not be there: nothing where the bot has no such command."""

    def write_known(said: Utterance) -> str:
        line = write(said)
        return line if said.knows(line.split(maxsplit=1)[0]) else ""

    return write_known


_WRITERS: Mapping[Intention, Callable[[Utterance], str]] = {
    Intention.CRA: _write_report,
    Intention.CRA_LISTE: _write_report_list,
    Intention.STATS: lambda said: f"stats {_find_span(said)}",
    Intention.STATS_EXPORT: _write_export,
    Intention.STATS_TERRITOIRE: _write_territory,
    Intention.HOTLINE: _write_request,
    Intention.HOTLINE_DEMANDES: _write_requests,
    Intention.RESSOURCES: _write_search,
    Intention.RESSOURCES_DEPOT: _write_deposit,
    Intention.ANNUAIRE: _write_people,
    Intention.PROFIL: lambda said: "profil",
    Intention.CANAUX: write_channels,
    Intention.AGENDA: write_events,
    Intention.ACTUS: write_news,
    Intention.SONDAGE: write_poll,
    Intention.SIGNALER: lambda said: f"signaler {find_link(said.sentence.text)}",
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
