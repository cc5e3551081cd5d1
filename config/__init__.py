"""Settings and reference tables: all that differs between deployments, and all that never does."""
