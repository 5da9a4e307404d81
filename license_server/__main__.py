"""`python -m license_server` is the command `license-server`."""

from license_server.cli import main

main()
