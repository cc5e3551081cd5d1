"""The command line that stands for an intention, with the details that a sentence gives."""

import re
from collections.abc import Callable, Mapping

from config.text import fold
from dialogs.plain_words.frames import SKILLS, TOLD, find_name
from dialogs.plain_words.meetings import write_appointment, write_events, write_reminders, write_room
from dialogs.plain_words.readings import Intention
from dialogs.plain_words.reports import sum_signs
from dialogs.plain_words.utterance import Utterance
from storage.urls import first_link as find_link


def write_line(intention: Intention, said: Utterance) -> str:
    """Write the command line that stands for a sentence; "" for what has none."""
    write = _WRITERS.get(intention)
    line = " ".join(write(said).split()) if write else ""
    return f"/{line}" if line else ""


REPORT_ACTS = {
    "rétablir": r"retabli|restaur|remet|ravoir|recuper|annul\S* (?:la |cette |sa )?suppression",
    "dupliquer": r"dupli|repart|copie|recopie|refai|(?:le |la )?meme (?:chose )?que|reprendre (?:\S+ ){1,6}nouveau",
    "supprimer": r"supprim|efface|enlev|retir|annul|vire",
    "modifier": (
        r"modif|corrig|rectifi|chang|edit|tromp|erreur|faute|fau(?:x|sse) |oublie|mauvais|c etait|au lieu d|"
        r"et (?:pas|non) "
    ),
}


NAMED_MAX = 7
"""Words within which « compte rendu » is the name of what is to be written, and not part of it."""


def _write_report(said: Utterance) -> str:
    found = next((act for act, words in REPORT_ACTS.items() if said.has(words)), "")
    if found and said.named_number:
        return f"cra {found} {said.named_number}"
    told = TO_NOTE.sub("", said.rest("compte_rendu", _find_told(said)))
    return "cra" if _BARE_REPORT.fullmatch(fold(told)) else f"cra {told}"


_NOTING = re.compile(r" (?:oublie|saisir|noter|enregistrer|rentrer|declarer|renseigner|consigner|encoder) ")
NOTING_MAX = 14
"""Words within which it is said that a report is to be written, before it is told."""


def _find_told(said: Utterance) -> int | None:
    """The word at which a report begins: behind its name, or behind what says that it is to be noted; None for the
    first one."""
    named = [n + 1 for n in said.find_words("nom_compte_rendu") if n + 1 - said.first <= NAMED_MAX]
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
_BARE_REPORT = re.compile(r"(?:(?:un|mon|l|d un) ?)?accompagnement(?: du jour)?")
"""What says no more than « compte rendu »."""


def _write_report_list(said: Utterance) -> str:
    """Write the list of what is told after « sur », « à », « de », a theme or a commune, and of a period."""
    named = said.find_words("nom_compte_rendu")
    found = (
        re.search(
            r" (?:sur|a|de|concernant|parl\S+ d\S*|le mot|les mots) ", said.plain[said.sentence.places[named[-1]] :]
        )
        if named
        else None
    )
    quoted = re.search(r"[«“\"]\s*(.{2,60}?)\s*[»”\"]", said.sentence.text)
    words = quoted[1] if quoted else ""
    if named and found and not words:
        start = said.find_word_at(said.sentence.places[named[-1]] + found.end() - 1)
        words = said.content("liste", start, taken=said.period_span)
    tags = " ".join(re.findall(r"(?<!\S)#[^\W\d_][\w-]*", said.sentence.text)) if "#" not in words else ""
    return f"cra liste {'' if words.isdigit() else words} {tags} {said.period}"


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
    return f"stats exporter {form} {said.period or _find_other_period(said)}"


STOPPING = (
    "arret|stop|pas envie|marre|ne m envoy|n envoy|desabonn|desinscri|plus recevoir|veux plus|plus d |plus les |"
    "supprim|non "
)


def _find_other_period(said: Utterance) -> str:
    """A period that no word of time names."""
    return "année" if said.has("annuel") else "tout" if said.has("tout $") else ""


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
    r" (?:(?:ticket|demande|requete|question|n)(?: d aide)? (?:n |numero )?(\d{1,6})|n(\d{1,6})|"
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
    if said.has(FOLLOWING) and (subject := said.content("suivi")):
        return f"ressources suivre {subject}"
    if said.has("mes fiches |fiches que j ai"):
        return "ressources mes fiches"
    if said.has("categories "):
        return "ressources catégories"
    if said.number and re.search(r" (?:fiche|ressource) (?:n |numero )?n?\d", said.plain):
        return f"ressources {said.number}"
    given = _GIVE_ME.search(said.plain)
    start = said.find_word_at(given.end() - 1) if given else None
    found = said.content("sujet", start, taken=said.period_span)
    return f"ressources {_find_subject(said) or found if len(found.split()) > SUBJECT_MAX else found}"


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


FOLLOWING = "previen|prevenu|avert|alert|suivre |abonn|tenir au courant|tiens moi"
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
_LEADING = re.compile(r" qui (coordonne|anime) (?:\S+ ){0,4}$")
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
            place = said.place.name if said.place and is_before else said.content("lieu", where)
            return f"annuaire qui {skill}" + (f" près de {place}" if place else "")
    words = said.content("contact").split()
    is_role = len(words) == 1 and fold(words[0]) in _ROLES
    return f"annuaire {'' if is_role else ' '.join(_ROLES.get(fold(each), each) for each in words)}"


_ROLES = {
    **dict.fromkeys(("conseiller", "conseillere", "conseillers", "conseilleres"), "conseiller"),
    **dict.fromkeys(("cn", "cnfs", "conum", "conums", "cnum"), "conseiller"),
    **dict.fromkeys(("coordo", "coordos", "coordinateurs", "coordinatrices"), "coordinateur"),
    **dict.fromkeys(("animateurs", "animatrices"), "animateur"),
}
"""Roles as people call them, by the name that the directory knows."""


def _write_channels(said: Utterance) -> str:
    for command, words in (("verifier", "verif"), ("reparer", "repar"), ("creer", "cre|nouveau canal")):
        if said.has(words):
            return f"canaux {command} {said.place.name if said.place and command != 'creer' else ''}"
    leaving = "quitt|sort|sors |part|enlev|retir|desinscri|veux plus|plus etre |plus recevoir"
    joining = "rejoi|integr|entrer|inscri|ajoute|abonne|(?:mets|mettre|mettez) (?:moi|nous) (?:dans|sur|au|a )"
    for command, words in (("quitter", leaving), ("rejoindre", joining)):
        if said.has(words) and said.knows(f"canaux {command}"):
            named = said.find_words("nom_canal")
            name = said.content("canal", named[-1] + 1 if named else None)
            return "canaux" if not name and said.has("quels? |liste ") else f"canaux {command} {name}"
    found = re.search(
        r" (?:(?:canal|canaux|salon|groupe)s? (?:\S+ ){0,3}?(?:sur|pour parler|dedie)|(?:canal|salon) pour|"
        r"(?:parl|caus|discut)\S+ (?:ou )?(?:d\S*|des)) ",
        said.plain,
    )
    named = [n for n in said.find_words("nom_canal") if said.sentence.words[n].folded in ("canal", "salon", "groupe")]
    is_sought = named and said.has("existe|y a |ya |on a ")
    start = said.find_word_at(found.end() - 1) if found else named[-1] + 1 if is_sought else said.end
    return f"canaux {said.content('canal', start)}"


_ABOUT_NEWS = re.compile(
    r" (?:(?:re)?(?:cherche|trouve)[rz]?s?|(?:actus?|articles?|nouvelles?|annonces?) (?:sur|qui parlai?e?n?t?)|"
    r"(?:dit|dire|chose|infos?|truc) (?:sur|de)|"
    r"(?:parlent|parle|parlait|parlaient|parler|cause|causer)(?: (?:elles?|ils?|on))? (?=du |de |d |des ))"
)
"""What stands before the words that are sought in the news."""


def _write_news(said: Utterance) -> str:
    if said.has("mes propositions|actu que j (?:ai|avais)"):
        return "actus mes propositions"
    if said.has("cite|citer|discret"):
        return "actus discret"
    if said.has("abonn|recevoir|inscri|desabonn"):
        return f"actus abonnement {'non' if said.has(STOPPING) else ''}"
    if said.has("propos|partag|suggere|publi|diffus|signal|faire passer|parler de m"):
        told = TOLD.search(said.sentence.text)
        return f"actus proposer {told[1] if told else ''}"
    if found := _ABOUT_NEWS.search(said.plain):
        return "actus cherche " + said.content("article", said.find_word_at(found.end() - 1))
    return f"actus n° {said.number}" if said.number else "actus"


_POLL_RESULTS = "result|reponse|donne |ont (?:vote|repondu)|combien"
_POLLS_THERE = "en cours|ouvert|result|liste|auxquels|mes sondages|les sondages"
"""How the polls that there are are asked for."""


def _write_poll(said: Utterance) -> str:
    if found := re.search(r" (?:sondage|vote) (?:n |numero )?n?(\d{1,6}) ", said.plain):
        act = "export" if said.has("export|csv|fichier") else "resultats" if said.has(_POLL_RESULTS) else ""
        return f"sondage {act} {found[1]}"
    if said.has("result|ont (?:vote|repondu)|qui a (?:vote|repondu)"):
        return "sondage liste"
    if said.has("rappel|relanc"):
        return f"sondage rappels {'non' if said.has(STOPPING) else ''}"
    is_new = said.has("cre|faire|lancer|organis|propos|pos|nouveau|demand|fais|lance |sur ")
    if (
        not is_new
        and " :" not in said.sentence.text
        and said.has(f"{_POLLS_THERE}|ou (?:sont|est|voter)|voir|repondre|vote ")
    ):
        return "sondage liste"
    return f"sondage {_find_question(said)}"


def _find_question(said: Utterance) -> str:
    """The question as typed: what stands after « : », what is asked with « ? » after « sondage », or after « sur »."""
    text = said.sentence.text
    if re.search(r"\s?:\s", text):
        return re.split(r"\s?:\s", text, maxsplit=1)[1]
    named = said.find_words("nom_sondage")
    start = named[-1] + 1 if named else said.end
    if start + 1 < said.end and said.sentence.words[start].folded.split()[0] in _QUESTIONS:
        return said.sentence.typed(start, said.end) + " ?" * ("?" in text)
    if found := re.search(r" sur (?!une? )(?:le |la |les |l |notre )?", said.plain):
        return said.sentence.typed(said.find_word_at(found.end() - 1), said.end)
    is_asked = "?" in text and said.end - start > 1 and not said.has("comment")
    return f"{said.sentence.typed(start, said.end)} ?" if is_asked else ""


_QUESTIONS = frozenset({"quel", "quelle", "quels", "quelles", "qui", "quand", "ou", "combien", "est", "on", "preferez"})
"""Words with which a question begins that is put to others."""


_GOING_ON = r"annul|change d avis|arret|stopp|suspen|(?:finalement|veux|voudrais) (?:\S+ )?gard"
"""How it is said that one’s data are to be kept after all."""


def _write_data(said: Utterance) -> str:
    is_end = said.has("supprim|effac|ferm|clotur|detrui|desinscri|droit a l oubli|oublie")
    if said.has(_GOING_ON) or (is_end and said.has("veux plus|ne veux pas|n effac")):
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


ANNOUNCED = re.compile(r"\b(?:id[ée]es?|suggestions?|propos(?:er|e|itions?)|am[ée]liorations?)\s*:\s*", re.IGNORECASE)
"""What stands before an idea."""


def _write_idea(said: Utterance) -> str:
    """Write the idea as typed, after « : » or a word that announces it."""
    if found := ANNOUNCED.search(said.sentence.text):
        return f"idee {said.sentence.text[found.end() :]}"
    if said.has("mes idees |idees que j"):
        return "idee mes idées"
    if said.has("les plus |le plus |top (?:des )?idees|mieux notees"):
        return "idee les plus demandées"
    if said.number and re.search(r" idee (?:n |numero )?n?\d", said.plain):
        return f"idee {said.number}"
    if said.has("idees |voter|autres "):
        return "idee liste" if said.knows("idee liste") and not said.has("boite") else "idee"
    return "idee"


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
    Intention.STATS: lambda said: f"stats {said.period or _find_other_period(said)}",
    Intention.STATS_EXPORT: _write_export,
    Intention.STATS_TERRITOIRE: _write_territory,
    Intention.HOTLINE: _write_request,
    Intention.HOTLINE_DEMANDES: _write_requests,
    Intention.RESSOURCES: _write_search,
    Intention.RESSOURCES_DEPOT: _write_deposit,
    Intention.ANNUAIRE: _write_people,
    Intention.PROFIL: lambda said: "profil",
    Intention.CANAUX: _write_channels,
    Intention.AGENDA: write_events,
    Intention.ACTUS: _write_news,
    Intention.SONDAGE: _write_poll,
    Intention.SIGNALER: lambda said: f"signaler {find_link(said.sentence.text)}",
    Intention.DONNEES: _write_data,
    Intention.AIDE: _write_help,
    Intention.ACCUEIL: _write_home,
    Intention.BROUILLON: lambda said: "cra brouillon" if said.has("cra |comptes? rendus? ") else "brouillon",
    Intention.RDV: _write_if_known(write_appointment),
    Intention.VISIO: _write_if_known(write_room),
    Intention.IDEE: _write_if_known(_write_idea),
    Intention.KIT: _write_if_known(_write_kit),
    Intention.RAPPELS: _write_if_known(write_reminders),
    Intention.ENTRAINEMENT: _write_if_known(_write_training),
}
