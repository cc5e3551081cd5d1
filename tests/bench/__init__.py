"""The bench: the bot beside the barest program that does the same, in one run (`python -m tests.bench`)."""
