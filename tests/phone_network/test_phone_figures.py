"""The telephone page writes digits that are said in words as figures, in every spoken language."""

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_page_knows_the_digits_of_every_language_that_is_spoken():
    script = (ROOT / "phone_network/static/figures.js").read_text("utf-8")
    known = {
        language: json.loads(words)
        for language, words in re.findall(r"^  (\w+): (\[.*\]),$", script, re.MULTILINE)
    }
    spoken = tomllib.loads((ROOT / "spoken_prompts/texts/languages.toml").read_text("utf-8"))
    assert known == {language: said["digits"] for language, said in spoken.items()}
