"""The wizards in the terminal: plain lines for servers that are reached by SSH or KVM only."""
