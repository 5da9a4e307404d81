"""The documents as JSON Schema: what is published is what bodies are checked against."""

from collections.abc import Mapping
from typing import Final

from clearinghouse import DeactivationCause
from licensing_site.api import pack_schemas, register_schemas
from licensing_site.api.problems import KINDS
from licensing_site.api.schema_parts import (
    CASE_NUMBER,
    ISSUE,
    LICENSE_SERVER_ID,
    NEW_ID,
    PRODUCT_ID,
    REASON,
    Schema,
    const,
    digits,
    moment,
    pem,
    ref,
    text,
    thing,
    word,
)

SIGNING_REQUEST: Final = pem("The certificate signing request", "CERTIFICATE REQUEST")
CERTIFICATE: Final = pem("A certificate", "CERTIFICATE")
HEX: Final[Schema] = {
    "type": "string",
    "pattern": "^[0-9a-f]{64}$",
    "maxLength": 64,
    "description": "HMAC-SHA-256: 64 hexadecimal digits in small letters.",
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
    **register_schemas.COMPONENTS,
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
