"""Which figures of territories are masked, so that nobody is told of fewer than 5 persons or 3 conseillers.

The rule. A figure that is not zero is masked when it describes fewer than 5 persons or comes from fewer than 3
conseillers. A figure that counts comptes rendus describes at least that many persons, so it is masked from 1 to 4: more
than the letter of the rule asks of a workshop of eight, and prudent. Minutes are masked where the comptes rendus they
come from would be; the number of conseillers below 3. Zero describes nobody and is shown.

The complement. Figures add up: within a territory (comptes rendus by canal, persons by âge …) and from départements to
régions to the nation, so more figures are masked until none of the first can be computed. They are decided together
for the whole table of one period, all départements, régions and the nation, whatever of it somebody asks for: the
answer about a département, the one about its région and the export agree.

The proof. For each figure masked by the rule there is another table, in which it is different, that nobody can tell
from the real one: all that is shown is the same, sums add up, what is masked is at least 1, and what holds of any set
of comptes rendus holds (no theme is more frequent than the comptes rendus, 15 to 480 minutes each …). Such a table is
the real one plus a small change whose cells are all masked (``moves``); ``decide`` looks for the change that masks
least, the smallest figures of the smallest territories first, and prefers one that lets a figure below 5 reach 5.

Not covered: periods that overlap (a quarter less two of its months is the third), which answers limit by speaking of
whole months only; the same months asked for again after their figures changed; what somebody knows from elsewhere (a
conseiller knows his own figures: two others stay behind any figure that is shown); and guesses from the choice of what
is masked, since this program is public.
"""

from storage.stats.masks.cells import Area, primary
from storage.stats.masks.decide import hidden

__all__ = ["Area", "hidden", "primary"]
