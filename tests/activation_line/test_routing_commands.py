"""`activation-line routing where`: one region, one moment, with the exceptions of the database."""

import pytest

from tests.activation_line.test_commands import command


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("DE", "--at", "2099-03-02 09:00"), "Central Europe answers, in de."),
        (("de", "--at", "2099-03-02T09:00", "--language", "fr"), "Central Europe answers, in de."),
        (("CA", "--at", "2099-03-02 15:00", "--language", "fr"), "Americas answers, in fr."),
        (
            ("JP", "--at", "2099-03-06 18:00"),
            (
                "the line itself issues what is plain; whoever needs a person is called back "
                "2099-03-09 00:00 UTC by Japan, in ja."
            ),
        ),
        (
            ("EG", "--at", "2099-03-06 03:00"),
            (
                "everybody is called back 2099-03-07 08:00 UTC by Middle East and Northern Africa, "
                "in ar."
            ),
        ),
    ],
)
def test_where_a_call_goes(environment: dict[str, str], words: tuple[str, ...], says: str) -> None:
    told = command("routing", "where", *words, env=environment)
    assert told.exit_code == 0, told.output
    assert told.stdout.splitlines()[1].endswith(says)


def test_a_call_of_now_in_words(environment: dict[str, str]) -> None:
    told = command("routing", "where", "IT", env=environment).stdout
    assert told.startswith("Italy rings +49 89 99998158, the line it.\nAt 2")


def test_dated_exceptions_count(environment: dict[str, str]) -> None:
    shut = ("--from", "2099-03-01", "--until", "2099-04-01", "--closed")
    command("hours", "add", "korea", *shut, env=environment)
    alone = ("--from", "2099-03-01", "--until", "2099-04-01", "--no-overflow")
    command("hours", "rule", "korea", *alone, env=environment)
    told = command("routing", "where", "KR", "--at", "2099-03-02 02:00", env=environment).stdout
    assert told.endswith(
        "the line itself issues what is plain; nobody calls back within a fortnight.\n"
    )


def test_an_unknown_region_is_said_in_a_sentence(environment: dict[str, str]) -> None:
    told = command("routing", "where", "Germany", env=environment)
    assert told.exit_code == 2
    assert "No table has the region 'Germany': write its ISO 3166 code" in told.stderr
