"""Rendez-vous as people type, see and book them: windows, lines, recurrences, titles and free moments."""
