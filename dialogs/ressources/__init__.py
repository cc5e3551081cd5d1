"""The windows of the ressourcerie."""
