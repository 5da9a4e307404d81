"""`python -m activation_line` is the command `activation-line`."""

from activation_line.cli import main

main()
