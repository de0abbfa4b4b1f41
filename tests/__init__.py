"""The tests, in folders that mirror the code; `tests/browser/` drives a real browser."""
