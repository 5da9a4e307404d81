"""Where representatives work: the web console."""
