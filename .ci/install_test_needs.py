"""Install what the tests need beyond Python: Chromium and PostgreSQL, where missing and allowed."""
