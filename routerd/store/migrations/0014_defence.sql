-- defence: what owners except from rules, and rules that are left out or only watched.
CREATE TABLE exclusion (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    site VARCHAR(64) NOT NULL,               -- name; empty: all sites
    rule_id INTEGER NOT NULL,
    variable TEXT NOT NULL,                  -- such as ARGS:name; empty: the whole rule
    path TEXT NOT NULL,                      -- such as /shop/search, or /shop/* for all below; empty: everywhere
    note TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE TABLE rule_state (
    site VARCHAR(64) NOT NULL,               -- name; empty: all sites
    rule_id INTEGER NOT NULL,
    state VARCHAR(8) NOT NULL,               -- off, detect
    PRIMARY KEY (site, rule_id)
);
