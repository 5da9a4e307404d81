"""The register's refusals as the website tells them: what is wrong, what is left, what to do."""

import json
from dataclasses import astuple, dataclass
from typing import Final

from clearinghouse import Refusal, RefusalCode

_R = RefusalCode
_SUPPORT: Final = "Call the support centre: the wizard's page for the telephone shows its number."
_COMPARE: Final = (
    "Compare both IDs with the wizard's page: they have to come from the same license server."
)
ADVICE: Final = {
    _R.PRODUCT_UNKNOWN: "Compare the product ID with the wizard's page, group by group.",
    _R.PROOF_WRONG: _COMPARE,
    _R.PRODUCT_BLOCKED: _SUPPORT,
    _R.ISSUE_UNKNOWN: (
        "The server may have been restored from a copy. Call the support centre: a representative "
        "can tell which number it holds."
    ),
    _R.LIMIT_REACHED: "If it can't wait, call the support centre.",
    _R.SERVERS_LIMIT: (
        "Deactivate a license server that is out of use, or call the support centre to have one "
        "replaced."
    ),
    _R.CHALLENGE_NEEDED: (
        "Type the four digits into the wizard once more, and its answer of six digits here."
    ),
    _R.CLOSING_CODE_WRONG: (
        "Type the four digits from the wizard's last page, Completing the Reactivate Server Wizard."
    ),
    _R.WRONG_STATE: (
        "Begin again from Select Option; a server that was activated before is reactivated."
    ),
    _R.REFUSED_BY_REPRESENTATIVE: _SUPPORT,
    _R.TOO_MANY_WRONG_PROOFS: (
        "Compare the codes with the wizard's page before you try again; or call the support centre."
    ),
    _R.SIGNATURE_WRONG: (
        "Have the license server write the request file anew, and send that one unchanged."
    ),
    _R.KEY_MISMATCH: "Have the license server write the request file anew, and send that one.",
    _R.DEACTIVATED: "Choose Activate a license server instead.",
    _R.RECEIPT_WRONG: (
        "Compare the product ID and the deactivation receipt with the wizard's page, group by "
        "group: both have to come from the same license server."
    ),
    _R.NOT_CURRENT: (
        "Open the wizard again and type the code that it shows now; if it is the same, call the "
        "support centre."
    ),
    _R.COOLING_OFF: "If it can't wait, call the support centre.",
    _R.LICENSE_CODE_UNKNOWN: "Compare the license code with the receipt of your purchase.",
    _R.LICENSE_CODE_USED: (
        "Deactivate the license server that has the pack, then migrate it; or call the support "
        "centre."
    ),
}
_LEFT: Final = {
    _R.LIMIT_REACHED: "Reactivations left in this period",
    _R.SERVERS_LIMIT: "License servers left",
    _R.CHALLENGE_NEEDED: "Tries left",
    _R.CLOSING_CODE_WRONG: "Tries left",
    _R.TOO_MANY_WRONG_PROOFS: "Tries left",
}


@dataclass(frozen=True, slots=True)
class Told:
    """A refusal for a page: the sentence, the advice, and facts such as what is left."""

    code: str
    sentence: str
    advice: str
    facts: tuple[tuple[str, str], ...]


def told(refusal: Refusal) -> Told:
    """Put a refusal into words."""
    facts = []
    if refusal.left is not None and refusal.code in _LEFT:
        facts.append((_LEFT[refusal.code], str(refusal.left)))
    if refusal.next_date is not None:
        day = refusal.next_date
        facts.append(("Next possible date", f"{day.day} {day:%B %Y} (UTC)"))
    return Told(refusal.code.value, str(refusal), ADVICE.get(refusal.code, _SUPPORT), tuple(facts))


def written(words: Told) -> str:
    """Write a refusal's words down, to be read on the next page."""
    return json.dumps(astuple(words), ensure_ascii=False)


def read(text: str) -> Told:
    """Read a refusal's words that were written down.

    >>> words = Told("limit_reached", "Enough.", "Call.", (("Left", "0"),))
    >>> read(written(words)) == words
    True
    """
    code, sentence, advice, facts = json.loads(text)
    return Told(code, sentence, advice, tuple((name, value) for name, value in facts))


def long_wait(seconds: int) -> str:
    """Say how long to wait.

    >>> long_wait(1), long_wait(40), long_wait(90)
    ('1 second', '40 seconds', '2 minutes')
    """
    number, unit = (seconds, "second") if seconds <= 60 else (-(-seconds // 60), "minute")  # noqa: PLR2004
    return f"{number} {unit}" + ("s" if number != 1 else "")
