"""License server, clearinghouse, licensing site and API together, over real HTTPS."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from cryptography import x509
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

import region_routing
from data_store import Cipher, open_engine
from license_certificates import keys
from license_server import (
    activation,
    clearinghouse_client,
    deactivation,
    exchange,
    health,
    installation,
    link,
    progress,
    simulate,
)
from license_server import state as states
from license_server.app import create_app, one_time_path
from license_server.clearinghouse_client import ClearinghouseRefused
from license_server.link import Link
from license_server.model import CertificateState, DeactivationCause, Licensing, Method, Reason
from license_server.state import Properties
from licensing_site import Services, create_site_blueprint, tables
from licensing_site.api import MOUNT, create_api
from licensing_site.limits import Limiter
from tests.clearinghouse.desk import Desk
from tests.license_server.conftest import over_https
from tests.licensing_site.website import ANNA, Visitor

OPENSSL = shutil.which("openssl")
REASONS = [reason for reason in Reason if reason.key]
HOUR = timedelta(hours=1)


class House:
    """The clearinghouse with both its internet faces, and license servers of its product."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.engine = open_engine(f"sqlite:///{directory}/register.db")
        self.desk = Desk(self.engine)
        tables.metadata.create_all(self.engine)
        services = Services(
            engine=self.engine,
            clearinghouse=self.desk.house,
            cipher=Cipher([bytes(32)]),
            routing=region_routing.load(),
            clock=lambda: self.desk.now,
            limiter=self._limiter(),
            public_base_url="https://site.example",
        )
        self.app = Flask("house")
        self.app.register_blueprint(create_site_blueprint(services), url_prefix="/licensing")
        mounted = DispatcherMiddleware(
            self.app.wsgi_app, {MOUNT: create_api(services, self._limiter())}
        )
        self.server = over_https(directory, mounted)
        base = f"https://127.0.0.1:{self.server.server_port}"
        self.link = Link(f"{base}/api/v1", f"{base}/licensing", str(directory / "tls-root.pem"))

    def _limiter(self) -> Limiter:
        return Limiter(lambda: self.desk.now, burst=1000, seconds=1)

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.engine.dispose()

    def install(self, name: str = "LICENSE-01") -> Path:
        data = self.directory / name
        installation.install(
            data,
            product_id=self.desk.product_id,
            product_key=self.desk.keys[self.desk.product_id],
            server_name=name,
            now=self.desk.now,
        )
        link.store(data, self.link)
        progress.keep_properties(data, Properties(**{**ANNA, "email": "anna@example.org"}))
        return data

    def reactivate(self, data: Path, reason: Reason | None = None) -> activation.Acceptance:
        accepted = clearinghouse_client.reactivate(
            data, link.load(data), self.desk.now, reason=reason
        )
        activation.finish(data)
        return accepted

    def on_the_site(self, data: Path, reason: Reason) -> Visitor:
        """Enter the open request on the site, up to the new license server ID."""
        asked = activation.request(data, self.desk.now, reason=reason)
        visitor = Visitor(self.app.test_client())
        first = reason is Reason.FIRST_ACTIVATION
        visitor.choose("activate" if first else "reactivate")
        visitor.send(
            product_id=self.desk.product_id,
            license_server_id=asked.license_server_id,
            reason=reason.value,
            **ANNA,
        )
        visitor.send()
        return visitor

    def states(self) -> dict[int, str]:
        return self.desk.permission_states()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.close()


@pytest.fixture
def server(house: House) -> Path:
    return house.install()


def verifies(data: Path, house: House) -> None:
    """Have the server's certificate examined by itself, and by OpenSSL against what is exported."""
    found = health.status(data, house.desk.now)
    assert found.state is CertificateState.VALID
    if OPENSSL is None:
        return
    _, own = health.certificate_paths(data)
    roots = data.parent / f"{data.name}-roots.pem"
    roots.write_bytes(installation.root_pem(data))
    moment = str(int(house.desk.now.timestamp()))
    words = ["verify", "-attime", moment, "-CAfile", str(roots)]
    done = subprocess.run(["openssl", *words, str(own)], check=True, capture_output=True, text=True)
    assert "OK" in done.stdout


def signer(data: Path) -> str:
    held = states.load(data).held
    assert held is not None
    return "clearinghouse" if held.chain_file else "local"


@pytest.mark.parametrize("reason", REASONS)
def test_automatic(house: House, server: Path, reason: Reason) -> None:
    assert house.reactivate(server).issue == 1
    verifies(server, house)
    old = health.status(server, house.desk.now).current_license_server_id
    house.desk.now += HOUR
    assert house.reactivate(server, reason).issue == 2
    verifies(server, house)
    assert signer(server) == "clearinghouse"
    compromised = reason is Reason.PRIVATE_KEY_COMPROMISED
    assert house.states() == {1: "revoked" if compromised else "superseded", 2: "current"}
    assert states.load(server).unconfirmed is None
    lists = x509.load_pem_x509_crl(installation.revocation_pem(server))
    revoked = {entry.serial_number for entry in lists}
    assert revoked == ({int(old or 0)} if compromised else set())


@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ("expire", Reason.CERTIFICATE_EXPIRED),
        ("corrupt", Reason.CERTIFICATE_CORRUPTED),
        ("upgrade", Reason.SERVER_UPGRADED),
        ("redeploy", Reason.SERVER_REDEPLOYED),
    ],
)
def test_what_the_server_finds_it_proposes_and_mends(
    house: House, server: Path, what: str, reason: Reason
) -> None:
    house.reactivate(server)
    simulate.begin(server, simulate.What(what), house.desk.now)
    assert health.status(server, house.desk.now).proposed_reason is reason
    house.desk.now += HOUR
    house.reactivate(server)
    verifies(server, house)


def test_a_lost_key_is_made_up_for_by_the_product_key(house: House, server: Path) -> None:
    house.reactivate(server)
    held = states.load(server).held
    assert held is not None
    (server / held.key_file).write_bytes(b"damaged")
    assert health.status(server, house.desk.now).proposed_reason is Reason.CERTIFICATE_CORRUPTED
    house.desk.now += HOUR
    assert house.reactivate(server).issue == 2
    verifies(server, house)


def test_a_key_that_the_register_no_longer_takes_is_made_up_for(house: House, server: Path) -> None:
    house.reactivate(server)
    house.desk.now += HOUR
    asked = exchange.request_document(server, house.desk.now, Reason.PRIVATE_KEY_COMPROMISED)
    assert clearinghouse_client.Api(house.link).permissions(asked)["issue"] == 2
    activation.cancel(server, house.desk.now)
    house.desk.now += HOUR
    assert house.reactivate(server, Reason.SERVER_UPGRADED).issue == 3


@pytest.mark.parametrize("reason", REASONS)
def test_by_web_the_local_root_signs_until_the_next_contact(
    house: House, server: Path, reason: Reason
) -> None:
    house.reactivate(server)
    house.desk.now += HOUR
    visitor = house.on_the_site(server, reason)
    if reason is Reason.PRIVATE_KEY_COMPROMISED:
        found = re.search(r'id="challenge" data-code="(\d{4})"', visitor.text)
        assert found is not None, visitor.text
        visitor.send(answer=activation.answer(server, found[1]))
    accepted = activation.accept(server, visitor.code("new-license-server-id"), house.desk.now)
    assert (accepted.issue, signer(server)) == (2, "local")
    verifies(server, house)
    visitor.go(f"{visitor.path.rpartition('/')[0]}/confirm")
    visitor.send(closing_code=accepted.closing_code)
    assert visitor.title == "Confirmed"
    clearinghouse_client.catch_up(server, house.link, house.desk.now)
    assert signer(server) == "clearinghouse"
    verifies(server, house)


@pytest.mark.skipif(OPENSSL is None, reason="no OpenSSL on this machine")
@pytest.mark.parametrize("method", ["automatic", "web"])
def test_a_compromised_certificate_is_revoked_by_its_issuer(
    house: House, server: Path, tmp_path: Path, method: str
) -> None:
    if method == "automatic":
        house.reactivate(server)
    else:
        visitor = house.on_the_site(server, Reason.FIRST_ACTIVATION)
        activation.accept(server, visitor.code("new-license-server-id"), house.desk.now)
    verifies(server, house)
    roots, old = tmp_path / "roots.pem", tmp_path / "old.pem"
    roots.write_bytes(installation.root_pem(server))
    old.write_bytes(health.certificate_paths(server)[1].read_bytes())
    house.desk.now += HOUR
    house.reactivate(server, Reason.PRIVATE_KEY_COMPROMISED)
    lists = tmp_path / "lists.pem"
    lists.write_bytes(installation.revocation_pem(server))
    moment = str(int(house.desk.now.timestamp()))
    words = ["verify", "-attime", moment, "-crl_check", "-CRLfile", str(lists)]
    done = subprocess.run(
        ["openssl", *words, "-CAfile", str(roots), str(old)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert "certificate revoked" in done.stdout + done.stderr


def test_the_next_contact_also_confirms_what_came_by_web(house: House, server: Path) -> None:
    visitor = house.on_the_site(server, Reason.FIRST_ACTIVATION)
    activation.accept(server, visitor.code("new-license-server-id"), house.desk.now)
    clearinghouse_client.catch_up(server, house.link, house.desk.now)
    assert (signer(server), house.states()) == ("clearinghouse", {1: "current"})


def test_asked_by_web_and_then_over_the_internet_it_is_one_id(house: House, server: Path) -> None:
    visitor = house.on_the_site(server, Reason.FIRST_ACTIVATION)
    by_web = visitor.code("new-license-server-id")
    house.desk.now += timedelta(days=2)
    assert house.reactivate(server).new_license_server_id == by_web
    assert house.states() == {1: "current"}


def test_a_file_there_and_back(house: House, server: Path) -> None:
    progress.keep_properties(server, Properties(method=Method.WEB))
    app = create_app(server, clock=lambda: house.desk.now)
    pages = app.test_client()
    pages.get(one_time_path(app))
    form = {"action": "next", "method": "web"}
    pages.post("/activate/connection-method", data=form)
    written = pages.get("/activate/request-file")
    assert "activation-line-request.json" in written.headers["Content-Disposition"]
    visitor = Visitor(house.app.test_client())
    visitor.send("/licensing/file/answer", document=written.text)
    answer = visitor.page.get_data()
    broken = pages.post("/activate/answer-file", data={"answer": (BytesIO(b"{"), "broken.json")})
    assert (broken.status_code, "damaged on its way" in broken.text) == (422, True)
    own = BytesIO(written.get_data())
    refused = pages.post("/activate/answer-file", data={"answer": (own, "request.json")})
    assert (refused.status_code, "the request itself" in refused.text) == (422, True)
    assert 'action="/activate/license-server-activation" id="entry"' in refused.text
    assert pages.post("/activate/answer-file").status_code == 422
    large = pages.post("/activate/answer-file", data={"answer": (BytesIO(b" " * 10**6), "x.json")})
    assert large.status_code == 422
    taken = pages.post("/activate/answer-file", data={"answer": (BytesIO(answer), "answer.json")})
    assert taken.location == "/activate/completing"
    verifies(server, house)
    assert (signer(server), house.states()) == ("clearinghouse", {1: "pending"})
    clearinghouse_client.catch_up(server, house.link, house.desk.now)
    assert house.states() == {1: "current"}
    assert pages.get("/activate/request-file").location == "/activate/completing"


@pytest.mark.parametrize("cause", list(DeactivationCause))
def test_deactivated_and_activated_again(
    house: House, server: Path, cause: DeactivationCause
) -> None:
    house.reactivate(server)
    house.desk.now += HOUR
    clearinghouse_client.deactivate(server, house.link, house.desk.now, cause=cause)
    assert house.states() == {1: "deactivated"}
    assert health.status(server, house.desk.now).may_license is Licensing.NONE
    again = clearinghouse_client.deactivate(server, house.link, house.desk.now)
    assert again == deactivation.status(server)
    house.desk.now += HOUR
    assert house.reactivate(server).issue == 2
    assert health.status(server, house.desk.now).may_license is Licensing.ALL
    assert house.states() == {1: "deactivated", 2: "current"}
    verifies(server, house)


def test_deactivation_on_the_site(house: House, server: Path) -> None:
    house.reactivate(server)
    receipt = deactivation.begin(server, DeactivationCause.SERVER_REDEPLOYED, house.desk.now)
    visitor = Visitor(house.app.test_client())
    visitor.choose("deactivate")
    contact = {**ANNA, "email": "anna@example.org"}
    visitor.send(
        product_id=house.desk.product_id,
        deactivation_receipt=receipt,
        cause="server_redeployed",
        **contact,
    )
    visitor.send()
    found = re.search(r'data-code="(\d{15})"', visitor.text.partition("onfirmation")[2])
    assert found is not None, visitor.text
    deactivation.confirm(server, found[1], house.desk.now)
    assert house.states() == {1: "deactivated"}


def test_a_refusal_comes_with_its_word_and_date(house: House, server: Path) -> None:
    house.reactivate(server)
    house.desk.set_policy(reactivations=1, period_days=30)
    house.desk.now += HOUR
    house.reactivate(server, Reason.SERVER_UPGRADED)
    house.desk.now += HOUR
    with pytest.raises(ClearinghouseRefused) as caught:
        house.reactivate(server, Reason.SERVER_UPGRADED)
    assert caught.value.left == 0
    assert caught.value.next_date
    asked = states.load(server).request
    assert asked is not None
    house.desk.now += timedelta(days=40)
    assert house.reactivate(server).issue == 3


def test_a_server_too_many_is_told_whom_to_ask(house: House, server: Path) -> None:
    house.reactivate(server)
    with pytest.raises(ClearinghouseRefused, match="a representative chooses") as caught:
        house.reactivate(house.install("LICENSE-02"))
    assert caught.value.why == "servers_limit"


def test_two_servers_with_one_product_key(house: House, server: Path) -> None:
    house.desk.set_policy(max_servers=2)
    other = house.install("LICENSE-02")
    assert [house.reactivate(data).issue for data in (server, other)] == [1, 2]
    house.desk.now += HOUR
    assert [house.reactivate(data, REASONS[2]).issue for data in (server, other)] == [3, 4]
    assert house.states() == {1: "superseded", 2: "superseded", 3: "current", 4: "current"}


def test_a_directory_that_was_copied_takes_no_second_place(house: House, server: Path) -> None:
    house.reactivate(server)
    copied = server.parent / "copy"
    shutil.copytree(server, copied)
    house.desk.now += HOUR
    assert house.reactivate(server, Reason.SERVER_UPGRADED).issue == 2
    house.desk.now += HOUR
    assert house.reactivate(copied, Reason.SERVER_REDEPLOYED).issue == 3
    assert house.states() == {1: "superseded", 2: "superseded", 3: "current"}


def test_another_key_is_never_certified(house: House, server: Path) -> None:
    asked = activation.request(server, house.desk.now)
    (server / asked.key_file).write_bytes(keys.key_pem(keys.make_key()))
    fresh = exchange.request_document(server, house.desk.now)
    assert fresh["license_server_id"] != asked.license_server_id
    house.reactivate(server)
    verifies(server, house)
