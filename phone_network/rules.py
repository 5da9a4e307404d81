"""Settings of the interpreter, most of them where the documentation is silent."""

from dataclasses import dataclass, field

from phone_network.speech import Rate


@dataclass(frozen=True, slots=True)
class Rules:
    """How documents are run; docs/phone-network.md says which question each settles."""

    rate: Rate = field(default_factory=Rate)
    buffer_keys: bool = False  # keys pressed before a Gather count for it
    empty_digits: bool = True  # an empty actionOnEmptyResult request carries Digits=""
    nesting_is_fatal: bool = True  # a known verb in the wrong place is 12100, else 12200
    unknown_verb_is_fatal: bool = False
    play_seconds: float = 2.0  # simulated length of a <Play>
    empty_wait_pause: float = 1.0  # between requests for a wait document that takes no time
    max_instant_documents: int = 100  # documents in a row without any time passing
