"""What people fill in and type: the forms, and how lines of commands and plain sentences are read."""
