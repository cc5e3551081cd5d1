"""« coop-bot search resources », « import resources » and « export resources »: the ressourcerie, from a terminal."""
