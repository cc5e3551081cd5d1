"""What somebody puts right while they speak: « octobre euh non novembre » is « novembre »."""

import re
from collections.abc import Iterator

from bot.french import ANY_NUMBER_WORD, MONTH_NUMBERS, WRITTEN_MONTH, digits
from config.text import fold
from config.time import WEEKDAYS
from dialogs.plain_words.cues import read_cues
from dialogs.plain_words.homophones import sound_alike, spell_sound

_GAP = r"[\s,…]{1,3}"
_AGAIN = (
    r"(?:pardon|attend[sz]?|attendez|plut[ôo]t|en fait|finalement|d[ée]sol[ée]e?|je veux dire|excuse[sz]?(?:[- ]moi)?|"
    r"je me (?:suis )?tromp[ée]e?|c['’](?:est|[ée]tait)|euh+)"
)
_MARK = re.compile(
    rf"{_GAP}(?:(?P<clear>(?:(?:euh+|heu+|ah|oh|oups|mince|zut),? ){{0,2}}(?:"
    rf"(?:(?:enfin|mais),? )?non(?:,? {_AGAIN}){{1,3}}|{_AGAIN},? non(?:,? {_AGAIN}){{0,2}}|"
    rf"(?:(?:euh+|heu+),? )?enfin,? (?:non|plut[ôo]t)|non,? enfin|(?:enfin,? )?disons|"
    rf"(?:euh+|heu+|ah|oh|oups|mince|zut),? (?:non|pardon)|(?:(?:euh+|heu+|enfin),? )?je veux dire|ou plut[ôo]t|"
    rf"(?:enfin|euh+|non)(?=,? pas \S)))"
    rf"|(?:(?:euh+|heu+),? )?enfin|non|pardon|excuse[sz]?[- ]moi|(?:mais )?en fait|euh+|heu+){_GAP}",
    re.IGNORECASE,
)
"""What says that the words before it are put right; without a ``clear`` one, only two values of a kind do."""
_RATHER = re.compile(r" plut[ôo]t(?=\s?[.!]?$)", re.IGNORECASE)
"""What is said behind what is right: « non depuis octobre plutôt »."""
_NOT = re.compile(r"pas ((?:le |la |les |l['’]|un |une |du |de |des |à |au |en )?[\w-]{2,30}),? (?=\S)", re.IGNORECASE)
"""What is taken back by its name: « pas le clavier le pavé tactile »."""
_LEAD = (
    r"(?:(?:à|au|a|aux|de|du|des|en|le|la|les|pour|sur|dans|chez|avec|vers|pr[èe]s|num[ée]ro|n°|depuis|un|une|mois) |"
    r"[dl]['’]){0,3}"
)
_SPELLED = rf"(?:{ANY_NUMBER_WORD}|mille)"
_COUNT = rf"(?:\d{{1,6}}|{_SPELLED}(?:(?:-| et |-et-| )(?!une? (?:heure|demi|quart)){_SPELLED}){{0,3}})"
_TIME = (
    rf"(?:{_COUNT} ?(?:h\b ?(?:[0-5]\d\b)?|heures?\b(?: et (?:demie|quart)\b|"
    rf" {ANY_NUMBER_WORD}\b(?! (?:personnes|pers)\b))?|minutes?\b|min\b|mn\b)|"
    r"une demi-heure|(?:trois|un) quarts? d['’]heure)"
)
_WEEKDAY = rf"(?:{'|'.join(WEEKDAYS)})"
_UNIT = re.compile(r" ?(?:personnes?|pers|p|participants?|ans|places?|minutes?|min|heures?|h)\b", re.IGNORECASE)
"""What is counted."""
_KINDS = tuple(
    re.compile(rf"(?<![\w-])(?P<lead>{_LEAD})(?P<value>{value})(?![\w-])", flags)
    for value, flags in (
        (_TIME, re.IGNORECASE),
        (
            rf"(?:{_WEEKDAY}(?: (?:dernier|prochain))?(?: \d{{1,2}}\b)?(?: {WRITTEN_MONTH})?|"
            r"avant[- ]hier|hier|aujourd['’]hui|apr[èe]s[- ]demain|demain)",
            re.IGNORECASE,
        ),
        (rf"(?:{_COUNT}|1er|premier) {WRITTEN_MONTH}", re.IGNORECASE),
        (WRITTEN_MONTH, re.IGNORECASE),
        (
            r"(?:semaine|mois|ann[ée]e|trimestre|semestre|an) (?:pass[ée]e?|derni(?:er|[èe]re)|prochaine?|en cours|"
            r"pr[ée]c[ée]dente?)",
            re.IGNORECASE,
        ),
        (rf"{_COUNT}(?:{_UNIT.pattern})?", re.IGNORECASE),
        (r"(?:pdf|excel|xlsx|csv|tableur)", re.IGNORECASE),
        (r"[A-ZÉÈÎ][\w’'-]+(?: (?:(?:en|sur|les|de|du|la|le|lès) )?[A-ZÉÈÎ][\w’'-]+){0,3}", re.NOFLAG),
    )
)
"""What may be put right by another of its kind: an hour or a length, a day, a date, a month, a number, a format, a
name."""
_BEFORE = 70
"""Signs before a mark within which what is put right stands."""
_ELIDED = re.compile(r"^d['’](?=[^aeiouyhéèêâô])", re.IGNORECASE)
CORRECTED_MAX = 3
"""Corrections of a sentence, at most."""


def correct(text: str) -> tuple[str, bool]:
    """Return a text with what was put right in it, and whether something may be that was not understood."""
    corrected, is_doubtful = _correct(text)
    return _correct(_spell_days(text)) if is_doubtful else (corrected, is_doubtful)


def _spell_days(text: str) -> str:
    """Return a text with its months and days of the week as they are spelled: « octobbre euh non novenbre »."""
    mended = {word: read_cues().spelling.mend(fold(word)) for word in _LETTERS.findall(text)}
    return _LETTERS.sub(lambda word: mended[word[0]] if mended[word[0]] in _CALENDAR else word[0], text)


_LETTERS = re.compile(r"[^\W\d_]+")
_CALENDAR = frozenset((*MONTH_NUMBERS, *WEEKDAYS))


def _correct(text: str) -> tuple[str, bool]:
    doubtful, start = False, 0
    for _ in range(CORRECTED_MAX):
        if not (mark := _MARK.search(text, start)):
            break
        is_clear = bool(mark["clear"] or _RATHER.search(text, mark.end()))
        after = _RATHER.sub("", text[mark.end() :])
        found = next(_replace(text[: mark.start()], after, is_clear=is_clear), None)
        if found is None and "non" in mark[0].lower().split():
            found = next(_count_again(text[: mark.start()], after, is_near=True), None)
        if found is None:
            doubtful, start = doubtful or is_clear, mark.end() - 1
        else:
            text, start = found, 0
    return text, doubtful


def _replace(before: str, after: str, *, is_clear: bool) -> Iterator[str]:
    """The ways to put the words before a mark right by those after it, the best first."""
    yield from _hear_again(before, after)
    taken = _find_taken_back(before, after) if is_clear else None
    if taken:
        after = after[taken.end() :]
    elif is_clear and (named := _NOT.match(after)) and _bare(named[1]) in _words(before)[-4:]:
        after = after[named.end() :]
    for kind in _KINDS:
        value = kind.match(after)
        told = list(kind.finditer(before, max(len(before) - _BEFORE, 0))) if value else []
        if value and told and before[told[-1].end() :].strip(" ,…") == "":
            last = told[-1]
            if not is_clear and not _are_alike(value["lead"], last["lead"]):
                continue
            if _counts_other(last["value"], value["value"], after[value.end() :]):
                continue
            is_numbered = bool(_NUMBERED.search(last["lead"]))
            lead = last["lead"] if is_numbered else (value["lead"] or last["lead"]) if last["lead"] else ""
            new = _ELIDED.sub("de ", lead + _keep_unit(last["value"], value["value"]))
            yield before[: last.start()] + new + after[value.end() :]
    if is_clear:
        if taken:
            yield before[: len(before) - len(taken["said"])] + after
        yield from _count_again(before, after)
        yield from _begin_again(before, after)


def _counts_other(old: str, new: str, following: str) -> bool:
    """Whether a number counts something else than the one before it: « quinze minutes euh deux dames »."""
    units = [unit[0].strip()[0].lower() for value in (old, new) if (unit := _UNIT.search(value))]
    noun = _NOUN.match(following) if len(units) == 1 and not _UNIT.search(new) else None
    return bool(noun) or len(set(units)) > 1


_NOUN = re.compile(
    r" (?!(?:à|au|aux|de|du|des|en|le|la|les|pour|sur|dans|chez|avec|et|que|qui|stp|svp|merci|"
    rf"{ANY_NUMBER_WORD})\b)[^\W\d]"
)
"""A word behind a number that it counts."""


def _hear_again(before: str, after: str) -> Iterator[str]:
    """What is said again as it sounds: « un pot euh d’impôts », right before or a few words earlier."""
    heard, said = before.split(" "), after.split(" ")
    for count in range(min(len(said), HEARD_MAX) * (said[0] != "pas"), 0, -1):
        again = " ".join(said[:count])
        spans = (span for span in _list_spans(len(heard)) if _is_heard(heard, span, again))
        yield from (" ".join([*heard[: span.start], again, *heard[span.stop :], *said[count:]]) for span in spans)


def _list_spans(count: int) -> Iterator[range]:
    """The last words before a mark that may be said again, then those that stand further away."""
    yield from (range(first, count) for first in range(count - 1, max(count - HEARD_MAX, 0) - 1, -1))
    starts = range(max(count - 2 * HEARD_MAX, 0), count - 1)
    yield from (range(first, end) for first in starts for end in range(first + 1, min(first + HEARD_MAX, count)))


def _is_heard(words: list[str], span: range, again: str) -> bool:
    """Whether some words sound like what is said again; those that stand further away are long, and other words."""
    told = " ".join(words[span.start : span.stop])
    if span.stop == len(words):
        return sound_alike(told, again)
    return len(told) >= FAR_MIN and fold(told) != fold(again) and spell_sound(told) == spell_sound(again)


HEARD_MAX, FAR_MIN = 6, 6
"""Words that are said again, at most, and letters of those that stand further away, at least."""
_TAKEN_MAX = 4
"""Words that are taken back, at most."""


def _find_taken_back(before: str, after: str) -> re.Match[str] | None:
    """The last words, said again behind « pas »: « France Connect non pas France Connect France Identité »."""
    words = before.split(" ")[-_TAKEN_MAX:]
    tails = [" ".join(words[at:]) for at in range(len(words))]
    names = [_ELIDED_ARTICLE.sub("", tail) for tail in tails]
    tried = (
        re.match(rf"pas (?:[dl]['’]|de |des |du )?(?P<said>{re.escape(name)}),? (?=\S)", after, re.IGNORECASE)
        for name, tail in zip(names, tails, strict=True)
        if name and not _REFUSING.search(before[: len(before) - len(tail)])
    )
    return next(filter(None, tried), None)


_REFUSING = re.compile(r"\bpas (?:(?:de|des|du|le|la|les) )?$", re.IGNORECASE)
"""What refuses the words behind it already: « je ne veux pas de stats non pas de stats »."""
_ELIDED_ARTICLE = re.compile(r"^[dl]['’]", re.IGNORECASE)
_NUMBERED = re.compile(r"num[ée]ro|n°", re.IGNORECASE)
_CLASSES = {**dict.fromkeys(("du", "des", "d"), "de"), **dict.fromkeys(("a", "au", "aux"), "à")}
_ARTICLES = frozenset(("le", "la", "les", "l", "un", "une", "numéro", "numero", "n°", "depuis"))


def _are_alike(one: str, other: str) -> bool:
    """Whether two leads may stand before the same thing: « en Linux euh vers Valence » names two."""
    leads = [re.split(r"['’ ]", lead.lower().strip())[0] for lead in (one, other)]
    first, second = ("" if lead in _ARTICLES else _CLASSES.get(lead, lead) for lead in leads)
    return not (first and second) or first == second


_COUNTED = re.compile(rf"(?<![\w-])(?P<count>{_COUNT})(?P<unit>{_UNIT.pattern}| [^\W\d_]{{3,20}}s\b)", re.IGNORECASE)
_BARE_COUNT = re.compile(
    rf"(?P<count>{_COUNT})(?![\w-])(?! ?(?:h|min|mn|pers|part|ans|euros|fois|%)|{_UNIT.pattern})", re.IGNORECASE
)
_HOURS_MAX = 8
"""Hours that anything takes, at most: more are people."""


def _count_again(before: str, after: str, *, is_near: bool = False) -> Iterator[str]:
    """A number alone, of what was counted last: « dix personnes en atelier tablette non pardon douze »; or right
    before, « deux dames non trois »."""
    if not (new := _BARE_COUNT.match(after)):
        return
    is_many = digits(new["count"]).isdigit() and int(digits(new["count"])) > _HOURS_MAX
    for told in reversed(list(_COUNTED.finditer(before, max(len(before) - _BEFORE, 0)))):
        is_other = (is_many and fold(told["unit"]).strip().startswith("h")) or "ans" in told["unit"]
        if not is_other and not (is_near and before[told.end() :].strip(" ,")):
            yield before[: told.start()] + new["count"] + told["unit"] + before[told.end() :] + after[new.end() :]


def _keep_unit(old: str, new: str) -> str:
    """Write the number that is new with what the old one counted: « vingt minutes euh non trente »."""
    unit = _UNIT.search(old)
    return new if not unit or _UNIT.search(new) else new + unit[0]


def _begin_again(before: str, after: str) -> Iterator[str]:
    """A clause that begins again with a small word that it had: « à Lyon euh non à Bron », « des seniors non des
    jeunes »."""
    first = _FIRST.match(after)
    told = list(re.finditer(rf"(?<![\w-]){re.escape(first[0])}", before, re.IGNORECASE)) if first else []
    if told and len(before[told[-1].start() :].split()) <= AGAIN_MAX:
        yield before[: told[-1].start()] + after


AGAIN_MAX = 5
"""Words that are said again, at most."""
_FIRST = re.compile(
    r"(?:(?:à|au|a|aux|de|du|des|en|le|la|les|pour|sur|dans|chez|avec|vers|depuis) |[dl]['’])", re.IGNORECASE
)


def _bare(text: str) -> str:
    return _words(text)[-1] if _words(text) else ""


def _words(text: str) -> list[str]:
    return re.findall(r"[\w-]+", fold(text))
