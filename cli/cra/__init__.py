"""« coop-bot import cra », « export cra » and « export coordination »: activity reports in files."""
