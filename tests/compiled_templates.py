"""Templates that an application of this process has compiled before are not compiled again.

Most tests make an application of their own, and compiling its pages cost more than showing them.
"""

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class CompiledTemplates(BytecodeCache):
    """Keeps what Jinja made of a template, for environments that would make the same of it."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        kept = self._kept.get(_key(bucket))
        if kept is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[_key(bucket)] = bucket.bytecode_to_string()


def _key(bucket: Bucket) -> tuple[object, ...]:
    made_for = bucket.environment
    names = (made_for.filters, made_for.tests, made_for.extensions)
    blocks = (made_for.trim_blocks, made_for.lstrip_blocks)
    return bucket.key, bucket.checksum, *blocks, *(frozenset(each) for each in names)
