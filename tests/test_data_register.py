"""The register of processing is what the code declares."""

from cli.register import PAGE, page
from storage.personal_data import PERSONAL_DATA


def test_the_page_is_as_the_declarations_make_it() -> None:
    """« python -m cli.register » writes it."""
    assert PAGE.read_text("utf-8") == page()


def test_every_table_is_in_it() -> None:
    told = PAGE.read_text("utf-8")
    assert not [one.name for one in PERSONAL_DATA if f"`{one.name}`" not in told]
