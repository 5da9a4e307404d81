"""A register with one product, and license servers that belong to it."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, select

from clearinghouse import Actor, Channel, Clearinghouse, Policy, Reason, Refusal, Request, audit
from clearinghouse.tables import metadata, permissions
from codes import (
    challenge,
    closing_code,
    deactivation_receipt,
    license_server_id,
    new_license_server_id,
)
from codes import product_id as product_ids
from codes import product_key as product_keys
from codes.proofs import Secret
from data_store import Cipher, reading, transaction
from tests.stores import have_tables

P = ParamSpec("P")
R = TypeVar("R")
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
LINE = Actor("line", "en")
ANNA = Actor("representative", "anna")


class LicenseServer:
    """The customer's side: makes license server IDs and accepts new ones."""

    def __init__(self, product_id: str, secret: Secret, rng: random.Random) -> None:
        self.product_id = product_id
        self._secret = secret
        self._rng = rng
        self.last_issue = 0
        self.shown = ""
        self.current_id = ""
        self.start_wizard()

    def start_wizard(self) -> str:
        """A wizard makes a new key, and so a new license server ID."""
        self.shown = license_server_id.make(
            self._secret, self.product_id, self.last_issue, self._rng.randbytes(91)
        )
        return self.shown

    def accept(self, new_id: str) -> str:
        """Verify a new license server ID; gives the closing code."""
        said = new_license_server_id.verify(self._secret, self.product_id, self.shown, new_id)
        assert said.issue > self.last_issue
        self.last_issue, self.current_id = said.issue, new_id
        return closing_code.make(self._secret, self.product_id, new_id)

    def receipt(self) -> str:
        """What the server shows once it has given up its own licences."""
        return deactivation_receipt.make(self._secret, self.product_id, self.current_id)

    def answer(self, four_digits: str) -> str:
        return challenge.answer(self._secret, self.product_id, self.shown, four_digits)


class Desk:
    """The register as its users use it: one transaction an act, committed on a refusal too."""

    def __init__(self, engine: Engine, seed: int = 7) -> None:
        have_tables(engine, metadata)
        self.engine = engine
        self.now = START
        self.house = Clearinghouse(Cipher([bytes(32)]), random.Random(seed))
        self._rng = random.Random(seed + 1)
        self.keys: dict[str, str] = {}
        self.product_id = self.add_product()

    def do(
        self, act: Callable[Concatenate[Connection, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        refusal: Refusal | None = None
        with transaction(self.engine) as connection:
            try:
                return act(connection, *args, **kwargs)
            except Refusal as error:
                refusal = error
        raise refusal

    def add_product(self, policy: Policy | None = None) -> str:
        product_id = product_ids.random(self._rng)
        key = product_keys.make(product_id, self._rng.randbytes(15))
        self.do(
            self.house.add_product,
            product_id=product_id,
            product_key=key,
            name="Example suite",
            policy=policy or Policy(),
            actor=Actor("demo", "seed"),
            now=self.now,
        )
        self.keys[product_id] = key
        return product_id

    def set_policy(self, **figures: int) -> None:
        actor = Actor("administrator", "root")
        self.do(self.house.set_policy, self.product_id, Policy(**figures), actor, self.now)

    def server(self, product_id: str | None = None) -> LicenseServer:
        product_id = product_id or self.product_id
        secret = product_keys.secret(self.keys[product_id])
        return LicenseServer(product_id, secret, self._rng)

    def stranger(self) -> LicenseServer:
        """A license server of a product that the register doesn't know."""
        product_id = product_ids.random(self._rng)
        key = product_keys.make(product_id, self._rng.randbytes(15))
        return LicenseServer(product_id, product_keys.secret(key), self._rng)

    def open(
        self,
        server: LicenseServer,
        *,
        shown: str | None = None,
        channel: Channel = Channel.TELEPHONE,
        caller: str | None = "+12025550143",
        actor: Actor = LINE,
    ) -> Request:
        return self.do(
            self.house.open_request,
            product_id=server.product_id,
            license_server_id=shown or server.shown,
            channel=channel,
            caller=caller,
            actor=actor,
            now=self.now,
        )

    def reason(self, request: Request, reason: Reason) -> Request:
        return self.do(self.house.set_reason, request.id, reason, LINE, self.now)

    def check(self, request: Request) -> Request:
        return self.do(self.house.check, request.id, ANNA, self.now)

    def issue(self, request: Request) -> Request:
        return self.do(self.house.issue, request.id, ANNA, self.now)

    def confirm(self, request: Request, code: str) -> Request:
        return self.do(self.house.confirm, request.id, code, LINE, self.now)

    def issued(self, server: LicenseServer, reason: Reason = Reason.CERTIFICATE_EXPIRED) -> Request:
        """Lead a server's request up to its new ID."""
        request = self.open(server)
        if request.reason is None:
            self.reason(request, reason)
        self.check(request)
        return self.issue(request)

    def activated(self, product_id: str | None = None) -> LicenseServer:
        """A server that went the whole way once, with its next wizard open."""
        server = self.server(product_id)
        request = self.issued(server)
        assert request.new_license_server_id
        self.confirm(request, server.accept(request.new_license_server_id))
        server.start_wizard()
        return server

    def permission_states(self) -> dict[int, str]:
        with reading(self.engine) as connection:
            found = select(permissions.c.issue, permissions.c.state).order_by(permissions.c.issue)
            return {row.issue: row.state for row in connection.execute(found)}

    def read(self, act: Callable[..., Any], *args: object, **kwargs: object) -> Any:
        with reading(self.engine) as connection:
            return act(connection, *args, **kwargs)

    def actions(self, request: Request) -> list[str]:
        return [entry.action for entry in self.read(audit.of_request, request.id)]
