-- tunnel: the name under which the relays know this box.
CREATE TABLE tunnel (
    id INTEGER NOT NULL PRIMARY KEY,         -- always 1
    name VARCHAR(32) NOT NULL,
    named_at INTEGER NOT NULL
);
