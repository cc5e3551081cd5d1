"""The machine: how a trigger reaches a handler and how its replies leave. It knows no feature."""

import sys

# structlog takes « rich » where it finds it (on a developer’s machine): several megabytes, for tracebacks that nobody
# here draws. None makes it absent.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
