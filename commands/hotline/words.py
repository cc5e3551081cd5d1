"""Words that mean something by themselves under a ticket."""

import re

from config.folding import fold

THANKS_MAX = 60
"""Characters: what is longer says more than thanks."""
THANKS = frozenset(
    re.findall(
        r"\w+",
        """
        a beaucoup bien bonne bonsoir c compris cordialement de est fonctionne genial grand infiniment journee
        le marche merci mille nickel ok parfait pour reglee regle reponse soiree super top tout tres votre
        vous
        """,
    )
)


def is_thanks(text: str) -> bool:
    """Whether somebody says thank you, and nothing that would need an answer."""
    words = re.findall(r"[a-z]+", fold(text)) if len(text) <= THANKS_MAX and "?" not in text else ["?"]
    return all(word in THANKS for word in words)
