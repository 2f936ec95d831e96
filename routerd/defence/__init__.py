"""What guards a site: bans, lists, counters, custom rules and the rule engine, asked in this order; keeps the compiled rule sets."""
