"""Errors and warnings by the numbers that the documentation gives them."""

from dataclasses import dataclass
from typing import Final

RETRIEVAL_FAILED: Final = 11200
CONNECTION_FAILED: Final = 11205
PROTOCOL_VIOLATION: Final = 11206
INVALID_URL: Final = 11100
BAD_HOST: Final = 11210
TOO_MANY_REDIRECTS: Final = 11215
TLS_FAILED: Final = 11220
TOO_LARGE: Final = 11750
PARSE_FAILED: Final = 12100
SCHEMA_WARNING: Final = 12200
BAD_CONTENT_TYPE: Final = 12300
BAD_WAIT_VERB: Final = 13238
NUMBER_INVALID: Final = 13224
BAD_VOICE: Final = 13511
BAD_VOICE_IN_GATHER: Final = 13321


class NetworkError(Exception):
    """Something that the person who starts or asks the network has to mend, in a sentence."""


class SettingsError(NetworkError):
    """A setting that can't be used: says which file and which key."""


class SpeechError(NetworkError):
    """A text that can't be spoken here: says why."""


@dataclass(slots=True)
class DocumentError(Exception):
    """A document or its retrieval failed: `code` is the documented number."""

    code: int
    message: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        where = f" (line {self.line}, column {self.column})" if self.line is not None else ""
        return f"{self.code}: {self.message}{where}"
