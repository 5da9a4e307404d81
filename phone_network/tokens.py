"""Access tokens of browser devices: who may be rung as which client."""

from collections.abc import Mapping
from typing import Any, Final

import jwt

from phone_network.errors import NetworkError

CONTENT_TYPE: Final = "twilio-fpa;v=1"
_LEEWAY: Final = 5  # seconds that two clocks may differ


class TokenError(NetworkError):
    """The access token is not one of this account's, or is out of date."""


def identity(token: str, account_sid: str, keys: Mapping[str, str]) -> str:
    """Check an access token and give the identity that it grants.

    `keys` holds the secret of each API key of the account, by its SID. The token's times are
    compared with the machine's clock: tokens are made by the application, whose own time is never
    virtual. Raises `TokenError`.
    """
    try:
        header = jwt.get_unverified_header(token)
        issuer = str(jwt.decode(token, options={"verify_signature": False}).get("iss"))
        if issuer not in keys:
            raise TokenError("The access token is not signed with a key of this account.")
        claims: dict[str, Any] = jwt.decode(
            token,
            keys[issuer],
            algorithms=["HS256"],
            leeway=_LEEWAY,
            options={"require": ["exp", "iss", "sub"]},
        )
    except jwt.PyJWTError as error:
        raise TokenError(f"The access token can't be used: {error}.") from None
    if header.get("cty") != CONTENT_TYPE:
        raise TokenError("The access token's content type is not that of a voice token.")
    if claims["sub"] != account_sid:
        raise TokenError("The access token belongs to another account.")
    grants = claims.get("grants")
    name = grants.get("identity") if isinstance(grants, dict) else None
    if not isinstance(name, str) or not name:
        raise TokenError("The access token grants no identity.")
    return name
