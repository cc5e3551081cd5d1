"""« coop-bot setup »: a Mattermost server made ready for the bot."""
