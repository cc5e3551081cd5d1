"""What an address of the réseau’s is worth on a server, in words: it makes a conseiller only where it is proved."""

from collections.abc import Sequence
from dataclasses import dataclass

VERIFY = "EmailSettings.RequireEmailVerification"


@dataclass(frozen=True, slots=True)
class Worth:
    """What holds, and what to do if it should be otherwise."""

    text: str
    is_warning: bool


def worth(trust: str, domains: Sequence[str], *, verified: bool) -> Worth:
    """What follows from COOP_TRUST_ADDRESSES, and from whether the server verifies addresses."""
    named = ", ".join(f"@{domain}" for domain in domains)
    if not domains or trust == "non":
        return Worth("Les conseillers sont ceux du registre (« coop-bot role ») : les adresses ne comptent pas.", False)
    if verified:
        return Worth(f"Le serveur fait vérifier les adresses : celles en {named} désignent des conseillers.", False)
    if trust == "oui":
        return Worth(
            f"COOP_TRUST_ADDRESSES=oui, mais le serveur ne fait pas vérifier les adresses ({VERIFY}) : à moins "
            f"qu’elles ne viennent d’un annuaire, n’importe qui peut s’en donner une en {named} et devenir conseiller.",
            True,
        )
    return Worth(
        f"Le serveur ne fait pas vérifier les adresses ({VERIFY}) : n’importe qui peut s’en donner une en {named}, "
        "elles ne désignent donc personne. Inscrivez les conseillers par « coop-bot role NOM conseiller » ; ou faites "
        "vérifier les adresses (attention : qui n’a pas vérifié la sienne ne peut alors plus se connecter) ; ou, si "
        "elles viennent d’un annuaire que les personnes ne changent pas, mettez COOP_TRUST_ADDRESSES=oui.",
        True,
    )
