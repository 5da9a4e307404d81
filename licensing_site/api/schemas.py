"""The documents as JSON Schema: what is published is what bodies are checked against."""

from collections.abc import Mapping
from typing import Final

from clearinghouse import (
    Channel,
    DeactivationCause,
    LineIssues,
    Policy,
    Reason,
    RequestState,
    ServerState,
)
from licensing_site.api import pack_schemas
from licensing_site.api.problems import KINDS
from licensing_site.api.schema_parts import (
    LICENSE_SERVER_NUMBER,
    NEW_ID,
    PRODUCT_ID,
    Schema,
    const,
    digits,
    maybe,
    moment,
    page_of,
    pem,
    ref,
    text,
    thing,
    whole,
    word,
)

LARGEST_TABLE: Final = 60_000

LICENSE_SERVER_ID: Final = digits(35, "The license server ID")
CASE_NUMBER: Final = digits(12, "The case number")
REASON: Final = word("The reason", [reason.value for reason in Reason])
SIGNING_REQUEST: Final = pem("The certificate signing request", "CERTIFICATE REQUEST")
CERTIFICATE: Final = pem("A certificate", "CERTIFICATE")
ISSUE: Final = whole("The issue number", 1, 999)
HEX: Final[Schema] = {
    "type": "string",
    "pattern": "^[0-9a-f]{64}$",
    "maxLength": 64,
    "description": "HMAC-SHA-256: 64 hexadecimal digits in small letters.",
}
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
COUNTRY: Final[Schema] = {
    "type": "string",
    "pattern": "^([A-Z]{2})?$",
    "maxLength": 2,
    "description": "The country: two capital letters, as in ISO 3166-1.",
}
CONTACT: Final[dict[str, Schema]] = {
    "first_name": text("The first name"),
    "last_name": text("The last name"),
    "company": text("The company"),
    "country": COUNTRY,
    "email": text("The e-mail address"),
    "phone": text("The telephone number"),
}
EMAIL: Final = text(
    "The e-mail address, with an @", minLength=3, pattern="^[^@\\s]+@[^@\\s]+$", format="email"
)

COMPONENTS: Final[Mapping[str, Schema]] = {
    "PreviousKeyProof": thing(
        "A signature by the key of the certificate that the server holds.",
        by=const("previous_key"),
        public_key=pem("The previous public key", "PUBLIC KEY"),
        signature={
            "type": "string",
            "pattern": "^[A-Za-z0-9+/]{8,400}={0,2}$",
            "maxLength": 402,
            "description": "The signature: ECDSA with SHA-256, DER, in base64.",
        },
    ),
    "ProductKeyProof": thing(
        "A message authentication code under the product key's secret.",
        by=const("product_key"),
        mac=HEX,
    ),
    "Proof": {
        "description": "What shows that the license server itself asks: the signature of the "
        "previous key, or a message authentication code under the product key.",
        "oneOf": [ref("PreviousKeyProof"), ref("ProductKeyProof")],
        "discriminator": {
            "propertyName": "by",
            "mapping": {
                "previous_key": "#/components/schemas/PreviousKeyProof",
                "product_key": "#/components/schemas/ProductKeyProof",
            },
        },
    },
    "Contact": thing(
        "Who asks. Kept apart from the audit, so that it can be erased.",
        tuple(CONTACT),
        **CONTACT,
    ),
    "Deactivator": thing(
        "Who deactivates; the e-mail address is needed.",
        tuple(name for name in CONTACT if name != "email"),
        **(CONTACT | {"email": EMAIL}),
    ),
    "PermissionRequest": thing(
        "A license server asks for a permission; the same document travels on a stick.",
        ("contact",),
        format=const("activation-line-request-1"),
        product_id=PRODUCT_ID,
        license_server_id=LICENSE_SERVER_ID,
        reason=REASON,
        server_name=text("The server's name", 64, minLength=1),
        certificate_signing_request=SIGNING_REQUEST,
        proof=ref("Proof"),
        contact=ref("Contact"),
    ),
    "PermissionAnswer": thing(
        "The permission: new license server ID and certificate, chain and revocation list.",
        format=const("activation-line-answer-1"),
        case_number=CASE_NUMBER,
        product_id=PRODUCT_ID,
        license_server_id=LICENSE_SERVER_ID,
        new_license_server_id=NEW_ID,
        issue=ISSUE,
        valid_until=moment("The certificate's last moment"),
        certificate=CERTIFICATE,
        chain={
            "type": "array",
            "items": CERTIFICATE,
            "minItems": 2,
            "maxItems": 2,
            "description": "The issuing CA's certificate, then the root's.",
        },
        crl=pem("The issuing CA's revocation list", "X509 CRL"),
        mac=HEX,
    ),
    "Confirmation": thing(
        "The license server has accepted its new license server ID.",
        product_id=PRODUCT_ID,
        closing_code=digits(4, "The closing code"),
    ),
    "Confirmed": thing("The request is closed.", state=const("confirmed")),
    "CertificateReplacement": thing(
        "A license server whose ID came by telephone or website asks for the clearinghouse's "
        "certificate in place of its local one.",
        product_id=PRODUCT_ID,
        license_server_id=LICENSE_SERVER_ID,
        new_license_server_id=NEW_ID,
        certificate_signing_request=SIGNING_REQUEST,
        proof=ref("PreviousKeyProof"),
    ),
    "DeactivationRequest": thing(
        "A license server gives its place up.",
        product_id=PRODUCT_ID,
        receipt=digits(15, "The deactivation receipt"),
        cause=word("The cause", [cause.value for cause in DeactivationCause]),
        contact=ref("Deactivator"),
    ),
    "DeactivationAnswer": thing(
        "The deactivation is in the register.",
        confirmation=digits(15, "The deactivation confirmation"),
        issue=ISSUE,
        at=moment("When it was deactivated"),
    ),
    "Status": thing(
        "Whether the clearinghouse answers, and by which clock.",
        state=const("ok"),
        now=moment("The clearinghouse's time"),
        demo={"type": "boolean", "description": "Whether this is a demo: nothing here is real."},
    ),
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
    **pack_schemas.COMPONENTS,
    "Problem": thing(
        "A no, after RFC 9457.",
        ("left", "next_date", "fields"),
        type={"type": "string", "format": "uri-reference", "description": "Where it is explained."},
        title={"type": "string", "description": "What all problems of this code share."},
        status={"type": "integer", "description": "The HTTP status."},
        detail={"type": "string", "description": "A sentence that says what to do."},
        code={"type": "string", "enum": sorted(KINDS), "description": "The word for programs."},
        left={"type": "integer", "minimum": 0, "description": "How many tries or places are left."},
        next_date={
            "type": "string",
            "format": "date",
            "description": "The first day (UTC) on which it may go through.",
        },
        fields={
            "type": "array",
            "description": "The fields that don't fit.",
            "items": thing(
                "One of them.",
                field={"type": "string", "description": "A JSON Pointer into the body."},
                detail={"type": "string", "description": "A sentence that says what to write."},
            ),
        },
    ),
}
