"""The feature of the automatic rules: beside that of moderation, to be switched off by itself, and to listen where
rules look."""

from bot.features import Feature

regles = Feature("regles")
