"""The French that the machine reads and says: words, dates, periods, durations."""
