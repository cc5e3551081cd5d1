"""Comptes rendus: how much a sentence is like one, and the command lines of those that are told and sought."""

import re

from bot.french import MONTH_NUMBERS
from config.text import fold, split_words
from config.time import WEEKDAYS
from dialogs.plain_words.cues import list_theme_words, read_cues
from dialogs.plain_words.habits import write_habit
from dialogs.plain_words.sentences import read_sentence
from dialogs.plain_words.utterance import Utterance

_ACTIVITY = (
    "ateliers?|atel|indiv|individuelle?s?|individuels?|ponctuelle?s?|ponctuels?|ponct|collectif|"
    "petites? (?:demande|question)s?"
)
_DURATION = (
    r"[1-8] ?h(?: ?[0-5]\d)?|\d{1,3} ?(?:min|mn|minutes?)|"
    r"(?:une|deux|demi|notre|[1-8]) (?:bonne |petite )?heures?|quarts? d heure"
)
_MINUTES = "(?:dix|quinze|vingt|vingt cinq|trente|quarante|quarante cinq|cinquante)"
_PEOPLE = (
    "p|pers|personnes?|participants?|part|seniors?|retraites|jeunes|usagers|beneficiaires|adultes|ados|eleves|gens|"
    "habitants|gamins|gamines|gosses|momes|minots|bambins|filles|garcons|mamies|mamys|papis|papys|grands parents|"
    "femmes|hommes|enfants|parents|residents|resid|allocataires|salaries|etudiants|collegiens|lyceens|dames|messieurs|"
    "stagiaires|inscrits|gramounes|marmailles|minots|pitchouns|gones"
)
_SOMEBODY = (
    "retraitee?s?|dames?|monsieur|messieurs|pap[iy]s?|mam(?:ie|y)s?|couple|personnes?|usag(?:er|ere)s?|jeunes?|seniors?|"
    "collegien(?:ne)?s?|lyceen(?:ne)?s?|etudiante?s?|mamans?|meres?|peres?|familles?|voisine?s?|habitante?s?|beneficiaires?"
)
_FEW = "une?|[1-9]|des|deux|trois|quatre|cinq|six|sept|huit|neuf|dix"
_DAY = r"hier|ce matin|cet apres midi|aujourd hui|lundi|mardi|mercredi|jeudi|vendredi|samedi|\d{1,2} \d{1,2}"
_STATUS = "60 retraites?|retraites?|seniors?|demandeurs? d emploi|sans emploi|a distance|a domicile"
_HELPED = "(?:aide|accompagne|depanne|forme|anime|installe|configure|explique|montre|appris|refait)(?:e?s)?"
_SIGNS = (
    (2.0, rf" (?:{_ACTIVITY}) "),
    (2.0, rf" (?:{_DURATION}|{_MINUTES} minutes) "),
    (1.5, rf" \d{{1,3}} ?(?:{_PEOPLE}) "),
    (1.5, r" une (?:dizaine|douzaine|quinzaine|vingtaine|trentaine) (?:de |d )?"),
    (1.0, rf" (?:{_FEW}) (?:(?:vieille|jeune|autre|petite?) )?(?:{_SOMEBODY}) "),
    (1.0, rf"^ (?:mr|mme|m|{_SOMEBODY}) "),
    (0.5, rf" (?:{_DAY}) "),
    (1.5, rf" (?:une? )?(?:dizaine|douzaine|quinzaine|vingtaine|trentaine) (?:de |d )(?:{_PEOPLE}) "),
    (1.5, r" \d{1,2} (?:indiv|individuelle?s?|individuels|ponctuelle?s?|ponctuels|ponct) "),
    (1.0, r" \d{5} "),
    (0.5, rf" (?:{_STATUS}) "),
    (1.0, r" (?:je )?(?:viens|sors) (?:juste |tout juste )?(?:de |d )(?:finir|terminer|recevoir|faire|voir|aider) "),
    (1.5, rf" (?:j ai|on a|nous avons|jai|g) (?:\S+ )?{_HELPED} "),
    (1.5, r" (?:initiation|decouverte|perfectionnement) (?:a|au|aux|de|du|des|a la|a l) (?!.* \? )"),
    (1.5, r" de (?:[89]|1\d|20) ?h(?:eures)?(?: ?[0-5]\d)? a (?:[89]|1\d|20) ?h"),
    (
        1.5,
        r" (?:etaient|etions|on etait|etotent) (?:a |que |plus que )?(?:\d{1,2}|deux|trois|quatre|cinq|six|sept|"
        r"huit|neuf|dix) ",
    ),
    (
        2.0,
        rf" (?:{_FEW}) (?:(?:vieille|jeune|autre|petite?) )?(?:{_SOMEBODY}) "
        r"(?:est|sont|etait|etaient) (?:passe|venu)e?s? ",
    ),
    (1.0, r" je suis (?:allee?|passee?) (?:chez|a domicile) "),
)
_COMPILED = tuple((weight, re.compile(sign)) for weight, sign in _SIGNS)
_OTHERWISE = re.compile(
    r" (?:combien|comment|pourquoi|quand|fiche|tuto|ressource|cherche|stat|stats|rdv a|demain|prochaine?|je \S+rai) "
)
_NOTE = "notes?|prends?|mets?|pose|cale|bloque|ajoute|programme|fixe|planifie|prendre|noter|mettre"
_APPOINTMENT = re.compile(
    rf"^ (?:(?:{_NOTE}) (?:moi |nous )?)?(?:un |le |mon )?(?:rdv|rendez vous) (?:\S+ ){{0,3}}"
    rf"(?:demain|{'|'.join(WEEKDAYS)}) (?:matin )?(?:a )?\d{{1,2}} ?h"
)
_TO_ENTER = re.compile(
    r" (?:inscrire|noter|enregistrer|programmer|planifier|fixer|prendre|poser|reserver|inscrivez|notez|note|prends) "
    r"(?:moi |nous )?(?:un |une |le |mon )?(?:rdv|rendez vous|creneau) (?:\S+ ){0,4}?"
    rf"(?:demain|{'|'.join(WEEKDAYS)}|\d{{1,2}} (?:\d{{1,2}}|{'|'.join(MONTH_NUMBERS)})) (?:prochain |matin )?"
    r"(?:a |vers )?(?:[7-9]|1\d|20) ?h"
)
"""An appointment that is to be entered, wherever that is said: « pourriez-vous inscrire un rendez-vous le 8 décembre à
9h15 »."""
_AMONG_OWN = re.compile(
    r" (?:mets?|mettez|r?ajoute[rz]?|inscri\S+|note[rz]?) (?:moi )?(?:a|dans|sur|en|parmi) (?:mes|mon) "
    rf"(?:rdv|rendez vous|agenda|planning) (?:\S+ ){{0,6}}?(?:demain|{'|'.join(WEEKDAYS)}|\d{{1,2}} [a-z]{{3,9}}) "
    rf"(?:\d{{1,2}} (?:\d{{1,2}}|{'|'.join(MONTH_NUMBERS)}) )?(?:a )?(?:[7-9]|1\d|20) ?h"
)
"""What is to stand among one’s appointments, on a day, at an hour."""
_AT_AN_HOUR = re.compile(
    rf"^ (?:{_NOTE}) (?:moi |nous )?(?:(?!fait|anime|recu|aide)\S+ ){{0,4}}?(?:demain|apres demain|"
    rf"{'|'.join(WEEKDAYS)}) "
    rf"(?:\d{{1,2}} (?:\d{{1,2}}|{'|'.join(MONTH_NUMBERS)}) )?(?:(?:matin|apres midi|soir|prochain) )?"
    rf"(?:a )?(?:[89]|1\d) ?h ?(?:[0-5]\d )?(?:\S+ ){{0,5}}?"
    rf"(?:\d\d ?(?:min|mn|minutes)|[1-3] ?h(?: ?[0-5]\d)?|une heure|(?:une )?demi heure|\d{{1,3}} places?) "
)
"""What is to be noted on a day, at an hour, for so long: reports have no hour."""
_PLACED = re.compile(
    rf" (?:donc|alors|coup|et) (?:(?:tu )?(?:me )?)?(?:{_NOTE}) (?:(?:moi|nous|la|le|lui) )?(?:le )?"
    rf"(?:demain|{'|'.join(WEEKDAYS)}) (?:(?:matin|apres midi|soir|prochain) )?(?:a )?(?:[89]|1\d) ?h(?: ?[0-5]\d)? "
)
"""What is to be noted on a day, at an hour, at the end of a story: « donc mets jeudi prochain à 14h30 »."""
_COMING = re.compile(
    rf" (?:viendra|viendront|vient|viennent|presentera|presenteront|passera|passeront|arrivera|arriveront|"
    rf"souhaite|souhaiterait|voudrait|veut|peut|pourra|verrai|vois|recevrai|recois|rencontre) "
    rf"(?:\S+ ){{0,6}}?(?:demain|{'|'.join(WEEKDAYS)}|\d{{1,2}} \d{{1,2}}) "
    rf"(?:\S+ ){{0,2}}?(?:a (?:\d{{1,2}} ?h|[a-z]{{2,8}} heures?)|(?:[89]|1\d) ?h(?: ?[0-5]\d)?) "
)
"""Somebody who is to come on a day, at an hour."""
_LIKE_DAY = (
    rf"(?:avant )?hier|(?:{'|'.join(WEEKDAYS)})(?: dernier)?|d hab(?:itude)?|la derniere fois|le dernier|"
    r"le \d{1,2}(?: \d{1,2})?"
)
_LIKE_ANOTHER = re.compile(
    r"^ (?:(?:mets?|fais|refais|note|enregistre|ajoute|saisis)(?: moi)? |"
    r"(?:aujourd hui )?(?:j ai fait |c etait |exactement )+)?"
    rf"(?:(?:idem|pareil(?:le)?|rebelote|(?:la )?meme chose)(?: (?:qu |que )?(?:{_LIKE_DAY}))?|comme (?:{_LIKE_DAY})) "
    r"(?:(?:mais|avec|sauf|qu|que) )*(.*)$"
)
_IN_REPORT = re.compile(
    r" (?:celui (?:de |d )?)?(?:(?:pour|dans|en|comme|sur) )?(?:(?:le|mon|mes|un) )?(?:dernier )?"
    r"(?:cras?|comptes? rendus?) "
)
"""That it is a report which is like another one: « pareil qu’hier pour mes cra »."""
ENOUGH = 3.0
"""From which signs together tell; one alone tells nothing."""


def is_appointment(plain: str) -> bool:
    """Whether folded words between single spaces begin as an appointment does, with its day and its hour."""
    has_places = _PLACES.search(plain) and _HOUR.search(plain)
    return bool(
        _APPOINTMENT.match(plain)
        or _TO_ENTER.search(plain)
        or _AT_AN_HOUR.match(plain)
        or _AMONG_OWN.search(plain)
        or _PLACED.search(plain)
        or _COMING.search(plain)
        or _TOMORROW.search(plain)
        or (_HOUR.search(plain) and _TO_BE_MET.search(plain))
        or has_places
    )


_TOMORROW = re.compile(
    r" (?:apres )?demain (?:\S+ ){0,2}?(?:[7-9]|1\d|20) ?h(?: ?[0-5]\d)? "
    r".*(?:note|notez|mets|ajoute|inscris) (?:le|la|ca|cela) "
)
"""What is to be noted of a day that comes: « demain 15h j’appelle…, note-le »."""
_TO_BE_MET = re.compile(
    rf" (?:{_NOTE}|notez|mettez|calez|inscris|inscrivez) (?:moi |nous )?(?:le |ce |un |la )?(?:rdv|rendez vous) "
    r"(?:(?:stp|svp|merci|s|il|te|vous|plait) )*$"
)
"""That an appointment is to be entered, behind when it is."""
_PLACES = re.compile(r" \d{1,2} places ")
_HOUR = re.compile(r" (?:[89]|1\d) ?h(?: ?[0-5]\d)? ")
"""The hour of something that has places, which are no people yet."""


_LASTING = r"(?:une|deux|trois|quatre|[1-4]) ?h(?:eures?)?(?: ?\d\d| et \w{3,6})? (?!a |jusqu)"
"""How long something takes, and no hour at which it begins."""
_REPEATED = re.compile(
    rf" (?:(?:tous les|chaque) (?:{'|'.join(WEEKDAYS)})s?|(?:un|1) (?:{'|'.join(WEEKDAYS)}) sur \S+) (?:\S+ ){{0,3}}?"
    rf"(?:(?:a |de (?!{_LASTING}))(?:\d{{1,2}} ?h(?:eures?)?(?: ?[0-5]\d)?|[a-z]{{2,8}} heures?)|"
    r"(?:[7-9]|1\d|20) ?h(?:eures?)?) "
)


def is_repeated(plain: str) -> bool:
    """Whether something is told that is every week on a day, at an hour."""
    return bool(_REPEATED.search(plain))


_EACH_WEEK = re.compile(rf" (?:(?:tou[st]|tt|ts) les|chaque) (?:{'|'.join(WEEKDAYS)})s? ")


def is_habit(plain: str) -> bool:
    """Whether a report is told that comes back each week: an activity on a weekday, at no hour."""
    is_timed = re.search(r" (?:[89]|1\d) ?h(?: ?[0-5]\d)? ", plain)
    return bool(_EACH_WEEK.search(plain)) and not is_timed and weigh_report(plain) > 0


_CALL = "visio(?:conference|conf|s)?"
_PAST_CALL = re.compile(
    rf" {_CALL} (?:\S+ ){{0,8}}?(?:(?:avant )?hier|(?:{'|'.join(WEEKDAYS)}|semaine) (?:dernier|passe)e?)"
    rf"| (?:hier|{'|'.join(WEEKDAYS)} dernier) (?:\S+ ){{0,6}}?{_CALL} "
    rf"| (?:(?:j ai|on a) (?:fait|eu|passe|anime)|je viens de (?:faire|finir)) (?:\S+ ){{0,3}}?{_CALL} "
)


def is_past_call(plain: str) -> bool:
    """Whether a call is told that is over: « visio 1h avec un monsieur hier »."""
    return bool(_PAST_CALL.search(plain)) and sum_signs(plain) >= CALL_SIGNS and not _OTHERWISE.search(plain)


CALL_SIGNS = 2.0
"""What the signs of a report weigh beside a call that is over."""


def find_day(plain: str) -> str:
    """The first day that is named in words; "" for none."""
    found = _NAMED_DAY.search(plain)
    return found[1] if found else ""


_NAMED_DAY = re.compile(rf" (avant hier|hier|ce matin|cet apres midi|aujourd hui|{'|'.join(WEEKDAYS)}) ")


def sum_signs(plain: str) -> float:
    """What the signs of a report weigh together, be they enough or not."""
    return sum(weight for weight, sign in _COMPILED if sign.search(plain))


def is_like_another(plain: str) -> bool:
    """Return whether a report is told as like another one, with nothing behind but what differs: « idem mais 1h »."""
    found = _LIKE_ANOTHER.match(_IN_REPORT.sub(" ", plain))
    return found is not None and (not found[1].strip() or sum_signs(f" {found[1]}") > 0)


def fold_words(text: str) -> str:
    """Return the words of a text as they are compared, between single spaces."""
    return f" {' '.join(split_words(text))} "


def tells_reports(text: str) -> bool:
    """Return whether a text is several lines, each of which says something of a report."""
    rows = [row for row in text.splitlines() if row.strip()]
    return len(rows) > 1 and all(sum_signs(fold_words(row)) > 0 for row in rows)


def weigh_report(plain: str) -> float:
    """Weigh the signs of a report in folded words between single spaces."""
    if _OTHERWISE.search(plain) or is_appointment(plain) or is_repeated(plain):
        return 0.0
    found = ENOUGH if is_like_another(plain) else sum_signs(plain)
    return 2.5 * found - 2 if found >= ENOUGH else 0.0


REPORT_ACTS = {
    "dupliquer": (
        r"dupli|repar[st]|copie|recopie|refai|(?:le |la )?meme (?:chose )?que|reprendre (?:\S+ ){1,6}nouveau|"
        r"repren\S* (?:\S+ ){1,6}a l identique"
    ),
    "rétablir": (
        r"retabli|restaur|remet|reme (?:le|la|mon) |rends (?:moi|nous|le|la) |ramen|redonn|ravoir|"
        r"recuper|(?:le |la |les )?faire revenir|"
        r"annul\S* (?:la |cette |sa )?suppression|(?:ai|avons) (?:\S+ ){0,2}?(?:supprime|efface)e?s? "
    ),
    "supprimer": r"suppr?|efface|degag|enlev|retir|ann?ul|vire[rz]?s? (?:moi )?(?:l[ea] |mon |ce |cras? |compte )",
    "modifier": (
        r"modif|corrig|rectifi|chang|edit|tromp|plante|goure|erreur|faute|fau(?:x|sse) |mauvais|c etait|"
        r"oublie(?!r| d[e ](?!.* (?:cra|cr|rendu|numero|n) n?\d))|"
        r"au lieu d|et (?:pas|non) |(?:(?:c|ce n) )?est pas (?:\S+ ){1,3}(?:c est|mais) "
    ),
}


POSTCODE = 5
"""Digits of what is rather where a report that is told was, than a report’s number."""
NAMED_MAX = 9
"""Words within which « compte rendu » is the name of what is to be written, and not part of it."""


def write_report(said: Utterance) -> str:
    """Write the report that is told, or what is to be done with one."""
    found = next((act for act, words in REPORT_ACTS.items() if said.has(words)), "")
    number, signs = _find_number(said, REPORT_ACTS.get(found, "")), sum_signs(said.plain)
    is_last = bool(_OF_LAST.search(said.plain))
    again = _write_again(said)
    is_like = (bool(again) and found == "dupliquer") or is_like_another(said.plain)
    is_told = signs >= ENOUGH and (len(number) == POSTCODE or not _is_called(said, number))
    if found and number and not (is_last or is_like or is_told):
        return f"cra {found} {number}"
    if again:
        return again
    if found and (signs < 1 or is_last) and not is_like:
        day = said.period or find_day(said.plain)
        return f"cra liste {'aujourd’hui' if day in _TODAY else day}"
    habit = write_habit(said, is_usual=is_habit(said.plain)) if signs else ""
    return habit or _write_told(said)


def _find_number(said: Utterance, act: str) -> str:
    """The number of the report that is meant: of two, the one behind what is to be done: « …, supprime le 88 »."""
    first = said.named_number
    after = re.search(rf" (?:{act})\S* (?:\S+ ){{0,5}}?n?(\d{{1,6}}) ", said.plain) if act and first else None
    if act and (called := _BY_NAME.search(said.plain)):
        return called[1]
    is_other = after and len(set(_CALLED_NUMBER.findall(said.plain))) > 1 and after[1] in said.plain.split()
    return after[1] if after and is_other else first


_BY_NAME = re.compile(r" (?:moi|le|du|mon|ce) (?:cra|cr|compte rendu) (?:n |numero )?n?(\d{1,6}) $")
"""A report that is called by its number, at the end of what is to be done with it."""
_CALLED_NUMBER = re.compile(r" (?:cras?|crs?|rendus?|n|numero|le|la|du|saisie|et) n?(\d{1,6})(?= )")


def _is_called(said: Utterance, number: str) -> bool:
    """Whether a report is called by a number, and no people counted by it: « on était 5 »."""
    return said.has(rf"(?:cras?|crs?|rendus?|n|numero|le|la|du|saisie|fiche|ligne) n?{number} ")


_TODAY = frozenset({"ce matin", "cet apres midi", "cet après midi", "cet après-midi", "ce soir", "aujourd hui"})
_OF_LAST = re.compile(r" (?:dernier|dernière) (?:cra|cr|compte rendu) ")
"""That it is of the last report that something is said."""


def _write_told(said: Utterance) -> str:
    """Write what a report tells, in its own words; « cra » alone where it tells nothing."""
    told = said.rest("compte_rendu", _find_told(said), _find_end(said))
    if told.isdigit():
        is_listed = said.period == told and said.has(_LISTING)
        return f"cra {'liste' if is_listed else 'modifier'} {told}"
    told = _leave_site(told)
    mended = read_sentence(told, read_cues().spelling.mend).plain
    return "cra" if _BARE_REPORT.fullmatch(mended.strip()) else f"cra {said.write_days(told)}"


def _leave_site(told: str) -> str:
    """Leave out the site or the account by which something was done that is named: « sur le site de la caf »."""
    return _SITE.sub(lambda found: " " if fold(found[2]) in list_theme_words() else found[0], told)


_SITE = re.compile(
    r"\s(?:(?:connexion|se connecter|connecter|aller) (?:à|a|sur|au) )?"
    r"(?:(sur|pour|avec|dans) )?(?:le |son |leur |mon |un )?(?:site|espace(?: perso(?:nnel)?| en ligne)?|compte) "
    r"(?:de (?:la )?|du |d['’]|de l['’])(?=((?:france travail|p[ôo]le emploi|service[- ]public|[\w-]{3,15}))\b)",
    re.IGNORECASE,
)
"""What stands before the name of a site."""
_LISTING = "list|voir |montr|affich|tou[st]|mes "
"""How reports of a year, and not one of that number, are asked for."""


def _find_end(said: Utterance) -> int:
    """Where a report ends, before what is to become of it, unless that tells of it: « notez-le comme individuel »."""
    end = TO_NOTE.search(said.sentence.text)
    is_cut = end and not sum_signs(fold_words(end[0]))
    return min(said.end, sum(word.start < end.start() for word in said.sentence.words)) if end and is_cut else said.end


def _write_again(said: Utterance) -> str:
    """Write what a report is to be like, and what is other in it; "" where it is like none."""
    if named := _COMME.search(said.sentence.text):
        return f"cra {named[1]}"
    if again := _LIKE.search(said.sentence.text):
        return f"cra comme {'le ' * again[1][0].isdigit()}{_IN_CRA.sub('', _VEILLE.sub('hier', again[1]))}"
    if again := _AGAIN.search(said.plain):
        return f"cra comme le {again[1]} {said.sentence.typed(said.find_word_at(again.end() - 1), said.end)}"
    return ""


_AGAIN = re.compile(
    r" (?:reprenez|reprends|reprendre|refaites|recopiez) (?:\S+ ){0,7}?(?:du|le) "
    rf"(\d{{1,2}} (?:{'|'.join(MONTH_NUMBERS)})) "
)
"""What a report is to be like, by its day: « reprenez ce que j’avais noté le 3 mars »."""
_LIKE = re.compile(
    r"\bm[êe]mes? (?:[\w-]+ ){0,3}?qu(?:e |['’])(?:celui |celle |ceux )?(?:de |du |d['’]|le )?"
    r"((?:la veille|hier|avant-hier|\d{1,2}\b|lundi|mardi|mercredi|jeudi|vendredi|samedi)[^.!?]{0,80})",
    re.IGNORECASE,
)
"""What a report is to be like: « le même compte rendu que celui du 19 novembre »."""
_IN_CRA = re.compile(r" (?:en|dans|pour|comme) (?:un |le |mon |mes )?(?:cras?|comptes?[ -]rendus?)$", re.IGNORECASE)
_VEILLE = re.compile(r"^la veille", re.IGNORECASE)
_COMME = re.compile(
    r"\b(?:cra|cr|compte[ -]rendu) (comme (?:hier|avant-hier|(?:lun|mar|mercre|jeu|vendre|same)di|"
    r"le \d)[^,;.!?]{0,60})",
    re.IGNORECASE,
)
"""A report that is to be like another one, by its name: « compte rendu comme mardi mais avec 4 personnes »."""
_LIKE_FIRST = re.compile(r"(?:idem|pareil(?:le)?|rebelote|(?:la )?meme chose) (?:que|qu) ")
"""What a report begins with that is like another one, which is named behind that: « idem que le dernier cra »."""
_NOTING = re.compile(
    r" (?:oublie|saisir|noter|enregistrer|rentrer|declarer|renseigner|consigner|encoder|"
    r"(?:bilan|recap|recapitulatif|resume) (?:de |du |d )(?:l |la |ma |mon |mes |cet |cette |ce )?"
    r"(?:journee|matinee|matin|apres midi|aprem|jour|permanence)) "
)
NOTING_MAX = 14
"""Words within which it is said that a report is to be written, before it is told."""


def _find_told(said: Utterance) -> int | None:
    """The word at which a report begins: behind its name, or behind what says that it is to be noted; None for the
    first one."""
    if _LIKE_FIRST.match(said.plain[said.sentence.places[said.first] :]):
        return said.first
    says_all = sum_signs(said.plain) < 1
    named = [n + 1 for n in said.find_words("nom_compte_rendu") if says_all or n + 1 - said.first <= NAMED_MAX]
    if named:
        return named[-1]
    found = _NOTING.search(said.plain)
    start = said.find_word_at(found.end() - 1) if found else 0
    before = said.plain[: found.start() + 1] if found else ""
    is_told = sum_signs(before) or any(f" {word} " in before for word in list_theme_words())  # « mot de passe oublié »
    is_announced = found and start - said.first <= NOTING_MAX and not is_told
    return start if is_announced else None


_WRITE_DOWN = r"(?:enregistr|not|saisi|rentr|d[ée]clar|ajout|mett|mets|consign|compt|inscri)\w*"
TO_NOTE = re.compile(
    rf"(?:[,.;:]\s?(?:et |donc |alors )?(?:tu |vous )?(?:me |m['’]|nous )?{_WRITE_DOWN}(?:[- ](?:moi|"
    rf"nous))?[ -](?:[çc]a|cela|tout|les?|la)\b|"
    r"[,.;]?\s(?:et |donc |alors )?(?:(?:est.ce que )?(?:tu|vous) (?:peux|peut|pouvez|pourrais|pourriez)|"
    r"(?:peux|peut|pouvez|pourriez|pourrais).(?:tu|vous)|(?:il )?(?:faut|faudrait)(?: que (?:je|tu|vous))?|merci de|"
    r"je (?:veux|voudrais|dois|souhaite|souhaiterais)|j.aimerais|veuillez|à|a)(?: m.| me| nous)?[ ’'-]"
    rf"(?:l.|les? |la |[çc]a |tout |cela )+(?:me )?{_WRITE_DOWN}|[,.;]\s?c.est (?:à|a) {_WRITE_DOWN})(?: \S+){{0,6}}$",
    re.IGNORECASE,
)
"""What is said at the end of a report of what is to become of it: « …, tu peux l’enregistrer ? »."""
_IN_REPORTS = re.compile(
    r" (?:figur|inscri|not|mett|compt|port|apparai|rang|soi|aille)\S* (?:dans|parmi|sur|a) (?:mes|mon) "
    r"(?:comptes? rendus?|cras?|activites?) $"
)
"""What is said at the end of a report of where it is to stand."""


_OF_RDV = (
    r"(?:mes|mon|l) (?:rdv|rendez vous|agenda) (?:stp |svp |merci |s il \S+ plait )*$|"
    r"(?:rdv|rendez vous) (?:n |numero )?\d|"
    r"(?:dans|a|sur|au) (?:la |le |les |l )?(?:ressourcerie|bibliotheque|catalogue|agenda|actus?|annuaire|canal|salon) "
)
"""What is said of appointments, resources and news, which may be noted, too."""


def is_noted(said: Utterance) -> bool:
    """Whether a sentence tells something of a report, and says at its end that it is to be one."""
    ends = TO_NOTE.search(said.sentence.text)
    is_end = bool(ends or _IN_REPORTS.search(said.plain)) and not said.has(_OF_RDV)
    return is_end and sum_signs(said.plain) > 0 and not is_appointment(said.plain)


_BARE_REPORT = re.compile(
    r"(?:(?:tout )?de )?suite(?: ouvre(?: (?:le|la|moi)){0,2})?|(?:du jour )?(?:ouvre|ouvrez)(?: (?:le|la|moi))?|"
    r"rendre compte(?: d\w{1,2} (?:mon|ma|mes|notre) \w+)?|(?:(?:un|mon|l|d un) ?)?accompagnement(?: du jour)?|"
    r"(?:mes )?accompagnements(?: d hier| du jour| de la (?:semaine|journee|matinee))?(?: mais (?:\S+ ?){1,8})?|"
    r"avant (?:d oublier|que j oublie|(?:de |d )(?:partir|rentrer|manger|fermer|filer|finir)|midi|la pause)|"
    r"(?:ma |la |une )?permanence(?: du jour)?|"
    r"(?:pour )?(?:l |un |mon )?(?:accompagnement|atelier) que (?:j ai|je viens de) \S+"
)
"""What says no more than « compte rendu »."""
