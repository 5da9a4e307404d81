"""Carry out what was asked on the website, each act in one transaction of the register."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeVar

from sqlalchemy import Connection

from clearinghouse import (
    Actor,
    Answer,
    AutomaticRequest,
    Channel,
    DeactivationCause,
    Reason,
    Refusal,
    Request,
    Standing,
    writers,
)
from clearinghouse.packs import InstalledPack
from codes import closing_code as closing_codes
from codes.typed import ShortCode
from data_store import reading, transaction
from licensing_site import fields
from licensing_site.services import Services

SITE: Final = Actor("website", "site")
_ANSWER: Final = ShortCode("answer", 6)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Issued:
    """The request has its new license server ID, now or since an earlier time."""

    request: Request


@dataclass(frozen=True, slots=True)
class Challenged:
    """The private key was compromised: the wizard has to answer these four digits first."""

    request: Request
    challenge: str


@dataclass(frozen=True, slots=True)
class Given:
    """A code for the wizard, compact, and what is to be said of it."""

    code: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """A request, and how its license server stands with its policy."""

    request: Request
    standing: Standing


def issue(services: Services, asked: Mapping[str, str], answer: str = "") -> Issued | Challenged:
    """Ask for a new license server ID; the same pair of IDs gets the same one.

    `answer` is the wizard's answer to the challenge, where one was given. Raises Refusal, and
    CodeError for an answer that isn't of six digits.
    """
    if answer:
        answer = _ANSWER.validate(answer)  # a digit too few costs no try
    return _committed(services, lambda connection: _issue(connection, services, asked, answer))


def confirm(services: Services, request_id: int, closing_code: str) -> Request:
    """Take the closing code that the wizard shows once it has accepted the new ID.

    Raises Refusal, and CodeError for a code that isn't of four digits.
    """
    code = closing_codes.validate(closing_code)
    return _committed(
        services,
        lambda connection: services.clearinghouse.confirm(
            connection, request_id, code, SITE, services.clock()
        ),
    )


def deactivate(services: Services, asked: Mapping[str, str]) -> Given:
    """Take a deactivation receipt; gives its confirmation, the same each time. Raises Refusal."""
    done = _committed(
        services,
        lambda connection: services.clearinghouse.deactivate(
            connection,
            product_id=asked["product_id"],
            receipt=asked["deactivation_receipt"],
            cause=DeactivationCause(asked["cause"]),
            channel=Channel.WEB,
            contact=fields.contact(asked),
            actor=SITE,
            now=services.clock(),
        ),
    )
    return Given(done.confirmation)


def install(services: Services, asked: Mapping[str, str]) -> Given:
    """Give the license pack ID of a license code, the same each time. Raises Refusal."""
    return _pack(services, asked, services.clearinghouse.install_pack)


def move(services: Services, asked: Mapping[str, str]) -> Given:
    """Give the license pack ID of a pack that is recovered or comes from another server.

    Raises Refusal.
    """
    house = services.clearinghouse
    is_migrated = asked["move"] == "migrate"
    return _pack(services, asked, house.migrate_pack if is_migrated else house.install_pack)


def answer_file(services: Services, asked: AutomaticRequest) -> Answer:
    """Answer a request file; the same pair of IDs gets the same answer. Raises Refusal."""
    return _committed(
        services,
        lambda connection: services.clearinghouse.process_automatic(
            connection, asked, SITE, services.clock(), channel=Channel.WEB
        ),
    )


def show(services: Services, request_id: int) -> Shown:
    """Read a request; changes nothing. Raises LookupError."""
    house = services.clearinghouse
    with reading(services.engine) as connection:
        request = house.request(connection, request_id)
        return Shown(request, house.standing(connection, request_id, services.clock()))


def _pack(services: Services, asked: Mapping[str, str], act: Callable[..., InstalledPack]) -> Given:
    pack = _committed(
        services,
        lambda connection: act(
            connection,
            product_id=asked["product_id"],
            current_id=asked["new_license_server_id"],
            license_code=asked["license_code"],
            channel=Channel.WEB,
            actor=SITE,
            now=services.clock(),
        ),
    )
    facts = (
        ("Licences", f"{pack.quantity} {pack.kind.value.replace('_', ' ')}"),
        ("Version", str(pack.version)),
    )
    return Given(pack.license_pack_id, facts)


def _issue(
    connection: Connection, services: Services, asked: Mapping[str, str], answer: str
) -> Issued | Challenged:
    house, now = services.clearinghouse, services.clock()
    request = house.open_request(
        connection,
        product_id=asked["product_id"],
        license_server_id=asked["license_server_id"],
        channel=Channel.WEB,
        caller=None,
        actor=SITE,
        now=now,
    )
    reason = Reason(asked["reason"])
    is_compromised = reason is Reason.PRIVATE_KEY_COMPROMISED
    if request.issue is None or is_compromised:
        request = house.set_reason(connection, request.id, reason, SITE, now)
    if is_compromised and request.challenge_answered_at is None:
        challenge = house.challenge(connection, request.id, SITE, now)
        if not answer:
            return Challenged(request, challenge)
        request = house.answer_challenge(connection, request.id, answer, SITE, now)
    if request.issue is None:
        house.check(connection, request.id, SITE, now)
        house.issue(connection, request.id, SITE, now)
    request = house.mark_read(connection, request.id, SITE, now)
    writers.record(connection, fields.contact(asked), now, request_id=request.id)
    return Issued(request)


def _committed(services: Services, act: Callable[[Connection], _T]) -> _T:
    """Act in one transaction; a refusal is raised after its commit: wrong codes stay counted."""
    with transaction(services.engine, durable=True) as connection:
        try:
            return act(connection)
        except Refusal as error:
            refusal = error
    raise refusal
