"""What runs on the other side: in a terminal of its own, or where there is no network.

`terminal COMMAND` makes the standard input the controlling terminal. `alone COMMAND` brings up the
loopback interface of a new network namespace, sees that there is no other, and runs the command.
`pages COMMAND` starts a server there and carries HTTP requests to it, a JSON line each.
"""

import fcntl
import http.client
import json
import os
import socket
import struct
import subprocess
import sys
import termios
from urllib.parse import urlencode, urlsplit

SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1


def own_terminal() -> None:
    os.setsid()
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def loopback_only() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))
    names = [name for _, name in socket.if_nameindex()]
    if names != ["lo"]:
        raise SystemExit(f"There is a network here: {names}")


def carry(command: list[str]) -> None:
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            print(server.stdout.readline(), end="", flush=True)
            for line in sys.stdin:
                print(json.dumps(ask(**json.loads(line))), flush=True)
        finally:
            server.terminate()


def ask(url: str, verb: str, cookie: str, form: dict[str, str] | None) -> dict[str, object]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    headers = {"Cookie": cookie, "Connection": "close"}
    if form:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(verb, parts.path, urlencode(form) if form else None, headers)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return {"status": answer.status, "headers": dict(answer.headers), "text": text}


def main() -> None:
    how, *command = sys.argv[1:]
    match how:
        case "terminal":
            own_terminal()
        case "alone":
            loopback_only()
        case "pages":
            loopback_only()
            carry(command)
            return
    os.execvp(command[0], command)  # noqa: S606 -- the test's own command


if __name__ == "__main__":
    main()
