"""Short words that answer what was asked before: « oui », « c’est bon », « annule », « merci », 👍."""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Literal

from config import tables
from config.text import fold, split_words
from dialogs.plain_words.slips import spell


class ShortAnswer(StrEnum):
    """What a short word means to who asked something."""

    YES = "yes"
    NO = "no"
    THANKS = "thanks"


ANSWER_MAX = 60
"""Characters: what is longer says more than that."""
_EMOJIS = {
    **dict.fromkeys("👍👌✅✔🆗💯", " oui "),
    **dict.fromkeys("👎❌🚫✖", " non "),
    **dict.fromkeys("🙏❤", " merci "),
}
_NAMES = {
    **dict.fromkeys(("+1", "thumbsup", "ok_hand", "white_check_mark", "heavy_check_mark", "ok"), " oui "),
    **dict.fromkeys(("-1", "thumbsdown", "x", "no_entry_sign"), " non "),
    **dict.fromkeys(("pray", "heart"), " merci "),
}


def _reduce(said: str) -> str:
    """The words of what is said, as they are compared; of a long text, no more than tells that it is long."""
    return " ".join(split_words(said[: ANSWER_MAX + 1]))


def _list_words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_YES = _list_words(
    """
    oui ouais ouaip ouep yes yep ok okay dac daccord accord dacc parfait parfaite nickel impec impeccable valide valider
    validez confirme confirmer enregistre enregistrer enregistrez exact exactement volontiers vas allez go top super
    banco absolument evidemment envoie sauvegarde
    """
)
_NO = _list_words(
    """
    non nan nope no annule annuler annulez stop abandonne abandonner tant laisse oublie jamais pas efface
    supprime supprimer supprimez jette
    """
)
_THANKS = _list_words("merci mercii mercis thanks mci mrc remerciements")
_AROUND = _list_words(
    """
    a beaucoup bien bon bonne bonsoir bonjour bot bs c ca cela ces cest cette comme coop d de du est et fait
    faire faut finalement grave il je j l la le les lui m me moi mille mieux n ne non on oh ouf par pis pour pr
    que quand qu rien s si sur svp stp t te tout toute tous tres tomber trop vite vous va y euh ah bah ben mais
    besoin aide aidee infiniment gentil chef sympa reglee regle resolu resolue marche fonctionne journee soiree
    """
)
_GOOD = frozenset({"bon", "regle", "reglee", "resolu", "resolue", "marche", "fonctionne", "fait"})


def read_answer(said: str) -> ShortAnswer | None:
    """What a short word answers; None for what says more, or both."""
    if len(said) > ANSWER_MAX or "?" in said:
        return None
    words = _split(said)
    if not words or not all(word in _YES | _NO | _THANKS | _AROUND for word in words):
        return None
    if any(word in _NO for word in words):
        return None if words[0] in _YES and "mais" in words else ShortAnswer.NO
    if any(word in _YES for word in words) or (len(words) > 1 and any(word in _GOOD for word in words)):
        return ShortAnswer.YES
    return ShortAnswer.THANKS if any(word in _THANKS for word in words) else None


def says_thanks(said: str) -> bool:
    """Whether thanks are among the words: « merci, c’est bon »."""
    return not _THANKS.isdisjoint(_split(said))


def only_thanks(said: str) -> bool:
    """Whether thanks close what was said, without a word that agrees to something: « c’est bon merci »."""
    return says_thanks(said) and _YES.isdisjoint(_split(said))


_SOLVED = _GOOD - {"bon", "fait"}


def says_solved(said: str) -> bool:
    """Whether something is said to work again, or to be settled, and nothing agreed to: « c’est réglé »."""
    return not _SOLVED.isdisjoint(_split(said)) and _YES.isdisjoint(_split(said))


_PUZZLED = re.compile(
    r"(?:(?:mais|euh|ben|bah|attends?|non|pardon|desole) )*(?:"
    r"(?:c est|c etait) quoi(?: (?:ca|cela|ce (?:truc|message|bouton)))?|qu est ce que c est(?: que ca)?|"
    r"(?:quoi|hein|pardon|comment ca|c est a dire|ca veut dire quoi|pourquoi)|"
    r"(?:je )?(?:ne )?(?:n ai |ai )?(?:comprends|comprend|compris|pige) (?:pas|rien)(?: (?:la question|bien|tout))?|"
    r"pas compris|je (?:dois|fais) (?:faire )?quoi(?: la| maintenant)?|(?:et )?quoi faire(?: maintenant)?"
    r")"
)


def is_puzzled(said: str) -> bool:
    """Whether somebody does not see what they are asked: « c’est quoi ? »."""
    return bool(_PUZZLED.fullmatch(_reduce(said)))


_SAVE = ("enregistr", "sauvegard", "valid")


def says_save(said: str) -> bool:
    """Whether something is to be saved: « enregistre »."""
    return any(word.startswith(_SAVE) for word in _split(said))


_INSULTS = re.compile(
    r"\b(?:nul(?:le)?|inutile|debile|idiote?|stupide|con(?:ne)?|connards?|connasse|abruti|imbecile|merde|merdique|pourri"
    r"|chier|foutre|putain|fdp|ntm|tg|ta gueule|salope|encule|sers? a rien|servez? a rien)\b"
)
_OTHERS = re.compile(r"\b(?:signal\w*|dossier|il|elle|ils|elles|quelqu un|message|canal)\b")


def is_rude(said: str) -> bool:
    """Whether somebody scolds the bot: « tu es nul ». What is said of others is not meant."""
    plain = _reduce(said)
    return len(said) <= ANSWER_MAX and bool(_INSULTS.search(plain)) and not _OTHERS.search(plain)


_MOMENT = r"(?:une?|deux|2) (?:petite? )?(?:minutes?|secondes?|instants?)"
_WAIT = re.compile(
    rf"(?:(?:non|oui|euh|oh|ah|bon|ok) )*(?:attend[sz]?|attendez|patiente[zr]?|{_MOMENT})"
    rf"(?: (?:{_MOMENT}|stp|svp|un peu|je (?:verifie|regarde|reviens|cherche)))*"
)


def says_wait(said: str) -> bool:
    """Whether somebody asks for a moment: « attends »."""
    return bool(_WAIT.fullmatch(_reduce(said)))


_CANCEL = ("annul", "supprim", "abandon", "effac", "jette", "stop", "laisse")


def says_cancel(said: str) -> bool:
    """Whether something is to be left: « annule », but not a mere « non »."""
    return any(word.startswith(_CANCEL) for word in _split(said))


_RIGHT = re.compile(
    r"(?:(?:non|oui|si|ah|oups|en fait|finalement|pardon|mais|ok) )*(?:"
    r"(?:(?:c|ca|tout|il|elle) )?(?:est|etait|va|allait)(?: (?:bien|tout a fait|tres|deja))*"
    r"(?: (?:bon|bonne|juste|correcte?|exacte?|ca|cela|parfait))?(?: comme (?:ca|cela))?|"
    r"bon|ok|parfait|nickel|rien(?: du tout)?|"
    r"(?:laisse[rz]? |c etait bien )?(?:tel quel|comme (?:ca|c est|c etait)|ainsi)|"
    r"(?:tu peux |vous pouvez |on )?(?:enregistre[rz]?|valide[rz]?|sauvegarde[rz]?))"
)


def says_right(said: str) -> bool:
    """Whether all is said to be right as it is: « c’est bon », « laisse comme ça », « enregistre »."""
    return bool(_RIGHT.fullmatch(_reduce(said)))


_RESUME = re.compile(
    r"(?:(?:non|oups|mince|zut|ah|oh|euh|attends?|attendez|en fait|finalement|pardon|mais|bon|ben|si) )*"
    r"(?:(?:je (?:veux|voudrais)|peux tu|tu peux|on peut|il faut|faut) (?:le |la |l )?)?"
    r"(?:repren(?:d[sre]*|ons|ez)|remets|remettez|rends|redonne|remontre|retablis|restaure|recupere[rz]?|reviens|garde)"
    r"(?: (?:le|la|les|moi|ca|cela|tout|mon|cra|rdv|rendez vous|compte rendu|apercu|en arriere))*|"
    r"(?:(?:oups|mince|zut|non|pardon) )*(?:j ai|c etait|je l ai) (?:annule|clique|supprime|appuye) (?:\S+ )?"
    r"par erreur|"
    r"(?:non |oups |mince )?finalement si|annule l annulation"
)


def resumes(said: str) -> bool:
    """Whether what was just dropped is wanted back: « reprendre », « finalement si »."""
    return bool(_RESUME.fullmatch(_reduce(said)))


_RETURN = _list_words(
    """
    a ah alors apercu au bon c ca compte cra de donc du coup en est et etait etais fait fini finir j je l la le les ma
    mon montre notre nous on ou ok passe reprend reprendre reprends reprenons retour revenir reviens revenons remontre
    rendu suis tu veux voudrais voir vois
    """
)
_REPORT = ("compte rendu", "cra", "apercu", "on en etait", "en etait on", "j en etais", "en etais je")


def returns_to_report(said: str) -> bool:
    """Whether somebody comes back to the report that they were telling: « et mon compte rendu ? »."""
    plain = _reduce(said)
    return bool(plain) and _RETURN.issuperset(plain.split()) and any(f" {each} " in f" {plain} " for each in _REPORT)


_PLACES = ("premiere?|1er|1re|1ere", "deuxieme|2e|2eme|seconde?", "troisieme|3e|3eme", "derniere?")
LAST = -1
_ORDINAL = re.compile(
    r"(?:alors |plutot |non )?(?:le |la )?(?:choix |bouton |proposition )?"
    rf"(?:{'|'.join(f'({place})' for place in _PLACES)})(?: (?:stp|svp|merci|s il (?:te|vous) plait))?"
)
"""One of several things, by its place."""


def read_ordinal(said: str) -> int:
    """Which of several things is chosen by its place: 2 for « le deuxième », LAST for the last; 0 where none is."""
    found = _ORDINAL.fullmatch(spell(_reduce(said)))
    place = next((place for place, each in enumerate(found.groups(), 1) if each), 0) if found else 0
    return LAST if place == len(_PLACES) else place


_NTH = re.compile(
    r"(?:(?:montre|voir|affiche|ouvre|modifi\w*|suppr\w*) )?(?:le |la |l )?(\d{1,2})(?:er|re|ere|e|eme|ieme)"
)


def names_place(said: str) -> bool:
    """Whether something is meant by its place in a list, and not said otherwise: « le 15eme »."""
    plain = _reduce(said)
    return bool(_NTH.fullmatch(plain)) or read_ordinal(said) != 0 or read_listed(said)[1] != 0


_ACTS = {
    "modifier": "modif|corrig|chang|edit|ouvr",
    "dupliquer": "dupli|copi|refai|refer|reprend",
    "supprimer": "suppr|effac|enlev|retir|annul",
}
_SHOWING = frozenset(("montre", "montrer", "voir", "affiche", "choisis", "prends", "regarde"))
_COUNTED = re.compile(r"(?:le |la )(\d{1,2})(?:er|re|ere|e|eme|ieme)")
_NUMBERED = re.compile(r"(?:le |la )(\d{1,6})")
_MINE = re.compile(r"^(?:mon|ma) ")
_LISTED = re.compile(
    r"(?:(?P<act>[a-z]+) (?:moi )?)?(?P<which>(?:le|la|mon|ma) \S+)"
    r"(?: (?:cra?|compte rendu|saisie|ticket|demande|rdv|fiche))?"
)


def read_listed(said: str) -> tuple[str, int]:
    """What is to be done with one of a list, and its place there: « supprime le 2e »; 0 where none is meant."""
    found = _LISTED.fullmatch(spell(_reduce(said)))
    counted = _COUNTED.fullmatch(found["which"]) if found else None
    counted = counted or (_NUMBERED.fullmatch(found["which"]) if found and found["act"] else None)
    place = int(counted[1]) if counted else read_ordinal(_MINE.sub("le ", found["which"])) if found else 0
    begun = found["act"] or "" if found else ""
    act = find_act(begun)
    return (act, place) if place and (act or not begun or begun in _SHOWING) else ("", 0)


def find_act(verb: str) -> str:
    """Find what a verb asks to be done with one of a list; "" where it is only to be shown."""
    return next((act for act, begins in _ACTS.items() if verb and re.match(begins, verb)), "")


_SHORTCODE = re.compile(r"(?<![\w:]):(?=[a-z0-9_+-]*[a-z+-])([a-z0-9_+-]{1,60}):(?!\w)")
_ANY_EMOJI = "🙂"


def draw_emojis(text: str) -> str:
    """Write each emoji as its sign: clients send « :smile: » for those that are chosen from a list. One that answers
    something stays, as does one that nobody knows, unless nothing else is said."""
    known, alone = _read_signs(), not _SHORTCODE.sub("", text).strip()
    return _SHORTCODE.sub(
        lambda at: at[0] if at[1] in _NAMES else known.get(at[1], _ANY_EMOJI if alone else at[0]), text
    )


@cache
def _read_signs() -> Mapping[str, str]:
    return {row["nom"]: row["signe"] for row in tables.read("emojis.tsv")}


NEWCOMER_MAX = 100
"""Characters of what a newcomer asks."""
_NEWCOMER = re.compile(
    r"^(?:(?:bonjour|bonsoir|salut|coucou|hello)(?: (?:a tous|tout le monde|coop|le bot))?|aidez? moi|"
    r".*\b(?:c est quoi|qu est ce que c est)(?: (?:ici|ca|cela|ce (?:truc|bot|robot|canal|compte|site)))?|"
    r".*\b(?:qui es tu|tu es qui|t es qui|vous etes qui|qui etes vous)|"
    r".*\b(?:a quoi (?:ca|tu|vous|cela) \w+|je fais quoi|que (?:dois je )?faire|quoi faire|par ou (?:je )?commenc\w+|"
    r"comment ca marche|embauch\w+|je debute|je commence|je viens d arriver|premier jour)\b.*)$"
)
"""What somebody says who does not know yet where they are."""


def asks_what_this_is(said: str) -> bool:
    """Return whether somebody greets, or asks where they are and what to do."""
    return len(said) <= NEWCOMER_MAX and bool(_NEWCOMER.match(" ".join(split_words(said))))


def _split(said: str) -> list[str]:
    """The words, emojis among them; a sign that is none of these is a word that nobody knows."""
    named = re.sub(r":([a-z0-9_+-]+):", lambda found: _NAMES.get(found[1], " ? "), said.lower())
    plain = "".join(_EMOJIS.get(sign, sign) for sign in named if sign not in "\ufe0f\u200d🏻🏼🏽🏾🏿")
    return re.findall(r"[a-z0-9]+|[^\s\w.,;:!…’'*_()\-]", fold(plain))


_HELLO = frozenset({"bonjour", "bonsoir", "salut", "coucou", "hello", "hey", "bjr", "slt", "yo"})
_BYE = frozenset({"bonne", "bon", "au", "ciao", "bye", "adieu"})


def find_words(said: str) -> set[str]:
    """Return the words of a message, without emojis and signs."""
    return set(re.findall(r"[a-zà-ÿ]+", said.lower()))


def read_manner(words: set[str]) -> Literal["hello", "bye", "thanks"]:
    """Return which politeness these words are; none at all is a greeting."""
    return "hello" if _HELLO & words or not words else "bye" if _BYE & words else "thanks"
