"""Posts: made, shown, changed, found."""
