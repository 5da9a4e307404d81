"""The website over a register with one product, and a browser that follows its pages."""

import re
from html import unescape

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine
from werkzeug.test import TestResponse

import region_routing
from codes import deactivation_receipt
from codes import product_key as product_keys
from data_store import Cipher
from licensing_site import Services, create_site_blueprint
from licensing_site.limits import Limiter
from tests.clearinghouse.desk import Desk, LicenseServer

ANNA = {
    "first_name": "Anna",
    "last_name": "Ödegård",
    "company": "Example GmbH & Co",
    "country": "DE",
    "email": "",
}


class Website:
    """The site's application, with the desk's clock."""

    def __init__(self, engine: Engine, *, burst: int = 1000) -> None:
        self.desk = Desk(engine)
        self.services = Services(
            engine=engine,
            clearinghouse=self.desk.house,
            cipher=Cipher([bytes(32)]),
            routing=region_routing.load(),
            clock=lambda: self.desk.now,
            limiter=Limiter(lambda: self.desk.now, burst=burst, seconds=30),
            public_base_url="https://licensing.example.org",
            demo=True,
            browser_clock=lambda: self.desk.now,
        )
        self.app = Flask("licensing_site_test")
        self.app.register_blueprint(create_site_blueprint(self.services), url_prefix="/licensing")

    def receipt(self, new_id: str) -> str:
        """The receipt that the wizard of the server that holds this ID shows."""
        secret = product_keys.secret(self.desk.keys[self.desk.product_id])
        return deactivation_receipt.make(secret, self.desk.product_id, new_id)

    def browser(self) -> "Visitor":
        return Visitor(self.app.test_client())


class Visitor:
    """Somebody at the website: sees a page, fills in its form, goes on."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.page = client.get("/licensing/")

    @property
    def text(self) -> str:
        return unescape(self.page.get_data(as_text=True))

    @property
    def title(self) -> str:
        found = re.search(r"<h1>(.*?)</h1>", self.text, re.DOTALL)
        return found[1].strip() if found else ""

    @property
    def path(self) -> str:
        return self.page.request.path

    def code(self, name: str) -> str:
        """Read what stands in a page for scripts, as a person reads its groups."""
        found = re.search(rf'id="{name}" data-code="(\w+)"', self.text)
        assert found, self.text
        return found[1]

    def go(self, path: str) -> TestResponse:
        self.page = self.client.get(path, follow_redirects=True)
        return self.page

    def send(self, _path: str | None = None, **values: str) -> TestResponse:
        """Send the page's form."""
        path = _path or self.path
        self.page = self.client.post(path, data=values, follow_redirects=True)
        return self.page

    def choose(self, option: str) -> None:
        self.go("/licensing/")
        self.send(option=option)

    def ask(
        self, server: LicenseServer, reason: str = "certificate_expired", **values: str
    ) -> TestResponse:
        """Fill in Reactivate, or Activate, up to its verify page."""
        self.choose("activate" if reason == "first_activation" else "reactivate")
        ids = {"product_id": server.product_id, "license_server_id": server.shown}
        return self.send(**{**ids, "reason": reason, **ANNA, **values})

    def reactivate(
        self, server: LicenseServer, reason: str = "certificate_expired", **values: str
    ) -> str:
        """Walk up to the new license server ID."""
        self.ask(server, reason, **values)
        assert self.title == "Verify Everything", self.text
        self.send()
        assert self.title == "New License Server ID", self.text
        return self.code("new-license-server-id")
