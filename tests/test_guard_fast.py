"""The guard, the word list and the links find what a slow and plain reading finds, on any text.

`tests/data/texts_read_slowly.jsonl` are texts drawn at random from pieces of what is looked for, each with what was
read in it when every pattern was still tried at every sign: what the guard found (kind, start, end), the text folded,
whether it had a word of the list, and its links. What else makes them quick is compared with the same said plainly.
"""

import json
import re
import unicodedata
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.guard import KINDS, find
from bot.guard.plain_text import begin_word, read_plain_text
from commands.moderation.rules import has_word, list_links
from config.text import fold
from tests.support.security import read_sentences

READ = [json.loads(line) for line in Path("tests/data/texts_read_slowly.jsonl").read_text("utf-8").splitlines()]
WORDS = ("casino", "argent facile", "bon nuit", "crédit", "xx")
OPEN = "\n\n.\n\n(arobas (a [at] {at} 0 0 0 0 0 0 0 0 0 0 0 0 0\n\n"
"""A text with which every hint is there, and nothing to be found."""
PIECES = sorted({piece for text, *_ in READ for piece in re.findall(r"\w+|\W", text)})
TEXTS = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=15).map("".join)
BEGIN = ("né(?:e|es)?", "n[ée] ?\\(e\\)", "mdp", "mots? de passe", "pass(?= ?:)", "époux", "fr")
LETTERS = str.maketrans("013457@$!|", "oieastasil")


def test_what_was_read_slowly_is_found_now() -> None:
    for text, found, folded, has_one, links in READ:
        assert [[one.kind.value, one.start, one.end] for one in find(text)] == found, text
        for kind in KINDS:
            assert [[one.kind.value, one.start, one.end] for one in find(text, (kind,))] == [
                one for one in found if one[0] == kind
            ]
        assert fold(text) == folded
        assert has_word(text, WORDS) is has_one, text
        assert list(map(list, list_links(text))) == links


def test_there_is_something_of_every_kind_and_nothing_in_others() -> None:
    kinds = [{kind for kind, _, _ in found} for _, found, *_ in READ]
    assert all(sum(kind in found for found in kinds) >= 50 for kind in set().union(*kinds))
    assert len(set().union(*kinds)) == 7
    assert sum(not found for found in kinds) >= 200


def fold_plainly(text: str) -> str:
    """Fold all of a text at once."""
    for _ in range(2):
        apart = unicodedata.normalize("NFKD", text)
        text = re.sub("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]", "", apart).casefold()
    text = text.replace("œ", "oe").replace("æ", "ae").replace("ø", "o").replace("ł", "l")
    return re.sub(r"[\s'’‘ʼ`´‐‑‒–—−\-]+", " ", text.lower()).strip()


def has_word_plainly(text: str) -> bool:
    """Make three readings of a text, and look for each word in all of them."""
    folded = fold_plainly(text).translate(LETTERS)
    apart = _once(re.sub("[^a-z ]+", " ", folded))
    spelt = re.sub(r"(?<![a-z])[a-z](?: [a-z])+(?![a-z])", lambda found: found[0].replace(" ", ""), apart)
    readings = [apart, _once(re.sub("[^a-z ]+", "", folded)), _once(spelt)]
    wanted = [_once(re.sub("[^a-z ]+", " ", fold_plainly(word).translate(LETTERS))) for word in WORDS]
    return any(word in reading for word in wanted for reading in readings)


def _once(text: str) -> str:
    words = re.sub(r"([a-z])\1+", r"\1", text).split()
    return f" {' '.join(words)} "


@settings(max_examples=400)
@given(TEXTS)
def test_short_cuts_change_nothing(text: str) -> None:
    assert list(find(text)) == [one for one in find(text + OPEN) if one.start < len(text)]
    assert fold(text) == fold_plainly(text)
    assert has_word(text, WORDS) == has_word_plainly(text)
    plainly = re.compile(rf"\b(?:{'|'.join(BEGIN)})")
    spans = [found.span() for found in re.finditer(begin_word(*BEGIN), text)]
    assert spans == [found.span() for found in plainly.finditer(text)]


@settings(max_examples=200)
@given(TEXTS, TEXTS)
def test_an_unusual_sign_moves_nothing(before: str, after: str) -> None:
    """What is usual reads the same whether or not something unusual stands in the text."""
    whole = read_plain_text(f"{before}\nж\n{after}")
    assert whole.text.startswith(read_plain_text(f"{before}\n\u200b").text)
    assert whole.text.endswith(read_plain_text(f"\u200b\n{after}").text)
    assert len(whole.text) == len(whole.cased) == len(whole.places)
    assert list(whole.places) == sorted(whole.places)


def test_a_pictograph_is_read_as_itself() -> None:
    signs = "".join(map(chr, (*range(0x2600, 0x27C0), 0xFE0F, *range(0x1F300, 0x1FB00))))
    disguised = read_plain_text(f"\u200b{signs}\u200b")
    assert not read_plain_text(signs).places
    assert disguised.text == disguised.cased == signs


def test_disguises_change_nothing_in_labelled_sentences() -> None:
    for sentence, _ in read_sentences():
        found = [(one.kind, one.start, one.end) for one in find(sentence)]
        for sign in "ж👍":
            assert [(one.kind, one.start - 2, one.end - 2) for one in find(f"{sign} {sentence}")] == found, sentence
