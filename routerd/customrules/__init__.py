"""Rules that owners put together on a page: conditions joined by and or or."""
