"""Who or what is let through or kept out before any rule is asked: addresses, countries, agents, paths, headers."""
