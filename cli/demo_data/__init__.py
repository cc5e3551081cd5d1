"""« coop-bot demo-data »: a realistic history of any size, written straight into the configured database."""
