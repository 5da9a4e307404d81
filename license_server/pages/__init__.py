"""The web pages, one Flask blueprint per part."""
