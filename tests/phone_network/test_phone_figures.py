"""The telephone page writes digits that are said in words as figures, in every spoken language."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import spoken_prompts

ROOT = Path(__file__).parents[2]


def test_the_page_knows_the_digits_of_every_language_that_is_spoken():
    script = (ROOT / "phone_network/static/figures.js").read_text("utf-8")
    known = {
        language: json.loads(words)
        for language, words in re.findall(r"^  (\w+): (\[.*\]),$", script, re.MULTILINE)
    }
    spoken = tomllib.loads((ROOT / "spoken_prompts/texts/languages.toml").read_text("utf-8"))
    assert known == {language: said["digits"] for language, said in spoken.items()}


@pytest.mark.skipif(shutil.which("node") is None, reason="no Node is installed")
def test_a_code_is_written_as_figures_in_every_language_and_nothing_else_is():
    prompts = spoken_prompts.load()
    cases = {}
    for language in prompts.languages:
        for code in ("20714 30965 11118", "0606", "99999-12345"):
            said = prompts.digits(code, language)
            text = prompts.text("line_code", language, digits=said)
            cases[text] = code.replace("-", " ")
        for prompt in ("ask_reason", "ask_deactivation", "ask_product_id"):
            cases[prompts.text(prompt, language)] = ""
    module = (ROOT / "phone_network/static/figures.js").as_uri()
    program = f"""
        import {{ figures }} from {json.dumps(module)};
        import {{ readFileSync }} from "fs";
        const cases = JSON.parse(readFileSync(0, "utf8"));
        process.stdout.write(JSON.stringify(cases.map(figures)));
    """
    done = subprocess.run(
        ["node", "--no-warnings", "--input-type=module", "--eval", program],
        input=json.dumps(list(cases)),
        capture_output=True,
        check=True,
        encoding="utf-8",
    )
    assert json.loads(done.stdout) == list(cases.values())
