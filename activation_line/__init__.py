"""Where the parts are put together: settings, command line, wiring and serving."""
