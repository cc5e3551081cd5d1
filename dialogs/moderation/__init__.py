"""The windows of moderation: reports, decisions, appeals."""
