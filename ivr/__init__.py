"""The call flow, and the thin webhooks that turn its actions into TwiML."""
