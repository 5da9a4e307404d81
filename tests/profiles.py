"""How long the properties are tested: seconds as a rule, and with `NIGHTLY=1` as long as it takes.

A nightly run draws other examples each time, in parts that run beside one another.
"""

import os
from typing import Final

from hypothesis import settings

IS_NIGHTLY: Final = os.environ.get("NIGHTLY", "0") not in {"", "0"}
PARTS: Final = 8 if IS_NIGHTLY else 1


def thoroughly(ordinary: int, *, nightly: int) -> settings:
    """The settings of a property that gets so many examples; nightly in each of `PARTS` parts."""
    if not IS_NIGHTLY:
        return settings(max_examples=ordinary, deadline=None)
    # Parts that drew the same would be one part.
    return settings(max_examples=-(-nightly // PARTS), deadline=None, derandomize=False)
