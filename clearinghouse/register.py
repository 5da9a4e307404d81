"""The register's face: products, requests, certificates and everything that may happen to them."""

from datetime import datetime

from sqlalchemy import Connection

from clearinghouse import audit, contacts, writers
from clearinghouse.certificates_face import CertificatesFace
from clearinghouse.model import Actor
from clearinghouse.packs_face import PacksFace
from clearinghouse.products_face import ProductsFace
from clearinghouse.requests_face import RequestsFace


class Clearinghouse(ProductsFace, RequestsFace, CertificatesFace, PacksFace):
    """Keeps the register. It holds no state of its own: every method works on the connection.

    Each method runs inside the caller's transaction, writes its audit entry there and makes the
    transaction durable. Each raises Refusal where the register says no; catch it inside the
    transaction and let that commit, since wrong codes are counted. Unknown ids raise LookupError,
    malformed codes CodeError.
    """

    def callers(self, connection: Connection, request_id: int) -> list[str]:
        """Read the numbers that called about a request."""
        return contacts.of_request(connection, request_id)

    def erase_caller(self, connection: Connection, number: str, actor: Actor, now: datetime) -> int:
        """Erase a number or e-mail address; the audit stays whole. Gives how many went."""
        audit.lock(connection)
        erased = contacts.erase(connection, number) + writers.erase(connection, number)
        data = {"contacts": erased}
        audit.append(connection, "caller.erased", actor=actor, now=now, data=data)
        return erased

    def erase_callers_before(
        self, connection: Connection, before: datetime, actor: Actor, now: datetime
    ) -> int:
        """Erase who called or wrote before a moment; gives how many contacts went."""
        audit.lock(connection)
        erased = contacts.erase_before(connection, before)
        erased += writers.erase_before(connection, before)
        if erased:
            data = {"contacts": erased, "before": before.isoformat()}
            audit.append(connection, "callers.erased", actor=actor, now=now, data=data)
        return erased
