"""Run another module as a child that ends when its parent does, however the parent ends.

The parent holds the other end of this process's standard input. When that closes, be it by
SIGKILL, the child asks itself to stop as by SIGTERM, so that it finishes what is under way.
"""

import os
import runpy
import signal
import sys
import threading


def _stop_at_end_of_input() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Become `python -m <first argument>` with the arguments that follow."""
    threading.Thread(target=_stop_at_end_of_input, daemon=True).start()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
