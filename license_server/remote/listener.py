"""The TLS listener of the administration API, beside the pages that stay on this computer."""

import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import click

from license_server import tls_serving
from license_server.errors import LicenseServerError
from license_server.remote import administration, identity

_THREADS: Final = 2
_HIGHEST_PORT: Final = 65535


class AdministrationListenError(LicenseServerError):
    """The administration address cannot be listened on."""

    code = "administration_listen"


class Address(NamedTuple):
    """Where to listen; port 0 is any free one."""

    host: str
    port: int


class AddressType(click.ParamType[Address]):
    """HOST:PORT on the command line; IPv6 addresses stand in brackets."""

    name = "HOST:PORT"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Address:
        """Read it, or say how it is written."""
        host, _, port = str(value).rpartition(":")
        if not host or not (port.isascii() and port.isdigit()) or int(port) > _HIGHEST_PORT:
            self.fail(f"{value!r} is no address: write HOST:PORT, such as 0.0.0.0:8442", param, ctx)
        return Address(host.strip("[]"), int(port))


def listening(
    data: Path, clock: Callable[[], datetime], address: Address | None
) -> AbstractContextManager[str | None]:
    """Listen for Managers of other machines meanwhile; gives the address, None for not at all."""
    if address is None:
        return nullcontext()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(*identity.paths(data, clock()))

    def refused(why: str) -> AdministrationListenError:
        return AdministrationListenError(
            f"{address.host}:{address.port} cannot be listened on for administration ({why}): "
            "choose another address with --administration."
        )

    return tls_serving.served(
        administration.create_app(data, clock),
        *address,
        lambda: context,
        name="administration",
        threads=_THREADS,
        refused=refused,
    )
