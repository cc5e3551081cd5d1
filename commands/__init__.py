"""What the bot does: one file per feature, all of them listed here."""
