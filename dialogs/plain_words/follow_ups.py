"""What is said of what was asked just before: « et en octobre ? », « pareil pour le 69 », « exporte ça »."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.command_lines import CommandIndex
from bot.french import WRITTEN_MONTH, Period, period_after, period_before, read_coming_period, read_period
from config.text import fold, split_words
from config.time import WEEKDAYS
from dialogs.plain_words.commands import name_intention
from dialogs.plain_words.details import write_line
from dialogs.plain_words.readings import Intention, Reading
from dialogs.plain_words.slips import spell
from dialogs.plain_words.weights import hear
from dialogs.reservation import read_absence

SAID_MAX = 50
"""Characters of what is said of something else."""
_LEAD = re.compile(
    r"^(?:et |alors |(?:la )?meme chose |l[ea]s? memes? |pareil(?:le)? |idem |par rapport |"
    r"compare[rz]?(?: (?:ca|cela|le|la|les|moi)){0,2} |"
    r"(?:c|ca|cela) (?:etait|donne|donnait|fait|faisait) (?:combien|quoi) )+"
    r"(?:(?:pour|sur|avec|dans|de|a|au|aux|en) )?"
)
_TIME = re.compile(r"^(?:et )?(?:en|pour|sur) ")
_FORMAT = r"(?: en (?P<format>pdf|excel|xlsx|csv|tableur))?"
_IT = r"(?:ca|cela|le|la|les|tout|moi|moi ca|moi le|moi la|moi les)"
_ASKED_FOR = rf"(?:tu|je|peux|veux|voudrais|il|m en|faut|faudrait|envoie|sors|donne|mets|fais|faire|{_IT})"
_EXPORT = re.compile(
    rf"(?:et )?(?:(?:exporte\w*|telecharge\w*|imprime\w*)(?: {_IT})*{_FORMAT}|"
    rf"(?:{_ASKED_FOR} ){{0,6}}(?:en|sous|un|une) (?:(?:fichier|format|version|tableau) )?"
    r"(?P<only>pdf|excel|xlsx|csv|tableur))(?: (?:stp|svp|s il (?:te|vous) plait|merci))?"
)
_PART = r"(?:themes?|lieux|ages?|statuts?|heures|durees?)"
_OF_THEM = re.compile(
    rf"(?:et |alors |mais |c est |quoi |dis moi )*(?:(?P<part>(?:quels sont |quelles sont )?les? {_PART})|"
    r"(?:combien|quel(?:le)?s?|le (?:top|detail))\b.*)"
)
"""One of the figures that were shown: « combien de retraités là-dedans », « quel thème revient le plus »."""
_AMONG_THEM = re.compile(
    rf"\b(?:{_PART}|retraites?|dedans|parmi (?:eux|elles)|dans le lot|en tout|au total|la dessus)$"
)
_SEND = re.compile(
    r"(?:(?:tu peux|je veux|je voudrais|peux tu|il faut) )?(?:l |le |la |les )?"
    rf"(?:envoi\w+|envoy\w+|transm\w+|partag\w+)(?: {_IT})* (?:a|avec|au) (?:\w+ ?){{1,4}}"
)
_BESIDE = re.compile(
    r"(?:et )?(?:(?:pour|sur|en|le|la|l|du|de) ){0,4}"
    r"(?:(?:(?P<unit>mois|semaine|trimestre|semestre|annee|an)|periode) )?"
    r"(?:(?P<earlier>d avant|precedente?)|(?:d apres|suivante?))"
)
"""« et le mois d’avant ? »: before what was shown, not before today."""
_UNIT_DAYS = {
    **{"semaine": range(7, 8), "mois": range(28, 32), "trimestre": range(89, 93), "semestre": range(181, 185)},
    **dict.fromkeys(("annee", "an"), range(365, 367)),
}
_NUMBER = re.compile(r"(?:et )?(?:pour )?(?:le |la |n )*(\d{1,6})")
_NUMBERED = re.compile(r"^(/(?:ticket|cra modifier|cra dupliquer|sondage resultats|actus n°|ressources n°) )\d+$")
_OF_TICKET = re.compile(
    r"(?:ok |alors |et )?(?:(?:je (?:vais )?)?(?:l[ea] )?(?:prends?|prendre|ferme|clos|cloture|resous|rouvre|libere)"
    r"(?: l[ea]| moi| ca| cette demande| ce ticket)?|je m en (?:occupe|charge)|"
    r"(?:c est|elle est|il est) (?:un |le )?doublon (?:de |du |avec )(?:l[ea] |n |ticket |demande )*\d{1,6}|"
    r"(?:c est|elle est|il est) (?:regle|resolu|fini)e?|"
    r"(?:transf\w+|pass\w+|attribu\w+|assign\w+|confi\w+|met[sz]?)(?: l[ea]| moi| ca| cette demande| ce ticket){0,2}"
    r" (?:a|au|aux|en|vers) (?:\w+ ?){1,3}|"
    r"(?:repon\w+|dis|dites|ecri\w+|demand\w+) lui(?: \w+)*)"
)
"""What is said of a ticket that was shown."""
_OF_TICKETS = frozenset({"ticket liste", "ticket chercher", "hotline demandes"})
"""Commands that list tickets by their numbers."""
_COMING = {"rdv": "rdv", "rdv semaine": "rdv", "rdv liste": "rdv", "agenda": "agenda"}
_PAST = {"cra liste": "cra liste", "agenda passés": "agenda passés"}
"""Commands that list what is of a period, to come or over, each with the one to which another period is said."""
_APPOINTMENTS = frozenset({"rdv", "rdv décaler"})
"""Commands of one appointment, of which another day or hour is said."""
_DATE = rf"\d{{1,2}}(?:/\d{{1,2}}|(?:er)? {WRITTEN_MONTH})"
_DAY = rf"(?:(?:après|apres)[- ])?demain|(?:{'|'.join(WEEKDAYS)})(?: prochain| {_DATE})?|{_DATE}"
_CLOCK = r"(?:0?[6-9]|1\d|2[0-2]) ?h(?: ?[0-5]\d)?"
_RATHER = re.compile(
    r"(?P<no>(?:(?:ah|oups|et|mais|non|en fait|finalement|pardon),? ){0,3})"
    r"(?P<first>plut[oô]t |(?:d[ée]cal|d[ée]plac|report|avanc|repouss|met[st])\w{0,3}"
    r"(?:[- ](?:l[ea]|ça|ca|moi)){1,2} (?:plut[oô]t )?)?"
    rf"(?:(?:le|pour|à|a|au) )?(?P<day>{_DAY})?(?:(?:^| |(?<= ))(?:à |a |vers )?(?P<hour>{_CLOCK}))?"
    r"(?P<last>,? plut[oô]t)? ?[.!?]{0,3}",
    re.IGNORECASE,
)
"""« plutôt 11h », « à 15h plutôt », « non jeudi »: another day or hour for what was said before."""
_DAY_BEFORE = re.compile(rf"(?<!\w)(?:{_DAY})(?!\w)", re.IGNORECASE)
_HOUR_BEFORE = re.compile(rf"(?<!\w){_CLOCK}(?!\w)", re.IGNORECASE)
_AWAY = re.compile(
    r"(?:(?:ah|oups|et|mais|non|en fait|finalement|pardon|plutot|je (?:serai|suis) (?:absente?|en conges?)|"
    r"c est|ce sera|mets|change|absente?)[ ,]{1,2}){0,4}"
    r"(?:jusqu['’ ]?(?:au? |en )(?P<last>[^,]{2,25}?)|(?:a partir du?|des|depuis) (?:le )?(?P<first>[^,]{2,25}?)|"
    r"du (?P<from>[^,]{1,20}) au (?P<to>[^,]{2,25}?)|"
    r"je (?:reviens|rentre|reprends|serai de retour)(?: que)? (?:le )?(?P<back>[^,]{2,25}?))"
    r"(?:,? (?:plutot|finalement|inclus|en fait))? ?[.!?]{0,3}"
)
"""« en fait jusqu’au 28 », « non, à partir du 22 », « je reviens le 29 » of an absence: other days."""
_AROUND_IT = r"(?:l[ea]?|moi|y|en|dedans|aussi|stp|svp|merci|(?:dans|a|au|de|du)|la|ce|cet|canal|salon|groupe)"
_ENTER = re.compile(
    r"(?:(?:ok|oui|alors|et|bon|super|je|j|tu|on|peux|veux|voudrais|aimerais|vais|bien|comment|l[ea]?|y|en|me?) ){0,7}"
    r"(?:rejoin\w+|entrer?|ajout\w+|inscri\w+|integr\w+|particip\w+|"
    r"(?P<out>quitt\w+|sortir|sors|retir\w+|enlev\w+))"
    rf"(?: {_AROUND_IT}){{0,5}}"
)
"""« rejoins-le », « ajoute-moi dedans », « je veux y entrer », or out, of a channel that was shown."""
_NEAR = re.compile(r"et (?:a|dans|en|vers|pres de|sur) ")
_SEEKING = ("ressources", "annuaire", "annuaire qui", "chercher", "actus cherche")
"""Commands that are followed by what is sought."""
_ABOUT_IT = re.compile(
    r" (?:la dessus|a ce (?:sujet|propos)|(?:sur|pour|dans) (?:ca|cela|ce (?:sujet|theme|probleme|genre de cas))|"
    r"(?:y |ca |cela )?conna[a-z]+ (?:ca|cela)|s y conna[a-z]+(?: (?:la dedans|la dessus|en ca))?|"
    r"sai[st] faire (?:ca|cela))(?= |$)"
)
"""What stands for what was asked for before: « une fiche là-dessus », « quelqu’un qui connaît ça »."""
_ANYBODY = re.compile(
    r"(?:et |ok |sinon |alors |tu connais |je cherche |il y a |y a |y aurait ){0,3}(?:qui|quelqu un|une? coll[a-z]+) "
)
"""What begins a sentence that looks for somebody: « et qui s’y connaît ? »."""
_OWN = frozenset({"stats", "stats exporter", "stats partager"})
"""Commands of one’s own figures."""
_FORMATS = {"excel": "xlsx", "tableur": "xlsx"}


def may_follow(said: str) -> bool:
    """Return whether something may be said of what was asked before: only then that is looked up."""
    said = spell(said)
    plain = " ".join(split_words(said))
    whole = (_BESIDE, _EXPORT, _SEND, _NUMBER, _OF_TICKET, _OF_THEM, _ENTER)
    ways = (_LEAD.match, _TIME.match, _ABOUT_IT.search, *(way.fullmatch for way in whole))
    is_moved = _read_rather(said) is not None or bool(_AWAY.fullmatch(fold(said.strip())))
    return 0 < len(said) <= SAID_MAX and (is_moved or any(way(plain) for way in ways))


def _read_rather(said: str) -> tuple[str, str] | None:
    """Read another day and hour, "" for the one that is not said; None where neither is, or it may be of its own."""
    found = _RATHER.fullmatch(said.strip())
    if not found or not (found["day"] or found["hour"]) or not (found["no"] or found["first"] or found["last"]):
        return None
    return found["day"] or "", found["hour"] or ""


@dataclass(frozen=True)
class SentenceReader:
    """How sentences are read on a day: ``read`` makes the line of a whole one."""

    today: date
    commands: CommandIndex
    read: Callable[[str], str]


def follow_up(before: str, said: str, reader: SentenceReader) -> Reading | None:
    """Read what is said of the line that was asked for ``before``; None where it is no more than itself."""
    name, rest = reader.commands.find(before)
    if not name or not may_follow(said):
        return None
    said = spell(said)
    plain = " ".join(split_words(said))
    if name.split()[0] == "stats" and name not in _OWN and (_EXPORT.fullmatch(plain) or _SEND.fullmatch(plain)):
        return Reading(name_intention(name), before, sure=False, aside="of_territory")
    line = _follow_named(before, name, rest, said, reader)
    if not line and not _NUMBER.fullmatch(plain):
        line = _follow_kind(before, name, rest, plain, reader)
    return Reading(name_intention(reader.commands.find(line)[0]), line, sure=True) if line else None


def _follow_named(before: str, name: str, rest: str, said: str, reader: SentenceReader) -> str:
    """Write the same appointment or absence at another time, or another one by its number; "" where none is meant."""
    if name in _APPOINTMENTS and (moved := _read_rather(said)):
        return _move(name, rest, *moved)
    if name == "absence":
        return _move_absence(rest, fold(said.strip()), reader.today)
    found = _NUMBER.fullmatch(" ".join(split_words(said)))
    numbered = _NUMBERED.match(before)
    return (f"{numbered[1]}{found[1]}" if numbered else f"/ticket {found[1]}" * (name in _OF_TICKETS)) if found else ""


def _follow_kind(before: str, name: str, rest: str, plain: str, reader: SentenceReader) -> str:
    """Write the line for what is said of a ticket, a channel, a list, figures or a search; "" where nothing is."""
    if name == "ticket":
        return before if _OF_TICKET.fullmatch(plain) else ""
    if name == "canaux":
        entered = _ENTER.fullmatch(plain) if rest else None
        return f"/canaux {'quitter' if entered['out'] else 'rejoindre'} {rest}" if entered else ""
    if name in _COMING or name in _PAST:
        return _follow_list(name, plain, reader.today)
    if name.split(maxsplit=1)[0] == "stats":
        return before if _asks_of_them(plain, reader) else _follow_figures(name, rest, plain, reader)
    if _ABOUT_IT.search(plain):
        return _look_for_it(name, rest, plain, reader)
    return _follow_search(name, rest, plain) if name in _SEEKING and plain.startswith("et ") else ""


def _move(name: str, rest: str, day: str, hour: str) -> str:
    """Write the same appointment at another day or hour; "" where the line only showed some."""
    number, _, moment = rest.partition(" ")
    if number.isdigit():
        return f"/rdv décaler {number} {_put_when(moment, day, hour)}"
    is_new = name == "rdv" and (_HOUR_BEFORE.search(rest) or "@" in rest)
    return f"/rdv {_put_when(rest, day, hour)}" if is_new else ""


def _move_absence(rest: str, said: str, today: date) -> str:
    """Write the same absence with another end or beginning; "" where no day is said, or there was none."""
    found = _AWAY.fullmatch(said)
    try:
        days, hours = read_absence(rest, today)
        last = found and (found["last"] or found["to"] or (found["first"] and f"{days.last:%d/%m/%Y}"))
        if found is None or hours:
            return ""
        first = found["from"] or found["first"] or f"{days.start:%d/%m/%Y}"
        moved = read_absence(f"du {first} au {last or found['back']}", today)[0]
    except ValueError:
        return ""
    end = moved.last if last else moved.last - timedelta(days=1)
    return f"/absence du {moved.start:%d/%m/%Y} au {end:%d/%m/%Y}" if moved.start <= end else ""


def _put_when(told: str, day: str, hour: str) -> str:
    """Put another day and hour where those of an appointment stand; what is not said stays as it was."""
    when: list[str] = []
    for old, new in ((_DAY_BEFORE, day), (_HOUR_BEFORE, hour)):
        found = old.search(told)
        when.append(new or (found[0] if found else ""))
        told = f"{told[: found.start()]}\n{told[found.end() :]}" if found else told
    first, *rest = told.split("\n")
    return " ".join(f"{first} {' '.join(when)} {' '.join(rest)}".split())


def _follow_list(name: str, plain: str, today: date) -> str:
    """Write the line of the same list for another period; "" where none is said."""
    period = re.sub(r"^(?:en|pour|sur|de) ", "", _LEAD.sub("", plain))
    is_read = (name in _COMING and read_coming_period(period, today)) or read_period(period, today)
    return f"/{_COMING.get(name) or _PAST[name]} {period}" if is_read else ""


def _follow_search(name: str, rest: str, plain: str) -> str:
    """Write the line that looks for something else, or for the same skill near another place; "" without a word."""
    sought = _cut_articles(_LEAD.sub("", plain))
    if sought and rest and name == "annuaire qui" and _NEAR.match(plain):
        skill = rest.partition(" près de ")[0]
        return f"/{name} {skill} près de {sought}"
    return f"/{name} {sought}" if sought else ""


def _look_for_it(name: str, rest: str, plain: str, reader: SentenceReader) -> str:
    """Write the line that looks for something about what was asked for before; "" where that names nothing."""
    if name not in _SEEKING and name != "hotline":
        return ""
    if name == "hotline":
        rest = reader.commands.find(write_line(Intention.RESSOURCES, hear(rest, reader.today, reader.commands)))[1]
    rest = rest.partition(" près de ")[0]
    if rest and _ANYBODY.match(plain):
        return f"/annuaire qui {rest}"
    line = reader.read(_ABOUT_IT.sub(f" sur {rest} ", plain, count=1)) if rest else ""
    return line if reader.commands.find(line)[0] in _SEEKING else ""


def _cut_articles(sought: str) -> str:
    return re.sub(r"^(?:(?:pres de|vers|autour de|le|la|les|l|des|du|de|un|une) )+", "", sought)


def _follow_figures(name: str, rest: str, plain: str, reader: SentenceReader) -> str:
    """Write the line of other figures, or of the same in a file or on a page; "" where neither is meant."""
    place, period = _cut_period(rest, reader.today)
    if found := _EXPORT.fullmatch(plain):
        wanted = found["format"] or found["only"] or ""
        return " ".join(f"/stats exporter {_FORMATS.get(wanted, wanted)} {period}".split())
    if _SEND.fullmatch(plain):
        return f"/stats partager {period}".rstrip()
    if (found := _BESIDE.fullmatch(plain)) and (beside := _find_beside(found, period, reader.today)):
        return " ".join(f"/{name} {place} {beside.label}".split())
    is_other = _LEAD.match(plain) or _TIME.match(plain)
    line = reader.read(f"stats {_LEAD.sub('', plain)}") if is_other else ""
    other, said = reader.commands.find(line)
    if other.split()[:1] != ["stats"] or (not said and other in {*_OWN, name}):
        return ""
    other_place, other_period = _cut_period(said, reader.today)
    if other == "stats" and not other_place:
        return " ".join(f"/{name} {place} {other_period}".split())
    return line if other_period else f"{line} {period}".rstrip()


def _asks_of_them(plain: str, reader: SentenceReader) -> bool:
    """Whether one of the figures that were shown is asked for, and nothing else."""
    asked = _OF_THEM.fullmatch(plain)
    if asked is None or asked["part"]:
        return asked is not None
    wanted = reader.read(plain)
    return wanted == "/stats" or (not wanted and bool(_AMONG_THEM.search(plain)))


def _find_beside(said: re.Match[str], period: str, today: date) -> Period | None:
    """Find the period before or after one that was shown; None where another unit is said (« la semaine d’avant »)."""
    shown = read_period(period, today)
    earlier = shown and period_before(shown, today)
    if not shown or not earlier:
        return None
    is_its_unit = (shown.start - earlier.start).days in _UNIT_DAYS.get(said["unit"] or "", range(367))
    beside = earlier if said["earlier"] else period_after(shown, today)
    return beside if is_its_unit else None


def _cut_period(rest: str, today: date) -> tuple[str, str]:
    """Cut the period from the end of what follows « /stats … »."""
    words = rest.split()
    at = next((at for at in range(len(words)) if read_period(" ".join(words[at:]), today)), len(words))
    return " ".join(words[:at]), " ".join(words[at:])
