"""Which tickets the operator means: a state and a queue, by code or as people call them."""

from argparse import Namespace
from collections.abc import Mapping

from cli.errors import OperatorError
from config import hotline
from config.folding import fold
from config.hotline import Queue, QueueError
from config.settings import Settings
from storage.hotline.rows import Chosen
from storage.hotline.states import State

_SHORT = {"en attente": State.EN_ATTENTE}
"""Other names of states, folded."""


def choose(settings: Settings, options: Namespace) -> Chosen:
    """What the options say. Raises OperatorError for a state or a queue that is none."""
    states = [_state(options.state)] if options.state is not None else []
    return Chosen(states, _queue(settings, options.queue) if options.queue is not None else "")


def queues(settings: Settings) -> Mapping[str, Queue]:
    """The queues as they are configured. Raises OperatorError where their table can’t be used."""
    try:
        return hotline.read(settings.hotline)
    except QueueError as problem:
        raise OperatorError(f"COOP_HOTLINE : {problem}.", code=2) from None


def _state(text: str) -> State:
    names = _SHORT | {_folded(name): state for state in State for name in (state.value, state.label)}
    if found := names.get(_folded(text)):
        return found
    known = ", ".join(state.label for state in State)
    raise OperatorError(f"--state : « {text} » n’est pas un état d’une demande. Il y a : {known}.", code=2)


def _queue(settings: Settings, text: str) -> str:
    known = queues(settings)
    names = {_folded(name): code for code, queue in known.items() for name in (code, queue.name)}
    if found := names.get(_folded(text)):
        return found
    told = ", ".join(f"{code} ({queue.name})" for code, queue in known.items())
    raise OperatorError(f"--queue : « {text} » n’est pas une file de la hotline. Il y a : {told}.", code=2)


def _folded(text: str) -> str:
    return fold(text.replace("_", " "))
