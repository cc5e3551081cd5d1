"""The machine: how a trigger reaches a handler and how its replies leave. It knows no feature."""
