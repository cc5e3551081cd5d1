"""The windows of moderation, and how its lines are read."""
