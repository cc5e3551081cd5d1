"""`python -m bot` is `coop-bot`."""

import sys

from bot.cli import main

sys.exit(main())
