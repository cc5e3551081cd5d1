"""A story, and what is wanted at its end: « hier j’ai reçu une dame…, je voudrais une fiche sur les mails »."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice

from bot.french import read_period
from dialogs.plain_words import weights
from dialogs.plain_words.acts import find_act
from dialogs.plain_words.details import FORMATS, write_line
from dialogs.plain_words.frames import find_name
from dialogs.plain_words.named_before import complete
from dialogs.plain_words.publications import tells_idea
from dialogs.plain_words.readings import Intention, Reading
from dialogs.plain_words.reports import REPORT_ACTS, find_day, fold_words, is_noted, sum_signs, weigh_report
from dialogs.plain_words.resources import find_themes
from dialogs.plain_words.utterance import Utterance
from dialogs.plain_words.wishes import STORY_MIN, begins_with_wish, find_wishes, leave_aside, leave_politeness
from storage.urls import first_link as find_link

_OF_ALL = re.compile(
    r" (?:not|mets|mett|rang|ajout|enregistr|inscri|consign|saisi)\S* "
    r"(?:(?:moi|le|la|les|ca|cela|a|dans|en|pour|mes|ma|mon|cras?|comptes?|rendus?|de) ){0,7}"
    r"coord(?:ination|o) (?:\S+ ){0,6}$|"
    r" (?:ces?|cette|cet) (?:rendez vous|rdv|seances?|ateliers?) (?:soi(?:en)?t|puissent|figurent?) (?:\S+ ){0,4}$"
    r"| (?:mets|mettez|note|notez|ajoute|inscris) (?:moi )?(?:ca|le|la) (?:dans|a|en|sur) (?:mes |mon |l )"
    r"(?:rdv|rendez vous|agenda|planning) (?:stp |svp |merci )?$"
    r"| (?:tu |vous )?(?:me |nous )?(?:notes?|notez|mets?|mettez|inscris|cales?|poses?|prends?|ajoutes?) (?:moi )?"
    r"(?:les? |ces? |un |la )?(?:rdv|rendez vous) (?:stp |svp |merci |avant (?:\S+ ){1,5})?$"
    r"| ces (?:jours|heures|horaires|creneaux|dates) la (?:\S+ )?$"
)
"""A wish that means nothing but what was told before it."""
TOLD_MIN = 15
"""Words from which a sentence tells something around what it asks for."""
ENDS_MAX = 3
"""Ends of a story that are looked at."""
HEARD = 0.25
"""How likely the end of a story must be of which cues tell."""
HEARD_SIGNS = 1.0
"""Signs of a report below which nothing of it was told."""
_NO_WISH = weights.WITHOUT_LINE | {Intention.AIDE, Intention.ACCUEIL}
"""What the end of a story hardly means: it says what the story says."""
_COMPLAINING = frozenset({Intention.HOTLINE, Intention.HORS_SUJET})
"""What a sentence is taken for that complains around what it wants."""
_TOLD_WHOLE = frozenset({Intention.HOTLINE, Intention.BROUILLON})
"""What the whole story belongs to."""
_COUNTED = frozenset({Intention.STATS, Intention.STATS_EXPORT, Intention.STATS_TERRITOIRE})
"""What has a period."""
_OF_SOMEBODY = re.compile(
    r" (?:sa fiche|son (?:numero|telephone|mail|email|adresse|contact)|ses coordonnees|"
    r"(?:le|la|l) (?:joindre|contacter|appeler|retrouver)) (?:\S+ ){0,6}$"
)
"""What is asked for at the end of somebody whom the story names."""
_BARE = frozenset(
    {
        "/ressources",
        "/annuaire",
        "/ressources ajouter",
        "/agenda proposer",
        "/actus",
        "/actus cherche",
        "/canaux rejoindre",
        "/canaux quitter",
    }
)
"""Lines that say too little without the details of the story."""


def read_wish(story: Utterance, whole: Reading) -> Reading | None:
    """Read what is wanted at the end of a story by itself; None where it says too little without what comes before,
    which was read as a ``whole``, too."""
    if find_link(story.sentence.text) or _OF_ALL.search(story.plain) or is_noted(story) or _asks_advice(story, whole):
        return None
    if whole.line == "/entrainement fin":
        return None  # « …, efface mes essais » is what ends with it, and not one’s data
    if name := _find_sought(story):
        return Reading(Intention.ANNUAIRE, f"/annuaire {name}", sure=False)
    beginnings = () if whole.sure else _list_beginnings(story)
    ends = chain(islice(find_wishes(story.sentence, story.first), ENDS_MAX), beginnings)
    found = next((end for text in ends if (end := _read_end(text, story))), None)
    found = found or (_find_clause(story) if whole.intention in _COMPLAINING and not whole.sure else None)
    if found is None or (len(story.sentence.words) < TOLD_MIN and find_act(story)):
        return None
    said, intention = found
    line = complete(intention, _write(intention, said, story), said, story)
    if form := _find_form(intention, said, story):
        intention, line = Intention.STATS_EXPORT, f"/stats exporter {form} {said.period}".rstrip()
    if intention is Intention.CRA_LISTE and _THESE.search(said.plain):
        line = _list_told(line, said, story)
    if _says_less(said, line, story, whole) or _says_part(intention, line, said, whole):
        return whole
    return Reading(intention, line, sure=False, others=_list_others(whole, line))


def _find_sought(story: Utterance) -> str:
    """The name of whom a story asks for at its end; "" for nobody."""
    asked = _BY_NAME.search(story.plain) if len(story.sentence.words) >= TOLD_MIN else None
    is_meant = bool(_OF_SOMEBODY.search(story.plain))
    text = story.sentence.text
    name = find_name(text, story.known) if asked or is_meant else ""
    if is_meant and not name and (called := _CALLED.search(text)):
        return called[1]
    return name if is_meant or (name and asked and f"{fold_words(name).strip()} " in asked[1]) else ""


_BY_NAME = re.compile(
    r" (?:(?:re)?trouve[zrs]?|(?:re)?cherche[zrs]?|(?:contact|lien|relation) avec) (?:moi |nous )?((?:\S+ ){2,8})$"
)
"""Who is asked for by name at the end of a story."""


_CALLED = re.compile(
    r"\b(?:un certain|une certaine|monsieur|madame|Mme|M\.) ([A-ZÀ-Ý][\w-]{2,30}(?: [A-ZÀ-Ý][\w-]{2,30})?)"
)
"""Somebody who is called by a name."""


def _list_beginnings(story: Utterance) -> Iterator[str]:
    """What a long sentence asks for first, before all that explains it."""
    text = story.sentence.typed(story.first, len(story.sentence.words))
    brief = leave_aside(text) if begins_with_wish(story.sentence, story.first) else leave_politeness(text)
    if len(story.sentence.words) >= TOLD_MIN and len(text.split()) - len(brief.split()) >= STORY_MIN:
        yield brief


def _says_less(said: Utterance, line: str, story: Utterance, whole: Reading) -> bool:
    """Whether the end of a story has no detail, and stands for what the whole of it says."""
    if line in ("/agenda proposer", "/rdv"):
        return whole.line.startswith(line)
    if " " in line or (len(story.sentence.words) >= TOLD_MIN and not _REFERS.search(said.plain)):
        return False
    is_same = whole.line.split()[:1] == line.split()
    return (whole.intention in weights.SEEKING and not is_same) or (
        is_same and " " in whole.line and (whole.sure or whole.intention in weights.SEEKING | {Intention.IDEE})
    )


def _says_part(intention: Intention, line: str, said: Utterance, whole: Reading) -> bool:
    """Whether figures that are asked for are those of the territory, or in the format, that the story names."""
    if intention is not Intention.STATS:
        return False
    is_of_all = whole.intention is Intention.STATS_TERRITOIRE and not _ONE_S_OWN.search(said.plain)
    return is_of_all or (whole.line.startswith(_IN_FORMAT) and not said.period)


_ONE_S_OWN = re.compile(r" (?:mes|mon|ma|moi|je|j) ")
"""That figures are one’s own, and not those of the territory that was named before."""
_AND = re.compile(r"\s(?:et|puis) (?!@)(?:aussi |puis |ensuite )?|[,;.?!]\s+(?:et )?")


def read_both(said: Utterance) -> Reading | None:
    """Read a sentence that wants two things, neither of which is sure: « stats septembre et fiche sur les impôts »."""
    texts = [text for text in _AND.split(said.sentence.text) if len(text.split()) > 1][: CLAUSES_MAX + 1]
    if not 1 < len(texts) <= CLAUSES_MAX or _OF_SOMEBODY.search(said.plain):
        return None
    heard = (weights.hear(text, said.today, said.commands) for text in texts)
    clauses = [each for each in heard if not _OF_WHAT_WAS_NAMED.match(each.plain)]
    if len(said.sentence.words) >= TOLD_MIN:
        clauses = [each for each in clauses if begins_with_wish(each.sentence, each.first)]
    judged = [(each, *_judge_clause(each)) for each in clauses if each.first < each.end]
    wanted = {best: write_line(best, each) for each, best, likely in judged if likely >= CLEAR}
    readings = [Reading(intention, line, sure=False) for intention, line in wanted.items() if line]
    return replace(readings[0], others=tuple(readings[1:])) if len(readings) > 1 else None


_OF_WHAT_WAS_NAMED = re.compile(r" ou (?:est ce que )?(?:je|on) (?:le|la|les) ")
"""How a clause asks where something is put that was named before: « j’ai fait un quiz, où je le dépose ? »."""
_ADVICE = re.compile(
    r" (?:faudrait|faut) (?:que|qu) (?:quelqu un|on|vous|le support|l equipe|la hotline|l assistance|"
    r"un technicien|un animateur) "
    r"(?:(?:me|m|nous|le|la|l|y|s en) )?(?:repare|corrige|regarde|depanne|intervienne|debloque|aide|modifie|"
    r"verifie|rectifie|occupe)\S* |"
    r" (?:une|des|vous avez une|tu as une|t as une|quelqu un a une) idees? (?:\? )?$"
)
"""What is asked at the end of a trouble, or that somebody mends it: no idea for the bot."""


def _asks_advice(story: Utterance, whole: Reading) -> bool:
    if whole.intention is Intention.IDEE and tells_idea(story.sentence.text):
        return True
    return whole.intention in _COMPLAINING | {Intention.IDEE} and bool(_ADVICE.search(story.plain))


def _find_clause(story: Utterance) -> tuple[Utterance, Intention] | None:
    """The clause that says by itself what is wanted, and that: « qui est à Pau, je ne sais plus »; None where there is
    none, or no more than one."""
    texts = [text for text in _CLAUSES.split(story.sentence.text) if len(text.split()) >= CLAUSE_MIN]
    clauses = [weights.hear(text, story.today, story.commands) for text in texts[:CLAUSES_MAX]]
    judged = [(said, *_judge_clause(said)) for said in clauses if said.first < said.end] if len(texts) > 1 else []
    said, best, likely = max(judged, key=_rank_clause, default=(story, Intention.HOTLINE, 0.0))
    return (said, best) if likely >= CLEAR else None


def _rank_clause(judged: tuple[Utterance, Intention, float]) -> tuple[bool, bool, float]:
    """By what a clause is preferred to another one: that it is clear, that it has details, how likely it is."""
    said, intention, likely = judged
    return likely >= CLEAR, likely >= CLEAR and " " in write_line(intention, said), likely


_CLAUSES = re.compile(r"[,.;!?…]+ |\n| (?:mais|car|parce que) ")
CLAUSE_MIN, CLAUSES_MAX, CLEAR = 3, 4, 0.7
"""Words of a clause at least, how many are looked at, and how likely must be what one of them says."""


def _judge_clause(said: Utterance) -> tuple[Intention, float]:
    """What a clause is for, and how likely that is; not at all where it complains, tells, or no cue says the same."""
    cues, likely = weights.weigh(said), weights.judge(said)
    best = weights.rank(cues, likely)[0]
    is_clear = cues[best] >= weights.SURE and best not in _NO_WISH | _COMPLAINING | {Intention.CRA, Intention.CRA_LISTE}
    return best, likely[best] if is_clear else 0.0


def _list_others(whole: Reading, line: str) -> tuple[Reading, ...]:
    """What else a story may mean: what it is taken for as a whole."""
    return (replace(whole, sure=False, others=()),) if whole.line and whole.line != line else ()


def _read_end(text: str, story: Utterance) -> tuple[Utterance, Intention] | None:
    """What an end of a story says, and is for; None where it says nothing by itself. What is told keeps all words."""
    brief = weights.hear(leave_aside(text), story.today, story.commands)
    intention = _judge_end(brief, story)
    if intention is None:
        return None
    if intention in weights.TOLD and find_act(brief) != (Intention.HOTLINE, "/hotline"):
        return weights.hear(leave_politeness(text), story.today, story.commands), intention
    return brief, intention


def _judge_end(said: Utterance, story: Utterance) -> Intention | None:
    """What the end of a story is for; None where it says nothing by itself."""
    if said.first == said.end or _OF_IT.fullmatch(said.plain):
        return None
    cues, likely = weights.weigh(said), weights.judge(said)
    best = weights.rank(cues, likely)[0]
    is_told = likely[best] >= weights.AGREED or (cues[best] >= weights.SURE and likely[best] >= HEARD)
    is_links = best is Intention.ACCUEIL and write_line(best, said) == "/accueil liens"
    is_help = best is Intention.AIDE and likely[best] >= weights.AGREED and bool(_EXPLAINED.search(said.plain))
    is_wish = (
        is_told
        and (best not in _NO_WISH or is_links or is_help)
        and (best is not Intention.CRA or _reports(said, story))
    )
    return best if is_wish else None


_OF_IT = re.compile(r" (?:\S+ )?(?:affiche|montre|donne|sors|envoie|liste)[zsr]? (?:moi |nous )?(?:le|la|les|ca|cela) ")
"""An end that says nothing but that something is wanted which was named before: « …, affiche-les »."""
_EXPLAINED = re.compile(
    r"^ (?:(?:re)?expliqu\S+ (?:moi|nous) |comment (?:ca |se |est ce qu\S+ )?(?:march|fonctionn|fait on|on fait|"
    r"fait)\S* )"
)
"""How it is asked what the bot does, at the end of a story."""


def _reports(said: Utterance, story: Utterance) -> bool:
    """Whether the end of a story is a report of its own, or what is to be done with one, all of it."""
    is_act = said.named_number and any(said.has(words) for words in REPORT_ACTS.values())
    return bool(is_act or weigh_report(said.plain)) and sum_signs(_before(said, story)) < HEARD_SIGNS


def _before(said: Utterance, story: Utterance) -> str:
    """The words of a story before its end."""
    return story.plain[: story.plain.rfind(said.plain.rstrip()) + 1]


def _write(intention: Intention, said: Utterance, story: Utterance) -> str:
    """Write what is wanted with its own details, or with those of the story where it has none and they are few."""
    if _is_told_before(intention, said, story):
        return write_line(intention, story)
    line, themes = weights.write_brief(intention, said), find_themes(story)
    if intention is Intention.STATS_TERRITOIRE and story.place and not said.place:
        named = f"/stats {story.place.kind} {story.place.name}"
        whose = story.place.kind if said.has("nation|france|pays|reseau") else f"{story.place.kind}|national"
        line = re.sub(f"^/stats (?:{whose})", named, line)
    if intention is Intention.RESSOURCES and (named := _find_told_resource(said, story)):
        return f"/ressources {named}"
    if intention is Intention.CRA and weigh_report(said.plain) and not find_day(said.plain):
        if _PLACED.search(story.sentence.text.rpartition(said.sentence.text)[0]):
            return write_line(intention, story)
        return " ".join(line.replace("/cra", f"/cra {find_day(_before(said, story))}", 1).split())
    told = write_line(intention, story) if line in _BARE and _REFERS.search(said.plain) else line
    if told.startswith(line) and len(told.split()) <= weights.SOUGHT_MAX + len(line.split()):
        return told
    return f"/ressources {themes}" if line == "/ressources" and themes else line


_THESE = re.compile(
    r" (?:ces|ceux) (?:la |(?:cras?|comptes? rendus?|ateliers|accompagnements) )|"
    r" (?:la dessus|a ce sujet|(?:ce|cette) (?:mois|semaine|annee|periode) la) "
)
"""What stands for the reports that a story is about, or their period."""


def _list_told(line: str, said: Utterance, story: Utterance) -> str:
    """List the reports of what a story is about, and of its period, where its end names neither."""
    if line.removeprefix("/cra liste").strip() not in ("", said.period):
        return line
    own, told = (
        each.period if each.period != "jours" and read_period(each.period, each.today) else "" for each in (said, story)
    )
    period = told if _THAT_PERIOD.search(said.plain) or not own else own
    return " ".join(f"/cra liste {find_themes(story)} {period}".split())


_THAT_PERIOD = re.compile(r" (?:ce|cette) (?:mois|semaine|annee|periode) la ")


def _find_form(intention: Intention, said: Utterance, story: Utterance) -> str:
    """The format that a story names, where figures are asked for « dans ce format »; "" for none."""
    if intention not in _COUNTED or not _IN_THIS_FORM.search(said.plain):
        return ""
    return next((name for name, words in FORMATS if story.has(words)), "")


_IN_THIS_FORM = re.compile(r" (?:dans|sous|a|en) ce(?:tte)? (?:format|forme)(?: la)? ")


def _find_told_resource(said: Utterance, story: Utterance) -> str:
    """The resource that a story names before its end speaks of it: by its number, or by what it is about."""
    if _THIS_ONE.search(said.plain) and not said.number and (named := _NUMBERED.search(_before(said, story))):
        return named[1]
    themes = find_themes(story) if _ABOUT_THAT.search(said.plain) else ""
    return themes and (_find_way(story) or themes)


_THIS_ONE = re.compile(r" (?:cette|la|ce) (?:fiche|ressource|document|tuto|support) ")
_NUMBERED = re.compile(r" (?:la|fiche|ressource|numero|n) n?(\d{1,5}) ")
"""A resource by its number, which a wish calls « cette ressource »."""


def _find_way(story: Utterance) -> str:
    """What people want to know how to do, where a story names that: « comment on prend un rendez-vous »."""
    asked = _HOW.search(story.plain)
    return story.content("sujet", story.find_word_at(asked.end() - 1)) if asked else ""


_HOW = re.compile(
    r" (?:comment (?:on|ils?|elles?|faire pour|il faut|se)|apprendre a|savoir comment|comment(?= [a-z]{3,10}(?:er|"
    r"ir|re) )) (?=[a-z]{3})"
)


def _is_told_before(intention: Intention, said: Utterance, story: Utterance) -> bool:
    """Whether the details of what is wanted are those of the whole story: its period, who is met, the place."""
    if intention is Intention.RDV:
        names = "@" in story.sentence.text and "@" not in said.sentence.text
        return names or write_line(intention, said) == "/rdv disponibilites"
    if intention is Intention.ANNUAIRE:
        return bool(not said.place and _THERE.search(said.plain) and (story.place or " à " in story.sentence.text))
    if write_line(intention, said) == _TOLD_EARLIER.get(intention):
        return intention is not Intention.HOTLINE_DEMANDES or bool(_AMONG.search(said.plain))
    if intention in _TOLD_WHOLE:
        return not (_TO_TALK.search(said.plain) and find_act(said))
    is_same_place = said.place is None or said.place.name == (story.place.name if story.place else "")
    return intention in _COUNTED and is_same_place and not said.period and _lasts(story)


_TOLD_EARLIER = {
    Intention.RAPPELS: "/absence",
    Intention.IDEE: "/idee",
    Intention.HOTLINE_DEMANDES: "/hotline demandes",
}
"""Lines of which what a story says before may be the details."""
_AMONG = re.compile(
    r" (?:cherch|fouill|regard|trouv)\S* (?:dans|parmi) (?:les |mes |nos )?(?:ancien|vie|demande|ticket)"
)
"""Where what a story names is to be sought."""
_IN_FORMAT = tuple(f"/stats exporter {name}" for name, _ in FORMATS)
"""Lines of figures in a format that a story names."""
_REFERS = re.compile(
    r" (?:l|le|la|les|lui|leur|en|y) \S+(?:er|ir|re) | (?:je|on|tu|vous) (?:l|le|la|les) "
    r"| (?:le|la|les|ca|cela|dessus) (?:\? )?$| ce (?:canal|salon|groupe) "
    r"| (?:cherch|trouv)\S* (?:moi |nous )?(?:ca|cela) "
)
"""That a wish speaks of what was named before it."""
_PLACED = re.compile(r"\b(?:à|au|aux|chez)\s[^.:;!?]{1,80}:\s?(?:un |une )?$", re.IGNORECASE)
"""Where something was, told before « : » and the rest: « jeudi au CCAS de Longwy : un atelier … »."""
_ABOUT_THAT = re.compile(r" (?:s en servir|la dessus|a ce sujet|sur ce sujet|sur ce theme|sur ca|sur cela|en parler) ")
"""What stands for the subject that a story names."""
_TO_TALK = re.compile(
    r" (?:parler|discuter|echanger|joindre|contacter|appeler|rappeler|humain|chiffres?|stats?|statistiques?|bilan) "
)
"""That a person is asked for, or figures, and no trouble is told to the team."""
_THERE = re.compile(
    r" (?:(?:du|de mon|de ce) (?:departement|territoire|secteur)|la bas|ici|par la|sur place|"
    r"y (?:travaill|bosse|exerc|intervien|anim)\S*|"
    r"dans le (?:coin|secteur)|dans les environs) "
)
"""What stands for the place that a story names."""


def _lasts(story: Utterance) -> bool:
    """Whether a story names a period of more than a day: what happened « hier » tells no period."""
    named = read_period(story.period, story.today) if story.period else None
    return bool(named and named.start != named.last)
