"""The documents of license packs as JSON Schema."""

from collections.abc import Mapping
from typing import Final

from clearinghouse.packs import PackKind
from licensing_site.api.schema_parts import (
    LICENSE_SERVER_NUMBER,
    NEW_ID,
    PRODUCT_ID,
    Schema,
    digits,
    maybe,
    moment,
    page_of,
    ref,
    text,
    thing,
    whole,
    word,
)

_CODE: Final = digits(25, "The license code")
_FIGURES: Final = {
    "version": whole("The version that the licences are for", 1, 99),
    "kind": word("Whom the licences count for", [kind.value for kind in PackKind]),
    "quantity": whole("How many licences it holds", 1, 99_999),
}

COMPONENTS: Final[Mapping[str, Schema]] = {
    "PackRequest": thing(
        "A license server asks for a license pack, known by its current license server ID.",
        product_id=PRODUCT_ID,
        new_license_server_id=NEW_ID,
        license_code=_CODE,
    ),
    "PackRecovery": thing(
        "A license server asks for all its packs.",
        product_id=PRODUCT_ID,
        new_license_server_id=NEW_ID,
    ),
    "Pack": thing(
        "A license pack for one license server.",
        license_pack_id=digits(35, "The license pack ID"),
        license_code=_CODE,
        number=whole("Its number within the product", 1),
        **_FIGURES,
    ),
    "RecoveredPacks": thing(
        "The packs of a license server.",
        packs={"type": "array", "items": ref("Pack"), "description": "Each with its new ID."},
    ),
    "NewPack": thing(
        "A license pack that was bought.",
        ("license_code",),
        **_FIGURES,
        customer=text("Who bought it"),
        license_code=_CODE,
    ),
    "LicensePack": thing(
        "A license pack in the register.",
        license_code=_CODE,
        **_FIGURES,
        customer={"type": "string", "description": "Who bought it."},
        added_at=moment("When it was registered"),
        product_id=maybe(PRODUCT_ID),
        server=maybe(LICENSE_SERVER_NUMBER),
    ),
    "LicensePacks": page_of("LicensePack", "license packs, oldest first"),
}
