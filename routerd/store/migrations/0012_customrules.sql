-- customrules: rules put together on a page.
CREATE TABLE custom_rule (
    rule_id VARCHAR(8) NOT NULL PRIMARY KEY, -- hexadecimal digits
    number INTEGER NOT NULL,                 -- rules are asked in its order
    name VARCHAR(120) NOT NULL,
    document TEXT NOT NULL,                  -- the rule as JSON, as it is exported
    enabled INTEGER NOT NULL,
    changed_at INTEGER NOT NULL              -- seconds since the epoch
);
