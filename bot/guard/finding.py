"""What of a text is personal, found by all finders together; masked, and named in a sentence."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from bot.french.words import join
from bot.guard.addresses import find_addresses
from bot.guard.births import find_births
from bot.guard.kinds import Found, Kind
from bot.guard.numbers import find_cards, find_iban, find_nir
from bot.guard.passwords import find_passwords
from bot.guard.phones import find_phones
from bot.guard.plain import Plain, read

MASK = "▮▮▮"
_FINDERS: Mapping[Kind, Callable[[str], Iterable[tuple[int, int]]]] = {
    Kind.NIR: find_nir,
    Kind.IBAN: find_iban,
    Kind.CARTE: find_cards,
    Kind.COURRIEL: find_addresses,
    Kind.NAISSANCE: find_births,
    Kind.TELEPHONE: find_phones,
}
_FEMININE = frozenset({Kind.COURRIEL, Kind.NAISSANCE})


def find(text: str) -> Sequence[Found]:
    """What is personal in a text, in its order; no two share a character."""
    plain = read(text)
    rank = {kind: at for at, kind in enumerate(Kind)}
    taken: list[Found] = []
    for found in sorted(_all(plain), key=lambda found: (found.start, rank[found.kind], -found.end)):
        if not taken or found.start >= taken[-1].end:
            taken.append(found)
        elif rank[found.kind] < rank[taken[-1].kind]:
            taken[-1] = found
    return taken


def _all(plain: Plain) -> Iterator[Found]:
    for kind, finder in _FINDERS.items():
        yield from (Found(kind, *plain.span(*span)) for span in finder(plain.text))
    yield from (Found(Kind.MOT_DE_PASSE, *plain.span(*span)) for span in find_passwords(plain))


def mask(text: str, found: Iterable[Found]) -> str:
    """The text with bars for what was found, and what each hides."""
    pieces, at = [], 0
    for one in sorted(found, key=lambda one: one.start):
        pieces += [text[at : one.start], f"{MASK} ({one.kind.label})"]
        at = one.end
    return "".join([*pieces, text[at:]])


def name(found: Iterable[Found]) -> str:
    """What was found, each kind once: « un numéro de téléphone et une adresse électronique »; "" for nothing."""
    kinds = dict.fromkeys(one.kind for one in found)
    return join([f"{'une' if kind in _FEMININE else 'un'} {kind.label}" for kind in kinds])
