"""Enrolment: a client's key becomes a certificate of the local root. It is no licence yet."""

from datetime import datetime
from pathlib import Path

from license_certificates import clients
from license_certificates.signing_requests import SigningRequestError
from license_server import event_log
from license_server import state as states
from license_server.clients.errors import EnrolmentRefusedError
from license_server.clients.identity import local_ca


def enrol(data: Path, signing_request: bytes, now: datetime) -> bytes:
    """Sign a client's key; gives its certificate (PEM). Raises EnrolmentRefusedError."""
    try:
        asked = clients.read_request(signing_request)
    except SigningRequestError as error:
        raise EnrolmentRefusedError(str(error)) from error
    root, root_key = local_ca(data, states.load(data))
    certificate = clients.issue_client(asked, now, issuer=root, issuer_key=root_key)
    event_log.record(data, event_log.Kind.CLIENT_ENROLLED, now, device=asked.device_name)
    return certificate
