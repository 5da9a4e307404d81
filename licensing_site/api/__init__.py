"""The HTTPS API: the automatic method for license servers, and administration by token.

An application of its own, to be mounted at `/api/v1`: so every answer below that path is the API's,
wrong methods and unknown paths included.
"""

from licensing_site.api.application import MOUNT, create_api

__all__ = ["MOUNT", "create_api"]
