"""What animateurs, hotline agents and leaders ask for in plain words: read only for those who may do it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.command_lines import CommandIndex
from bot.french import ANY_NUMBER_WORD, digits
from config.time import MOMENT
from dialogs.plain_words.commands import name_intention
from dialogs.plain_words.readings import Intention, Reading
from dialogs.plain_words.reports import fold_words
from storage.urls import first_link, first_permalink

SAID_MAX = 300
"""Characters: what is longer is a story."""
_TAKE_AWAY = r"(?:masqu|cach|retir|supprim|enlev|effac)(?:e|er|es|ez)"
_WRITE = r"(?:programm|planifi|prepar|redig|ecri|envo|fai|publi|diffus|lanc|cre|post|pass)\w*"


def _write_announcement(text: str) -> str:
    """Write the announcement that is told after « : », with the moment and the places before it, or what is to be
    announced."""
    head, *told = _TOLD.split(text, maxsplit=1)
    if told:
        moment = MOMENT.search(head)
        when = moment[0].strip() if moment else ""
        where = re.split(r"\bannonce\b", MOMENT.sub(" ", head, count=1), maxsplit=1, flags=re.IGNORECASE)[-1].strip()
        first = f"{when} {where if _TO_PLACE.match(where) else ''}".strip()
        return f"annonce {first} : {told[0]}" if first else f"annonce {told[0]}"
    found = _TO_ANNOUNCE.search(text)
    return f"annonce {found[1]}" if found else "annonce"


_TO_PLACE = re.compile(r"(?:dans|aux?|[àa]|pour|en|sur)\b", re.IGNORECASE)
"""What leads to the places of an announcement."""
_TOLD = re.compile(r"\s?:\s|\s(?:pour dire|disant|qui dit|pour annoncer|pour prévenir) (?:que |qu['’])", re.IGNORECASE)
"""What leads to the words of an announcement."""
_TO_ANNOUNCE = re.compile(
    r"\bannoncer (?:à tous |à tout le monde )?(?:que |qu['’])?(.+?)(?: à (?:tou\w+ .*|tou\w+))?[.!]?$", re.IGNORECASE
)


_WHY = re.compile(
    r"\b(?:car|parce qu\w+|raison :|motif :|pour cause de|pour)\s+(?!\d|une? (?:heure|jour|semaine))(.+)$", re.I
)
_LASTING = re.compile(r"\b(\d+|une?|deux|trois) ?(min|h|heures?|j|jours?|semaines?)\b", re.IGNORECASE)


def _write_on_message(act: str) -> Callable[[str], str]:
    """Write the line of an act on the message whose link is given, with the reason."""

    def write(text: str) -> str:
        link, reason = first_permalink(text), _WHY.search(text)
        return f"moderer {act} {link} {reason[1] if link and reason else ''}"

    return write


def _write_on_person(act: str) -> Callable[[str], str]:
    """Write the line of an act on somebody, with how long and the reason."""

    def write(text: str) -> str:
        who, reason = _WHOM.search(text), _WHY.search(text)
        lasting = _LASTING.search(text[: reason.start()] if reason else text)
        said = f"{_COUNTED.get(lasting[1].lower(), lasting[1])}{_UNITS[lasting[2][0].lower()]}" if lasting else ""
        return (
            f"moderer {act} {f'@{who[1]}' if who else ''} {said if who else ''} {reason[1] if who and reason else ''}"
        )

    return write


_WHOM = re.compile(
    r"(?:@|\b(?:averti\w+|taire|ecriture de|écriture de|mets|mettre|met|mute[rz]?) "
    r"(?!l[ea]s?\b|l['’]|en\b|au?\b|son\b|m[eao][ns]?\b|dans\b|tou))(\w[\w.-]*)",
    re.IGNORECASE,
)
_NOBODY = (
    r"(?!(?:moi|nous|les?|la|l|une?|des?|ces?|cet|cette|tou\w+|m[aeo]n?s?|[st][aeo]n?s?|nos|notre|vos|votre|rdv)\b)"
)
"""What follows a verb and is no name."""
_MOVED = re.compile(
    rf"\b(?:d[ée]plac|mut|transf[eèé]r|bascul|pass|met)\w{{0,4}} {_NOBODY}@?(\w[\w.-]{{1,40}}) "
    r"(?:dans|en|vers|au|à|a|sur) (?:(?:le|la|d[ée]partement) ){0,2}(\d\w\d?)\W{0,3}$",
    re.IGNORECASE,
)


def _write_move(text: str) -> str:
    """Write the line that moves somebody to another département."""
    found = _MOVED.search(text)
    return f"membres deplacer @{found[1]} {found[2]}" if found else "membres deplacer"


def _write_outage(text: str) -> str:
    """Write the line that declares an outage, with what does not work."""
    return f"ticket panne {_DECLARED.sub('', _OUTAGE.sub('', text)).strip(' ,.:;!')}"


_OUTAGE = re.compile(r"^\W{0,3}(?:(?:nouvelle|grosse) )?panne\s{0,2}:\s{0,2}", re.IGNORECASE)
_DECLARED = re.compile(r"[,;:.!]? ?\b(?:à|a) (?:d[ée]clarer|signaler)\W{0,3}$", re.IGNORECASE)
_COUNTED = {"un": "1", "une": "1", "deux": "2", "trois": "3"}
_UNITS = {"m": "min", "h": "h", "j": "j", "s": "sem"}


def _write_lock(text: str) -> str:
    """Write the line that locks a channel, or that opens it again, with its name and how long."""
    act = "deverrouiller" if re.search(r"\b(?:d[ée]verrouill|r?[oé]?ouvr)", text, re.IGNORECASE) else "verrouiller"
    named = re.search(r"\b(?:canal|salon)\s+(.+?)[.!]?$", text, re.IGNORECASE)
    lasting = re.sub(r"\bpendant\s+", "", named[1], flags=re.IGNORECASE) if named else ""
    return f"moderer {act} {lasting}"


def _write_role(text: str) -> str:
    name = re.search(r"@[\w.-]+", text) or _NAMED.search(text)
    role = re.search(
        r"\b(?:coordina|anima|conseill|agent|support)\w*", text.replace(name[0], "") if name else text, re.I
    )
    named = name[name.lastindex or 0] if name else ""
    return f"membres role {named} {role[0] if role else ''}"


def _write_territory(text: str) -> str:
    """Write the line of a territory’s figures: nobody is told who stored reports, and who did not."""
    code = re.search(r"\b(?:dans|du|en|pour) (?:l[ea] )?(\d[\dab]\d?)\b", text, re.IGNORECASE)
    return f"stats departement {code[1] if code else ''}"


_NAMED = re.compile(
    r"\b(?:ajoute|met[sz]?|mettre|passe|nomme|donne|change|promeu)\w* (?!l[ea]\b|un\b|son\b|du\b|l['’])"
    r"([\w.-]+) (?=au |le |comme |en |dans )"
    r"|\bà ([\w.-]+)\W*$",
    re.IGNORECASE,
)
"""Who is named without « @ »: « mets ines au rôle de coordinatrice », « donne le rôle d’animateur à ines »."""


@dataclass(frozen=True)
class _Duty:
    """``said`` is how people ask for it, ``write`` makes the line; ``is_shown`` where it only shows something;
    ``aside`` names what is to be said about it first. ``of`` is a command of those whose duty it is, where everybody
    may type the line."""

    said: re.Pattern[str]
    write: Callable[[str], str]
    is_shown: bool = True
    aside: str = ""
    of: str = ""


_NUMBERED = r"(?:(?:l[ea]|au|du|de|a|ticket|demande|n|no|numero) )+(\d{1,6})\b"
_SERVE = (
    r"(?:pren(?:ds?|dre|ons)|pris|(?:m )?occupe\w*|ferm\w+|clo[st]\w*|clotur\w+|reso[ul]\w+|repon\w+|transf\w+|pass\w+|"
    r"attribu\w+|assign\w+|confi\w+|liber\w+|rouvr\w+|reouvr\w+|trait\w+|regl\w+)"
)
_LEAD = (
    r"^ (?:(?:ok|bon|alors|bonjour|svp|stp|moi|je|j|en|on|nous|tu|vous|peux|pouvez|il|faut|vais|veux|voudrais|viens|ai|"
    r"dois|a|de) )*"
)
_A_DAY = (
    r"(?! (?:(?:du mois|h|\d+|d(?:es?|u|ans) (?:la |les? |l |mes )?(?:actus?|actualites?|newsletter|sondages?|fiches?|"
    r"idees?|agenda|lots?|kits?|rdv|cras?))\b|a \d|janv|fev|mars|avril|mai\b|juin|juillet|aout|sept|oct|nov|dec|"
    r"prochain|matin|midi|soir|apres|pers|min|heure|jour|h\b|%))"
)
_TICKET_MEANT = (
    re.compile(rf"{_LEAD}{_SERVE} (?:(?:encore|donc|aussi|bien|moi|en charge) )*{_NUMBERED}{_A_DAY}"),
    re.compile(
        rf"^ (?:(?:et|ok|alors) )*{_NUMBERED} (?:(?:est|c est|un|le|meme|bien|deja) )*"
        r"(?:(?:doublon|regle|resol|fini|clos)|"
        rf"(?:(?:la )?meme (?:chose |demande )?qu?e?|pareille?|comme|identique a) {_NUMBERED})"
    ),
)
"""How agents say what becomes of a ticket: « je prends le 4 », « ferme le 4 », « le 3 est un doublon du 1 »."""


def _show_ticket(text: str) -> str:
    plain = _fold_numbers(text)
    return next((f"ticket {found[1]}" for way in _TICKET_MEANT if (found := way.search(plain))), "ticket liste")


_URGENT = re.compile(r" (?:urgent|bloquant|prioritaire)\w* ")


def _show(line: str) -> Callable[[str], str]:
    return lambda _: line


_DUTIES = (
    _Duty(
        re.compile(r"^(?!.* (?:demande|ticket|hotline) ).* signal(?:e|er|ons|ez|ement)? .*http.* pl [a-z0-9]{26} "),
        lambda text: f"signaler {first_permalink(text)}",
    ),
    _Duty(
        re.compile(
            r" (?:les|des|quels|nouveaux|derniers) (?:\w+ )?(?:signalements|messages signales) "
            r"| (?:les|quels|des) dossiers (?:sont |qui )?"
            r"(?:attend|en attente|en cours|a traiter|de moderation|ouverts)"
            r"|^ (?:\S+ )?(?:(?:les|le|mes) )?dossiers? (?:n |numero )?\d* ?$"
        ),
        _show("moderer dossiers"),
    ),
    _Duty(
        re.compile(
            r"^ (?:(?:et|alors|bonjour|coop|qu|est|ce|il|y|a|quoi) )*(?:quoi|qui) (?:m |nous )?attend"
            r"(?: encore| aujourd hui| ici| ce matin| moi)* $"
            r"|^ (?:(?:et|alors|qu|est|ce|que|il|y|a|quoi|j|ai) )+a (?:faire|traiter)(?: aujourd hui| ce matin)? $"
        ),
        _show("accueil"),
    ),
    _Duty(
        re.compile(
            rf"{_LEAD}(?:publi|approuv|valid|reli|relec|modifi|corrig|sor)\w* (?:les |la |nos )?(?:actus|newsletter) $"
        ),
        _show("actus brouillon"),
    ),
    _Duty(
        re.compile(
            r"^(?!.* (?:mon|ma|mes|mien|j|je|me|moi) ) (?:\S+ ){0,4}?(?:combien|ou en (?:est|sont)|et|alors|qui|reste) "
            r"(?:\S+ ){0,4}?(?:kits|colis|lots? de kits?)"
            r"(?: (?:commandes?|partis?|recus?|livres?|manquants?|abimes?)){0,3} $"
        ),
        _show("kit lots"),
    ),
    _Duty(
        re.compile(
            rf"{_LEAD}(?:sui[st]|suivre|ajoute\w{{0,2}}) (?:\S+ ){{0,3}}?(?:flux|rss|blog) (?:\S+ ){{0,4}}?http"
        ),
        lambda text: f"actus flux ajouter {first_link(text)}",
        is_shown=False,
    ),
    _Duty(re.compile(r" (?:de garde|d astreinte) (?:\S+ ){0,4}$"), _show("garde")),
    _Duty(
        re.compile(r"^ (?:(?:nouvelle|grosse) )?panne (?:\S+ ){1,30}?a (?:declarer|signaler) $"),
        _write_outage,
        is_shown=False,
    ),
    _Duty(
        re.compile(
            r" (?:la|les|cette|une) pannes? (?:\S+ ){0,4}?(?:finie?s?|terminee?s?|reparee?s?|resolue?s?|reglee?s?) $"
            r"|^ (?:\S+ ){0,4}?(?:ecri\w+|previens?|prevenir|dis|dites|dire|reponds?) (?:\S+ ){0,6}?de la panne "
        ),
        _show("ticket panne"),
    ),
    _Duty(
        re.compile(
            r"^ (?:\S+ ){0,3}?(?:tickets?|demandes)(?: d aide| de la hotline)? (?:qui )?(?:sont |restent |encore )*"
            r"(?:libres?|a prendre|non prise?s|sans agent) $"
        ),
        _show("ticket liste libres"),
    ),
    _Duty(
        re.compile(
            r"^(?!.* (?:mes|mon|ma|moi|jai|j) ) (?:\S+ ){0,4}?(?:tickets?|demandes)(?: d aide| de la hotline)? "
            r"(?:qui )?(?:sont |restent |encore )*(?:en retard|trainent|attendent|en attente|en cours|ouvert\w*|"
            r"urgent\w*|non (?:resolu|traite)\w*|sans reponse|a traiter)(?: une reponse| encore| aujourd hui| ici)* $"
            r"|^ (?:\S+ ){0,2}?(?:quoi|qui|ce qui) attend(?:ent)? (?:une |encore )*(?:reponse|agent) $"
        ),
        lambda text: f"ticket liste {'urgent' * bool(_URGENT.search(fold_words(text)))}",
    ),
    _Duty(
        re.compile(
            "|".join(way.pattern for way in _TICKET_MEANT)
            + r"|^ (?:c est|ca c est|il s agit d|celle ci est|celui ci est) (?:bien )?(?:un |le )?doublon "
        ),
        _show_ticket,
        of="ticket liste",
    ),
    _Duty(
        re.compile(
            rf" {_WRITE} (?:\S+ ){{0,4}}?(?:une |l |cette |mon )annonce |"
            r" (?:veux|voudrais|dois|souhaite|faut|aimerais) annoncer (?:\S+ ){1,30}?(?:a tous|a toutes|a tout le) |"
            r" annoncer a (?:tous|tout le monde) "
        ),
        _write_announcement,
        is_shown=False,
    ),
    _Duty(
        re.compile(rf" {_TAKE_AWAY} (?:moi |nous )?(?:(?:ce|le|cette) (?:message|post|fil|commentaire)|https?) "),
        _write_on_message("masquer"),
        is_shown=False,
    ),
    _Duty(
        re.compile(rf"{_LEAD}deplac\w+ (?:moi )?(?:(?:ce|le|cette) (?:message|post|fil|discussion)|https?) "),
        _write_on_message("deplacer"),
        is_shown=False,
    ),
    _Duty(
        re.compile(rf"{_LEAD}(?:(?:de)?verrouill|re?ouvr)\w+ (?:ce|le) (?:canal|salon) (?!.*archiv)"),
        _write_lock,
        is_shown=False,
    ),
    _Duty(
        re.compile(
            rf"{_LEAD}(?:degage\w?|retire\w?|enleve\w?|sor[st]\w*) {_NOBODY}\S+ (?:du|de) (?:canal|salon) "
            rf"|{_LEAD}(?:vire[rz]?|exclu\w*|expuls\w+|bann\w+) {_NOBODY}\S+ "
            rf"|{_LEAD}(?:supprim|effac|retir|enlev|nettoi|nettoy)\w+ (?:tous )?(?:les )?(?:derniers )?messages "
            r"(?:de|d) (?!la )\S+ "
        ),
        _show("moderer exclure"),
        is_shown=False,
    ),
    _Duty(
        re.compile(
            rf"{_LEAD}(?:deplac|mut|transfer|bascul|pass|met)\w* {_NOBODY}\S+ (?:dans|en|vers|au|a|sur) "
            r"(?:(?:le|la|departement) ){0,2}(?:\d\d|2[ab]|97\d) $"
        ),
        _write_move,
        is_shown=False,
    ),
    _Duty(re.compile(r" depingl\w+ | desepingl\w+ "), _write_on_message("desepingler"), is_shown=False),
    _Duty(
        re.compile(r"^ (?:\S+ ){0,4}?epingl\w+ (?:\S+ )*?(?:ce|le|message|https?) "),
        _write_on_message("epingler"),
        is_shown=False,
    ),
    _Duty(
        re.compile(
            r" (?:fai\w+|fasse\w*) taire \S+ |^ (?:\S+ ){0,2}?mute[rz]? (?!moi |le |la |ce )\S+ "
            r"| (?:en|au) silence | suspend\w* l ecriture "
        ),
        _write_on_person("silence"),
        is_shown=False,
    ),
    _Duty(
        re.compile(
            r"^ (?:(?:il|faut|peux|tu|on|je|veux|merci|de|d) )*averti(?:s|r|ssez|ssons) "
            r"(?!(?:moi|nous|les?|la|l|tou\w+|mes|nos|mon|ma|quand|si|que|des|chacun|ceux) )"
        ),
        _write_on_person("avertir"),
        is_shown=False,
    ),
    _Duty(
        re.compile(
            r" (?:annul\w+|lev\w+|revi\w+ sur|retir\w+) (?:\S+ ){0,3}?"
            r"(?:mesure|silence|suspension|avertissement|sanction)s? "
        ),
        _show("moderer journal"),
    ),
    _Duty(
        re.compile(r" (?:ajoute|met[sz]?|mettre|passe|nomme|donne|change|promeu)\w* (?:\S+ ){0,6}?role "),
        _write_role,
        is_shown=False,
    ),
    _Duty(
        re.compile(
            r" (?:qui|lesquels|chacun|tout le monde|(?:combien|tous|toutes)(?: d?(?:l?es|e) \S+)?|"
            r"(?:l|m|n|d|c)[eo]s (?:conseillers?|conseilleres?|cnfs|collegues|agents))(?: qui)?(?: n)? ?(?:a|ont|na) "
            r"(?:(?:encore|toujours|bien|deja|tous|pas|rien|aucun cra) ){0,3}"
            r"(?:(?:saisi|rempli|declare|rentre)\w{0,2} (?:(?:s[eao]s|leurs?|d[eu]s?|les|un|son) ){0,2}"
            r"(?:$|cras?|comptes? rendus?|ce|cette|en|dans|depuis|hier|aujourd)|"
            r"fait (?:(?:tous|leurs?|ses|son|de|les) ){1,2}(?:cras?|comptes? rendus?))"
        ),
        lambda text: f"{_write_territory(text)} ce mois-ci",
        is_shown=False,
        aside="who_filed",
    ),
    _Duty(
        re.compile(
            r"^ (?:\S+ ){0,4}?qu?(?:oi|e)? (?:(?:est ce|c est|qu|que) ){0,2}(?:ont|a) (?:bien )?fait "
            r"(?:mes|les|nos|l|mon) (?:conseill\w+|cnfs|equipe|departement) "
        ),
        _write_territory,
    ),
    _Duty(
        re.compile(
            r"(?:^ (?:et )?| (?:chiffres?|stats?|statistiques?|nombre|combien|cras?|rendus?|resultats?) (?:\S+ ){0,4}?)"
            r"(?:par|(?:de |pour )?chaque) (?:conseill\w+|cnfs) "
        ),
        _write_territory,
        is_shown=False,
        aside="who_filed",
    ),
)


_SPELLED = re.compile(rf"(?<= l[ae] )(?!une? ){ANY_NUMBER_WORD}(?: (?:et )?{ANY_NUMBER_WORD})*(?= )")
"""The number of a ticket in words: « la douze »."""


def _fold_numbers(text: str) -> str:
    """Fold a text, the numbers of tickets in figures."""
    return _SPELLED.sub(lambda number: digits(number[0]), fold_words(text))


def read_duty(text: str, commands: CommandIndex, usual: Reading) -> Reading | None:
    """Read what somebody with a duty asks for; ``usual`` is what the same words mean to all others. None for all
    else."""
    plain = _fold_numbers(text)
    duty = next((each for each in _DUTIES if each.said.search(plain)), None) if len(text) <= SAID_MAX else None
    if duty is None or usual.intention is Intention.BROUILLON:
        return None
    line, is_shown = f"/{' '.join(duty.write(text).split())}", duty.is_shown
    if usual.line.startswith(f"{line} "):
        line, is_shown = usual.line, is_shown and usual.sure  # the same, with details
    name = commands.find(line)[0]
    own = _propose_news(line) if name == "annonce" and usual.line in ("", "/annonce", "/aide", "/canaux") else usual
    found = Reading(name_intention(name), line, is_shown, instead=own, aside=duty.aside, duty=duty.of)
    return found if name else None


def _propose_news(line: str) -> Reading:
    """Read an announcement of who may write none as a piece of news, which the team reads before all do."""
    told = line.removeprefix("/annonce").partition(" : ")
    return Reading(Intention.ACTUS, f"/actus proposer {(told[2] or told[0]).strip()}", sure=False, aside="to_all")
