"""Three machines with a network namespace each, and a cable from this one to either of the others.

This machine runs the Manager. The license server's reaches it and nothing else, and so does the
clearinghouse's. Each line of the input is a JSON list, each answer a line:

* `["start", machine, command]` starts a server; the answer is the first line that it prints.
* `["reach", machine, host, port]` tries to connect from there; the answer is why it failed, or "".
* `["ask", request]` carries an HTTP request to this machine's server.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from inside import ask, loopback_only  # type: ignore[import-not-found]  # the script beside this one

HERE = "manager"
CABLES = {"server": "10.77.1", "clearinghouse": "10.77.2"}
TRY = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 3).close()
except OSError as error:
    print(error or type(error).__name__)
"""


def run(*words: str) -> str:
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


@contextmanager
def machine(name: str, network: str) -> Iterator[list[str]]:
    """A namespace with a cable to this one; gives the words before a command that runs there."""
    holds = ["unshare", "--net", "sh", "-c", "echo made; exec cat"]
    with subprocess.Popen(holds, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        there = ["nsenter", "--target", str(process.pid), "--net"]
        run("ip", "link", "add", name, "type", "veth", "peer", "name", "cable")
        run("ip", "link", "set", "cable", "netns", str(process.pid))
        run("ip", "address", "add", f"{network}.1/24", "dev", name)
        run("ip", "link", "set", name, "up")
        run(*there, "ip", "link", "set", "lo", "up")
        run(*there, "ip", "address", "add", f"{network}.2/24", "dev", "cable")
        run(*there, "ip", "link", "set", "cable", "up")
        yield there


@contextmanager
def server(command: list[str]) -> Iterator[str]:
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def main() -> None:
    loopback_only()
    with ExitStack() as running:
        places: dict[str, list[str]] = {HERE: []}
        for name, network in CABLES.items():
            places[name] = running.enter_context(machine(name, network))
        # It may send what it likes; no answer of another network finds the way back.
        run(*places["server"], "ip", "route", "add", "default", "via", f"{CABLES['server']}.1")
        print(json.dumps(list(places)), flush=True)
        for line in sys.stdin:
            print(answer(running, places, json.loads(line)), flush=True)


def answer(running: ExitStack, places: dict[str, list[str]], asked: list[Any]) -> str:
    match asked:
        case ["start", name, command]:
            return running.enter_context(server([*places[name], *command]))
        case ["reach", name, host, port]:
            return json.dumps(run(*places[name], sys.executable, "-c", TRY, host, str(port)))
        case ["ask", request]:
            return json.dumps(ask(**request))
    raise SystemExit(f"Nothing is known of {asked}.")


if __name__ == "__main__":
    main()
