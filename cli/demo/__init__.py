"""« coop-bot demo »: the bot and an embedded Mattermost, with people and a history already there."""
