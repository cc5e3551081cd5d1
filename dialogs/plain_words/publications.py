"""The command lines of what is said to many: channels, news, polls, ideas."""

import re

from dialogs.plain_words.frames import TOLD, read_frame
from dialogs.plain_words.utterance import Utterance
from storage.urls import first_link as find_link

STOPPING = (
    "arret|cess|stop|pas envie|marre|ne m envo|n envo|desabonn|desinscri|pl?us? recevoir|veux plus|plus d |"
    r"plus les |supprim|coupe[rz]? |coupez |non |ne plus |(?:plus|pas) besoin|inutile|"
    r"plus (?:envie|avoir|lire|recevoir|interess)|"
    r"(?:ne|n) (?!(?:en parle|y pense|oublie|aie) )(?:\S+ )?\S+ plus (?!(?:sur|dans|a|en|ou|comment|quand|trop|que) )|"
    r"assez d|ras le bol|(?:lasse|fatigue)e? d|satur|envahi|inond"
)
"""How it is said that something is to come no more."""


QUOTED = re.compile(r"[«“\"]\s*([^»”\"]{2,60}?)\s*[»”\"]")
"""What is called by its name between quotation marks."""
_WANTED = (
    "(?:\\S+ )?(?:veux|voudrais|souhaite|souhaiterais|desire|desirerais|aimerais|tiens|compte|pense|mets|mettez|"
    "envisage)"
)
"""How it is said that something is wanted, or no more: « je ne souhaite plus »."""
_JOINING = (
    (
        "quitter",
        "quitt|sort|sors |vire[rz]? |degage|ote moi|marre d|me (?:barre|tire|casse) |m en vais |"
        "pars |partir (?!de )|enlev|retir|desinscri|veux plus|plus etre |plus recevoir|"
        "plus (?:envie|besoin|l intention|faire partie|appartenir|figurer|rester|suivre|interess|concern)|"
        f"(?:ne|n) {_WANTED} plus |{_WANTED} (?:plus|pas) rester|(?:plus|pas) (?:etre|faire partie|appartenir)|"
        "(?:interess|concern)\\S* (?:plus|pas) |rien a (?:y )?faire|assez d|ras le bol|saoul",
    ),
    (
        "rejoindre",
        r"rejoi|integr|entrer|inscri|ajoute|abonne|faire partie|acces a|"
        r"(?:etre|aller|venir|r?entrer?) (?:moi )?(?:dans|sur|au) |"
        r"(?:met|mets|mais|mettre|mettez) (?:moi|nous) (?:donc |vite |aussi )?(?:dans|sur|au|a )",
    ),
)
"""How it is said that a channel is left or joined, leaving first."""


_CHANNEL_ASKED = (
    r"(?:y a|y aurait|ya|existe)(?: t il| pas)? (?:un |des |pas de |de |une )?(?:canal|canaux|salon|groupe)"
)
"""How it is asked whether there is a channel."""


def write_channels(said: Utterance) -> str:
    for command, words in (("verifier", "verif"), ("reparer", "repar"), ("creer", "cree|creation|nouveau canal")):
        if said.has(words):
            return f"canaux {command} {said.place.name if said.place and command != 'creer' else ''}"
    if said.has(
        "(?:dans )?quels? (?:canaux|canal|salons?) (?:exist|y a|(?:je )?suis|est ce que|puis|(?:je |on )?peu[xt]?)"
    ):
        return "canaux"
    for command, words in _JOINING[said.has(_CHANNEL_ASKED) :]:
        if said.has(words) and said.knows(f"canaux {command}"):
            named = [n for n in said.find_words("nom_canal") if not _is_son(said, n) and not _is_named_before(said, n)]
            quoted = QUOTED.search(said.sentence.text)
            name = quoted[1] if quoted else _find_channel(said, named[-1] + 1 if named else None)
            return "canaux" if not name and said.has("quels? |quoi |lesquels |liste ") else f"canaux {command} {name}"
    found = _CHANNEL_ABOUT.search(said.plain)
    named = [n for n in said.find_words("nom_canal") if said.sentence.words[n].folded in _CHANNEL_NAMES]
    is_sought = named and (named[-1] == said.first or said.has("existe|y a |ya |on a |(?:re)?cherch"))
    start = said.find_word_at(found.end() - 1) if found else named[-1] + 1 if is_sought else said.end
    signs = (n + 1 for n in range(start, said.end - CHANNEL_MAX) if "," in said.sentence.gap(n))
    if start >= said.end and (whose := _WHOSE.search(said.plain)):
        return f"canaux {said.sentence.typed(said.find_word_at(whose.start(1)), said.find_word_at(whose.end(1)))}"
    return f"canaux {said.content('canal', start, next(signs, None))}"


_CHANNEL_ABOUT = re.compile(
    r" (?:(?:canal|canaux|salon|groupe)s? (?:\S+ ){0,8}?(?:sur|pour parler|dedie)|(?:canal|salon) pour|"
    r"(?:canal|salon) ou (?:on|ca|ils|vous) (?:parl|caus|discut|echang)\S*(?: (?:d|de|du|des))?|"
    r"(?:parl|caus|discut|echang)\S+ (?:ou |t on |on |t il )*(?:d\S*|des)) "
)
"""What stands before what a channel is about."""
_CHANNEL_NAMES = frozenset({"canal", "canaux", "salon", "groupe"})
_WHOSE = re.compile(
    r" qui (?:s |se |nous )?(?:occup|travaill|interess|accompagn|parl|anim|forme)\S* "
    r"(?:(?:de|d|des|du|avec|sur|a|aux) )?"
    r"(?:la |les |le |l |des )?((?:\S+ ){1,4}?)(?:ont|a|avons|avez)(?: t)? (?:ils|elles|on|nous|vous|un|leur|le) "
)
"""What those do who may have a channel: « les collègues qui s’occupent de … ont-ils un canal »."""


def _is_named_before(said: Utterance, index: int) -> bool:
    """Whether a channel is called « ce canal », which was named before."""
    is_this = index > said.first and said.sentence.words[index - 1].folded == "ce"
    return is_this and said.has("(?:canal|salon|groupe) (?:\\S+ ){2,30}ce ")


def _is_son(said: Utterance, index: int) -> bool:
    """Whether « fils » is somebody’s child and no thread: « mon petit-fils »."""
    before = said.sentence.words[index - 1].folded if index else ""
    return said.sentence.words[index].folded == "fils" and before in ("petit", "mon", "son", "ton", "beau", "notre")


def _find_channel(said: Utterance, start: int | None) -> str:
    """The name of a channel; right behind « le canal » all of its few words, be they polite: « bons plans »."""
    words = [word.folded for word in said.sentence.words[said.end if start is None else start : said.end]]
    name = said.sentence.typed(said.end - len(words), said.end)
    is_name = "-" in name or read_frame("demande", "petits").isdisjoint(words)
    if is_name and 0 < len(words) <= CHANNEL_MAX:
        return name
    ends = (n for n in range((said.end if start is None else start) + 1, said.end) if _ends_name(said, n))
    return said.content("canal", start, next(ends, None))


def _ends_name(said: Utterance, index: int) -> bool:
    """Whether the name of a channel ends before a word: behind a sign, or where something is said of it."""
    is_parted = not {*",.;!"}.isdisjoint(said.sentence.gap(index - 1))
    word, *after = (each.folded for each in said.sentence.words[index : index + 2])
    is_aim = word == "pour" and bool(after) and after[0].endswith(("er", "ir", "re"))
    return is_parted or is_aim or word in _SAID_OF_CHANNEL


_SAID_OF_CHANNEL = frozenset(("m", "me", "nous", "est", "parce", "car", "j", "je", "on", "il", "dont", "que", "qui"))
"""Words with which something is said of a channel, behind its name."""
CHANNEL_MAX = 3
"""Words of a channel’s name that is told whole."""


_ABOUT_NEWS = re.compile(
    r" (?:(?:re)?(?:cherche|trouve)[rz]?s?|(?:actus?|articles?|nouvelles?|annonces?) (?:sur|qui parlai?e?n?t?)|"
    r"(?:dit|dire|chose|infos?|truc) (?:sur|de)|"
    r"(?:disait|disaient|dit|disent) (?:on|elles?|ils?) (?=du |de |d |des |sur )|"
    r"(?:parlent|parle|parlait|parlaient|parler|cause|causer)(?: (?:elles?|ils?|on))?"
    r"(?: (?:un jour|une fois|deja|recemment))? "
    r"(?=du |de |d |des ))"
)
"""What stands before the words that are sought in the news."""


FIRST_SAID = re.compile(r"(?=(?:notre|nos|la|les?|l['’]|mon|ma|une?)\b)([^,.;:!?\n]{20,120})[,;.]", re.IGNORECASE)
"""A piece of news that is told before it is said what is to become of it."""


_THEN = re.compile(
    r" et (?:tou(?:te|s) (?:l|le|la|les|nos|mes)\b|tout le monde|on|nous|je|j|les|l['’]|ça|ca|c['’]).*", re.IGNORECASE
)
"""What else came of a piece of news, which is no part of it."""


_ANNOUNCED = re.compile(
    r"(?:^|[,;.!?] )\s?(?:pour (?:les |l['’])?|une? )?(?:actus?|infos?|brève)\b[^:,;.!?]{0,35}:\s", re.IGNORECASE
)
"""What stands before a piece of news that is told: « pour les actus : … »."""


def write_news(said: Utterance) -> str:
    if said.has(r"mes propositions|actus? que j (?:ai|avais) |propositions? (?:\S+ ){0,2}que j (?:ai|avais)"):
        return "actus mes propositions"
    if said.has("cite|citer|discret|repris|reprenn|reprend"):
        return "actus discret"
    is_proposed = said.has(
        "propos|partag|suggere|publi|diffus|gliss|signal|faire passer|parle[rz]? de (?:m|not|nos)|annonce[rz]? |merit|"
        "v(?:aut|audrait) (?:bien )?(?:une?|le coup)|"
        r"(?:a|de|faut|veux|voudrais) (?:(?:le|la|les|l) )?mettre (?:dans|en|sur) |"
        "infos? pour (?:les |la |l )?(?:actu|lettre)|une actu pour |"
        r"(?:parai|figure|passe|apparai)\S* (?:dans|en|sur) "
    )
    is_told = said.has("(?:vient|viens|venons|viennent) de recevoir ")
    if _SENT.search(said.plain) and not is_told:
        return f"actus abonnement {'non' if said.has(STOPPING) else ''}"
    if is_proposed or _ANNOUNCED.search(said.sentence.text):
        told = TOLD.search(said.sentence.text) or FIRST_SAID.match(said.sentence.text)
        words, link = _THEN.sub("", told[1]) if told else "", find_link(said.sentence.text)
        return f"actus proposer {words} {link if link not in words else ''}"
    if said.number and (not said.period or said.has(rf"(?:n|numero) {said.number} ")):
        return f"actus n° {said.number}"
    found = _ABOUT_NEWS.search(said.plain)
    sought = said.content("article", said.find_word_at(found.end() - 1)) if found else _find_named_news(said)
    return f"actus cherche {sought}" if sought else "actus"


def _find_named_news(said: Utterance) -> str:
    """What news are about that is named right behind them: « actus pass numérique »; "" for more than a few words."""
    words = [word.folded for word in said.sentence.words[said.first : said.end]]
    at = next((n for n, word in enumerate(words) if word in ("actu", "actus", "actualites", "news")), len(words))
    after = words[at + 1 :]
    is_named = 0 < len(after) <= NAMED_MAX and not (_NOT_NAMED.issuperset(after) or after[0] in read_frame("petits"))
    is_named = is_named and read_frame("petits").issuperset(words[:at]) and not said.period
    return said.content("article", said.first + at + 1) if is_named else ""


NAMED_MAX = 3
"""Words of a subject that is named without a word that leads to it."""
_NOT_NAMED = frozenset(("reseau", "coop", "prochaines", "suivantes", "suivant", "internes", "locales", "semaine"))
_SENT = re.compile(
    r" (?:envoi\S* (?:moi|nous) |veux plus|encombr|abonn|recevoir|inscri|desabonn|"
    r"(?:par|en) (?:message|mail|prive|mp) |"
    r"(?:stop|marre|arret\S*|plus d\S*) (?:\S+ ){0,3}(?:actus?|newsletters?|news|lettre) )"
)
"""How it is said that the news are to come as messages, or no more."""
_POLL_RESULTS = (
    "result|reponse|donne |ressor|(?:que|qu a) di[st]|dit quoi|bilan |conclu|tourne |(?:ont|a) (?:vote|repondu)|combien"
)
_POLLS_THERE = "en cours|ouvert|result|liste|auxquels|mes sondages|les sondages"
"""How the polls that there are are asked for."""
_POLL_CHANGED = (
    r"(?:arret|stop|clo[rst]|clotur|ferm|termin|fini|retir|supprim|annul|prolong|repouss|re?ouvr|relanc)\S* "
    r"(?:(?:le|la|mon|ce|notre|un|fin|du|de|vote) ){0,3}(?:sondages?|votes?) "
)
"""How a poll is closed, withdrawn or prolonged, which its buttons do."""
_POLL_AWAITED = re.compile(
    r"^ (?:(?:alors|et|ou en (?:est|sont)|comment (?:va|avance)|des nouvelles) )?"
    r"(?:(?:ca|donne|avance|sur|du|des|les?|mon|mes|ce|notre|nos|dernier) ){1,4}(?:sondages?|votes?) (?:\? )?$"
)
"""How it is asked what became of a poll."""


def write_poll(said: Utterance) -> str:
    if found := re.search(r" (?:sondage|vote) (?:n |numero )?n?(\d{1,6}) ", said.plain):
        act = "export" if said.has("export|csv|fichier") else "resultats" if said.has(_POLL_RESULTS) else ""
        return f"sondage {act} {found[1]}"
    is_awaited = _POLL_AWAITED.search(said.plain) or said.has(r"relanc\S* (?:ceux|celles|les|tou|qui)")
    if is_awaited or said.has(f"result|ont (?:vote|repondu)|qui a (?:vote|repondu)|{_POLL_CHANGED}"):
        return "sondage liste"
    if said.has("rappel|relanc"):
        return f"sondage rappels {'non' if said.has(STOPPING) else ''}"
    is_asked = _POLLS_ASKED.search(said.plain) and " :" not in said.sentence.text
    if is_asked or said.has("(?:a )?quels? sondages?|(?:pas|jamais) (?:encore )?(?:repondu|vote)"):
        return "sondage liste"
    is_new = said.has("cre|faire|lancer|organis|propos|pos|nouveau|demand|fais|lance |sur ")
    if (
        not is_new
        and " :" not in said.sentence.text
        and said.has(f"{_POLLS_THERE}|ou (?:sont|est|voter)|voir|repondre|vote ")
    ):
        return "sondage liste"
    return f"sondage {_find_question(said)}"


_POLLS_ASKED = re.compile(
    r" (?:y a(?: t il)?|ya(?: t il)?|existe t il) (?:\S+ ){0,3}?sondages? (?!sur |pour |concernant )|"
    r" quoi comme sondages? "
)
"""How it is asked whether there are polls."""


def _find_question(said: Utterance) -> str:
    """The question as typed: what stands after « : », what is asked with « ? » after « sondage », or after « sur »."""
    text = said.sentence.text
    if re.search(r"\s?:\s", text):
        asked = _ASKED.search(re.split(r"\s?:\s", text, maxsplit=1)[0])
        return text[asked.start() :] if asked else re.split(r"\s?:\s", text, maxsplit=1)[1]
    named = said.find_words("nom_sondage")
    start = named[-1] + 1 if named else said.end
    asked = _OF_WHOM.match(said.plain, said.sentence.places[start] - 1) if start < said.end else None
    start = said.find_word_at(asked.end() - 1) if asked else start
    if start + 1 < said.end and said.sentence.words[start].folded.split()[0] in _QUESTIONS:
        return said.sentence.typed(start, said.end) + " ?" * ("?" in text)
    if (
        named
        and start < said.end
        and (choice := _CHOICE.search(said.plain, said.sentence.places[start] - 1))
        and not said.has("si ")
    ):
        return said.sentence.typed(said.find_word_at(choice.start(1)), said.end)
    if start >= said.end:
        asked = _OF_COLLEAGUES.search(said.plain)
        return said.sentence.typed(said.find_word_at(asked.end() - 1), said.end) if asked else ""
    if found := _ABOUT_POLL.search(said.plain, said.sentence.places[start] - 1):
        return said.sentence.typed(said.find_word_at(found.end() - 1), said.end)
    is_asked = "?" in text and said.end - start > 1 and not said.has("comment")
    return f"{said.sentence.typed(start, said.end)} ?" if is_asked else ""


_OF_WHOM = re.compile(
    r" (?:aux?|a|pour) (?:(?:l|les|mes|nos|mon|notre|tou(?:te)?s|tout) ){0,2}(?:collegues?|equipe|groupe|conseillers|"
    r"conseilleres|conums?|monde) (?=\S)"
)
"""Who is asked, before what: « un sondage aux collègues on mange où »."""
_OF_COLLEAGUES = re.compile(
    r" (?:consult|sond|interrog)(?:e|er|ez|es) (?:(?:tous|toutes) )?(?:les|mes|nos|l) \S+ sur "
    r"(?:le |la |les |l |notre )?"
)
"""Who is asked, and not by a word for polls, before what: « consulter les collègues sur … »."""
_ABOUT_POLL = re.compile(
    r" (?:sur (?!une? )(?:le |la |les |l |notre )?|pour savoir (?=quel|qu[ie] |ki |quand |ou )|"
    r"pour (?:la |le |l )(?=(?:date|jour|lieu|heure|horaire|theme|sujet|creneau) ))"
)
"""What stands before the subject of a poll."""
_CHOICE = re.compile(r" (?:sur |pour (?:savoir|choisir|decider) |entre )?((?:\S+ ){1,8}ou \S+ )")
"""What may be chosen: « sondage réunion lundi ou jeudi »."""
_ASKED = re.compile(r"\b(?:quel(?:le)?s?|quand|où|combien)\s", re.IGNORECASE)
"""What a question begins with, before the answers that there are: « quel jour : mardi ou jeudi »."""
_QUESTIONS = frozenset({"quel", "quelle", "quels", "quelles", "qui", "quand", "ou", "combien", "est", "on", "preferez"})
"""Words with which a question begins that is put to others."""


ANNOUNCED = re.compile(
    r"\b(?:id[ée]es?|suggestions?|propos(?:er|e|itions?)|am[ée]liorations?)(?: [^\s:]{1,12}){0,3}\s*:\s*", re.IGNORECASE
)
"""What stands before an idea."""


_IDEA_FIRST = re.compile(
    r"(?:^\W*|[,;.!?…] (?:du coup )?)"
    r"(?:(?:bonjour|salut|coucou|hello|bonsoir|alors|tiens|voici|voil[àa]|j['’ ]?ai|encore|juste|une?|mon|ma|donc|"
    r"petite?|autre|nouvelle)\W+)*(?:id[ée]e|suggestion|pens[ée] à (?:un truc|une chose|quelque chose|ça))"
    r"(?! d(?:e |['’])(?:fiche|atelier|jeu|exercice|activit|th[èe]me|support))"
    r"(?: [^\s:]{1,12}){0,5}\s*:\s*\w",
    re.IGNORECASE,
)


def tells_idea(text: str) -> bool:
    """Whether a text, or one of its clauses, announces an idea and tells it after « : »."""
    return bool(_IDEA_FIRST.search(text))


_WISHED = re.compile(
    r"\b(?:(?:serait|n['’]est)[ -](?:il|ce|ça)[ -]pas|(?:(?:il|ce|cela|[çcs]a) )?(?:serait|serai|srait|sre)) "
    r"(?:plus |tellement |vraiment |quand même |trop |très |bien |assez |fort )?"
    r"(?:judicieux|utile|pratique|commode|souhaitable|bon|bien|mieux|int[ée]ressant|appr[ée]ciable|cool|top|g[ée]nial|"
    r"super|chouette|sympa|parfait|pas mal) "
    r"(?:qu['’]on (?:puisse|ait) |(?:que |qu['’])(?:l['’])?|d['’]|de |si |(?=une? ))([^.?!;]{4,200})",
    re.IGNORECASE,
)
"""An idea that is put as a wish or a question: « ce serait bien de … », « ne serait-il pas judicieux que … ? »."""


_PROPOSED = re.compile(
    r"[,;]? (?:je (?:vous |te )?(?:le |la |l['’])?(?:propose|soumets|sugg[èe]re)\b.{0,40}|"
    r"(?:est[- ]ce que )?(?:je |j['’]?)(?:peux?|pourrais|voulais|voudrais|veux) (?:vous |te )?(?:le |la |l['’])?"
    r"(?:proposer|soumettre|sugg[ée]rer)\b.{0,40}|"
    r"c['’]est (?:une|mon|ma|juste une) (?:id[ée]e|suggestion|proposition)\W{0,3})$",
    re.IGNORECASE,
)
"""What is said at the end of a wish of what it is: « …, je propose ça comme idée »."""


def _find_idea(text: str) -> str:
    """The idea that is told; "" for none."""
    if found := ANNOUNCED.search(text):
        return _GOOD_FOR.sub("", text[found.end() :])
    if tells_idea(text):
        return _GOOD_FOR.sub("", text.partition(":")[2])
    patterns = (_WHAT_IF, _WISHED, _LACKING, _SUGGESTED, _PROPOSING, _TO_DO, _NEEDED)
    wished = next((found for pattern in patterns if (found := pattern.search(text))), None)
    return _GOOD_FOR.sub("", _PROPOSED.sub("", wished[1])) if wished else ""


_GOOD_FOR = re.compile(
    r",? (?:ça|ca|cela) (?:(?:nous|me|leur|vous|lui) |m['’])?(?!doi|pourr)\w{3,14}rai(?:t|ent)\b.*$", re.IGNORECASE
)
"""What an idea would be good for, behind it: « …, ça changerait la vie »."""


_WHAT_IF = re.compile(r"\bet (si (?:on|l['’]on|vous|tu) \w{2,12}(?:ait|iez|ais) [^,.?!;]{8,200})", re.IGNORECASE)
"""An idea that is put as « et si on pouvait… »."""
_LACKING = re.compile(r"\bce qui (?:me|nous|leur) manque,? (?:le plus,? )?c['’]est ([^,.?!;]{4,120})", re.IGNORECASE)
"""An idea that is put as what is lacking."""
_SUGGESTED = re.compile(
    r"\b(?:une|ma|petite) (?:id[ée]e|suggestion|proposition)\b[^,:;.!?]{0,60}[,;.!?] "
    r"(?!(?:je|j['’]|o[uù]|comment|on|c['’]est|tu|vous)\b)(\w.{8,})$",
    re.IGNORECASE,
)
"""An idea that is told after it is said that it is one: « une suggestion pour l’outil, il faudrait … »."""
_PROPOSING = re.compile(
    r"\bje (?:vous |te )?(?:propose|sugg[èe]re) (?:(?:donc |alors )?(?:comme|en) (?:id[ée]e|suggestion|"
    r"am[ée]lioration) )?"
    r"(?:qu['’]on ait |que (?:nous ayons|vous ayez) |de |d['’](?=\w{3})|(?=que |qu['’]|une? (?!id[ée]e)))"
    r"([^.?!;]{8,200})",
    re.IGNORECASE,
)
"""An idea that somebody proposes: « je propose qu’on ait … »."""


_TO_DO = re.compile(
    r"\b(?:une|mon|ma|nouvelle|petite) (?:id[ée]e|suggestion|proposition)"
    r"(?: (?:pour|sur) (?:le bot|la coop|coop|toi|vous|l['’](?:outil|appli\w*)))?,? "
    r"(?:c['’]est |ce serait )?(?:de |d['’])?"
    r"((?!(?:encore|autre|super|claire|entre|notre|votre|contraire|premi[eè]re|derni[eè]re)\b)"
    r"\w{1,12}(?:er|ir|re)\b.{4,200})",
    re.IGNORECASE,
)
"""An idea that is told by what is to be done: « j’ai une idée, pouvoir dicter … »."""
_NEEDED = re.compile(
    r"(?:^|[,;.!?] |\b(?:donc|alors|mais) )(?:(?:il )?faudrait|on (?:pourrait|devrait)|vous (?:pourriez|devriez)|"
    r"tu (?:pourrais|devrais)|pourquoi (?:ne )?pas(?= \w+r\b))(?: pas)? "
    r"(?:que (?:l['’])?|qu['’](?:on (?:puisse|ait) )?)?"
    r"([^,.?!;]{8,200})",
    re.IGNORECASE,
)
"""An idea that is put as what is needed: « il faudrait pouvoir… », « on pourrait pas rajouter… ? »."""


_MOST = re.compile(r"\bles? \+ ", re.IGNORECASE)
"""« Les plus », as it is typed on a phone."""


def _leave_manners(said: Utterance) -> str:
    """The text without the politeness at its end."""
    text, signs = said.sentence.text, said.sentence.gap(said.end - 1) if said.end else ""
    if said.end == len(said.sentence.words) or not {*",.;!"}.intersection(signs):
        return text
    return text[: said.sentence.words[said.end - 1].end]


_GIVEN = re.compile(
    r" (?:j|on) (?:ai|avais|a|avait) (?:\S+ )?(?:soumis|propose|depose|poste|envoye|suggere|donne)e?s? (?:\S+ ){0,3}?"
    r"(?:idees?|suggestions?) (?:\S+ ){0,12}?(?:devenue?s?|en est|en sont|retenue?s?|vote) "
)
"""Ideas that somebody gave, of which they ask what they became."""


def write_idea(said: Utterance) -> str:
    """Write the idea as typed, after « : » or a word that announces it."""
    if told := _find_idea(_leave_manners(said)):
        return f"idee {told}"
    if said.has("mes idees |(?:idee|proposition|suggestion)s? que j") or _GIVEN.search(said.plain):
        return "idee mes idées"
    if said.has("les plus |le plus |top (?:des )?idees|mieux notees") or _MOST.search(said.sentence.text):
        return "idee les plus demandées"
    if said.number and re.search(r" (?:idee|suggestion) (?:n |numero )?n?\d", said.plain):
        return f"idee {said.number}"
    is_list = said.has("idees |voter|autres ") and said.knows("idee liste") and not said.has("boite")
    return "idee liste" if is_list else "idee"
