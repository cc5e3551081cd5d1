"""Plugin of pytest for « make test-all »: what counts a line of the bot is taken out of its code once it has counted.

Slipcover does so where it is asked to (``--immediate``), but does not tell the processes of pytest-xdist. They would
look through all functions of the bot, again and again, for what has been counted: a quarter of the tests’ time.
"""

from functools import partialmethod

from slipcover import Slipcover

Slipcover.__init__ = partialmethod(Slipcover.__init__, immediate=True)
