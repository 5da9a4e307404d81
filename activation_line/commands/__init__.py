"""The command line's groups, a module each; a module is imported when its group is asked for."""
