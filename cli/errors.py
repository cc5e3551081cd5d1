"""How a command of the operator’s fails: one French sentence, never a traceback, never a secret."""

INTERRUPTED = 130
"""The exit code of a command that was stopped by Ctrl-C."""


class OperatorError(Exception):
    """The command fails: a French sentence that says what is wrong and what to do; ``code`` is the exit code."""

    def __init__(self, text: str, *, code: int = 1) -> None:
        super().__init__(text)
        self.code = code
