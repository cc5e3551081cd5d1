"""The clause of a story that says what is wanted: « hier j’ai reçu une dame…, je voudrais une fiche sur les mails »."""

import re
from collections.abc import Iterator

from dialogs.plain_words.sentences import Sentence

STORY_MIN = 4
"""Words that a story has before its wish, at least."""
COLON_MIN = 10
"""Words of a story before « : », at least; fewer are a title, of a place or a day."""
TITLED_MAX = 8
"""Words of a wish before « : », at most, behind which its own words are told: « lance un sondage : … »."""
_CAN = r"(?:(?:tu |vous )?(?:peux|peut|pouvez|pourrais|pourriez|pourrait)(?: (?:tu|vous|on|je))?)"
_TO_ME = (
    "donne|montre|trouve|envoie|mets|sors|ouvre|cherche|note|affiche|indique|dis|inscris|ajoute|enregistre|prends|"
    "rappelle|fais"
)
_ACTS = (
    f"{_TO_ME}|donner|supprime|efface|corrige|modifie|annule|decale|deplace|reporte|lance|cree|retrouve|propose|"
    "previens|signale|refais|reprends|remets|exporte|partage|bloque|demarre|vire|rectifie|recopie|"
    "retablis|ressors"
)
_STRONG = (
    r"je (?:veux|voudrais|prefere|prefererais|souhaite|souhaiterais|recherche|cherche|tiens a|demande(?! (?:ca|"
    r"cela|parce|car|pour) ))|j aimerais|"
    r"j ai besoin|j ai une (?:idee|suggestion)|"
    r"il (?:me|nous) (?:faut|faudrait)|faudrait que|il faudrait|faudrait (?:une?|des|qu)|"
    r"il faut que (?:tu|vous)|faut que (?:tu|vous)|"
    rf"est ce qu(?:e|il)? |{_CAN} (?:me|m|nous|l|le|la|les|y) |(?:tu veux|vous voulez) bien (?:me|m|nous|l|le|la|les) |"
    r"(?:pourrais|puis) je |pourrions nous |(?:peux|pouvez|pourrais|pourriez) (?:tu|vous) [a-z]{3,12}(?:er|ir|re) |"
    r"si (?:tu|vous|quelqu un|jamais (?:tu|vous)) (?:avais|aviez|avez|as|a|avait) (?:partage |fait |"
    r"cree )?(?:une?|des|quelque)|"
    r"(?:t as|tu as|as tu|avez vous|vous avez|auriez vous|aurais tu|t aurais|tu aurais) (?:par hasard |bien |"
    r"deja |encore |peut etre )?(?:quoi|une?|des|quelque|pas)|"
    r"(?:tu|vous) n (?:as|aurais|avez|auriez) pas (?:une?|des|quelque)|"
    r"(?:veut|veulent|demande|demandent|reclame|reclament|exige|attend|attendent) (?:(?:deja|encore|toujours|"
    r"maintenant) )?"
    r"(?=(?:les|mes|mon|des|le|un) (?:stats?|statistiques|chiffres|bilan) )|"
    rf"tu (?:me|m|nous) (?:l |le |la |les |en |y )?(?:{_TO_ME})s? |"
    rf"(?:y a t il|ya t il|ya ti|existe t il)|(?:{_TO_ME})[zs]? (?:moi|nous)"
)
"""What says that something is wanted wherever it stands."""
_ASKED_ME = (
    r"(?!(?:chez|dans|sans|apres|vers|entre|comme|contre|excuse[zs]?|pardonne[zs]?|rassure[zs]?|crois|laisse[zs]?|"
    r"imagine[zs]?|ecoute[zs]?) )[a-z]{2,10}[ezs] moi (?!(?:j|je|ca|qui|non|aussi|on|c) )"
)
"""What anybody is told to do for who speaks: « vire-moi … », but « chez moi » and « crois-moi »."""
_OPENING = (
    r"on a quoi|il y a (?:un|une|des) \S+ quelque part|"
    r"(?:ou|comment) (?:est ce qu|puis je|je|on|trouver|faire|fait on|puis)|ou (?:sont|est|se trouve)|combien|"
    r"qu est ce (?:qui est|(?:que |qu )(?:j ai|on a|il y a|tu as|vous avez))|que sont devenu|quel(?:le)?s? |"
    rf"{_ASKED_ME}|"
    rf"qui (?:est|sait|connait|peut|pourrait|parle)|y a|(?:{_ACTS})[zs]? |"
    r"je (?:depose|propose|quitte|rejoins|signale)|des nouvelles (?:d|du|de|sur) |besoin d|c est (?:quoi|qui)|"
    r"quelqu un a (?:bien |deja )?(?:une?|des)|il me reste|mes (?:stats?|statistiques|chiffres) (?!vont|seront|"
    r"sont|ne |n )"
)
"""What says so at the beginning of a clause."""
_WISH = re.compile(rf"(?<= )(?:({_STRONG})|{_OPENING})")
_SIGNS = frozenset(",.;:!?…\n–—(")
_LINKS = frozenset(
    {"alors", "donc", "et", "mais", "coup", "bref", "sinon", "or", "oublier", "voila", "ducoup", "puis", "attendant"}
)
"""Words after which a clause may begin."""
_UNDER = frozenset(
    {"qui", "que", "qu", "quand", "si", "lorsque", "comme", "car", "parce", "dont", "des", "ne", "n", "fois", "et_que"}
)
"""Words that make what follows part of the story."""
_FULL_STOP = re.compile(r"(?<=\w\w\w)\s?[.!?;…]+(?:\s|$)|\n")
_SOMETHING_BEHIND = r"(?:le |la |les |l['’]|lui |leur |en |y |m['’]en |me )?"
_POLITE_END = re.compile(
    r",? (?:si (?:possible|tu (?:peux|veux|as le temps)|c.est possible)|stp|svp|merci|please|s.il (?:te|"
    r"vous) pla[îi]t|par piti[ée]|sans (?:chichis?|fa[çc]ons?))"
    r"(?=[,.!? ]*$|[,.!?]? (?:bien|beaucoup|d.avance|bonne|à|et|merci)\b|, ).*",
    re.IGNORECASE | re.DOTALL,
)
"""Politeness at the end, with what follows it."""
_ASIDE = re.compile(
    r", (?:c.est|c.etait|c.était|pour (?:l|les?|la)|merci|une? (?:vraie? )?(?:humaine?|personne|interlocut\w+)|"
    r"j['’ ]|je(?! (?:vous|te) prie\b)(?! suis (?:à|a|sur|dans|en|vers|près)\b)|"
    r"ils?|elles?|on(?! (?:est|sera|serait)\b)|ça|ca|quoi|y a|faut|bonne (?:journ[ée]e|soir[ée]e)|"
    r"bon (?:courage|week-end)|bises|bisous|[àa] (?:plus|bient[ôo]t|tout|\+)|cordialement|d.avance|des fois)\b.*"
    r"|,? (?:car|parce|afin|pour (?:en|lui|leur|me|m|qu(?!\S* (?:\S+ )?voi)|que(?! (?:\S+ ){1,3}voi)|pouvoir)|"
    r"histoire (?:de|que|d|qu)|sinon|sans quoi|autrement|vu que|[ée]tant donn[ée]|d[èe]s que|des fois que|au cas o[ùu]|"
    r"comme [çc]a|quand tu)\b.*"
    r"|,? (?:puisque|avant (?:de |d['’]|que? |qu['’]|midi)|plut[oô]t qu).*"
    r"|, m[êe]me (?:en|si|loin|pas|une?|tr[èe]s|vieux|vieille|ancien\w*|br[eè]ve?|courte?)\b.*|,? avant (?:mon|ma|"
    r"mes|notre|l['’]|la) .*"
    r"|, si (?:une? |quelqu|l['’]|les? |des |jamais ).*"
    r"|,? (?:je (?:prends|suis preneu\w+)|(?:[çc]a|cela) m['’]arrangerait|(?:ce|[çc]a) serait (?:top|super|"
    r"g[ée]nial|parfait))\b.*"
    r"|,? qui tra[iî]ne(?:nt)?\b.*|, (?:un truc|quelque chose|pas (?:une?|de|trop)|rien de|du genre)\b.*"
    r"|, pour (?:ne |n['’]|pas |rien ){0,3}(?:[êe]tre|avoir|\w+(?:er|ir|re))\b.*"
    r"|, (?:(?:le|la|les|une?|mon|ma|mes|notre|nos|deux|trois|quatre|cinq|six|\d+) |l['’])\w[\w-]* (?:\S+ ){0,4}?"
    r"(?:a|ont|est|sont|ne|n['’]\w+|veut|veulent|doit|commence|demande|en|me|m['’]\w+|nous|vient|attend\w*|arrive\w*)"
    r"\b.*"
    r"|(?<!\bce)(?<!\bfaudrait)(?<!\bfaut),? que "
    r"(?:je|j|nous|on|tout le monde) (?:peux|pourrais|puisse|pourrai|pourrait|pourrions|veux|voudrais)\b.*"
    rf"|,? que (?:je |j['’]|nous |on ){_SOMETHING_BEHIND}(?:voie|v[ée]rifie|regarde|sache|fasse|aie|sois|montre|"
    r"prenne|comprenne|retrouve|pr[ée]pare)\b.*",
    re.IGNORECASE | re.DOTALL,
)


def find_wishes(sentence: Sentence, first: int) -> Iterator[str]:
    """The ends of a story that may say what is wanted, as typed, the last first; up to the end of their sentence."""
    found = ((_find_word(sentence, match.start()), bool(match[1])) for match in _WISH.finditer(sentence.plain))
    starts = {index for index, is_strong in found if index > first and _may_begin(sentence, index, is_strong=is_strong)}
    signed = {index + 1 for index in range(len(sentence.words) - 1) if ": " in sentence.gap(index)}
    colons = {each for each in signed if each > first + COLON_MIN}
    titles = {each for each in signed if not starts.isdisjoint(range(each - TITLED_MAX, each))}
    told = {each for each in signed if _is_told(sentence, each)}
    for start in sorted(
        (each for each in (starts | colons) - titles - told if each >= first + STORY_MIN), reverse=True
    ):
        text = sentence.text[sentence.words[start].start :]
        stop = _FULL_STOP.search(text)
        yield text[: stop.end()] if stop else text


def _is_told(sentence: Sentence, index: int) -> bool:
    """Whether a word begins a link, or what is announced before it: « une actu pour la lettre : … »; that is what is
    told, and no wish of its own."""
    before = {word.folded for word in sentence.words[max(index - TITLED_MAX, 0) : index]}
    return sentence.words[index].folded in ("http", "https") or not _ANNOUNCED.isdisjoint(before)


_ANNOUNCED = frozenset(("idee", "suggestion", "actu", "actus", "breve", "agenda", "evenement", "sondage", "lettre"))
"""What is announced before « : »."""


def cut_aside(sentence: Sentence, first: int) -> str:
    """A wish without what is told after it, « …, c’est pour demain »; what greets before its first word stays."""
    start = sentence.words[first].start
    return sentence.text[:start] + leave_aside(sentence.text[start:])


def leave_politeness(text: str) -> str:
    """The text of a wish without politeness at its end, and what follows that."""
    return _POLITE_END.sub("", text)


def leave_aside(text: str) -> str:
    """The text of a wish without what is told after it, and without how soon, where, for whom and how gladly."""
    return _TAIL.sub("", leave_politeness(_ASIDE.sub("", text)))


_TAIL = re.compile(
    r"(?<!\bjour)(?:,? (?:de préférence|si possible|(?:et )?tout de suite|imm[ée]diatement|sur[- ]le[- ]champ|"
    r"quelque part|là maintenant|pour (?:toute )?(?:l['’]|mon |notre )[ée]quipe|au plus vite|"
    r"une (?:bonne )?fois pour toutes|dès que possible)){1,3}(?=[ .!?]{0,5}$)",
    re.IGNORECASE,
)
"""How soon, where, for whom and how gladly something is wanted, at the end of a wish."""


def begins_with_wish(sentence: Sentence, first: int) -> bool:
    """Whether a sentence says first that something is wanted."""
    return first < len(sentence.words) and bool(_WISH.match(sentence.plain, sentence.places[first]))


def _find_word(sentence: Sentence, place: int) -> int:
    return max(n for n, each in enumerate(sentence.places) if each <= place)


def _may_begin(sentence: Sentence, index: int, *, is_strong: bool) -> bool:
    """Whether a clause may begin with a word: behind a sign or a link, or said strongly and not under another."""
    before = sentence.words[index - 1].folded.split()[-1]
    is_parted = not _SIGNS.isdisjoint(sentence.gap(index - 1))
    if before in _UNDER and not (before == "fois" and is_parted):
        return False
    return is_strong or before in _LINKS or is_parted
