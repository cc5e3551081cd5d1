"""The forms the bot shows: declarations and field rules only."""
