"""The signature that every request of the network carries."""

import base64
import hashlib
import hmac
from collections.abc import Iterable


def sign(url: str, parameters: Iterable[tuple[str, str]], auth_token: str) -> str:
    """Give the value of `X-Twilio-Signature` for a URL and the form posted to it.

    The URL is taken exactly as requested, without a fragment. Of a repeated name each distinct
    value counts once, in order. For GET and JSON bodies no parameters are added.
    """
    pairs = sorted(set(parameters))
    text = url + "".join(name + value for name, value in pairs)
    digest = hmac.new(auth_token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode("ascii")
