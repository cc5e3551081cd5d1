"""All that the bot can say, read out of its templates and its code: for a reader (« make words ») and for a test.

Words: a `Sentence` is a text that is said and where it stands; a block of a template is said several times over, with
its conditions one way and the other and its counts from none to many (`templates.py`); what stands in the code is found
by its being French, or by what it is given to (`code.py`).
"""

from tests.sentences.code import read_code
from tests.sentences.sentence import Sentence
from tests.sentences.templates import read_templates

__all__ = ["Sentence", "read_code", "read_templates"]
