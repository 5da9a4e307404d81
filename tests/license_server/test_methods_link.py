from pathlib import Path

import pytest

from license_server import installation, link
from license_server import state as states
from license_server.errors import LinkError
from license_server.link import Link

API, SITE = "https://127.0.0.1:8443/api/v1", "https://127.0.0.1:8443/licensing"


def test_a_link_is_kept_with_a_copy_of_its_root(data: Path, tmp_path: Path) -> None:
    assert link.load(data) is None
    root = tmp_path / "root.pem"
    root.write_bytes(installation.root_pem(data))
    stored = link.store(data, Link(API + "/", SITE, str(root)))
    root.unlink()
    assert stored == link.load(data) == Link(API, SITE, str(data / link.CA_FILE))
    assert (data / link.CA_FILE).read_bytes() == installation.root_pem(data)


def test_without_a_root_the_systems_own_are_trusted(tmp_path: Path) -> None:
    fresh = tmp_path / "fresh"
    link.store(fresh, Link(API, SITE))
    assert link.load(fresh) == Link(API, SITE)
    assert states.find(fresh) is None


def test_what_cannot_be_a_link_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(LinkError, match="https://"):
        link.store(data, Link("http://127.0.0.1/api/v1", SITE))
    with pytest.raises(LinkError, match="holds no certificate"):
        link.store(data, Link(API, SITE, str(tmp_path / "nothing.pem")))
    assert link.load(data) is None
    (data / link.FILE).write_text("{")
    with pytest.raises(LinkError, match="damaged"):
        link.load(data)
