"""Terms, errors, clock, tokens, settings, events, parts: imports nothing of routerd but itself."""
