"""The command lines of resources: those that are sought, and those that are offered."""

import re

from bot.french import read_period
from config.text import fold
from dialogs.plain_words.cues import list_theme_words
from dialogs.plain_words.frames import read_frame
from dialogs.plain_words.utterance import Utterance
from storage.urls import first_link as find_link

_GIVE_ME = re.compile(
    r" (?:me|m|nous) (?:proposer|envoyer|donner|partager|transmettre|indiquer|conseiller|filer|fournir|preter|passer) "
)
"""How something is asked for, before what it is about."""


_FORMAT = re.compile(r" (?:pdf|excel|xlsx|csv|tableur) ")
_OF_FIGURES = re.compile(
    r" (?:stat|chiffre|bilan|export|telecharg|cras? |comptes? |rapport|activite|donnees|resultat|ateliers? |"
    r"accompagnement|idees|sondage|tickets? |demandes|mes |mon |ma |moi |le |la |les |tout)"
)
"""What is asked for in a format that is no resource."""


def is_resource_format(said: Utterance) -> bool:
    """Whether a format is named beside a theme, and nothing of which there are figures: « pdf antivirus »."""
    if said.period or said.place or _OF_FIGURES.search(said.plain) or not _FORMAT.search(said.plain):
        return False
    return any(word in list_theme_words() for word in _FORMAT.sub(" ", said.plain).split())


def write_search(said: Utterance) -> str:
    """Write which resources are sought."""
    if said.has("favori|etoile|preferees? |(?:mis|mise|mises|gardees?) (?:de |en )?(?:cote|favori)"):
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
    if said.has("mes (?:fiches|ressources) |fiches que j ai"):
        return "ressources mes fiches"
    if said.has("categories "):
        return "ressources catégories"
    if said.number and re.search(r" (?:fiche|ressource) (?:n |numero )?n?\d", said.plain):
        return f"ressources {said.number}"
    return ""


def _write_sought(said: Utterance) -> str:
    given = _GIVE_ME.search(said.plain)
    start = said.find_word_at(given.end() - 1) if given else _find_kind(said)
    found, subject = said.content("sujet", start, taken=said.period_span), find_subject(said)
    told = [word for word in fold(found).split() if word not in read_frame("petits")]
    is_story = len(told) > SUBJECT_MAX or subject not in found or _says_what_to_do(said, fold(found))
    kind = _KIND_OF.search(said.plain)
    if subject and (is_story or kind):
        found = f"{kind[1] if kind else ''} {subject}".strip()
    return f"ressources {_write_level(found)} {_find_since(said)}"


def write_subject(said: Utterance) -> str:
    """Write what a story names as the subject of what is sought, of which kind and for whom; "" where it names none."""
    kind, subject = _KIND_OF.search(said.plain), find_subject(said)
    return _write_level(f"{kind[1] if kind else ''} {subject}".strip()) if subject else ""


def _find_kind(said: Utterance) -> int | None:
    """The word that names of what kind is what is sought « sur » something, where a clause ends before it; or None."""
    about = SUBJECT.search(said.plain)
    end = said.find_word_at(about.start() + 1) if about else 0
    kind = max((n for n in (*said.find_words("sortes"), *said.find_words("genres")) if n < end), default=said.first)
    is_apart = any(_SIGN.search(said.sentence.gap(n)) for n in range(said.first, kind))
    return kind if is_apart else None


_KIND_OF = re.compile(
    r" (?:un|une|d|des|cette|l|quelques) ((?:affiche|video|quiz|jeu|exercice)[sx]?) (?:sur|concernant) "
)
"""Of what kind is what is sought, before what it is about."""


def _write_level(subject: str) -> str:
    """Write for beginners what is sought for them, as the search reads it: « souris niveau:debutant »."""
    subject = _TO_TALK.sub(" ", _TO_DO.sub("", subject))
    subject = _FOR_WHOM.sub("", _ELDERLY.sub("seniors", subject.replace("video", "vidéo")))
    others = " ".join(_BEGINNERS.sub(" ", _EXERCISES.sub("exercices", subject)).split())
    return f"{others} niveau:debutant" if others and _BEGINNERS.search(subject) else others or subject


_BEGINNERS = re.compile(
    r"(?:\bniveau )?(?:\b(?:pour|à|a|aux|avec) )?(?:\b(?:des|de|les|un|une|mes) )?"
    r"(?:\b(?:grande?s?|gde?s?|vraie?s?|tou(?:te)?s?) )?\bd[ée]bb?utt?ant?e?s?\b(?: complets?)?|"
    r"\b(?:qui )?d[ée]bute(?:nt)?\b",
    re.IGNORECASE,
)
"""For whom things are that are easy, in the words around it."""
_ELDERLY = re.compile(r"\banciens$", re.IGNORECASE)
_FOR_WHOM = re.compile(r"(?<=\w )aux (?=(?:seniors|parents|enfants|jeunes|ados|adultes|aînés)\b)", re.IGNORECASE)
"""What stands before for whom something is: « vidéo whatsapp aux seniors »."""
_TO_DO = re.compile(
    r"(?<=\w) [àa] (?:leur |lui |vous )?(?:imprimer|distribuer|donner|afficher|projeter|remettre|laisser|montrer|"
    r"passer|proposer)(?: (?:aux?|à|a|dans) .{1,60})?$",
    re.I,
)
"""What is to be done with what is sought, behind it."""
_TO_TALK = re.compile(
    r"(?: pour |^(?:pour )?)(?:parler|discuter|échanger|travailler|pratiquer|manier|réviser)"
    r"(?: d(?:es?|u)(?= )| sur| l[ea]s?)? ",
    re.IGNORECASE,
)
"""What a game or a video is for, before what it is about: « un jeu pour parler des fake news »."""
_EXERCISES = re.compile(r"\bexos?\b", re.IGNORECASE)


def _says_what_to_do(said: Utterance, folded: str) -> bool:
    """Return whether a verb stands before the subject, what is to be done with what is sought: « distribuer sur… »."""
    verb = folded.partition(" ")[0]
    return verb.endswith(("er", "ir", "re")) and f" {verb} sur " in said.plain


def find_themes(said: Utterance) -> str:
    """The themes that are named, as typed, one after the other: what a story is about."""
    words = (said.sentence.typed(index, index + 1) for index in range(said.first, said.end))
    named = dict.fromkeys(
        word
        for word in words
        if fold(word) in list_theme_words() and fold(word) not in _KINDS | {"rdv", "jour", "jours"}
    )
    return " ".join(list(named)[:THEMES_MAX])


THEMES_MAX = 3
_KINDS = read_frame("sujet")


def _find_since(said: Utterance) -> str:
    """Since which month or year resources are sought, as the search reads it: « depuis:2025 »."""
    if recent := _RECENT.search(said.plain):
        return f"depuis:{recent[1] or recent[2]}"
    since = read_period(said.period, said.today) if said.has("depuis") and said.period else None
    if (
        since is None
        or _is_told_apart(said)
        or not re.search(r" depuis (?:\S+ ){0,3}?(?:20\d\d|[a-z]{3,}) ", said.plain)
    ):
        return ""
    return f"depuis:{since.start:%Y}" + (f"-{since.start:%m}" if since.start.month > 1 else "")


def _is_told_apart(said: Utterance) -> bool:
    """Whether a sign stands between a period and what is sought: « …depuis l’an dernier, une vidéo sur »."""
    kinds = sorted((*said.find_words("sortes"), *said.find_words("genres")))
    first = next((index for index in kinds if index >= said.period_span.stop), None)
    return first is not None and any(
        _SIGN.search(said.sentence.gap(n)) for n in range(said.period_span.stop - 1, first)
    )


_SIGN = re.compile(r"[,.;:!?]")
_RECENT = re.compile(
    r" (?:recente?s?|recemment|a partir de|apres|posterieure?s? a|si possible|version|edition|a jour) "
    r"(?:\S+ ){0,2}?(20\d\d) "
    r"| (20\d\d) (?:\? )?$"
)
SUBJECT_MAX = 5
"""Words of a subject; more are a story, in which it is told."""
SUBJECT = re.compile(
    r" (?:sur|concernant|comme (?:sujet|theme|titre)|parler d\S*|parler des|expliquer|a propos d\S*|au sujet d\S*) "
)


def find_subject(said: Utterance) -> str:
    """What a long sentence names as its subject, up to the next sign; "" where it names none."""
    found = SUBJECT.search(said.plain)
    if found is None:
        return ""
    start = said.find_word_at(found.end() - 1)
    signs = (n for n in range(start, said.end) if not {*",.;!?"}.isdisjoint(said.sentence.gap(n)))
    return said.content("sujet", start, next(signs, said.end - 1) + 1, said.period_span)


FOLLOWING = (
    r"recevoir (?:\S+ ){0,3}?(?:nouvelles (?:ressources|fiches)|nouveautes) |"
    "ce qui (?:sort|parait) |previen|prevenez|prevenu|avert|alert|suivre |abonn|inform(?!ati)|au courant |au jus "
)
"""How the new resources of a subject are asked for."""
_WITH = re.compile(
    r" (?:et tout|avec (?:(?:des|les|plein de|plein d|mes|beaucoup de|de) )?"
    r"(?:captures?|images?|photos?|dessins?|illustrations?)|"
    r"et (?:mes|nos|les|ils|elles|on|je|j|ca|c|tout le monde)|(?:a|ont) (?:bien |beaucoup |tres |vraiment )?"
    r"(?:plu|marche|fonctionne|servi|cartonne)|c est (?:moi|nous|lui)|qui (?:peut|pourrait|va|a|sert)) "
)
"""How what is offered was made, behind its title."""


def _find_end(said: Utterance, start: int) -> int:
    """The word before which the title of what is offered ends: at a sign behind it, or before how it was made."""
    how = _WITH.search(said.plain, said.sentence.places[start])
    end = said.find_word_at(how.start() + 1) if how else said.end
    return next((n + 1 for n in range(start, end) if _SIGN.search(said.sentence.gap(n))), end)


_CALLED = re.compile(
    r"(?:s.?appelle(?:nt)?|(?:intitul|appel|nomm)[ée]e?s?|qui a pour titre|le titre (?:est|c.est)) [:«\"]?\s*"
    r"([^.,;!?»\"]{3,80})",
    re.IGNORECASE,
)
"""What stands before the title of a resource, which is kept whole."""
TITLED = re.compile(
    r" (?:sur|concernant) "
    r"| (?:fiche|tuto|guide|support|memo|diaporama|livret|quiz|deroule) "
    r"(?=(?!a |et |que |qu |pour |dans |en |aux? |atelier )[a-z]{2})"
)
"""What stands before the title or the subject of a resource."""

_MADE = re.compile(
    r" (livret|diapo|diaporama|quiz|guide|memo|affiche|jeu(?: (?:de|d) (?:cartes|societe|plateau|piste|oie|roles?))?) "
    r"(?:(?!pas |pour |de |en |et |a |aux? |que |dans )[a-z]{2}|que j ai )"
)
"""What was made, which belongs to its title: « un livret sur les QR codes »."""


def write_deposit(said: Utterance) -> str:
    """Write the link or the title that is told."""
    if link := find_link(said.sentence.text):
        return f"ressources ajouter {link}"
    if asked := re.search(
        r" (?:demande|ticket|question) (?:d (?:aide|assistance) )?(?:n |numero )?n?(\d{1,6}) ", said.plain
    ):
        return f"ressources ajouter demande {asked[1]}"
    if told := re.search(r"(?:fiche|ressource|tuto|document)\s+:\s+(.{3,80})", said.sentence.text):
        return f"ressources ajouter {told[1]}"
    if quoted := re.search(r"[«“\"]\s*(.{3,80}?)\s*[»”\"]", said.sentence.text):
        return f"ressources ajouter {quoted[1]}"
    if called := _CALLED.search(said.sentence.text):
        return f"ressources ajouter {called[1]}"
    found = TITLED.search(said.plain)
    start = said.find_word_at(found.end() - 1) if found else 0
    title = said.content("depot", start, _find_end(said, start)) if found else ""
    made = _MADE.search(said.plain) if title else None
    at, end = (said.find_word_at(made.start(1)), said.find_word_at(made.end(1) + 1)) if made else (0, 0)
    made = None if made and title.startswith(said.sentence.typed(at, at + 1)) else made
    return f"ressources ajouter {said.sentence.typed(at, end if made else at)} {title}"
