"""An application served in this process, by the server that serves it in earnest.

Werkzeug's own, for development, leaves a file open where a browser hangs up in the middle of it.
"""

import threading
from wsgiref.types import WSGIApplication

from cheroot.wsgi import Server


class Served:
    """Serves on a port of this machine, 0 for any; `address` is without a slash at its end."""

    def __init__(self, app: WSGIApplication, port: int = 0) -> None:
        self._server = Server(("127.0.0.1", port), app, numthreads=8, shutdown_timeout=1)
        self._server.prepare()
        self.address = f"http://127.0.0.1:{self._server.bind_addr[1]}"
        self._thread = threading.Thread(target=self._server.serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it; requests under way are finished."""
        self._server.stop()
        self._thread.join()
