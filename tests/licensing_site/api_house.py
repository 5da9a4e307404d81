"""The API over a register with one product; every answer is held against the published document."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from jsonschema import Draft202012Validator
from sqlalchemy import Engine
from werkzeug.test import TestResponse

import region_routing
from data_store import Cipher, transaction
from licensing_site import tables, tokens
from licensing_site.api import create_api
from licensing_site.limits import Limiter
from licensing_site.services import Services
from licensing_site.tokens import Scope
from tests.clearinghouse.desk import Desk
from tests.clearinghouse.online import OnlineServer, online
from tests.stores import have_tables

BASE = "https://line.example"


class Api:
    """A client of the API, and the register behind it."""

    def __init__(self, engine: Engine, *, burst: int = 1000) -> None:
        self.desk = Desk(engine)
        have_tables(engine, tables.metadata)
        self.services = Services(
            engine=engine,
            clearinghouse=self.desk.house,
            routing=region_routing.load(),
            clock=lambda: self.desk.now,
            limiter=Limiter(lambda: self.desk.now),
            cipher=Cipher([bytes(32)]),
            public_base_url=BASE,
        )
        limiter = Limiter(lambda: self.desk.now, burst=burst, seconds=30)
        self.app = create_api(self.services, limiter)
        self.client = self.app.test_client()
        self.document: dict[str, Any] = self.client.get("/openapi.json").get_json()

    def token(self, name: str = "root", scopes: Collection[Scope] = tuple(Scope)) -> str:
        with transaction(self.desk.engine) as connection:
            return tokens.add(connection, name, scopes, self.desk.now)

    def server(self) -> OnlineServer:
        return online(self.desk)

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        **headers: str,
    ) -> TestResponse:
        """Send a request; its answer is one that the document tells of."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        if token is not None:
            given["Authorization"] = f"Bearer {token}"
        if body is None:
            answer = self.client.open(path, method=method, headers=given)
        else:
            answer = self.client.open(path, method=method, headers=given, json=body)
        self.check(method, path.partition("?")[0], answer)
        return answer

    def check(self, method: str, path: str, answer: TestResponse) -> None:
        """Hold an answer against the document: status, type, schema and headers."""
        operation = self._operation(method, path)
        told = operation["responses"].get(str(answer.status_code))
        assert told is not None, f"{method} {path} answers {answer.status}: {answer.text}"
        assert answer.mimetype in told["content"], answer.mimetype
        assert all(
            name in answer.headers
            for name, h in told.get("headers", {}).items()
            if h.get("required")
        )
        if answer.is_json:
            self.validate(told["content"][answer.mimetype]["schema"], answer.get_json())

    def validate(self, schema: Mapping[str, Any], value: object) -> None:
        whole = {**schema, "components": self.document["components"]}
        Draft202012Validator(whole).validate(value)

    def _operation(self, method: str, path: str) -> dict[str, Any]:
        for template, methods in self.document["paths"].items():
            pattern = re.sub(r"\{\w+\}", "[^/]+", template)
            if re.fullmatch(pattern, path) and method.lower() in methods:
                found: dict[str, Any] = methods[method.lower()]
                return found
        raise AssertionError(f"The document tells nothing of {method} {path}.")
