"""The website's pages, a module per thing that can be done there."""
