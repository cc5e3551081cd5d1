"""« coop-bot role », « people », « import people », « import structures », « export people »: who is who."""
