"""Scripted callers and representatives, sans I/O."""
