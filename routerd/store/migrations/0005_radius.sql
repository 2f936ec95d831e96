-- radius: what the server said of a device, and what accounting still has to tell it of a session. Session numbers are kept by value:
-- a report may outlive the row that it is about.
CREATE TABLE radius_permission (
    mac VARCHAR(17) NOT NULL,
    network VARCHAR(32) NOT NULL,
    user_name VARCHAR(128) NOT NULL,
    classes TEXT NOT NULL,                   -- Class attributes as hexadecimal digits, space between
    interim_s INTEGER NOT NULL,
    total_octets INTEGER,                    -- limit on both directions together; NULL none
    server VARCHAR(64) NOT NULL,             -- who said so, address:port
    granted_at INTEGER NOT NULL,
    PRIMARY KEY (mac, network)
);
CREATE TABLE radius_session (
    session_id INTEGER NOT NULL PRIMARY KEY,
    acct_session_id VARCHAR(32) NOT NULL UNIQUE,
    user_name VARCHAR(128) NOT NULL,
    classes TEXT NOT NULL,
    interim_s INTEGER NOT NULL,
    total_octets INTEGER,
    server VARCHAR(64) NOT NULL,
    mac VARCHAR(17) NOT NULL,
    network VARCHAR(32) NOT NULL,
    address VARCHAR(45) NOT NULL,
    started_at INTEGER NOT NULL,
    ends_at INTEGER,                         -- when the grant ends; NULL never
    announced INTEGER NOT NULL,              -- 1 when the server has acknowledged the Start
    ended INTEGER NOT NULL,                  -- 1 when only the Stop is left to be sent
    due_at INTEGER NOT NULL                  -- when the next report is to be sent
);
CREATE INDEX radius_session_due ON radius_session (due_at);
