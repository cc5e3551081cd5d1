"""People: how they are shown, found, made and changed."""
