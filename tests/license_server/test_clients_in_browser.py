"""The pages of client licences in a real browser: the wizards walked, accessibility, width."""

import dataclasses
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from codes import license_code, license_pack_id, product_key
from license_server import state as states
from license_server.clients import installing, issuing
from license_server.clients.model import Subject
from license_server.model import Method
from tests.chromium import examine, in_a_browser
from tests.license_server.at_the_pages import at_the_pages

CODE = license_code.make(1234567890123456)

pytestmark = in_a_browser("clients")


@pytest.fixture
def page(chromium: Browser, activated: Path, now: datetime) -> Iterator[Page]:
    state = states.load(activated)
    properties = dataclasses.replace(state.properties, method=Method.TELEPHONE, region="DE")
    states.save(activated, dataclasses.replace(state, properties=properties))
    with at_the_pages(chromium, activated, now) as page:
        yield page


def fits_and_is_accessible(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(title)
    examine(page, title)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).last.click()


def pack_id(data: Path, licence: Any) -> str:
    held = states.load(data).held
    assert held is not None
    said = license_pack_id.LicensePackID(1, 3, license_pack_id.PER_DEVICE, 5)
    secret = product_key.secret(licence.product_key)
    return license_pack_id.make(secret, licence.product_id, held.new_license_server_id, CODE, said)


def test_licences_are_installed_page_title_by_page_title(
    page: Page, activated: Path, licence: Any, now: datetime
) -> None:
    for path, title in (("packs", "License packs"), ("issued", "Issued licences")):
        page.goto(f"/licences/{path}")
        fits_and_is_accessible(page, title)
    page.goto("/manager/server")
    page.locator("#server-node").click(button="right")
    page.locator("#action-menu").get_by_role("link", name="Install Licenses").click()
    fits_and_is_accessible(page, "Welcome")
    press(page, "Next")
    fits_and_is_accessible(page, "License Program")
    press(page, "Next")
    fits_and_is_accessible(page, "License Code")
    page.locator("#group1").fill(license_code.format(CODE))
    expect(page.locator("#group5")).to_have_value(CODE[-5:])
    press(page, "Next")
    fits_and_is_accessible(page, "Obtain Client License Pack")
    page.locator("#group1").fill("11111")
    press(page, "Next")
    expect(page.locator("#error")).to_be_visible()
    fits_and_is_accessible(page, "Obtain Client License Pack")
    page.locator("#group1").fill(pack_id(activated, licence))
    expect(page.locator('.group[data-mark="good"]')).to_have_count(7)
    press(page, "Next")
    fits_and_is_accessible(page, "Completing the Install Licenses Wizard")
    press(page, "Finish")
    fits_and_is_accessible(page, "License packs")
    for number in (1, 2):
        for _ in range(2):
            issuing.request(activated, Subject(f"{number:064x}", f"PC-{number:02}"), 3, now)
    page.goto("/licences/issued")
    fits_and_is_accessible(page, "Issued licences")
    page.get_by_role("button", name="Revoke licence 2").click()
    expect(page.get_by_role("status")).to_have_text("Licence 2 is revoked.")
    page.get_by_role("button", name="Revoke licence 4").click()
    expect(page.locator("#error")).to_contain_text("The next can be revoked on")
    fits_and_is_accessible(page, "Issued licences")
    page.goto("/licences/reports")
    fits_and_is_accessible(page, "Reports")


def test_manage_licenses_page_title_by_page_title(page: Page) -> None:
    page.goto("/licences/manage")
    fits_and_is_accessible(page, "Welcome")
    press(page, "Next")
    fits_and_is_accessible(page, "Action Selection")
    page.get_by_label("Rebuild the license server database").check()
    page.get_by_label("Reason for the rebuilding").select_option("database_lost")
    press(page, "Next")
    fits_and_is_accessible(page, "Confirm Deletion of Licenses")
    press(page, "Back")
    page.get_by_label("Migrate client licences from another license server").check()
    page.get_by_label("Reason for the migration").select_option("source_broken")
    press(page, "Next")
    fits_and_is_accessible(page, "Source License Server Information")
    press(page, "Next")
    fits_and_is_accessible(page, "Source License Server Information")
    page.get_by_label("Source license server", exact=True).fill("LICENSE-00")
    press(page, "Next")
    fits_and_is_accessible(page, "Remove Licenses From the Source")
    press(page, "Next")
    fits_and_is_accessible(page, "License Code")
    page.locator("#group1").fill(license_code.format(CODE))
    expect(page.locator('.group[data-mark="good"]')).to_have_count(5)
    press(page, "Next")
    fits_and_is_accessible(page, "Obtain Client License Pack")


def test_rebuilding_ends_on_completing(
    page: Page, activated: Path, licence: Any, now: datetime
) -> None:
    installing.install(activated, CODE, pack_id(activated, licence), now)
    page.goto("/licences/manage")
    press(page, "Next")
    page.get_by_label("Rebuild the license server database").check()
    page.get_by_label("Reason for the rebuilding").select_option("database_damaged")
    press(page, "Next")
    page.get_by_label("Remove all license packs").check()
    press(page, "Next")
    fits_and_is_accessible(page, "License Code")
    press(page, "Next")
    page.locator("#group1").fill(pack_id(activated, licence))
    press(page, "Next")
    fits_and_is_accessible(page, "Completing the Manage Licenses Wizard")
    press(page, "Finish")
    fits_and_is_accessible(page, "License packs")
