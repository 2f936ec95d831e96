-- attacks: the attack log.
CREATE TABLE attack (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    site VARCHAR(64) NOT NULL,
    method VARCHAR(32) NOT NULL,
    url TEXT NOT NULL,
    host VARCHAR(255) NOT NULL,
    client_ip VARCHAR(45) NOT NULL,
    rule_id VARCHAR(64) NOT NULL,
    rule_name TEXT NOT NULL,
    attack_type VARCHAR(32) NOT NULL,
    action VARCHAR(16) NOT NULL,             -- block, challenge, redirect, drop, detect
    status INTEGER NOT NULL,                 -- that the client got; 0 for none of ours
    variable TEXT NOT NULL,
    value TEXT NOT NULL,                     -- secrets masked, as in request_head
    request_head TEXT NOT NULL,
    request_id VARCHAR(32) NOT NULL,
    score INTEGER NOT NULL,
    found TEXT NOT NULL                      -- JSON: [rule id, message, variable, value, observed] of each rule that matched
);
CREATE INDEX attack_at ON attack (at);
CREATE INDEX attack_client_ip ON attack (client_ip);
CREATE INDEX attack_rule_id ON attack (rule_id);
