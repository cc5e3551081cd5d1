"""Which cells are masked beyond the rule: for each one that the rule masks, the cheapest change that hides it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import inf

from storage.stats.masks.cells import TOTALS, Area, least, months, primary, wanted
from storage.stats.masks.moves import Shape, light, whole
from storage.stats.masks.rules import all_respected

Exchange = Mapping[str, int]
"""Territories that grow (1) or shrink (−1), so that what they add up to is left."""

FEW = 12
"""How many territories further away are tried: the others would cost as much."""
LEAF, REGION, NATION = 1.0, 12.0, 150.0
THIN = 25.0
"""What a masked cell costs, and one that leaves little room for another value."""
ENOUGH = (40.0, 200.0, inf)
"""A change that costs no more is taken without looking further: among neighbours, further away, up to the nation."""


@dataclass(frozen=True, slots=True)
class Move:
    """A change of masked cells, by territory, so many times over."""

    price: float
    changes: Mapping[str, Mapping[str, int]]
    times: int


def hidden(areas: Mapping[str, Area]) -> dict[str, frozenset[str]]:
    """The masked cells of each territory; exactly one territory, the nation, is inside no other."""
    work = _Work(areas)
    for where, name in work.targets():
        if name not in work.safe[where]:
            work.protect(where, name)
    return {where: frozenset(names) for where, names in work.masked.items()}


class _Work:
    """The decision under way: what is masked so far, and which cells of the rule are already safe."""

    def __init__(self, areas: Mapping[str, Area]) -> None:
        # In one order: answers that masked different cells of one table could be put together.
        self.areas = areas = dict(sorted(areas.items()))
        self.first = {where: primary(area) for where, area in areas.items()}
        self.masked = {where: set(names) for where, names in self.first.items()}
        self.safe: dict[str, set[str]] = {where: set() for where in areas}
        self.nation = next(where for where, area in areas.items() if area.inside is None)
        self.months = months(areas[self.nation])
        parents = {area.inside for area in areas.values()}
        self.leaves = [where for where in areas if where not in parents]
        self.above = {where: tuple(self._up(where)) for where in areas}
        """Each territory and those it is added up in."""
        self.cost = {w: LEAF if w in self.leaves else REGION for w in areas} | {self.nation: NATION}

    def _up(self, where: str | None) -> Iterator[str]:
        while where is not None:
            yield where
            where = self.areas[where].inside

    def targets(self) -> Iterator[tuple[str, str]]:
        """What the rule masks, in the order it is seen to: totals first, their changes hide much else."""
        order = {name: i for i, name in enumerate(TOTALS)}
        cells = [(self.cost[w], order.get(n, len(order)), w, n) for w, names in self.first.items() for n in names]
        return ((where, name) for _, _, where, name in sorted(cells))

    def protect(self, where: str, name: str) -> None:
        """Mask what hides this cell."""
        best: Move | None = None
        for shapes in (light(name, self.months), whole(name, self.months)):
            for exchanges, enough in zip(self.exchanges(where, name), ENOUGH, strict=True):
                found = self.cheapest(where, name, exchanges, shapes)
                best = min((m for m in (best, found) if m), key=lambda m: m.price, default=None)
                if best and best.price <= enough:
                    self.mask(best)
                    return

    def mask(self, move: Move) -> None:
        """Mask the cells of a change; those it lets differ as much as wanted are safe."""
        for where, change in move.changes.items():
            self.masked[where] |= change.keys()
            area = self.areas[where]
            for name, by in change.items():
                up = by > 0 or area.cells[name] >= least(name)
                if name in self.first[where] and up and abs(by) * move.times >= wanted(area, name):
                    self.safe[where].add(name)

    def exchanges(self, where: str, name: str) -> Iterator[list[Exchange]]:
        """With neighbours in the same territory, then with others further away, then with nobody."""
        leaves = [leaf for leaf in self.leaves if self.areas[leaf].cells[name]]
        parent = self.areas[where].inside
        near = [o for o in leaves if o != where and self.areas[o].inside == parent] if where in self.leaves else []
        yield [self.exchange(where, other) for other in near]
        mine = sorted((leaf for leaf in leaves if where in self.above[leaf]), key=lambda leaf: self.rough(leaf, name))
        far = [o for o in leaves if where not in self.above[o] and o not in near]
        far = sorted(far, key=lambda o: self.rough(o, name))[:FEW]
        yield [self.exchange(a, b) for a in mine[:3] for b in far]
        yield [self.exchange(a, None) for a in mine[:FEW]]

    def exchange(self, grows: str, shrinks: str | None) -> Exchange:
        """One territory grows and another shrinks, or none; what is above both is left."""
        grown, shrunk = self.above[grows], self.above[shrinks] if shrinks else ()
        found = {where: 1 for where in grown if where not in shrunk}
        return found | {where: -1 for where in shrunk if where not in grown}

    def rough(self, leaf: str, name: str) -> float:
        """What exchanging with a territory would cost, about."""
        over = [w for w in self.above[leaf] if w != self.nation]
        return sum(self.price(w, name, 0, 1) for w in over)

    def cheapest(self, where: str, name: str, exchanges: list[Exchange], shapes: Sequence[Shape]) -> Move | None:
        """The cheapest change of these; large figures may shrink as well as grow."""
        best: Move | None = None
        both, want = self.areas[where].cells[name] > least(name), wanted(self.areas[where], name)
        turned = [{w: -by for w, by in e.items()} for e in exchanges] if both else []
        for exchange, shape in ((e, s) for e in chain(exchanges, turned) for s in shapes):
            times = -(-want // abs(shape.fixed[name]))
            move = self.made(exchange, shape, times, best.price if best else inf)
            best = move or best
            if best and not best.price:
                break
        return best

    def made(self, exchange: Exchange, shape: Shape, times: int, limit: float) -> Move | None:
        """The change of that shape, with its cheapest choices, if it is cheaper than the limit and may be."""
        cells, price = dict(shape.fixed), 0.0
        for name, by in shape.fixed.items():
            price += self.prices(exchange, name, by, times)
            if price >= limit:
                return None
        for names, by in shape.choices:
            least_price, name = min((self.prices(exchange, n, by, times), n) for n in names)
            cells[name] = by
            price += least_price
        if price >= limit:
            return None
        changes = {where: {n: by * way for n, by in cells.items()} for where, way in exchange.items()}
        return self.possible(price, changes, times)

    def possible(self, price: float, changes: Mapping[str, Mapping[str, int]], times: int) -> Move | None:
        """The change as many times over as cells and rules let it be; None if not once."""
        rooms = [
            (self.areas[w].cells[n] - 1) // -by for w, change in changes.items() for n, by in change.items() if by < 0
        ]
        rows = [self.areas[where].cells for where in changes]
        for often in sorted({min([times, *rooms]), 1}, reverse=True):
            if all_respected(rows, changes.values(), often):
                return Move(price, changes, often)
        return None

    def prices(self, exchange: Exchange, name: str, by: int, times: int) -> float:
        """What it costs that a cell changes in all these territories; inf if it can’t."""
        total = 0.0
        for where, way in exchange.items():
            total += self.price(where, name, by * way, times)
        return total

    def price(self, where: str, name: str, by: int, times: int) -> float:
        """What it costs that a cell changes: nothing if it is masked and has room."""
        n = self.areas[where].cells[name]
        if not n or n + by < 1:
            return inf
        thin = THIN if n + by * times < 1 else 0.0
        if name in self.masked[where]:
            return thin
        return thin + self.cost[where] * (2 if name in TOTALS else 1) * (1 + n.bit_length() / 8)
