"""The line's account at Twilio: what it owns, what it should, and the way from one to the other."""
