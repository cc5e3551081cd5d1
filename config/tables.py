"""How the reference tables of this folder are read: tab-separated, « # » comments, then a line of column names."""

from importlib.resources import files


def read(name: str) -> list[dict[str, str]]:
    """Return the rows of one table, each by column name."""
    lines = (files("config") / name).read_text("utf-8").splitlines()
    columns, *rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [dict(zip(columns, row, strict=True)) for row in rows]
