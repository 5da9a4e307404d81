"""What an operation is: one row from which its route, its checks and its description are made."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final, Literal

from sqlalchemy import Connection

from clearinghouse import Actor
from licensing_site.api.problems import GENERAL, WITH_BODY, WITH_TOKEN
from licensing_site.api.schema_parts import (
    CASE_NUMBER,
    LICENSE_SERVER_NUMBER,
    PRODUCT_ID,
    Schema,
)
from licensing_site.services import Services
from licensing_site.tokens import Scope

PEM_TYPE: Final = "application/x-pem-file"
IN_PATHS: Final[Mapping[str, tuple[Schema, str]]] = {
    "product_id": (PRODUCT_ID, "product_unknown"),
    "case_number": (CASE_NUMBER, "request_unknown"),
    "server": (LICENSE_SERVER_NUMBER, "server_unknown"),
}
"""What a path may name: how it is written, and the word where there is no such thing."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, checked, inside its transaction."""

    services: Services
    connection: Connection
    actor: Actor
    address: str
    """Whence it came: tries are counted by it."""
    now: datetime
    body: Mapping[str, Any] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


Document = Mapping[str, Any]
Handler = Callable[[Call], Document | bytes]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path. A handler gives a document, or PEM as bytes; a no is raised."""

    id: str
    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    summary: str
    handler: Handler
    answers: str
    """The component that the answer is; empty for PEM."""
    body: str = ""
    """The component that the body has to be."""
    description: str = ""
    status: HTTPStatus = HTTPStatus.OK
    scope: Scope | None = None
    query: Mapping[str, Schema] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    """The words that are this operation's own, besides those of what its path names."""
    writes: bool = True

    @property
    def path_parameters(self) -> Mapping[str, Schema]:
        """What its path names, and how each is written."""
        return {name: schema for name, (schema, _) in self._named().items()}

    @property
    def is_repeatable(self) -> bool:
        """Whether it takes an idempotency key."""
        return self.method == "POST"

    @property
    def media_type(self) -> str:
        """The type of its answer."""
        return "application/json" if self.answers else PEM_TYPE

    @property
    def every_problem(self) -> tuple[str, ...]:
        """All words that it may answer with."""
        named = self._named()
        words = [*GENERAL, *(word for _, word in named.values()), *self.problems]
        if named:
            words.append("unknown_path")
        if self.body:
            words += WITH_BODY
        if self.is_repeatable:
            words.append("idempotency_key_reused")
        if self.scope is not None:
            words += WITH_TOKEN
        return tuple(dict.fromkeys(words))

    def _named(self) -> Mapping[str, tuple[Schema, str]]:
        return {name: IN_PATHS[name] for name in re.findall(r"{(\w+)}", self.path)}
