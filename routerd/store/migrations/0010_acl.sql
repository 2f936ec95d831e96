-- acl: lists of who is let in or kept out.
CREATE TABLE acl_rule (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    "position" INTEGER NOT NULL,             -- rules are listed by it, and the first that fits is the one that logs name
    type VARCHAR(8) NOT NULL,                -- global, host
    host VARCHAR(253) NOT NULL,              -- empty for global
    rule_type VARCHAR(16) NOT NULL,          -- ip, ua, url, header, country, method, referer, cookie
    pattern TEXT NOT NULL,
    "action" VARCHAR(8) NOT NULL,            -- block, allow
    enabled INTEGER NOT NULL,
    description VARCHAR(255) NOT NULL,
    created_at INTEGER NOT NULL              -- seconds since the epoch
);
