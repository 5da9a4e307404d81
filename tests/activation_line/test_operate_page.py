"""docs/operate.md as it stands: every command that it gives, in its order, against an account."""

import re
import shlex
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.activation_line.account import BASE, DE, FR, US, Operator, write_tables

PAGE = Path(__file__).resolve().parents[2] / "docs" / "operate.md"
ROUTING = "/etc/activation-line/routing"


def commands() -> list[str]:
    """The lines of the page's shell blocks."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


@pytest.fixture
def operator(tmp_path: Path) -> Iterator[Operator]:
    with ExitStack() as stack:
        yield Operator(tmp_path, stack)


def test_from_an_account_to_a_line_that_answers(operator: Operator, tmp_path: Path) -> None:
    operator.open(US, DE, FR, virtual=True)
    tables = operator.environment.pop("ACTIVATION_LINE_ROUTING_DIR")
    token = tmp_path / "auth-token"
    token.write_text(operator.environment.pop("ACTIVATION_LINE_TWILIO_AUTH_TOKEN"))
    given = operator.environment | {
        "ACTIVATION_LINE_ROUTING_DIR": str(tmp_path / "own"),
        "ACTIVATION_LINE_TWILIO_AUTH_TOKEN_FILE": str(token),
    }
    network = "ACTIVATION_LINE_TWILIO_API_URL"
    operator.environment = {network: given[network]}
    served: list[str] = []
    seen: list[str] = []
    for command in commands():
        if found := re.fullmatch(r"export (ACTIVATION_LINE_\w+)=.+", command):
            # The page's own values are of its machine; ours are of this one.
            operator.environment[found[1]] = given[found[1]]
            continue
        program, *words = shlex.split(command)
        if program == "pip":
            continue
        assert program == "activation-line"
        words = [word.replace(ROUTING, str(tmp_path / "own")) for word in words]
        if words[0] in {"serve", "serve-fallback"}:
            served.append(words[0])
            if words == ["serve"]:
                operator.serve()
            continue
        typed = "y\n" if words == ["twilio", "apply"] else "three blind mice\n" * 2
        said = operator.type(*words, answer=typed)
        assert said.exit_code == 0, f"{command}\n{said.output}"
        seen.append(" ".join(words[:2]))
        if words[:2] == ["routing", "copy"]:
            lines = (tmp_path / "own" / "lines.toml").read_text("utf-8")
            assert US in lines
            for file in Path(tables).iterdir():  # the operator writes their own
                (tmp_path / "own" / file.name).write_text(file.read_text("utf-8"), "utf-8")
    assert served == ["serve", "serve-fallback"]
    assert seen[-5:] == [
        "twilio plan",
        "twilio apply",
        "twilio verify",
        "numbers check",
        "numbers dates",
    ]
    base = operator.settings.public_base_url
    assert base != BASE
    assert {each.voice_url for each in operator.numbers().values()} == {f"{base}/voice/incoming"}


def test_a_copy_of_the_tables_overwrites_nothing(operator: Operator, tmp_path: Path) -> None:
    folder = write_tables(tmp_path / "mine")
    said = operator.type("routing", "copy", str(folder))
    assert (said.exit_code, "exists: name another folder" in said.stderr) == (2, True)
