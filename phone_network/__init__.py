"""A simulated phone network that any TwiML application runs on."""
