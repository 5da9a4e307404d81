"""`activation-line hours`: what changes is shown before and after, and told to the audit."""

import json

import pytest

from tests.activation_line.test_commands import command

# In the past of no machine that runs this.
DAYS = ("--from", "2099-12-24 12:00", "--until", "2099-12-26")


def rows(environment: dict[str, str]) -> list[dict[str, object]]:
    told: list[dict[str, object]] = json.loads(
        command("hours", "list", "--json", env=environment).stdout
    )
    return told


def test_a_holiday_is_previewed_added_listed_and_removed(environment: dict[str, str]) -> None:
    words = ("hours", "add", "central-europe", *DAYS, "--closed")
    shown = command(*words, "--preview", env=environment)
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.splitlines() == [
        "Central Europe, in its own time (Europe/Berlin):",
        "  2099-12-24 12:00 to 2099-12-24 20:00: closed, and was open",
        "  2099-12-25 07:00 to 2099-12-25 18:00: closed, and was open",
        "It answers first for AT, CH, CZ, DE, HR, HU, LI, SI, SK.",
    ]
    assert rows(environment) == []
    assert command(*words, env=environment).stdout == shown.stdout
    (row,) = rows(environment)
    assert (row["centre"], row["is_open"]) == ("central-europe", False)
    assert row["start"] == "2099-12-24 11:00:00+00:00"  # noon in Berlin
    listed = command("hours", "list", "central-europe", env=environment).stdout
    assert listed == "1  central-europe  2099-12-24 12:00 to 2099-12-26 00:00  closed\n"
    assert command("hours", "list", "japan", env=environment).stdout == ""
    assert "nothing changes" in command(*words, "--preview", env=environment).stdout
    back = command("hours", "remove", "1", "--preview", env=environment).stdout
    assert "2099-12-24 12:00 to 2099-12-24 20:00: open, and was closed" in back
    assert len(rows(environment)) == 1
    assert command("hours", "remove", "1", env=environment).stdout == back
    assert rows(environment) == []
    exported = command("audit", "export", env=environment).stdout
    assert exported.count("hours.exception_added") == 1
    assert exported.count("hours.exception_removed") == 1


def test_a_rule_is_changed_for_a_time(environment: dict[str, str]) -> None:
    overflow = "overflow korea, and was pacific then south-east-asia"
    words = ("hours", "rule", "japan", *DAYS, "--out-of-hours", "call_back", "--overflow", "korea")
    shown = command(*words, env=environment)
    assert shown.exit_code == 0, shown.output
    assert shown.stdout.splitlines() == [
        "Japan, in its own time (Asia/Tokyo):",
        "  from 2099-12-24 12:00: out of hours call_back, and was line; " + overflow,
        "  from 2099-12-26 00:00: as it was",
        "It answers first for JP.",
    ]
    listed = command("hours", "list", env=environment).stdout
    assert listed == (
        "1  japan  2099-12-24 12:00 to 2099-12-26 00:00  out of hours call_back, overflow korea\n"
    )
    inside = ("--from", "2099-12-25", "--until", "2099-12-25 12:00", "--no-overflow")
    told = command("hours", "rule", "japan", *inside, env=environment).stdout
    assert "  from 2099-12-25 00:00: overflow to nobody, and was korea\n" in told
    assert "  from 2099-12-25 12:00: as it was\n" in told
    (first, second) = rows(environment)
    assert (first["overflow"], second["overflow"]) == (["korea"], [])
    assert (first["is_open"], second["out_of_hours"]) == (None, None)
    over_it = command(*words, "--preview", env=environment).stdout
    assert "  from 2099-12-25 00:00: overflow korea, and was to nobody\n" in over_it
    assert "2099-12-24 12:00" not in over_it  # it is so already


def test_the_last_exception_counts(environment: dict[str, str]) -> None:
    command("hours", "add", "japan", *DAYS, "--closed", env=environment)
    words = ("--from", "2099-12-25T10:00", "--until", "2099-12-25T11:00", "--open")
    opened = command("hours", "add", "japan", *words, env=environment).stdout
    assert "2099-12-25 10:00 to 2099-12-25 11:00: open, and was closed" in opened


def test_a_long_exception_shows_its_beginning(environment: dict[str, str]) -> None:
    words = ("--from", "2099-01-01", "--until", "2099-12-31", "--closed", "--preview")
    told = command("hours", "add", "northern-europe", *words, env=environment).stdout
    assert "  and 240 times more" in told
    assert "It takes over for " in told


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("add", "mars", *DAYS, "--closed"),
            "no support centre 'mars'; there are africa, americas",
        ),
        (("list", "mars"), "no support centre 'mars'"),
        (("remove", "7"), "no exception 7 to come"),
        (
            ("add", "japan", "--from", "2099-02-02", "--until", "2099-02-01", "--open"),
            "over before it begins: 2099-02-01 00:00",
        ),
        (
            ("add", "japan", "--from", "2020-02-02", "--until", "2020-02-03", "--open"),
            "It was over at 2020-02-03 00:00",
        ),
        (
            ("add", "japan", "--from", "2099-02-02", "--until", "2101-02-01", "--open"),
            "longer than a year",
        ),
        (("rule", "japan", *DAYS), "Nothing is given to change"),
        (("rule", "japan", *DAYS, "--overflow", "mars"), "no support centre 'mars'"),
        (("rule", "japan", *DAYS, "--overflow", "japan"), "can't take over for itself"),
        (("rule", "japan", *DAYS, "--overflow", "korea", "--no-overflow"), "contradict"),
        (("add", "japan", *DAYS), "Missing option"),
        (("add", "japan", "--from", "Christmas", "--until", "2099-01-01", "--open"), "Christmas"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(
    environment: dict[str, str], words: tuple[str, ...], says: str
) -> None:
    told = command("hours", *words, env=environment)
    assert told.exit_code == 2
    assert says in told.stderr
    assert "Traceback" not in told.output
    assert rows(environment) == []
