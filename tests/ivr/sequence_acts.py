"""The acts of which sequences are made, and where they begin."""

from typing import Final

from hypothesis import strategies as st

from tests.ivr.sequence_register import Rules

CALLER_KEYS: Final = (
    *("product ID", "half of it", "rest of it", "other product", "unknown product"),
    *("license server ID", "three groups of it", "another server's", "another product's"),
    *("groups of two", "one digit wrong", "receipt", "license code", "case number", "last group"),
    *("closing code", "answer", "proof", "12345", "1234", "999999", "", "#"),
    *"0123456789*",
    "**",
    "*1",
)
# What any call may bring, at any moment.
ACTS: Final = (
    *["go on"] * 40,
    *["slip"] * 8,
    *(f"key: {keys}" for keys in CALLER_KEYS),
    *(f"key: {key}" for key in "01236*"),
    *["key: "] * 4,
    *("thrice: key: ", "thrice: thrice: key: ", "thrice: slip", "thrice: go on"),
    *("wait", "wait: 1", "wait: 2", "wait: 3"),
    *(
        f"redirected: {what}"
        for what in ("conversation", "closing_code", "queue", "reading", "challenge")
    ),
    *(f"left queue: {why}" for why in ("redirected", "error", "hangup")),
    *(f"called back: {how}" for how in ("answered", "no-answer", "completed")),
    *["again"] * 4,
    *("arrive", "ring: again", "ring: elsewhere", "other call"),
    *["hang up"] * 3,
    *("offer", "answer", "decline", "let it ring", "back at desk", "close"),
    *("identify", "issue", "deny"),
    *("representative lost", "lapse", "minutes pass", "hours pass"),
)
RULES: Final = (
    *("rules: line_issues", "rules: is_plain", "rules: refuses", "rules: elsewhere"),
    *("rules: centre", "rules: line", "rules: call_back", "rules: callable", "rules: recorded"),
)
IDS: Final = ("key: product ID", "key: license server ID")
TO_TALK: Final = (*IDS, "key: 0", "go on")
TO_ANOTHER: Final = (*TO_TALK, "issue", "redirected: closing_code", "go on", "go on")
TO_CALL_BACK: Final = (*IDS, "key: 0", "wait", "wait: 1", "key: 1")
# So that what comes then finds calls at every step of the flow, and not at the first ones only.
BEGINNINGS: Final = (
    (),
    IDS,
    (*IDS, "key: 1"),
    (*IDS, "key: 1", *["key: 1"] * 6),
    (*IDS, "key: 1", *["key: 1"] * 6, "key: last group"),
    TO_TALK,
    (*TO_TALK, "issue", "redirected: reading"),
    (*TO_TALK, "issue", "redirected: closing_code"),
    (*TO_TALK, "issue", "redirected: closing_code", "key: last group"),
    (*TO_TALK, "redirected: challenge"),
    (*IDS, "key: 5", "go on", "redirected: challenge"),
    (*TO_TALK, "identify", "issue", "redirected: closing_code"),
    ("key: 0", "go on", "go on", "identify", "issue", "redirected: reading"),
    TO_ANOTHER,
    (*TO_ANOTHER, "key: 1", "key: license code"),
    (*TO_ANOTHER, "key: 1", "key: license code", "key: 1", "key: license server ID"),
    (*TO_ANOTHER, "key: 1", "key: receipt"),
    (*TO_ANOTHER, "key: 1", "key: receipt", "key: 1"),
    (*TO_ANOTHER, "key: 1", "key: another server's"),
    TO_CALL_BACK,
    (*TO_CALL_BACK, "hang up", "offer", "answer"),
    (*TO_CALL_BACK, "hang up", "offer", "answer", "called back: answered"),
    ("key: product ID", "key: three groups of it", "hang up", "ring: again"),
    (*IDS, "hang up", "ring: elsewhere", "key: case number"),
    (*TO_TALK, "issue", "hang up", "ring: again"),
    ("key: half of it", "key: **"),
    ("key: product ID", "key: groups of two"),
)


def sequences(acts: tuple[str, ...] = ACTS) -> st.SearchStrategy[list[str]]:
    """Some beginning, and whatever comes then."""
    return st.builds(
        lambda begins, follows: [*begins, *follows],
        st.sampled_from(BEGINNINGS),
        st.lists(st.sampled_from(acts), min_size=3, max_size=30),
    )


def rules() -> st.SearchStrategy[Rules]:
    """How things stand when a sequence begins."""
    return st.builds(
        Rules,
        line_issues=st.booleans(),
        is_plain=st.booleans(),
        refuses=st.sampled_from(("", "", "", "limit_reached", "product_blocked")),
        registered=st.sampled_from(("", "", "DE")),
        helped_by=st.sampled_from(("centre", "centre", "line", "call_back")),
        callable=st.booleans(),
        recorded=st.booleans(),
    )
