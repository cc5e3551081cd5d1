"""Slash commands: managed, suggested, run, and answered late."""
