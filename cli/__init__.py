"""The operator’s commands, the top layer of the program. ``cli.catalogue`` lists them all."""
