"""The signature against the vectors of the documentation and the validator of the library."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from phone_network.signature import sign

FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+12349013030",
    "Digits": "1234",
    "From": "+12349013030",
    "To": "+18005551212",
}


@pytest.mark.parametrize(
    ("url", "form", "signature"),
    [
        ("https://mycompany.com/myapp.php?foo=1&bar=2", FORM, "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
    ],
)
def test_vectors(url: str, form: dict[str, str], signature: str) -> None:
    assert sign(url, form.items(), "12345") == signature


def test_repeated_names_count_each_distinct_value_once() -> None:
    pairs = [("Sid", "B"), ("Sid", "A"), ("Sid", "A")]
    assert sign("https://a.test/", pairs, "k") == sign(
        "https://a.test/", [("Sid", "A"), ("Sid", "B")], "k"
    )


@given(
    st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=20), max_size=6),
    st.sampled_from(
        ["https://a.test/x", "http://a.test:8080/%2F~b?q=%7E&z", "http://127.0.0.1:5/"]
    ),
)
def test_the_library_accepts_it(form: dict[str, str], url: str) -> None:
    validator = RequestValidator("secret")
    assert validator.validate(url, form, sign(url, form.items(), "secret"))
    assert not validator.validate(url + "x", form, sign(url, form.items(), "secret"))
    query = urlencode(form)
    if query and "?" not in url:
        assert validator.validate(f"{url}?{query}", {}, sign(f"{url}?{query}", [], "secret"))
