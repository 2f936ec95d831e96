"""Bodies of requests taken apart: one module a processor, all in `catalogue`."""
