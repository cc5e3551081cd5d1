"""What the operator types: above everything. ``cli.main`` has the one list of commands."""
