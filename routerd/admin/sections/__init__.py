"""The admin API, one module a part."""
