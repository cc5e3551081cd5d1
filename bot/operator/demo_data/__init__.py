"""« coop-bot demo-data »: a realistic history of any size, written straight into the configured database."""

from bot.operator.demo_data.command import demo_data

__all__ = ["demo_data"]
