"""The grouped-digit codes that travel by telephone, and the product key."""
