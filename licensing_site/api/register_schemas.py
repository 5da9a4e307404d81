"""The documents of products, and of what they have in the register, as JSON Schema."""

from collections.abc import Mapping
from typing import Final

from clearinghouse import Channel, LineIssues, Policy, RequestState, ServerState
from licensing_site.api.schema_parts import (
    CASE_NUMBER,
    ISSUE,
    LICENSE_SERVER_ID,
    LICENSE_SERVER_NUMBER,
    NEW_ID,
    PRODUCT_ID,
    REASON,
    Schema,
    maybe,
    moment,
    page_of,
    ref,
    text,
    thing,
    whole,
    word,
)

LARGEST_TABLE: Final = 60_000
PRODUCT_KEY: Final = text("The product key", 60, examples=["VT8EN-1Q2W3-E4R5T-6Y7P8-9ABCD"])
FIGURES: Final = {
    "validity_months": whole("How long a new ID is valid, in months", 1, 99),
    "window_days": whole("How long the same request gets the same ID, in days", 1, 3650),
    "reactivations": whole("Reactivations of one server within the period", 0, 100_000),
    "period_days": whole("The period, in days", 1, 3650),
    "max_servers": whole("License servers that the product may have", 0, 1_000_000),
    "cooling_off_hours": whole("Hours until a server may ask for the next number", 0, 100_000),
    "issue_by_line": word("When the line issues a plain request by itself", [*LineIssues]),
}
POLICY: Final = {
    name: {**schema, "default": getattr(Policy(), name)} for name, schema in FIGURES.items()
}

COMPONENTS: Final[Mapping[str, Schema]] = {
    "Policy": thing("What a product allows.", **FIGURES),
    "NewPolicy": thing(
        "What a product is to allow; a figure that is left out gets its default.",
        tuple(POLICY),
        **POLICY,
    ),
    "NewProduct": thing(
        "A product to be registered.",
        ("policy",),
        product_id=PRODUCT_ID,
        product_key=PRODUCT_KEY,
        name=text("The product's name", minLength=1),
        policy=ref("NewPolicy"),
    ),
    "NewProductKey": thing(
        "A product key in place of the one that was lost; that one is void from then on.",
        product_key=PRODUCT_KEY,
    ),
    "ProductTable": thing(
        "Products as a table (CSV); all are registered, or none.",
        ("dry_run",),
        csv={
            "type": "string",
            "minLength": 1,
            "maxLength": LARGEST_TABLE,
            "not": {"pattern": "\\u0000"},
            "description": "The table: its first line names the columns product_id, product_key "
            "and name; if wanted customer, contact and the figures of the policy.",
        },
        dry_run={
            "type": "boolean",
            "default": False,
            "description": "Whether to check it alone, and register nothing: true or false.",
        },
    ),
    "ProductImport": thing(
        "What an import did, or would do.",
        product_ids={
            "type": "array",
            "items": PRODUCT_ID,
            "description": "The products of the table, in its order.",
        },
        dry_run={"type": "boolean", "description": "Whether nothing was registered."},
    ),
    "Product": thing(
        "A product, without its key.",
        product_id=PRODUCT_ID,
        name={"type": "string", "description": "The product's name."},
        policy=ref("Policy"),
        is_blocked={"type": "boolean", "description": "Whether nothing is issued for it."},
        last_issue=whole("The highest issue number given out", 0, 999),
    ),
    "Products": page_of("Product", "products, by product ID"),
    "Request": thing(
        "A request for a new license server ID.",
        case_number=CASE_NUMBER,
        product_id=PRODUCT_ID,
        license_server_id=LICENSE_SERVER_ID,
        state=word("The state", [state.value for state in RequestState]),
        reason={
            "type": ["string", "null"],
            "enum": [*REASON["enum"], None],
            "description": "The reason, once it is known.",
        },
        channel=word("The method by which it came", [channel.value for channel in Channel]),
        new_license_server_id=maybe(NEW_ID),
        issue=maybe(ISSUE),
        opened_at=moment("When it was opened"),
        issued_at=maybe(moment("When the new ID was issued")),
        confirmed_at=maybe(moment("When the server was known to have accepted it")),
        denied_because={"type": ["string", "null"], "description": "Why a person refused it."},
    ),
    "Requests": page_of("Request", "requests, newest first"),
    "Server": thing(
        "A license server as the register sees it.",
        id=LICENSE_SERVER_NUMBER,
        issue=whole("The highest issue number that it showed to hold, or was given", 1, 999),
        state=word("The state", [state.value for state in ServerState]),
        issued_at=moment("When it was last given a number"),
        accepted_at=maybe(moment("When it first showed that it accepted one")),
        deactivated_at=maybe(moment("When it was deactivated")),
        revoked={"type": "array", "items": ISSUE, "description": "Numbers that were revoked."},
    ),
    "Servers": page_of("Server", "license servers, oldest first"),
    "Entry": thing(
        "One entry of the audit.",
        number=whole("Its number in the chain", 1),
        at=moment("When it happened"),
        actor=thing(
            "Who did it.",
            kind={"type": "string", "description": "What the actor is: line, administrator ..."},
            name={"type": "string", "description": "The actor's name."},
        ),
        action={"type": "string", "description": "What was done, such as id.issued."},
        case_number=maybe(CASE_NUMBER),
        data={"type": "object", "description": "What the entry tells besides."},
        hash={"type": "string", "description": "The entry's hash, SHA-256 in hexadecimal."},
    ),
    "Entries": page_of("Entry", "audit entries, newest first"),
}
