"""Rendez-vous: one calendar for each conseiller, its recurring entries, and who may book into it.

Words: a **rdv** is one meeting at one hour, in ``appointments.py``; a **series** is the rule by which some of them were
written out: each of its **occurrences** is a rdv of its own, named by its day by the rule.
"""

from storage.rdv.appointments import Place, PlaceKind, Rdv, RdvSource, RdvState
