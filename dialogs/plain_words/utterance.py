"""A sentence that is understood, and how its details are found in it."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from itertools import pairwise

from bot.command_lines import CommandIndex
from bot.french import MONTH_NUMBERS
from config.text import fold
from dialogs.plain_words.cues import read_cues
from dialogs.plain_words.frames import read_frame
from dialogs.plain_words.periods import write_period
from dialogs.plain_words.places import SaidPlace, find_place
from dialogs.plain_words.sentences import Sentence

_AS_SAID = frozenset({"sujet", "depot", "canal", "article", "evenement", "rendez_vous", "savoir", "suite", "demandes"})
"""Frames of what is sought or told in words that belong together."""
_IN_NAMES, _OF_NAMES = frozenset({"en", "sur", "sous", "les", "lez"}), frozenset({"le", "la", "l", "de", "d", "du"})
"""Small words in the middle of the names of places; the others stand between two strange words only."""
_SET_PHRASES = re.compile(
    r"(?<= )(?:mode d emploi|pas a pas|cles? en mains?|clefs? en mains?|faite?s? maison|la bas|semaine prochaine|"
    r"(?:pas |plutot )?(?:trop|tres|assez|vraiment|bien) (?:complique|complexe|technique|long|longue|simple|facile|"
    r"court|courte|clair|claire|dense|difficile|lourd|lourde|basique|accessible|compliquee)s?|"
    r"en (?:poste|fonctions?|activite)|a partir (?:de maintenant|d aujourd hui|d aujourdhui)|dorenavant|desormais|"
    r"(?:ont|a|avait|avaient|auraient|aurait) ete|de preference|tout de suite|"
    r"quelque part|immediatement|(?:un |des )?trous? de memoire|"
    r"a (?:ton|votre) avis|(?:s y prend(?:re)?(?: on)?|ce(?:s|t|tte)? (?:jours?|mois|semaines?|"
    r"periodes?|annees?|moments?) (?:la|ci))|"
    r"a venir|(?:dans|sur) (?:l|mon|notre|votre) agenda(?: du reseau)?|"
    r"1(?= (?:fiche|ressource|tuto|quiz|jeu|video|exercice|support|guide|affiche|truc|doc))|"
    r"dans (?:la|notre|votre) (?:bases?|banque)(?: de (?:fiches|ressources|donnees)| commune)?) "
)
_DEMANDED = r"(?:(?<= la )|(?<= une ))demande (?:de|d) (?!aide |assistance |fiche|ressource|document)[a-z]{3,20}"
_WHOLE = re.compile(
    rf"(?<= )(?:{_DEMANDED}|mon espace sante|"
    r"fausses? (?:infos?|informations?|nouvelles?)|(?:violences?|egalite|stereotypes) de genre|"
    r"mots? de passe|banque (?:de france|des territoires)|maison de quartier|"
    r"(?:le )?bon coin|bons plans|(?:wifi|services?|espaces?|lieux?|ecrivains?|transports?|marches?) publics?|"
    r"(?:un|1) [a-z]{3,6}di sur (?:deux|trois|quatre|\d)|chaque [a-z]{3,6}di|"
    r"langue des signes|mon compte formation|facile a lire(?: et a comprendre)?|"
    r"une (?:petite )?(?:demi )?heure(?: et (?:demie|quart))?|(?:un|trois) quarts? d heure|"
    r"personnes? (?:agees?|handicapees|en situation de handicap)) "
)
"""Names and lengths, whose small words are theirs."""
_AROUND = {
    "canal": re.compile(r"(?<= )entre (?:conseill\S+|nous|collegues|conums?|pros) "),
    "liste": re.compile(r"(?<= )pour (?!la |le |les )[a-z]{2,12}(?:er|ir|re) .* "),
    "suivi": re.compile(r"(?<= )(?:chaque|tou(?:te)?s les) (?:[a-z]{3,6}dis?|semaines?|mois|jours?) "),
    "evenement": re.compile(
        r"(?<= )(?:(?:dans|pour|sur|ces) )?(?:(?:les|le|l) )?(?:prochain(?:e?s|e)? (?:semaines?|mois|jours?|temps)|"
        r"(?:semaines?|mois|jours?) (?:qui (?:viennent|vient|arrivent?|suivent|suit)|prochaine?s?)) "
    ),
    "contact": re.compile(
        r"(?<= )(?:envoyer|ecrire|adresser|laisser|transmettre) (?:(?:un|une|mon|ce) )?"
        r"(?:messages?|mails?|mots?|courriers?|emails?|courriels?) "
    ),
    "sujet": re.compile(
        r"(?<= )a (?:leur|lui|vous|me|m|nous) [a-z]{3,12}(?:er|ir|re) "
        r"|(?<= )pour (?:lancer|animer|ouvrir|demarrer|illustrer|introduire|nourrir|finir|terminer|clore|commencer) "
        r"(?:(?:la|une|le|un|l|mon|ma|notre) )?(?:discussion|debat|seance|atelier|echange|conversation)s? "
        r"|(?<= )(?:pour|dans) (?:l|la|le|sa|son|ma|mon|leur|notre|nos) (?:salle|hall|accueil|"
        r"vitrine|panneau|couloir|entree|tiroirs?|bureau) (?:d [a-z]{4,9} )?"
        r"|(?<= )pour (?:l|la|le|mon|ma|mes|notre|une?) (?:atelier|permanence|seance|rdv|rendez vous|animation|"
        r"intervention|formation|journee)s? (?:collecti\S+ )?(?:(?:du|de|d|prevue?|le) )?"
        r"(?:\d{1,2}|demain|(?:lun|mar|mercre|jeu|vendre|same)di|la semaine|ce|cet|cette)\b.* "
    ),
}
"""What is said around what is sought, by its frame: how often, how, and for what session."""
_TAGGED = re.compile(
    r"\b(?:(?:l['’ ]?|mon |une )[ée]tiquette|[ée]tiquet[ée]e?s|(?:le |mon |un )?tag) «? ?([^\W\d_][\w-]+)",
    re.IGNORECASE,
)
"""A tag that is called so."""
_TWELVE_MONTHS = re.compile(
    r" (?:(?:12|douze) mois (?:de l annee|de|d)|(?:toute )?l annee (?:entiere|complete)) (20\d\d) "
    r"| (20\d\d) (?:\S+ ){0,4}?(?:toute l annee|l annee (?:entiere|complete)) "
)
"""What is a year."""
_TWO_MONTHS = re.compile(
    rf" ({'|'.join(MONTH_NUMBERS)})(?: 20\d\d)? (?:plus|puis|ainsi que|avec|et(?= (?:aussi|puis|cel|ceu)))"
    rf"(?: aussi| puis)?(?: celles?| ceux| celui)?(?: de| d)? ({'|'.join(MONTH_NUMBERS)})(?: (20\d\d))? "
)
"""Two months that are asked for together: « septembre plus celles d’octobre »."""
_PARTING = frozenset(",;.!…(")
_SPEAKING = frozenset(
    (
        *("j", "je", "tu", "t", "on", "il", "elle", "ils", "elles", "c", "ca", "cela", "nous", "vous", "celui"),
        *("celle", "mes", "mon", "ma", "nos", "notre", "merci", "est", "peux", "pouvez", "pourriez", "comment"),
    )
)
"""With what a clause begins behind a sign."""
_NEXT_CLAUSE = re.compile(
    r" (?:mais|car|parce|et d une? autre|sinon|qui etait|(?:et|puis|donc) (?:je|j|on|il|elle|ca|c|qui|pourr\S+|"
    r"saur\S+|voudr\S+|accept\S+)|qui (?:ne|n|me|m|[a-z]{3,12}(?:ait|aient))|"
    r"qu (?:une?|on|il|elle)|que (?:je|j|on|nous|me|m)|quand a t|peu importe|trop d\S*|sans (?:avoir|etre|que|qu)|"
    r"(?:je |j )(?:ne )?(?:sais|me (?:rappelle|souviens)) (?:plus|pas)|(?:ca|cela) \S+|"
    r"(?:m|me|nous|t|te) (?:\S+erait|\S+irait)|si (?:ca|cela|il|elle|c|possible)|"
    r"meme (?:en|si|loin|pas|une?|tres|vieux|vieille|ancien\S*)|histoire (?:de|d|que)|impossible (?:de|d)|"
    r"(?:j ai|on a|jai) (?:une?|des|mon|deux|trois)(?! mal| rdv| rendez)|je (?:prends|suis preneu\S+)|ce serait|"
    r"tu (?:le|la|les|l|me|m|peux|pourrais)|c est (?:pour|trop|moi|lui|nous)|je (?:ne|n|le|l|la|les)) "
)
"""Words with which a clause begins without a sign."""
_NO_VERBS = frozenset({"senior", "jeunes", "notre", "votre", "entre", "autre", "leur"})
"""Words that look like a verb and are none."""
_ARTICLES = frozenset(
    {"le", "la", "les", "l", "un", "une", "ses", "son", "sa", "mes", "mon", "ma", "sur", "par", "au", "et", "des"}
)
"""Small words that say nothing in what is sought: « créer une adresse », « les fraudes sur le net »."""
_JOINING = frozenset({"'", "’", "-", ".", "/", "+", "@", "_", "&"})
"""Signs that make one word of two."""
_BEFORE_NOUN = frozenset({"un", "une", "1", "l", "d", "des", "cette", "petite", "belle", "jolie", "deux", "quelques"})
TITLES = frozenset({"m", "mr", "mme", "mlle", "monsieur", "madame"})
"""How somebody is called before their name."""
_NAMED_PLUS = re.compile(r"[^\W\d_](\+\+?|#)(?!\w)")
"""The end of a name with its sign: « FranceConnect+ », « C++ »."""


@cache
def _compile(pattern: str) -> re.Pattern[str]:
    """Compile a pattern for good: there are more of them than ``re`` remembers."""
    return re.compile(rf" (?:{pattern})")


@dataclass(frozen=True)
class Utterance:
    """A sentence, its words without politeness (from `first` up to `end`), and what its details depend on."""

    sentence: Sentence
    first: int
    end: int
    today: date
    commands: CommandIndex
    known: frozenset[str] = frozenset()
    """Words that mean something to the bot: others may be names."""

    @property
    def plain(self) -> str:
        """All its words as they are compared, between single spaces."""
        return self.sentence.plain

    @cached_property
    def place(self) -> SaidPlace | None:
        """The département or région that is named."""
        return find_place(self.sentence)

    @cached_property
    def rows(self) -> Mapping[int, int]:
        """The rows of which a cue is said, and where in the stems it ends: several ask."""
        return dict(read_cues().find_rows(self.sentence, self.first, self.end))

    @property
    def period(self) -> str:
        """The words that name a period; "" where there are none."""
        return self._period[0]

    @property
    def period_span(self) -> range:
        """Which words these are."""
        return self._period[1]

    @cached_property
    def _period(self) -> tuple[str, range]:
        if year := _TWELVE_MONTHS.search(self.plain):
            return year[1] or year[2], range(self.find_word_at(year.start() + 1), self.find_word_at(year.end() - 1))
        if (both := _TWO_MONTHS.search(self.plain)) and MONTH_NUMBERS[both[2]] == MONTH_NUMBERS[both[1]] + 1:
            span = range(self.find_word_at(both.start() + 1), self.find_word_at(both.end() - 1))
            return " ".join(filter(None, (both[1], "et", both[2], both[3]))), span
        return write_period(self.sentence, self.today, self.place.span if self.place else range(0))

    @cached_property
    def number(self) -> str:
        """The first number of up to six figures that stands alone."""
        found = re.search(r" n?(\d{1,6}) ", self.plain)
        return found[1] if found else ""

    def write_days(self, told: str) -> str:
        """Some of the text with the days of a month in figures: « le huit novembre »."""
        text = self.sentence.text
        for word, month in pairwise(self.sentence.words):
            typed, named = text[word.start : word.end], text[word.start : month.end]
            if word.folded.isdigit() and not typed[0].isdigit() and month.folded in MONTH_NUMBERS:
                told = told.replace(named, named.replace(typed, word.folded))
        return told

    @property
    def tags(self) -> str:
        """The tags that are named: « #seniors », « l’étiquette seniors »."""
        tags = re.findall(r"(?<!\S)#[^\W\d_][\w-]*", self.sentence.text)
        return " ".join(dict.fromkeys(tags or (f"#{tag}" for tag in _TAGGED.findall(self.sentence.text))))

    @property
    def named_number(self) -> str:
        """The number by which something is called: none that counts people, minutes or days."""
        found = (match for match in re.finditer(r" n?(\d{1,6}) (\S*)", self.plain) if not self._counts(match[2]))
        return next((match[1] for match in found if not self._is_age(self.find_word_at(match.start(1)))), "")

    def _is_age(self, index: int) -> bool:
        """Whether a number is an age from which people are counted: « +60 »."""
        return index < self.end and self.sentence.text[self.sentence.words[index].start - 1 :][:1] == "+"

    @staticmethod
    def _counts(following: str) -> bool:
        return following.isdigit() or following in read_frame("apres_nombre", "comptes")

    def has(self, pattern: str) -> bool:
        """Whether some words are there, given by how they begin."""
        return bool(_compile(pattern).search(self.plain))

    def rest(self, before: str, start: int | None = None, end: int | None = None) -> str:
        """The words as typed, without those of a frame before them, and politeness after; « une » counts people, but
        for what is announced: « une dame », but « un atelier »."""
        frame, tail = read_frame(before), read_frame("apres")
        words, first = self.sentence.words, self.first if start is None else start
        end = self.end if end is None else end
        while first < end and frame.issuperset(words[first].folded.split()):
            following = words[first + 1].folded if first + 1 < end else ""
            announced = read_frame(before, f"{before}_annonce")
            is_count = words[first].folded in ("un", "une", "1") and not announced.issuperset(following.split())
            # « le 30 » is a day, « à Lens » a place.
            is_day = words[first].folded == "le" and following.isdigit()
            is_place = words[first].folded == "a" and first + 1 < end and self._is_capital(first + 1)
            if is_count or is_day or is_place or following in read_frame(f"{before}_garde"):
                break
            first += 1
        while first < end and tail.issuperset(words[end - 1].folded.split()) and not self._ends_with_letter(end):
            end -= 1
        return self.sentence.typed(first, end) + "." * (first < end and self._is_initial(end - 1))

    def _is_capital(self, index: int) -> bool:
        return self.sentence.text[self.sentence.words[index].start :][:1].isupper()

    def find_words(self, name: str) -> list[int]:
        """Which of the words are of a list of the table of frames."""
        listed = read_frame(name)
        return [n for n in range(self.first, self.end) if self.sentence.words[n].folded.replace(" ", "_") in listed]

    def find_word_at(self, place: int) -> int:
        """The word of which a part begins at a place of the plain words, or the first one after it."""
        words = self.sentence.words
        joined = (n for n, at in enumerate(self.sentence.places) if at + 1 == place and words[n].folded[1:2] == " ")
        return next(joined, next((n for n, at in enumerate(self.sentence.places) if at >= place), self.end))

    def leads_to_place(self, index: int) -> bool:
        """Whether a word says that a place follows: « près de », « dans » a territory, « à » a name."""
        word = self.sentence.words[index].folded
        is_not_far = word == "loin" and index > 0 and self.sentence.words[index - 1].folded == "pas"
        if is_not_far or word in read_frame("avant_lieu"):
            return True
        if word not in ("a", "dans", "en", "sur", "du", "de") or index + 1 >= self.end:
            return False
        if self.place and index + 1 in range(self.place.span.start - 1, self.place.span.stop):
            return True
        following = self.sentence.words[index + 1]
        named = self.sentence.text[following.start :][:5]
        is_name = named[:1].isupper() or following.folded not in self.known
        return (word in ("a", "sur") and is_name and (word == "a" or named[:1].isupper())) or named.isdigit()

    def calls(self, line: str) -> bool:
        """Whether a line calls a command that the bot has."""
        return bool(self.commands.call(line))

    def knows(self, command: str) -> bool:
        """Whether the bot has a command."""
        return self.calls(command) and not self.commands.find(command)[1]

    def content(
        self, around: str, first: int | None = None, end: int | None = None, taken: Collection[int] = ()
    ) -> str:
        """The words that say something, as typed, without those of a frame and those that are `taken`: « exercices
        souris ». « De » stays between two of them, « en » before « ligne »; what a hyphen joins stays whole."""
        first, end = self.first if first is None else first, self.end if end is None else end
        empty = read_frame(around, "petits")
        left = self._find_phrases(_AROUND[around]) if around in _AROUND else frozenset[int]()
        whole, taken = self._find_phrases(_WHOLE) - left, {*taken, *left}
        kept = {
            index
            for group in self._list_groups(first, end)
            for index in group
            if index in whole or not all(self._is_empty(each, empty) or each in taken for each in group)
        }
        end = self._end_clause(min(kept), end) if kept else end
        kept = {index for index in kept if index < end}
        links = {index for index in range(first + 1, end - 1) if self._links(index, kept, around)}
        gaps = [range(one + 1, other) for one, other in pairwise(sorted(kept))] if around in _AS_SAID else []
        filled = {
            index
            for gap in gaps
            if all(self._fills(each, taken, around) for each in gap)
            for index in gap
            if not self._is_again(index)
        }
        return self._write(sorted(kept | links | filled))

    def _end_clause(self, first: int, end: int) -> int:
        """The word before which the clause ends that says what is sought from one word on: « …, je ne l’ai pas lu »."""
        found = _NEXT_CLAUSE.search(self.plain, self.sentence.places[first] - 1)
        stops = [self.find_word_at(found.start() + 1)] if found else []
        for index in range(first + 1, end):
            is_asked = self.sentence.words[index].folded == "?"
            is_parted = not (_PARTING.isdisjoint(self.sentence.gap(index - 1)) or self._is_initial(index - 1))
            is_spoken = self.sentence.words[index].folded in _SPEAKING and not self._is_initial(index)
            if is_asked or (is_parted and is_spoken):
                return min([index, *stops])
        return min([end, *stops])

    def _fills(self, index: int, taken: Collection[int], around: str) -> bool:
        """Whether a small word may stay between two that say something: « photos de famille »; « pour » only before
        what is done: « un téléphone pour payer », but « jeux pour débutants »."""
        before, word = (self.sentence.words[n].folded for n in (index - 1, index))
        is_linking = around == "sujet" and word in ("sur", "de", "d", "des", "du")
        is_kind = is_linking and before in read_frame("genres")
        is_left = around == "sujet" and self._is_for_people(index)
        is_left = is_left or (around == "sujet" and word in _ARTICLES)
        return index not in taken and not (is_left or is_kind) and word in read_frame("entre")

    def _is_again(self, index: int) -> bool:
        """Whether an article stands behind « et »: « la souris et le clavier » are « souris et clavier »."""
        before, word = (self.sentence.words[n].folded for n in (index - 1, index))
        return before in ("et", "ou") and word in ("le", "la", "les", "l")

    def _is_for_people(self, index: int) -> bool:
        """Whether a word leads to those for whom something is: « pour débutants », « avec des seniors »."""
        word, *following = (each.folded for each in self.sentence.words[index : index + 3])
        if word == "pour":
            return not (following[0].endswith(("er", "ir", "re")) and following[0] not in _NO_VERBS)
        return word in ("avec", "a", "chez") and not read_frame("publics").isdisjoint(following)

    def middle(self, around: str, first: int) -> str:
        """The words from one on as typed, without those of a frame before them, and of another after; "" for no more
        than such words."""
        frame, tail, words, end = read_frame(around), read_frame(f"{around}_fin"), self.sentence.words, self.end
        while first < end and frame.issuperset(words[first].folded.split()):
            first += 1
        while first < end and tail.issuperset(words[end - 1].folded.split()):
            end -= 1
        is_told = any(not frame.issuperset(w.folded.split()) and w.folded.isalpha() for w in words[first:end])
        return self.sentence.typed(first, end) if is_told else ""

    def _list_groups(self, first: int, end: int) -> Iterator[range]:
        """Words that a hyphen joins, together."""
        start = first
        for index in range(first, end):
            if index + 1 == end or self.sentence.between(index) != "-":
                yield range(start, index + 1)
                start = index + 1

    def _is_initial(self, index: int) -> bool:
        """Whether somebody is called by a letter: « Mme T. »."""
        word, text = self.sentence.words[index], self.sentence.text
        return text[word.start : word.end].isupper() and text[word.start + 1 : word.end + 1] == "."

    def _is_empty(self, index: int, empty: frozenset[str]) -> bool:
        word = self.sentence.words[index]
        is_signed = _NAMED_PLUS.match(self.sentence.text, word.end - 1)
        if is_signed or self._is_initial(index) or self._begins_name(index) or self._is_called_by_letter(index):
            return False
        typed = fold(self.sentence.text[word.start : word.end])
        if typed in ("affiche", "affiches") and self._is_poster(index):
            return False
        return typed in empty or empty.issuperset(word.folded.split()) or index in self._set_phrases

    def _ends_with_letter(self, end: int) -> bool:
        """Whether some words end with the letter by which somebody is called."""
        return self._is_initial(end - 1) or self._is_called_by_letter(end - 1)

    def _is_called_by_letter(self, index: int) -> bool:
        """Whether a word is the letter by which somebody is called, without its dot: « Mme D »."""
        typed = self.sentence.typed(index, index + 1)
        before = self.sentence.words[index - 1].folded if index > self.first else ""
        is_letter = typed.isupper() or (typed.isalpha() and typed not in "alny" and typed.isascii())
        return len(typed) == 1 and is_letter and before in TITLES and self.sentence.between(index)[:1] not in ("'", "’")

    def _is_poster(self, index: int) -> bool:
        """Whether « affiche » is a thing and no verb: « une affiche sur les arnaques », but « affiche les fiches »."""
        before = self.sentence.words[index - 1].folded.split()[-1] if index > self.first else ""
        return before in _BEFORE_NOUN

    def _begins_name(self, index: int) -> bool:
        """Whether a small word begins somebody’s name: « Le Goff », behind another word."""
        starts = [self.sentence.text[word.start] for word in self.sentence.words[index : index + 2]]
        is_small = self.sentence.words[index].folded in ("le", "la", "de", "du", "des")
        return index > self.first and is_small and len(starts) > 1 and all(map(str.isupper, starts))

    @cached_property
    def _set_phrases(self) -> frozenset[int]:
        """The words of « mode d’emploi », « pas à pas », « clé en main », which say of what kind something is."""
        return self._find_phrases(_SET_PHRASES)

    def _find_phrases(self, phrases: re.Pattern[str]) -> frozenset[int]:
        spans = [match.span() for match in phrases.finditer(self.plain)]
        return frozenset(
            n for n, place in enumerate(self.sentence.places) if any(start <= place < end for start, end in spans)
        )

    def _links(self, index: int, kept: Collection[int], around: str) -> bool:
        """Whether a small word holds the two around it together: « mot de passe », « en ligne »; of people and places
        none does."""
        before, word, after = (self.sentence.words[n].folded for n in (index - 1, index, index + 1))
        if index - 1 not in kept or index + 1 not in kept:
            return False
        if around in ("contact", "lieu"):
            return self._names_place(before, word, after) or word == "des"
        return (word in ("de", "d", "des") and before not in read_frame("genres")) or (word, after) == ("en", "ligne")

    def _names_place(self, before: str, word: str, after: str) -> bool:
        """Whether a small word stands in the middle of the name of a place: « aix en provence », « villeneuve d’ascq »,
        but « préfecture du rhône »."""
        is_strange = before not in self.known and (word in _IN_NAMES or after not in self.known)
        return is_strange and word in _IN_NAMES | _OF_NAMES

    def _write(self, indices: Sequence[int]) -> str:
        """Some words as typed; those that are one word stay one: « impots.gouv »."""
        text, words = self.sentence.text, self.sentence.words
        parts = []
        for index in indices:
            sign = self.sentence.between(index) if index + 1 in indices else " "
            signed = _NAMED_PLUS.match(text, words[index].end - 1)
            dot = "." * self._is_initial(index) or (signed[1] if signed else "")
            parts += [
                words[index].typed(text)[0],
                dot or (sign if sign in _JOINING else ""),
                " " * (sign not in _JOINING),
            ]
        return "".join(parts).strip()
