"""Access tokens for the browser's voice device."""

from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant

from agent_console.services import VoiceCredentials

TOKEN_SECONDS = 3600


def access_token(credentials: VoiceCredentials, identity: str) -> str:
    """Sign a token with which a device may be rung under this identity, and may not call out."""
    token = AccessToken(
        credentials.account_sid,
        credentials.api_key_sid,
        credentials.api_key_secret,
        identity=identity,
        ttl=TOKEN_SECONDS,
    )
    token.add_grant(VoiceGrant(incoming_allow=True))
    return str(token.to_jwt())
