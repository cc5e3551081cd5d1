"""The command line."""


def main() -> None:
    """Run the command the operator typed."""
