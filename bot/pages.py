"""A list in pages: what one of them holds, and the buttons that lead to those beside it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import BaseModel

from bot.replies import Button, Style

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A page of a list: the ``rows`` of page ``number`` (the first is 1) of ``size`` rows, and the ``total`` of the
    list."""

    rows: Sequence[Row]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """The number of pages; an empty list has one."""
        return max(1, -(-self.total // self.size))

    def draw_next(
        self, press: Callable[[int], BaseModel], label: str = "Voir la suite", style: Style = "default"
    ) -> list[Button]:
        """Make the button of the next page, by its number; none on the last page."""
        return [Button(label, press(self.number + 1), style)] if self.number < self.pages else []

    def draw_previous(self, press: Callable[[int], BaseModel]) -> list[Button]:
        """Make the button of the page before, by its number; none on the first page."""
        return [Button("Précédents", press(self.number - 1))] if self.number > 1 else []


Some = TypeVar("Some", bound=Page)  # type: ignore[type-arg]


def cut_page(rows: Sequence[Row], number: int, size: int) -> Page[Row]:
    """Cut a page out of a whole list; the nearest one if that number does not exist."""
    pages = Page(rows, len(rows), number, size).pages
    number = min(max(number, 1), pages)
    return Page(rows[(number - 1) * size : number * size], len(rows), number, size)


async def read_page(read: Callable[[int], Awaitable[Some]], number: int) -> Some:
    """Read a page by its number; the last one if the list became shorter."""
    page = await read(max(number, 1))
    return page if page.rows or not page.total else await read(page.pages)
