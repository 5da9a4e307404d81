"""Keep a table as a file that is whole at any time, whoever else writes it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path


def keep_json(path: Path, table: Mapping[str, object]) -> None:
    """Write the table; the old file stays until the new one is whole. Raises `OSError`."""
    text = json.dumps(table, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    new.write_text(text, "utf-8")
    new.replace(path)
