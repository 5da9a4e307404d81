"""Live calls: who is on the line, who waits, who answers, and everything that happened."""
