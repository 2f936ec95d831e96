-- identity: people who may use the admin page, their sign-ins, and the trail of what they changed.
CREATE TABLE person (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(64) NOT NULL,
    folded VARCHAR(128) NOT NULL UNIQUE,     -- the name as it is looked up: without case and width
    role VARCHAR(16) NOT NULL,
    password VARCHAR(160) NOT NULL,          -- argon2id, in its own notation
    language VARCHAR(8) NOT NULL,            -- empty: as the browser says
    totp_sealed TEXT NOT NULL,               -- empty: no second factor
    totp_pending TEXT NOT NULL,              -- sealed; shown, not yet confirmed
    totp_step INTEGER NOT NULL,              -- the last time step whose code was used
    device_key VARCHAR(64) NOT NULL,         -- signs the cookie by which a device is known again
    created_at INTEGER NOT NULL,
    last_login INTEGER
);

CREATE TABLE recovery_code (
    fingerprint VARCHAR(64) NOT NULL PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE
);
CREATE INDEX recovery_code_person ON recovery_code (person_id);

-- somebody signed in on the admin page; the cookie itself is nowhere but in the browser.
CREATE TABLE staff_session (
    fingerprint VARCHAR(64) NOT NULL PRIMARY KEY,
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,                -- to the minute
    address VARCHAR(45) NOT NULL,
    agent VARCHAR(255) NOT NULL
);
CREATE INDEX staff_session_person ON staff_session (person_id);

-- addresses that somebody signed in from, which keep a count of wrong passwords of their own.
CREATE TABLE familiar_place (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    person_id INTEGER NOT NULL REFERENCES person (id) ON DELETE CASCADE,
    place VARCHAR(45) NOT NULL,              -- an IPv4 address or an IPv6 /64
    seen_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX familiar_place_person ON familiar_place (person_id, place);

CREATE TABLE signin (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    event VARCHAR(16) NOT NULL,
    name VARCHAR(64) NOT NULL,
    address VARCHAR(45) NOT NULL,
    agent VARCHAR(255) NOT NULL
);

CREATE TABLE audit (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    name VARCHAR(64) NOT NULL,
    role VARCHAR(16) NOT NULL,
    address VARCHAR(45) NOT NULL,
    action VARCHAR(64) NOT NULL,
    target VARCHAR(255) NOT NULL,
    was TEXT NOT NULL,                       -- JSON, secrets masked; before
    is_now TEXT NOT NULL                     -- likewise; after
);

-- the one row (id 1) that closes the setup for good.
CREATE TABLE setup (
    id INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    closed_at INTEGER NOT NULL
);
