"""« /stats »: what conseillers did, for themselves and for territories."""
