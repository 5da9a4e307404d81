"""License servers on other machines, and the other servers of this network by name."""
