"""What the buttons of digests, and the work on them, carry; the type is the routing key."""

from pydantic import BaseModel

from dialogs.actus.editing import Move


class About(BaseModel):
    """Something about the digest of that number."""

    digest: int


class Approve(About):
    """« Approuver » it as it was at that revision."""

    revision: int


class PublishNow(About):
    """« Publier maintenant » what was approved, before its hour."""


class Unapprove(About):
    """« Reprendre »: it is edited again."""


class Preview(About):
    """« Aperçu », exactly as it will look."""


class Edit(About):
    """« Modifier… »: what is in it, chosen in a window."""


class GoOn(About):
    """« Continuer » with what was chosen in a window, where a window has one step only; ``entry`` is 0 for none."""

    entry: int
    move: Move


class Postpone(About):
    """« Reporter » it."""


class Withdraw(About):
    """« Retirer » what came out: asked once more."""


class WithdrawSurely(About):
    """It is taken away everywhere."""


class Restore(About):
    """« Restaurer » what was withdrawn: it is a draft again."""


class Publish(About):
    """It comes out: checked, its paper made, said in each of its channels."""


class CheckPlaces(About):
    """Where it will come out is looked at, once it was approved."""


class Document(About):
    """Its paper, as it is at that revision."""

    revision: int


class Rewrite(About):
    """What stands is rewritten as it is now."""


class Removal(About):
    """What stands is deleted."""


class Search(BaseModel):
    """« Suite » of what was found in the archive, after so many."""

    words: str
    skip: int
