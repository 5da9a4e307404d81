"""What is said on the line: texts by id in every language, and digits as each language says them.

It does not know who speaks a text, or when: the line's prompts, the representative's phrases and a
scripted caller's stand side by side.
"""

from spoken_prompts.catalogues import CatalogueError, State
from spoken_prompts.prompts import Prompts, Recognised, UnknownPromptError, load

__all__ = ["CatalogueError", "Prompts", "Recognised", "State", "UnknownPromptError", "load"]
