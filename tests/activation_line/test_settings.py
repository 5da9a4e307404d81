"""Settings: read once, checked whole, and never shown."""

from pathlib import Path

import pytest

from activation_line.settings import SettingsError, as_environment, load

COMPLETE = {
    "ACTIVATION_LINE_DATA_DIR": "/srv/line",
    "ACTIVATION_LINE_PUBLIC_BASE_URL": "https://line.example/",
    "ACTIVATION_LINE_TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "ACTIVATION_LINE_TWILIO_AUTH_TOKEN": "not-for-logs",
}


def test_complete_settings_are_read() -> None:
    settings = load(COMPLETE)
    assert settings.public_base_url == "https://line.example"
    assert settings.data_dir == Path("/srv/line")
    assert settings.store_url == "sqlite:////srv/line/line.sqlite3"
    assert settings.host == "127.0.0.1"
    assert not settings.demo


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        load({})
    assert len(caught.value.problems) == 4
    assert "ACTIVATION_LINE_PUBLIC_BASE_URL is missing" in str(caught.value)
    assert "ACTIVATION_LINE_TWILIO_AUTH_TOKEN is missing" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("PORT", "http", "whole number"),
        ("PORT", "70000", "whole number"),
        ("PUBLIC_BASE_URL", "line.example", "whole address"),
        ("TWILIO_ACCOUNT_SID", "SK" + "1" * 32, "begins with AC"),
        ("SETTINGS", "/no/such/file.toml", "can't be read"),
        ("TWILIO_AUTH_TOKEN_FILE", "/no/such/secret", "can't be read"),
    ],
)
def test_a_wrong_value_is_named_with_what_to_write(name: str, value: str, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as caught:
        load({**COMPLETE, f"ACTIVATION_LINE_{name}": value})
    assert f"ACTIVATION_LINE_{name}" in str(caught.value) or value in str(caught.value)


def test_secrets_are_never_shown() -> None:
    assert "not-for-logs" not in repr(load(COMPLETE))


def test_a_file_gives_settings_and_the_environment_goes_over_it(tmp_path: Path) -> None:
    file = tmp_path / "line.toml"
    file.write_text('port = 6000\nhost = "127.0.0.2"\n', "utf-8")
    given = {**COMPLETE, "ACTIVATION_LINE_SETTINGS": str(file), "ACTIVATION_LINE_PORT": "7000"}
    settings = load(given)
    assert (settings.host, settings.port) == ("127.0.0.2", 7000)


def test_an_unknown_key_in_the_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "line.toml"
    file.write_text("prot = 6000\n", "utf-8")
    with pytest.raises(SettingsError, match="'prot', which is no setting"):
        load({**COMPLETE, "ACTIVATION_LINE_SETTINGS": str(file)})


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("from-a-file\n", "utf-8")
    given = {**COMPLETE, "ACTIVATION_LINE_TWILIO_AUTH_TOKEN_FILE": str(secret)}
    assert load(given).twilio_auth_token == "from-a-file"


def test_another_process_reads_the_same_settings() -> None:
    settings = load({**COMPLETE, "ACTIVATION_LINE_DEMO": "1", "ACTIVATION_LINE_PORT": "6001"})
    assert load(as_environment(settings)) == settings
