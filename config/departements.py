"""The départements and overseas territories: names, regions, time zones and Mattermost channels."""

from dataclasses import dataclass

from config.tables import read


@dataclass(frozen=True)
class Departement:
    """A département, or an overseas territory counted as one.

    `code_region` and `region` are "" overseas outside the régions, `canal` (the slug of its Mattermost channel)
    is "" where there is none; `fuseau` is an IANA time zone.
    """

    code: str
    nom: str
    code_region: str
    region: str
    fuseau: str
    canal: str


DEPARTEMENTS: dict[str, Departement] = {row["code"]: Departement(**row) for row in read("departements.tsv")}
