"""`python -m phone_network` is the command."""

from phone_network.cli import main

main()
