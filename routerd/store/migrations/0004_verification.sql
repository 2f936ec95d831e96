-- verification: one-time codes, what was sent to whom, and whose grants run.
CREATE TABLE challenge (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    purpose VARCHAR(16) NOT NULL,            -- the sign-in method
    mac VARCHAR(17) NOT NULL,                -- the device that asked; no other may answer
    recipient VARCHAR(254) NOT NULL,
    code_print VARCHAR(64) NOT NULL,         -- HMAC-SHA-256 under a key that is not in the store
    ticket_print VARCHAR(64) NOT NULL,       -- likewise, of the link's ticket
    carried TEXT NOT NULL,                   -- what the method wants back with the answer, JSON
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    tries INTEGER NOT NULL,                  -- wrong answers so far
    UNIQUE (purpose, mac)
);
CREATE TABLE dispatch (                      -- what limits count; kept for two days
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    channel VARCHAR(8) NOT NULL,             -- mail, sms, grace
    scope VARCHAR(16) NOT NULL,              -- recipient, device, network, box
    holder VARCHAR(64) NOT NULL,             -- of that scope; a fingerprint where it is a person's
    at INTEGER NOT NULL
);
CREATE INDEX dispatch_counted ON dispatch (channel, scope, holder, at);
CREATE TABLE holding (                       -- the newest grant of a holder, and the devices that may use it
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    purpose VARCHAR(16) NOT NULL,
    holder VARCHAR(254) NOT NULL,            -- an address or number that was proven, else the device itself
    mac VARCHAR(17) NOT NULL,
    starts_at INTEGER NOT NULL,
    UNIQUE (purpose, holder, mac)
);
