"""What is said on the line: texts by id in every language, and digits as each language says them.

It does not know who speaks a text, or when: the line's prompts, the representative's phrases and a
scripted caller's stand side by side.
"""

from spoken_prompts.approvals import Approval, ApprovalError
from spoken_prompts.choosing import Choice, choose
from spoken_prompts.prompts import Prompts, State, UnknownPromptError, load
from spoken_prompts.recognising import Recognised
from spoken_prompts.refused_voices import Refusal, RefusedVoices, RefusedVoicesError
from spoken_prompts.speech import CatalogueError

__all__ = [
    "Approval",
    "ApprovalError",
    "CatalogueError",
    "Choice",
    "Prompts",
    "Recognised",
    "Refusal",
    "RefusedVoices",
    "RefusedVoicesError",
    "State",
    "UnknownPromptError",
    "choose",
    "load",
]
