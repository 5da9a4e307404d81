"""The command `codes`: what it prints, and the status it ends with."""

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from codes import case_number, family, product_id, product_key
from codes.cli import codes
from codes.groups import PRODUCT_ID

ONE, OTHER = family.draw(1), family.draw(2)
KEY = ["--product-key", ONE.format("product_key"), "--product-id", ONE.format("product_id")]
REQUEST = ["--license-server-id", ONE.format("license_server_id")]
CURRENT = ["--current-id", ONE.format("new_license_server_id")]
RECEIPT = ["--receipt", ONE.format("deactivation_receipt")]


def call(*arguments: str, given: str | bytes | None = None) -> Result:
    return CliRunner().invoke(codes, list(arguments), input=given)


def spoilt(code: str, place: int) -> str:
    return code[:place] + str((int(code[place]) + 1) % 10) + code[place + 1 :]


def refused(result: Result, sentence: str) -> None:
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize("kind", family.KINDS)
def test_make_every_kind(kind: str):
    made = call("make", kind.replace("_", "-"), "--seed", "7")
    assert made.exit_code == 0
    assert made.stdout == family.draw(7).format(kind) + "\n"


def test_make_with_the_product_key():
    made = call("make", "product-id", "--seed", "7", "--with-product-key")
    product, key = (line[27:] for line in made.stdout.splitlines())
    assert product_key.is_valid(key, product)


def test_make_the_whole_family():
    made = call("make", "line-code", "--seed", "7", "--all").stdout
    assert len(made.splitlines()) == len(family.KINDS)
    assert family.draw(7).format("new_license_server_id") in made


def test_make_without_a_seed():
    made = call("make", "product-id")
    assert product_id.is_valid(made.stdout.strip())


def test_make_an_unknown_kind():
    refused(call("make", "invoice"), "'invoice' is not one of")


def test_explain_a_good_product_id():
    told = call("explain", "00298-77276-69310-09389")
    assert told.exit_code == 0
    assert "a product ID" in told.stdout
    assert told.stdout.count("good") == 5
    assert "product family 0029, serial number 77276931" in told.stdout


def test_explain_what_thirty_five_digits_may_be():
    told = call("explain", *ONE.format("new_license_server_id").split("-"))
    assert told.exit_code == 0
    assert "a license server ID or a new license server ID" in told.stdout
    assert "As a new license server ID it says: issue number" in told.stdout


def test_explain_a_wrong_group_and_its_repair():
    told = call("explain", "00298-77286-69310-09389")
    assert told.exit_code == 1
    assert "group 2  77286  wrong" in told.stdout
    assert "it was 77276" in told.stdout


def test_explain_a_wrong_parity():
    well_formed = PRODUCT_ID.assemble_group(1, 30)
    told = call("explain", f"{well_formed}-77276-69310-09389")
    assert told.exit_code == 1
    assert told.stdout.count("good") == 4
    assert "parity   wrong" in told.stdout
    assert "group 1, if it was 00298" in told.stdout


def test_explain_a_wrong_group_that_no_digits_mend():
    # With 0 in all other groups but this one, group 2 would have to be 10006.
    first, rest = PRODUCT_ID.assemble_group(1, 2), [PRODUCT_ID.assemble_group(n, 0) for n in (3, 4)]
    told = call("explain", first, "00000", *rest)
    assert told.exit_code == 1
    assert "Group 2 is not the only wrong one" in told.stdout


def test_explain_two_wrong_groups():
    code = spoilt(spoilt(ONE.product_id, 1), 7)
    told = call("explain", code)
    assert told.exit_code == 1
    assert "Nothing can be repaired" in told.stdout


def test_explain_groups_that_changed_places():
    told = call("explain", "77276-00298-69310-09389")
    assert "Groups 1 and 2 of the product ID have changed places." in told.stdout


def test_explain_a_dropped_and_a_doubled_key():
    told = call("explain", "00298-7726-69310-09389")
    assert told.exit_code == 1
    assert "a key was dropped in group 2" in told.stdout
    assert "that group was 77276" in told.stdout
    told = call("explain", "00298-772276-69310-09389")
    assert "a key was doubled in group 2" in told.stdout


def test_explain_a_length_that_nothing_has():
    told = call("explain", "123456789")
    assert told.exit_code == 1
    assert "9 digits: no code has that many." in told.stdout
    assert "20 digits: product ID" in told.stdout


def test_explain_short_codes_and_case_numbers():
    assert "line code" in call("explain", "0714").stdout
    assert "answer to a challenge" in call("explain", "071407").stdout
    told = call("explain", ONE.format("case_number"))
    assert told.exit_code == 0
    assert "a case number" in told.stdout


def test_explain_never_repeats_a_product_key():
    told = call("explain", ONE.format("product_key"))
    assert told.exit_code == 0
    assert "may be a product key" in told.stdout
    assert ONE.format("product_key")[:5] not in told.stdout


def test_explain_letters():
    refused(call("explain", "00298.77276"), "sign 6 is “.”")
    refused(call("explain", "OO298-77276-69310-09389"), "the letter O: type the digit 0")


GOOD = [ONE.format("product_id"), OTHER.format("product_id")]
BAD = spoilt(GOOD[0], 6)


def write(tmp_path: Path, name: str, text: str) -> str:
    path = tmp_path / name
    path.write_text(text, "utf-8")
    return str(path)


def test_check_good_lines(tmp_path: Path):
    told = call("check", write(tmp_path, "codes.txt", "\n".join(GOOD) + "\n"))
    assert told.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(told.stdout)))
    assert [row["good"] for row in rows] == ["yes", "yes"]
    assert [row["kind"] for row in rows] == ["product_id", "product_id"]
    assert "2 codes: 2 good, 0 bad." in told.stderr


def test_check_names_the_bad_ones_in_json(tmp_path: Path):
    slipped = ONE.license_server_id[:-1]
    text = f"server,code\none,{GOOD[0]}\ntwo,{BAD}\nthree,{slipped}\nfour,12\nfive,O1\nsix\n"
    told = call("check", write(tmp_path, "codes.csv", text), "--format", "json")
    assert told.exit_code == 1
    rows = json.loads(told.stdout)
    assert [row["error"] for row in rows] == [
        "",
        "invalid_groups",
        "invalid_length",
        "invalid_length",
        "letter_for_digit",
        "invalid_length",
    ]
    assert rows[1]["groups"] == [2]
    assert rows[1]["line"] == 3
    assert rows[2]["kind"] == "license_server_id"
    assert rows[2]["groups"] == [7]


def test_check_a_numbered_column_and_a_kind(tmp_path: Path):
    file = write(tmp_path, "servers.txt", f"who,what\nx,{GOOD[0]}\n")
    assert call("check", file, "--column", "2").exit_code == 0
    told = call("check", file, "--column", "what", "--kind", "license-server-id")
    assert told.exit_code == 1
    assert "other_kind" in told.stdout


def test_check_the_only_column_whatever_its_name(tmp_path: Path):
    assert call("check", write(tmp_path, "one.csv", f"anything\n{GOOD[0]}\n")).exit_code == 0


def test_check_standard_input():
    assert call("check", "-", given=GOOD[0]).exit_code == 0
    assert call("check", "-", given=BAD).exit_code == 1


def test_check_tells_what_is_wrong_with_the_file(tmp_path: Path):
    refused(call("check", str(tmp_path / "none.txt")), "There is no file")
    refused(call("check", str(tmp_path)), "cannot be read")
    refused(call("check", write(tmp_path, "empty.txt", "\n")), "There is no code")
    file = write(tmp_path, "two.csv", "a,b\n1,2\n")
    refused(call("check", file), "There is no column “code”. Say with --column")
    refused(call("check", file, "--column", "c"), "which one holds the codes: a, b.")
    refused(call("check", file, "--column", "3"), "There is no column “3”")
    refused(call("check", write(tmp_path, "no.csv", "")), "the file is empty")
    refused(call("check", "-", given=b"\xff\xfe\x00"), "UTF-8")


@pytest.mark.parametrize(
    ("company", "kind", "name"),
    [
        ([], "license_server_id", "license server ID"),
        (REQUEST, "new_license_server_id", "new license server ID"),
        (REQUEST, "line_code", "line code"),
        (CURRENT, "closing_code", "closing code"),
        (CURRENT, "deactivation_receipt", "deactivation receipt"),
        (RECEIPT, "deactivation_confirmation", "deactivation confirmation"),
        ([*REQUEST, "--challenge", ONE.challenge], "challenge_answer", "answer to the challenge"),
    ],
)
def test_verify(company: list[str], kind: str, name: str):
    told = call("verify", *KEY, *company, ONE.format(kind))
    assert told.exit_code == 0
    assert told.stdout.strip().endswith(f" {name}.")
    told = call("verify", *KEY, *company, OTHER.format(kind))
    assert told.exit_code == 1
    assert told.stdout.startswith("Not authentic.")


def test_verify_takes_the_key_from_the_environment():
    told = CliRunner().invoke(
        codes,
        ["verify", "--product-id", ONE.product_id, ONE.license_server_id],
        env={"ACTIVATION_LINE_PRODUCT_KEY": ONE.product_key},
    )
    assert told.exit_code == 0


def test_verify_refuses_what_is_not_well_formed():
    request = ONE.license_server_id
    refused(call("verify", *KEY, spoilt(request, 12)), "Group 3 of the license server ID is wrong")
    refused(call("verify", *KEY, request[:30]), "No code that can be verified has 30 digits")
    refused(call("verify", *KEY, ONE.line_code), "give --license-server-id as well")
    refused(call("verify", *KEY, ONE.deactivation_receipt), "give --current-id as well")
    refused(
        call("verify", "--product-key", "1", "--product-id", ONE.product_id, request),
        "25 characters, but 1",
    )
    refused(call("verify", request), "--product-key")


def test_verify_refuses_the_key_of_another_product():
    other = next(
        drawn
        for drawn in map(family.draw, range(2, 50))
        if not product_key.is_valid(drawn.product_key, ONE.product_id)
    )
    told = call(
        "verify", "--product-key", other.product_key, "--product-id", ONE.product_id, "1234"
    )
    refused(told, "do not belong together")
    assert other.product_key not in told.output


def test_a_case_number_has_no_parity_to_repair_it():
    told = call("explain", case_number.format(spoilt(ONE.case_number, 5)))
    assert told.exit_code == 1
    assert "A case number cannot be repaired, for it has no parity." in told.stdout
