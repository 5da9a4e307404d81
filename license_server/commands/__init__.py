"""The verbs of `license-server`, one module per group of them."""
