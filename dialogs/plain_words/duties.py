"""What animateurs, hotline agents and leaders ask for in plain words: read only for those who may do it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bot.command_lines import CommandIndex
from config.time import MOMENT
from dialogs.plain_words.commands import name_intention
from dialogs.plain_words.readings import Reading
from dialogs.plain_words.reports import fold_words

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


_LINKED = re.compile(r"https?://\S{1,200}?/pl/[a-z0-9]{26}")


def _write_hiding(text: str) -> str:
    found = _LINKED.search(text)
    reason = re.search(r"\b(?:car|parce qu\w+|raison :|motif :)\s*(.+)$", text, re.IGNORECASE)
    return f"moderer masquer {found[0]} {reason[1] if reason else ''}" if found else ""


def _write_role(text: str) -> str:
    name = re.search(r"@[\w.-]+", text)
    role = re.search(
        r"\b(?:coordina|anima|conseill|agent|support)\w*", text.replace(name[0], "") if name else text, re.I
    )
    return f"membres role {name[0] if name else ''} {role[0] if role else ''}"


@dataclass(frozen=True)
class _Duty:
    """``said`` is how people ask for it, ``write`` makes the line; ``is_shown`` where it only shows something;
    ``aside`` names what is to be said about it first."""

    said: re.Pattern[str]
    write: Callable[[str], str]
    is_shown: bool = True
    aside: str = ""


def _show(line: str) -> Callable[[str], str]:
    return lambda _: line


_DUTIES = (
    _Duty(
        re.compile(
            r" (?:les|des|quels|nouveaux|derniers) (?:\w+ )?(?:signalements|messages signales) "
            r"| (?:les|quels|des) dossiers (?:(?:qui )?attend|en attente|en cours|a traiter|de moderation|ouverts)"
        ),
        _show("moderer dossiers"),
    ),
    _Duty(re.compile(r" (?:de garde|d astreinte) (?:\S+ ){0,4}$"), _show("garde")),
    _Duty(
        re.compile(
            r"^(?!.* (?:mes|mon|ma|moi|jai|j) ) (?:\S+ ){0,4}?(?:tickets?|demandes)(?: d aide| de la hotline)? "
            r"(?:qui (?:sont )?)?(?:en retard|trainent|en attente|en cours|ouvert\w*|urgent\w*|"
            r"non (?:resolu|traite)\w*|sans reponse|a traiter) $"
        ),
        _show("ticket liste"),
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
        re.compile(rf" {_TAKE_AWAY} (?:moi |nous )?(?:ce |le |cette )(?:message|post|fil|commentaire) "),
        _write_hiding,
        is_shown=False,
    ),
    _Duty(
        re.compile(r" (?:ajoute|met[sz]?|mettre|passe|nomme|donne|change|promeu)\w* (?:\S+ ){0,6}?role "),
        _write_role,
        is_shown=False,
    ),
    _Duty(
        re.compile(
            r" qui (?:n a|n ont|na|a) (?:encore )?(?:rien|pas|aucun cra) (?:encore )?"
            r"(?:saisi|rempli|declare|fait (?:ses|de|leurs) (?:cra|comptes?))"
        ),
        _show("stats departement ce mois-ci"),
        is_shown=False,
        aside="who_filed",
    ),
)


def read_duty(text: str, commands: CommandIndex, usual: Reading) -> Reading | None:
    """Read what somebody with a duty asks for; ``usual`` is what the same words mean to all others. None for all
    else."""
    plain = fold_words(text)
    duty = next((each for each in _DUTIES if each.said.search(plain)), None) if len(text) <= SAID_MAX else None
    if duty is None:
        return None
    line = f"/{' '.join(duty.write(text).split())}"
    name = commands.find(line)[0]
    return Reading(name_intention(name), line, sure=duty.is_shown, instead=usual, aside=duty.aside) if name else None
