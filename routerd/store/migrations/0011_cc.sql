-- cc: how often a client may ask, and what was done about those who asked more often; bans: who is kept out for a while.
CREATE TABLE cc_rule (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    host VARCHAR(253) NOT NULL,              -- '*': every one
    path VARCHAR(1024) NOT NULL,             -- prefix
    threshold INTEGER NOT NULL,              -- requests in the window that are still let through
    window INTEGER NOT NULL,                 -- seconds
    ban_duration INTEGER NOT NULL,           -- seconds
    "action" VARCHAR(16) NOT NULL,           -- block, challenge
    enabled INTEGER NOT NULL,
    hits INTEGER NOT NULL                    -- times that a client went over it
);
CREATE TABLE cc_log (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    rule_id INTEGER NOT NULL,                -- a rule's, which may be gone
    client VARCHAR(45) NOT NULL,
    host VARCHAR(253) NOT NULL,
    path VARCHAR(1024) NOT NULL,
    "action" VARCHAR(16) NOT NULL,
    at INTEGER NOT NULL,                     -- seconds since the epoch
    until INTEGER NOT NULL,                  -- when its ban ends
    requests INTEGER NOT NULL                -- counted in the window when it went over
);
CREATE INDEX cc_log_at ON cc_log (at);
CREATE TABLE cc_key (
    id INTEGER NOT NULL PRIMARY KEY,         -- always 1
    sealed TEXT NOT NULL                     -- signs what a client gets for passing a challenge
);
CREATE TABLE ban (
    client VARCHAR(45) NOT NULL PRIMARY KEY, -- an IPv4 address, or an IPv6 prefix of 64 bits
    began INTEGER NOT NULL,                  -- seconds since the epoch
    until INTEGER NOT NULL,
    rule_id VARCHAR(64) NOT NULL,
    rule_name VARCHAR(200) NOT NULL,
    attack_type VARCHAR(32) NOT NULL,
    direct INTEGER NOT NULL                  -- whether the kernel may know it by its packets
);
