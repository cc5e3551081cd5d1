"""The command lines of appointments, and of meetings of colleagues."""

import re

from bot.french import MONTH_NUMBERS, WRITTEN_MONTH, digits
from config.text import split_words
from config.time import WEEKDAYS
from dialogs.plain_words.cues import list_theme_words
from dialogs.plain_words.hours import SHORT_LENGTH, write_hours
from dialogs.plain_words.openings import NOON, find_weekly
from dialogs.plain_words.periods import spell_word
from dialogs.plain_words.reminders import WHEN, type_found
from dialogs.plain_words.reports import TO_NOTE, is_appointment, is_repeated
from dialogs.plain_words.resources import find_themes
from dialogs.plain_words.utterance import Utterance

_DAYS = re.compile(
    r"\b(?:aujourd.hui|cet apres midi|ce matin|ce soir|apres demain|demain|"
    r"semaine (?:pro(?:chaine)?|qui vient|d apres)|semaine|"
    rf"{'|'.join(WEEKDAYS)})\b"
)
"""Days whose appointments are listed."""
_OWN_RDV = (
    ("lien", r"(?:lien|adresse|page|url|affiche) (?:\S+ ){0,4}reserv"),
    ("disponibilites", "(?:suis |serai )?dispo|horaires|creneaux d ouverture|(?:heures|creneaux) ou|reserver avec moi"),
    (
        "lien",
        r"(?:usagers|gens|habitants|public|personnes) (?:\S+ ){0,4}(?:reserv|pren(?:d|n)\S* (?:un |des )?"
        r"(?:rdv|rendez vous) avec moi)|(?:ma |la |une )?page |"
        r"(?:mon |le |un )lien |adresse ",
    ),
    (
        "à traiter",
        r"a traiter|(?:pas|non|jamais)(?: encore)?(?: ete)? traite|passes? sans|"
        r"(?:sans|pas|manque) (?:\S+ ){0,4}(?:compte rendu|cra) ",
    ),
)
"""What concerns how people come to an appointment, by the words that say it."""


def _write_own_appointments(said: Utterance) -> str:
    """Write what concerns how people come to an appointment, or all that come; "" where nothing of that is said."""
    if _NEXT.search(said.plain):
        return "rdv liste"
    if closed := _CLOSED.match(said.plain[said.sentence.places[said.first] - 1 :]):
        return f"rdv disponibilites absent {said.sentence.typed(said.first + closed[0].count(' ') - 1, said.end)}"
    if said.has(r"rappels? |(?:arret\S*|stop|plus) (?:\S+ ){0,3}rappeler ") and said.knows("rdv rappels"):
        return f"rdv rappels {'non' if said.has('arret|stop|plus |coup|supprim|desactiv') else 'oui'}"
    weekly = find_weekly(write_hours(NOON.sub("12h", said.sentence.text)))
    if weekly and said.has(
        r"(?:rdv|rendez vous) avec moi |reserver (?:\S+ )?avec moi |(?:mes|ma) dispo|recois |recevoir |venir me |"
        r"suis (?:\S+ )?disponible |(?<!que je )suis libre |creneaux |ouvre (?:\S+ )?creneau|"
        r"peu(?:ven)?t (?:\S+ )?(?:reserver|prendre) |sur (?:rdv|rendez)"
    ):
        return f"rdv disponibilites {weekly}"
    if (
        call := re.search(r" visio\S* (?:\S+ ){0,4}(?:rdv|rendez vous) (?:n |numero )?(\d{1,6}) ", said.plain)
    ) and said.knows("rdv visio"):
        return f"rdv visio {call[1]}"
    own = next((name for name, words in _OWN_RDV if said.has(words) and said.knows(f"rdv {name}")), "")
    return f"rdv {own} {weekly if own == 'disponibilites' else ''}" if own else ""


_CLOSED = re.compile(
    r" (?:(?:je|j|veux|voudrais|prends?|accepte|mets?|il|faut|ne) )*(?:pas|plus|aucune?) (?:de |d )?"
    r"(?:(?:prises? de )?(?:rdv|rendez vous)|reservations?|creneaux?) (?:possibles? )?"
    r"(?=(?:le|du|demain) (?!\? ))(?!.* \? )"
)
"""That nobody may come on days that follow: « pas de réservation le 24/12 »."""
_NEXT = re.compile(
    r" prochains? (?:rdv|rendez.vous) (?!.*(?:\d|ann?ul|deplac|decal|report))"
    r"| (?:rdv|rendez.vous) a venir "
)
"""What asks for the appointments that come, whichever day they are."""
_CHANGING = re.compile(
    r" (?:mes |(?:combien (?:de |d )|quoi comme )(?:rdv|rendez)|"
    r"mon rendez_vous|mon rdv|ann?ul|supprim|decommand|deplac|report|decal|repouss|quels? |voir |"
    r"liste|aujourd|j ai |bouge|passe aux? |passe a |prefere |des rdv |planning |"
    r"quelqu un |du monde |prevue?s? |suis (?:libre|prise?) |montre|affiche|qui (?:est ce que |es que )?je |"
    r"je (?:vois|recois) qui )"
)
"""What is said of appointments that there are."""
MEETING = re.compile(
    r"\b(?:rdv|rendez[- ]vous|points?|r[ée]unions?|visio|cr[ée]neau|voir|voie|caler|rencontrer|r[ée]unir|cale[sz]?|"
    r"trouve[rz]?(?= .{0,40}\bavec\b))\b"
    r"([^@]{0,60})(?<!\w)@[\w.-]",
    re.IGNORECASE,
)
"""Colleagues whom somebody wants to meet, called by their names."""
_ASIDE = re.compile(
    r"[,;.?!] (?:quand|on|si|est|tu|vous|c|il|[çc]a|je|j|pour (?=qu|que|moi|nous)|trouve[zrs]?|"
    r"propose[zrs]?|merci|dis|dites)\b"
)
"""What is said after a meeting that is asked for."""
_COLLEAGUE = re.compile(r"(?:(?:\b(?:avec|avc|av|ac|et|à|a)\b|,)\s?){0,3}(?<!\w)(@[\w.-]+)", re.IGNORECASE)
_AROUND = re.compile(
    r"^(?:\W*\b(?:avec|ac|av|et|de|du|d.?une|d['’](?=\d)|moi|nous|à propos|une?|"
    r"rdv|rendez[- ]vous|points?|r[ée]unions?|visio|cr[ée]neau|moment|pendant|pour)\b)*"
    r"|\b(?:stp|svp|merci|s.il (?:te|vous) pla[iî]t)\b.*",
    re.IGNORECASE,
)


def _write_meeting(said: Utterance) -> str:
    """Write who is to be met, when, for how long and what for, wherever that is told beside their names."""
    text = said.sentence.text
    found = MEETING.search(text)
    start = found.start(1) if found else _find_first(text, _COLLEAGUE, _MEETING_DAY, SHORT_LENGTH)
    told = _ASIDE.split(text[start:], maxsplit=1)[0]
    alone = _TO_SEE.sub(" ", _TO_FIND.sub(" ", write_hours(_COLLEAGUE.sub(" ", told))))
    left = _AROUND.sub("", " ".join(alone.split()))
    return f"rdv {' '.join(_COLLEAGUE.findall(told))} {_order_meeting(left.replace(', ', ' '))}"


_TO_FIND = re.compile(
    r"\b(?:trouve|propose|cale|organise|bloque)\w*(?:[- ](?:nous|moi|lui|leur))? (?:une? )?"
    r"(?:rdv|rendez[- ]vous|créneau|creneau|moment|point|r[ée]union) (?:d(?:e |['’]))?",
    re.IGNORECASE,
)
"""What asks for the meeting, behind who it is with."""
_TO_SEE = re.compile(
    r"\b(?:est-ce )?(?:qu['’]|que )?(?:l['’])?(?:(?:on|tu|vous) )?(?:peut|pourrait|peux|pourrais|serais|pouvons)[- ]"
    r"(?:(?:on|tu)[- ])?(?:se voir|me voir|se réunir|dispo|libre)\b",
    re.IGNORECASE,
)
"""How a colleague is asked to meet, beside when: « est-ce qu’on peut se voir »."""
_PAST = re.compile(r"\b(?:hier|dernier|dernière|j['’]ai|on a|ce matin)\b", re.IGNORECASE)


def asks_to_meet(text: str) -> bool:
    """Whether somebody wants to meet colleagues: a meeting is named, or how long it is to take."""
    if MEETING.search(text):
        return True
    return bool(_COLLEAGUE.search(text) and SHORT_LENGTH.search(write_hours(text))) and not _PAST.search(text)


def _find_first(text: str, *patterns: re.Pattern[str]) -> int:
    """Where the first of what some patterns find begins."""
    return min((found.start() for pattern in patterns if (found := pattern.search(text))), default=0)


def _order_meeting(told: str) -> str:
    """Write when colleagues are to meet, how long, and what for: « 45 min mardi pour le budget » is « mardi 45 min
    budget »."""
    parts: list[str] = []
    for part in (_MEETING_DAY, SHORT_LENGTH):
        if found := part.search(told):
            parts.append(found["day"] if part is _MEETING_DAY else found[0])
            told = f"{told[: found.start()].rstrip()} {told[found.end() :].lstrip()}"
    parts.sort(key=lambda part: part == "semaine prochaine")
    return " ".join((*parts, _MEETING_ABOUT.sub("", told.strip(" ,.!?"))))


_MEETING_DAY = re.compile(
    r"\b(?:la |le )?(?P<day>(?:semaine prochaine|demain|après-demain|"
    rf"(?:{'|'.join(WEEKDAYS)})(?: prochain)?(?: \d{{1,2}}/\d{{1,2}})?|"
    rf"\d{{1,2}}/\d{{1,2}}|\d{{1,2}} {WRITTEN_MONTH})"
    r"(?: (?:matin|midi|après-midi|soir)\b)?(?: (?:(?:à|a|vers|de) )?\d{1,2}h(?:\d\d)?\b)?)",
    re.IGNORECASE,
)
"""The day on which colleagues are to meet, with its hour."""
_MEETING_ABOUT = re.compile(
    r"^(?:(?:pour|pr|sur|concernant|au sujet d[eu]s?)\b ?)?"
    r"(?:(?:un |une |faire un |faire une )?(?:rdv|rendez[- ]vous|r[ée]union|visio) (?:sur|pour|concernant) )?"
    r"(?:faire (?:un )?|parler d[eu]s? )?"
    r"(?:(?:le|la|les|un|une) |l['’])?",
    re.IGNORECASE,
)
"""What stands before what a meeting is about."""


def write_appointment(said: Utterance) -> str:
    """Write the appointment that is to be made, or the meeting of colleagues; for what concerns one that there is, the
    list of the days that are named."""
    line = _write_appointment(said)
    if is_new_rdv(said.plain) and not re.search(r"\d ?h|@", line) and (day := _ONLY_DAY.fullmatch(line)):
        return f"rdv rdv {day[1]}"
    is_lost = said.end - said.first > LONG and "@" not in line and not line.startswith(_OF_OTHERS)
    return (_write_story(said) if is_lost and not _WHEN_IT_IS.search(line) else "") or line


_ONLY_DAY = re.compile(rf"rdv ((?:(?:apr[eè]s[- ])?demain|{'|'.join(WEEKDAYS)}|aujourd['’]hui)(?: prochain)?)")
"""A line that would list the appointments of a day."""
_NEW_RDV = re.compile(
    r"^ (?:(?:tu |vous )?(?:peux|peut|pouvez|pourrais|veux|voudrais) (?:tu |vous )?(?:me |m )?|je (?:veux|voudrais) |"
    r"il faut |faut )?"
    r"(?:notes?|notez|noter|mets|mettez|mettre|ajoutes?|ajouter|poser?|pose|cale|caler|programmer?|planifier?|"
    r"prends|prendre|inscri\S+|enregistrer?|cree|creer) (?:moi |nous )?(?:un|1|un autre|un nouveau) "
    r"(?:rdv|rendez vous|creneau) "
)


def is_new_rdv(plain: str) -> bool:
    """Whether an appointment is to be noted, be its hour said or not: « note un rdv demain »."""
    return bool(_NEW_RDV.match(plain))


_OF_OTHERS = (
    "rdv annuler",
    "rdv décaler",
    "rdv liste",
    "rdv disponibilites",
    "rdv lien",
    "rdv à traiter",
    "rdv rappels",
)
"""How lines begin that make no appointment."""


def _write_story(said: Utterance) -> str:
    """Write the appointment that a story tells: what follows its day and hour, and what the story is about."""
    told = _NOTED.sub("", TO_NOTE.sub("", write_hours(said.sentence.typed(said.first, len(said.sentence.words)))))
    when = _WHEN_IT_IS.search(told)
    after = told[when.start() :] if when else ""
    is_about = any(word in list_theme_words() for word in split_words(after))
    return f"rdv {_arrange(f'{after} {find_themes(said) * (not is_about)}')}" if when else ""


_NOTED = re.compile(
    r"\s(?:notez?|mets?|mettez|ajoutez?|inscri\w+)(?:[- ]moi)?[- ](?:le|la|les|ça|ca|cela)\b.*$"
    r"|[,;.]? (?:(?:tu|vous) )?(?:(?:me|nous|m['’]) )?(?:notes?|mets?|inscri\w*|cales?|poses?|prends?|ajoutes?)"
    r"(?:[- ]moi)? (?:le |ce |un |la )?(?:rdv|rendez[- ]vous)\b.*$"
    r"|,? (?:ça|ca|cela) (?:prendra|durera)(?= \d)",
    re.IGNORECASE,
)
"""What is said at the end of a story of what is to become of it, and before how long it takes."""


def _write_appointment(said: Utterance) -> str:
    if "@" in said.sentence.text and _COLLEAGUE.search(said.sentence.text):
        return _write_meeting(said)
    if own := _write_own_appointments(said):
        return own
    if into := _INTO.search(said.sentence.text):
        end = sum(word.start < into.start() for word in said.sentence.words)
        return "rdv " + _arrange(write_hours(said.content("rendez_vous", None, end)))
    is_told = is_repeated(said.plain) or is_appointment(said.plain) or _is_noted(said) or _is_had(said.plain)
    numbered = _find_numbered(said.plain)
    if numbered or (_CHANGING.search(said.plain) and not is_told):
        return _write_appointment_change(said)
    if _NAMED_FIRST.match(said.plain[said.sentence.places[said.first] :]):
        return "rdv " + _arrange(write_hours(said.rest("rendez_vous_nom")))
    named = _NAMED.search(said.plain) if said.end - said.first > LONG else None
    start = said.find_word_at(named.end() - 1) if named else None
    return "rdv " + _arrange(write_hours(said.write_days(said.content("rendez_vous", start))))


def _is_noted(said: Utterance) -> bool:
    """Whether an hour is told, and that it is to be noted: « demain 9h30 j’ai rdv…, tu le mets »."""
    return bool(_CLOCK.search(said.plain)) and said.has(r"(?:le|la|l|ca) (?:mets?|notes?|ajoutes?|inscri\S*) ")


def _is_had(plain: str) -> bool:
    """Whether somebody tells of an appointment of theirs, with its hour: « j’ai rdv avec Mme D demain à 10h »."""
    return bool(_HAD.search(plain) and _CLOCK.search(plain))


_HAD = re.compile(
    r"(?<! ce que)(?<! si)(?<! quand) (?:j ai|jai) (?:bien |deja |aussi )?(?:un |1 )?(?:rdv|rendez vous) "
    r"(?!(?:\S+ ){0,20}(?:\?|qui|quand|quoi) )"
)
_CLOCK = re.compile(r" (?:[7-9]|1\d|20) ?h(?: ?[0-5]\d)? | (?:[7-9]|1\d|20)h[0-5]\d ")


def _arrange(told: str) -> str:
    """Write first when an appointment is, then the rest, with its places short: « mardi 10h atelier 8p »."""
    told = _PLACES.sub(lambda found: f"{digits(found[1])}p" if digits(found[1]).isdigit() else found[0], told)
    told = _EVERY.sub("tous les ", _SOMEBODY.sub("", _WITH.sub("avec ", told)))
    told = _EACH_WEEK.sub(r"\1s", _ABOUT_WHAT.sub("", told))
    when = _WHEN_IT_IS.search(told)
    if when is None or told[: when.start()].rstrip().endswith("."):
        return told  # initials stay where they are
    rest = f"{told[: when.start()].strip()} {_ITSELF.sub('', told[when.end() :].strip())}".strip(" ,")
    return f"{when[1]} {when[2]} {rest}"


_WITH = re.compile(r"\b(?:av|ac|avc) (?=(?:m|mr|mme|mlle|monsieur|madame)\b)", re.IGNORECASE)
"""« Avec », as it is shortened before somebody’s name."""
_ITSELF = re.compile(
    r"(?:^|(?<=\dh )|(?<=min ))(?:un )?(?:rdv|rendez[- ]vous),? (?:(?:de |pour )(?=\d))?"
    r"(?!(?:de|du|des|en|individuel|collectif|groupe|t[ée]l[ée]phonique|num)\b)",
    re.IGNORECASE,
)
"""« Rendez-vous », which any appointment is, where it stands before what it is about."""
_SOMEBODY = re.compile(
    r"(?<!\w)(?:avec |pour )?(?:une?|cette|ce) (?:dame|monsieur|personne|usag[eè]re?)"
    r"(?=$| (?:pour|sur|à|le|la)\b) ?",
    re.IGNORECASE,
)
"""Somebody without a name."""
_PLACES = re.compile(r"\b(?:(?:de|pour) (?=\d))?([a-zé-]{2,9}|\d{1,2}) places\b")
_ABOUT_WHAT = re.compile(
    r"(?<=\s)(?:(?:pour|pr) (?:(?:les?|la|une?|des|ses|son|sa) |l['’])?|une? (?=atelier|rendez|rdv))(?=[a-zà-ÿ])",
    re.IGNORECASE,
)
"""Small words before what an appointment is about: « pour les impôts », « un atelier »."""
_EVERY = re.compile(rf"\b(?:tou[st]|tt|ts) les (?={'|'.join(WEEKDAYS)})", re.IGNORECASE)
_EACH_WEEK = re.compile(rf"(?<=tous les )({'|'.join(WEEKDAYS)})(?=\s|$)", re.IGNORECASE)
MONTHS = (*MONTH_NUMBERS, "février", "août", "décembre")
_WHEN_IT_IS = re.compile(
    rf"(?:\b(?:le|du) )?\b((?:(?:tous les|chaque|un(?= \w+ sur)) )?(?:{'|'.join(WEEKDAYS)})s?"
    rf"(?: (?:prochain|sur (?:deux|trois|quatre|\d)|\d{{1,2}}(?:/\d{{1,2}}| (?:{'|'.join(MONTHS)}))))?|"
    rf"(?:après[- ]|apres )?demain|\d{{1,2}}/\d{{1,2}}|\d{{1,2}} (?:{'|'.join(MONTHS)})),? "
    r"(?:à |a |vers )?(\d{1,2}h(?:\d\d)?)(?=[ ,]|$),?",
    re.IGNORECASE,
)
"""The day and the hour of an appointment."""


_INTO = re.compile(
    r"(?<=\w)[,;.!]?\s(?:mets?|mettez|notez?|ajoutez?|inscri\w+)(?:[- ]moi)?[- ](?:ça|ca|cela|tout ça|le|la|les) "
    r"(?:dans|à|en|sur) (?:mes |mon |l['’])(?:rdv|rendez[- ]vous|agenda|planning)",
    re.IGNORECASE,
)
"""What is said at the end of an appointment of where it is to stand."""
LONG = 12
"""Words of a sentence that tells more than the appointment."""
_NAMED = re.compile(r" (?:un|le) (?:rdv|rendez vous) ")
_NAMED_FIRST = re.compile(r"(?:rdv|rendez vous) ")


def _write_appointment_change(said: Utterance) -> str:
    """Write what is to be done with the appointment of a number; else the list of the days that are named."""
    numbered = _find_numbered(said.plain)
    if numbered and _is_cancelled(said.plain):
        return f"rdv annuler {numbered[1]}"
    if span := _FROM_TO.search(said.plain):
        return f"rdv liste du {_FIRST_DAY.get(span[1], digits(span[1]))} au {digits(span[2])} {_type_month(said, span)}"
    days = _find_day(said.plain)
    when = _find_new_day(said.plain, numbered.end(1)) if numbered else None
    if numbered and (when or said.has(_MOVING)):
        moved = said.content("rendez_vous", said.find_word_at((when.start() + 1) if when else numbered.end(1)))
        moved = write_hours(moved)
        new = _WHEN_IT_IS.match(moved)
        return f"rdv décaler {numbered[1]} {moved[: new.end()] if new else moved}".rstrip(" ,")
    if not days and not numbered and (when := WHEN.search(said.plain)):
        return f"rdv liste {type_found(said, when)}"
    return f"rdv {days}" if days or not numbered else f"rdv {numbered[1]}"


def _is_cancelled(plain: str) -> bool:
    """Whether an appointment is to be cancelled: what is said last before its number is wanted, or else what is said
    first; the rest is why."""
    numbered = _find_numbered(plain)
    before = list(_TO_CHANGE.finditer(plain, 0, numbered.start(1))) if numbered else []
    found = before[-1] if before else _TO_CHANGE.search(plain)
    return bool(found and found[1])


_MOVING = "deplac|report|decal|bouge|repouss|avanc|passe a|prefere |plutot "
"""How it is said that an appointment is to be at another time."""
_TO_CHANGE = re.compile(rf" (?:(ann?ul|supprim|decommand)|{_MOVING})")
_NUMBERED = re.compile(
    r" (?:rdv|rendez vous) (?:n |numero )?n?(\d{1,6}) "
    rf"(?!(?:h|heures?|min|mn|minutes?|places?|personnes?|{'|'.join(MONTH_NUMBERS)}) )"
)
"""An appointment that is called by its number."""
_FAR_NUMBER = re.compile(
    rf" (?:{_MOVING}|ann?ul|supprim|decommand)\S* (?:\S+ ){{0,3}}?(?:rdv|rendez vous) (?:\S+ ){{1,6}}?"
    rf"(?:le |la |numero |n )n?(\d{{1,6}}) (?!h |\d|{'|'.join(MONTH_NUMBERS)})"
)
"""The number of an appointment that is to be moved, behind whom it is with: « mon rdv avec Mme B., le 83 »."""


def _find_numbered(plain: str) -> re.Match[str] | None:
    """Find the number by which an appointment is called."""
    return _NUMBERED.search(plain) or _FAR_NUMBER.search(plain)


_NEW_DAY = re.compile(
    rf" (?:(?:apres )?demain|{'|'.join(WEEKDAYS)}|\d{{1,2}} (?:\d{{1,2}}|{'|'.join(MONTH_NUMBERS)})) "
)
"""With what the day begins to which an appointment is moved."""


def _find_new_day(plain: str, start: int) -> re.Match[str] | None:
    """Find the day to which an appointment is moved, and not the one on which it was: « de jeudi à vendredi »."""
    days = list(_NEW_DAY.finditer(plain, start))
    new = [day for day in days if not plain[: day.start() + 1].endswith((" de ", " du "))]
    return next(iter(new or days), None)


_FROM_TO = re.compile(
    rf" (?:entre|du) (?:le )?(?:(?:{'|'.join(WEEKDAYS)}) )?(\d{{1,2}}|1er|premier|[a-z]{{2,8}}) "
    rf"(?:et|au) (?:le )?(?:(?:{'|'.join(WEEKDAYS)}) )?(\d{{1,2}}) "
    rf"((?:{'|'.join(MONTH_NUMBERS)}) )?"
)
"""Days between which appointments are."""
_FIRST_DAY = {"premier": "1er", "1": "1er", "1er": "1er"}


def _type_month(said: Utterance, span: re.Match[str]) -> str:
    """The month of days that were found, as typed; "" for none."""
    return spell_word(said.sentence, said.find_word_at(span.start(3))) if span[3] else ""


def _find_day(plain: str) -> str:
    """The day or week that is named, as it is written; "" for none."""
    found = _DAYS.search(plain.replace(" du jour ", " aujourd hui "))
    said = found[0] if found else ""
    return {
        **dict.fromkeys(("aujourd hui", "cet apres midi", "ce matin", "ce soir"), "aujourd'hui"),
        **dict.fromkeys(("semaine pro", "semaine qui vient", "semaine d apres"), "semaine prochaine"),
    }.get(said, said)
