"""What an operator does at the command line: set up, check, migrate, import, export, show."""
