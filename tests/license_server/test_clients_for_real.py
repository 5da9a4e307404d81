"""License packs from the purchase to a client's licence, over real HTTPS."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from clearinghouse import Actor
from clearinghouse.packs import PackKind
from codes import license_code
from license_server import clearinghouse_client, event_log, installation, lan
from license_server.clearinghouse_client import ClearinghouseRefused
from license_server.cli import cli
from license_server.clients import installing, issuing, store
from license_server.clients.model import Subject
from license_server.model import Reason
from tests.license_server.test_clients_lan import Client, exported
from tests.license_server.test_methods_for_real import HOUR, House

DEVICE = Subject("a" * 64, "PC-01")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    directory = tmp_path / "house"
    directory.mkdir()
    found = House(directory)
    yield found
    found.close()


def activated(house: House, data: Path) -> Path:
    desk = house.desk
    installation.install(
        data,
        product_id=desk.product_id,
        product_key=desk.keys[desk.product_id],
        server_name="LICENSE-01",
        now=desk.now,
    )
    clearinghouse_client.reactivate(data, house.link, desk.now, reason=Reason.FIRST_ACTIVATION)
    return data


def bought(house: House) -> str:
    pack = house.desk.do(
        house.desk.house.add_pack,
        version=3,
        kind=PackKind.PER_DEVICE,
        quantity=25,
        customer="Example GmbH",
        actor=Actor("administrator", "root"),
        now=house.desk.now,
    )
    return pack.license_code


def test_a_purchase_becomes_a_clients_licence(house: House, tmp_path: Path):
    data, code = activated(house, tmp_path / "one"), bought(house)
    pack = installing.install_automatically(data, house.link, code, house.desk.now)
    assert (pack.number, pack.quantity) == (1, 25)
    for _ in range(2):
        licence = issuing.request(data, DEVICE, 3, house.desk.now)
    assert not licence.is_temporary


def test_a_used_and_an_unknown_code_are_refused_by_the_clearinghouse(house: House, tmp_path: Path):
    house.desk.set_policy(max_servers=2)
    one, other = (activated(house, tmp_path / name) for name in ("one", "other"))
    code = bought(house)
    installing.install_automatically(one, house.link, code, house.desk.now)
    for data, asked, why in (
        (other, code, "license_code_used"),
        (one, license_code.make(42), "license_code_unknown"),
    ):
        with pytest.raises(ClearinghouseRefused) as told:
            installing.install_automatically(data, house.link, asked, house.desk.now)
        assert told.value.why == why
    with store.opened(other) as rows:
        assert rows.packs() == []


def test_after_a_reactivation_the_pack_is_given_for_the_new_number(house: House, tmp_path: Path):
    data, code = activated(house, tmp_path / "one"), bought(house)
    first = installing.install_automatically(data, house.link, code, house.desk.now)
    house.desk.now += HOUR
    clearinghouse_client.reactivate(
        data, house.link, house.desk.now, reason=Reason.SERVER_REDEPLOYED
    )
    installing.remove_all(data, house.desk.now)
    second = installing.install_automatically(data, house.link, code, house.desk.now)
    assert (second.number, second.quantity) == (first.number, first.quantity)
    assert second.license_pack_id != first.license_pack_id
    kinds = [entry["kind"] for entry in event_log.entries(data)]
    assert (kinds.count("pack.installed"), kinds.count("pack.removed")) == (2, 1)


def test_a_clearinghouse_certificate_is_trusted_until_its_key_was_compromised(
    house: House, tmp_path: Path
):
    house.desk.now = datetime.now(UTC)  # TLS goes by the true time
    data = activated(house, tmp_path / "one")
    stolen = tmp_path / "stolen"
    shutil.copytree(data, stolen)
    root = exported(data, tmp_path / "root.pem")

    def clock() -> datetime:
        return house.desk.now

    with lan.served(stolen, clock, "127.0.0.1", 0) as thief_url:
        thief = Client(tmp_path / "client", thief_url, root)
        assert thief.said("request")["permanence"] == "temporary"
        house.desk.now += timedelta(seconds=1)
        clearinghouse_client.reactivate(
            data, house.link, house.desk.now, reason=Reason.PRIVATE_KEY_COMPROMISED
        )
        lists = tmp_path / "lists.pem"
        done = CliRunner().invoke(cli, ["--data", str(data), "export-crl", str(lists)])
        assert done.exit_code == 0, done.output
        thief.lists = lists
        code, told = thief.refused("request")
        assert (code, told["error"]) == (2, "server_untrusted")
        assert "was revoked" in told["sentence"]
    with lan.served(data, clock, "127.0.0.1", 0) as url:
        fresh = Client(tmp_path / "client", url, exported(data, root), lists)
        assert fresh.said("request")["permanence"] == "temporary"
