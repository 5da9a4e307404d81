"""Settings of the interpreter, most of them where the documentation is silent."""

from dataclasses import dataclass, field

from phone_network.speech import Rate, Voice


@dataclass(frozen=True, slots=True)
class Rules:
    """How documents are run; docs/phone-network.md says which question each settles."""

    rate: Rate = field(default_factory=Rate)
    voice: Voice | None = None  # who says how long a text takes; without one it is `rate`
    buffer_keys: bool = False  # keys pressed before a Gather count for it
    empty_digits: bool = True  # an empty actionOnEmptyResult request carries Digits=""
    nesting_is_fatal: bool = True  # a known verb in the wrong place is 12100, else 12200
    unknown_verb_is_fatal: bool = False
    play_seconds: float = 2.0  # simulated length of a <Play>
    empty_wait_pause: float = 1.0  # between requests for a wait document that takes no time
    max_instant_documents: int = 100  # documents in a row without any time passing
    bad_voice_is_fatal: bool = False  # a voice that is not to be had is 13511 and the default's
    refused_voices: frozenset[str] = frozenset()  # names that are not to be had, in small letters

    @property
    def speaker(self) -> Voice:
        """Whoever says how long a text takes."""
        return self.voice if self.voice is not None else self.rate
