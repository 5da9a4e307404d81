"""What pages read of a request: its fields, and in which form the answer is wanted."""

from flask import Request, request


def fields() -> dict[str, str]:
    """Give the form's fields as text that can be stored and shown: no control signs in it."""
    return {
        name: "".join(sign for sign in value if sign.isprintable() or sign == "\n")
        for name, value in request.form.items()
    }


def wants_json(asked: Request) -> bool:
    """Say whether the asking program wants JSON rather than a page."""
    kinds = asked.accept_mimetypes
    return kinds.best_match(["text/html", "application/json"]) == "application/json"
