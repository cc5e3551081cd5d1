"""Public data shipped with the bot, and the scripts that rebuild it (see NOTICE.md)."""
