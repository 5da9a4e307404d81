"""`activation-line packs`: purchases of client licences, from a terminal."""

import json

from codes import license_code
from tests.activation_line.test_commands import command


def test_a_pack_is_added_and_listed(environment: dict[str, str]) -> None:
    words = ["packs", "add", "--version", "3", "--kind", "per_device", "--quantity", "25"]
    added = command(*words, "--customer", "Example GmbH", env=environment)
    assert added.exit_code == 0, added.output
    code = added.stdout.removeprefix("License code: ").strip()
    assert license_code.is_valid(code)
    again = command(*words, "--license-code", code, env=environment)
    assert (again.exit_code, "registered already" in again.stderr) == (2, True)
    made = json.loads(command(*words, "--json", env=environment).stdout)
    assert (made["quantity"], made["product_id"]) == (25, None)
    told = command("packs", "list", env=environment).stdout.splitlines()
    assert f"{code}  version 3  per_device  25  not installed  Example GmbH" in told
    listed = json.loads(command("packs", "list", "--json", env=environment).stdout)
    assert [each["id"] for each in listed] == [1, 2]
