"""`python -m cli` is `coop-bot`."""

import sys

from cli.main import main

sys.exit(main())
