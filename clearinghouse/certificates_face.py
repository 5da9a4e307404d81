"""The register's face for license servers themselves: certificates, and deactivation."""

from datetime import datetime

from sqlalchemy import Connection

from clearinghouse import (
    audit,
    authorities,
    automatic,
    certifying,
    deactivation,
    docket,
    revocations,
    writers,
)
from clearinghouse.asked import NOBODY, Answer, AutomaticRequest, Contact, ReplacementRequest
from clearinghouse.automatic import Office
from clearinghouse.deactivation import Showing
from clearinghouse.face import Face
from clearinghouse.model import Actor, Channel, Deactivation, DeactivationCause
from license_certificates import signing_requests


class CertificatesFace(Face):
    """The automatic method, the certificates behind it, and the end of a license server."""

    def process_automatic(
        self,
        connection: Connection,
        asked: AutomaticRequest,
        actor: Actor,
        now: datetime,
        *,
        channel: Channel = Channel.AUTOMATIC,
        caller: str | None = None,
    ) -> Answer:
        """Answer a request document: opened, proven, checked, issued and certified in one go.

        Asked again for the same pair of IDs, by whatever channel, it gives the same ID and the
        same certificate. `caller`: whose wrong proofs are counted, such as a network address; the
        product that a wrong proof names is never charged for it. Refuses PRODUCT_UNKNOWN,
        SIGNATURE_WRONG, KEY_MISMATCH, and as `open_request`, `set_reason`, `check` and `issue`.
        Raises SigningRequestError where the signing request can't be read.
        """
        office = Office(connection, self._cipher, self._rng, actor, now)
        return automatic.process(office, asked, channel, caller)

    def certify(
        self, connection: Connection, request_id: int, csr: bytes, actor: Actor, now: datetime
    ) -> bytes:
        """Sign the certificate (PEM) of an issued ID; asked again, it gives the same one.

        Refuses KEY_MISMATCH, WRONG_STATE before the issue. Raises SigningRequestError.
        """
        audit.lock(connection)
        request, said = docket.by_id(connection, request_id), signing_requests.read(csr)
        return certifying.certify(connection, self._cipher, request, said, actor, now)

    def replace_certificate(
        self, connection: Connection, asked: ReplacementRequest, actor: Actor, now: datetime
    ) -> Answer:
        """Sign for an ID that came by telephone or website and that the local CA signed for.

        Asking shows that the server holds the ID, so its request is confirmed. Refuses
        PRODUCT_UNKNOWN, PRODUCT_BLOCKED, SIGNATURE_WRONG, KEY_MISMATCH, ISSUE_UNKNOWN, NOT_CURRENT,
        DEACTIVATED. Raises SigningRequestError.
        """
        office = Office(connection, self._cipher, self._rng, actor, now)
        return automatic.replace_certificate(office, asked)

    def chain(self, connection: Connection, now: datetime) -> tuple[bytes, bytes]:
        """Give issuing CA and root (PEM). They are made on first use, so the transaction writes."""
        return authorities.chain(connection, self._cipher, now)

    def revocation_list(self, connection: Connection, now: datetime) -> bytes:
        """Make the issuing CA's revocation list (PEM); the transaction writes, as for `chain`."""
        return revocations.revocation_list(connection, self._cipher, now)

    def deactivate(  # noqa: PLR0913 -- all of them by keyword
        self,
        connection: Connection,
        *,
        product_id: str,
        receipt: str,
        cause: DeactivationCause,
        channel: Channel,
        contact: Contact = NOBODY,
        actor: Actor,
        now: datetime,
        caller: str | None = None,
    ) -> Deactivation:
        """Take a license server's receipt and give the confirmation; its place is free then.

        Shown again, the same receipt gets the same confirmation and changes nothing. Refuses
        PRODUCT_UNKNOWN, RECEIPT_WRONG (counted and slowed down as wrong proofs are), NOT_CURRENT
        for an earlier number's receipt, TOO_MANY_WRONG_PROOFS.
        """
        showing = Showing(product_id, receipt, cause, channel, contact, caller, actor, now)
        return deactivation.deactivate(connection, self._cipher, showing)

    def writers(self, connection: Connection, request_id: int) -> list[Contact]:
        """Read who asked in writing about a request."""
        return writers.of_request(connection, request_id)
