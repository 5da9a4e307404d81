"""The clearinghouse's API over real HTTPS: in a test's own process, or as a machine of its own.

`python -m tests.licensing_site.api_over_https HOST DIRECTORY` keeps its register in the directory,
says in a JSON line where it is and what product it has, and serves until its input ends.
"""

import dataclasses
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cheroot.ssl.builtin import BuiltinSSLAdapter
from cheroot.wsgi import Server
from flask import Flask

from activation_line import tls
from activation_line.settings import Settings
from data_store import open_engine
from license_server.link import Link
from licensing_site.api import create_api
from licensing_site.limits import Limiter
from licensing_site.services import Services
from tests.licensing_site.website import Website


@contextmanager
def served(services: Services, directory: Path, host: str = "127.0.0.1") -> Iterator[Link]:
    """Serve on a free port of this host; the authority of its certificate lies in the directory."""
    app = Flask("api_test")
    limiter = Limiter(services.clock, burst=1000)
    app.wsgi_app = create_api(services, limiter).wsgi_app  # type: ignore[method-assign]
    settings = Settings(directory, f"https://{host}", "AC1", "token")
    made = tls.prepare(settings, [host], datetime.now(UTC))
    assert made is not None
    server = Server((host, 0), app)
    server.ssl_adapter = BuiltinSSLAdapter(str(made.chain), str(made.key))
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    address = f"https://{host}:{server.bind_addr[1]}"
    yield Link(address, f"{address}/licensing", str(made.authority))
    server.stop()
    thread.join()


def main() -> None:
    host, directory = sys.argv[1], Path(sys.argv[2])
    engine = open_engine(f"sqlite:///{directory / 'register.db'}")
    website = Website(engine)
    services = dataclasses.replace(website.services, clock=lambda: datetime.now(UTC))
    with served(services, directory, host) as link:
        product = website.desk.product_id
        told = {"product_id": product, "product_key": website.desk.keys[product]}
        print(json.dumps(dataclasses.asdict(link) | told), flush=True)
        sys.stdin.read()
    engine.dispose()


if __name__ == "__main__":
    main()
