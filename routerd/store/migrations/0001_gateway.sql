-- Times are seconds since the epoch (UTC); data is octets unless the name says MB (2**20 octets); MACs are aa:bb:cc:dd:ee:ff.

-- vouchers: what was sold or given.
CREATE TABLE voucher (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    username VARCHAR(64) NOT NULL,
    folded TEXT NOT NULL UNIQUE,             -- the username as it is looked up: without case and width
    passcode VARCHAR(64) NOT NULL,
    fullname VARCHAR(128) NOT NULL,
    valid_for VARCHAR(16) NOT NULL,
    valid_from INTEGER NOT NULL,
    download_limit_mb INTEGER NOT NULL,      -- 0 unlimited
    upload_limit_mb INTEGER NOT NULL,        -- 0 unlimited
    down_kbit INTEGER NOT NULL,              -- 0 the network's default
    up_kbit INTEGER NOT NULL,
    devices INTEGER NOT NULL,
    comment VARCHAR(255) NOT NULL,
    batch VARCHAR(64) NOT NULL,
    created_at INTEGER NOT NULL,
    last_modified INTEGER NOT NULL,
    first_login INTEGER,
    last_login INTEGER,
    mac VARCHAR(17)                          -- the device that used it last
);
CREATE INDEX voucher_batch ON voucher (batch);

-- sessions: a grant is what somebody holds; a session is one device using it.
CREATE TABLE access_grant (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    kind VARCHAR(16) NOT NULL,
    subject VARCHAR(128) NOT NULL,
    login VARCHAR(128) NOT NULL,
    starts_at INTEGER NOT NULL,
    ends_at INTEGER,                         -- NULL never
    down_limit_octets INTEGER,               -- NULL unlimited
    up_limit_octets INTEGER,
    down_kbit INTEGER NOT NULL,
    up_kbit INTEGER NOT NULL,
    devices INTEGER NOT NULL,
    idle_timeout_s INTEGER NOT NULL,
    down_used_octets INTEGER NOT NULL,       -- by sessions that have ended
    up_used_octets INTEGER NOT NULL,
    revoked_at INTEGER                       -- NULL while it may be used
);
CREATE INDEX access_grant_holder ON access_grant (kind, subject);

CREATE TABLE session (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    grant_id INTEGER NOT NULL REFERENCES access_grant (id),
    mac VARCHAR(17) NOT NULL,
    address VARCHAR(45) NOT NULL,
    network VARCHAR(32) NOT NULL,
    mark INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    down_octets INTEGER NOT NULL,
    up_octets INTEGER NOT NULL,
    counted_at INTEGER NOT NULL,             -- when the octets were last seen to grow
    ended_at INTEGER,                        -- NULL while open
    end_reason VARCHAR(16),
    settled INTEGER NOT NULL                 -- 1 when it has ended and the kernel's last count is in
);
CREATE UNIQUE INDEX session_open_device ON session (mac, network) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX session_open_mark ON session (mark) WHERE settled = 0;
CREATE INDEX session_grant ON session (grant_id);
CREATE INDEX session_mac ON session (mac, started_at);

-- guests: hosts, people, and the log of logins.
CREATE TABLE host (
    mac VARCHAR(17) NOT NULL PRIMARY KEY,
    network VARCHAR(32) NOT NULL,
    address VARCHAR(15) NOT NULL,            -- newest IPv4; empty none
    addresses6 TEXT NOT NULL,                -- newest IPv6 addresses, space between
    hostname VARCHAR(255) NOT NULL,
    vendor VARCHAR(64) NOT NULL,
    os_guess VARCHAR(32) NOT NULL,
    requested_options VARCHAR(255) NOT NULL,
    vendor_class VARCHAR(128) NOT NULL,
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    blocked INTEGER NOT NULL
);
CREATE TABLE email_user (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    email VARCHAR(254) NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_login INTEGER,
    mac VARCHAR(17),
    visits INTEGER NOT NULL,
    comments VARCHAR(255) NOT NULL,
    comments1 VARCHAR(255) NOT NULL,
    comments2 VARCHAR(255) NOT NULL,
    last_modified INTEGER NOT NULL,
    marketing INTEGER NOT NULL,
    verified INTEGER NOT NULL
);
CREATE TABLE fb_user (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    provider VARCHAR(32) NOT NULL,
    account VARCHAR(128) NOT NULL,
    name VARCHAR(128) NOT NULL,
    email VARCHAR(254) NOT NULL,
    created_at INTEGER NOT NULL,
    last_login INTEGER,
    mac VARCHAR(17),
    visits INTEGER NOT NULL,
    last_modified INTEGER NOT NULL,
    UNIQUE (provider, account)
);
CREATE TABLE mobile_user (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    mobile VARCHAR(20) NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_login INTEGER,
    mac VARCHAR(17),
    visits INTEGER NOT NULL,
    last_modified INTEGER NOT NULL,
    marketing INTEGER NOT NULL,
    verified INTEGER NOT NULL
);
CREATE TABLE free_user (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    mac VARCHAR(17) NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_login INTEGER,
    visits INTEGER NOT NULL,
    last_modified INTEGER NOT NULL,
    grant_started_at INTEGER NOT NULL        -- the clock of the newest free grant
);
CREATE TABLE login_log (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    event VARCHAR(16) NOT NULL,              -- login, resume, logout, expiry, refusal, clone
    kind VARCHAR(16) NOT NULL,
    login VARCHAR(128) NOT NULL,
    mac VARCHAR(17) NOT NULL,
    address VARCHAR(45) NOT NULL,
    network VARCHAR(32) NOT NULL,
    reason VARCHAR(255) NOT NULL,
    session_id INTEGER,
    down_octets INTEGER NOT NULL,
    up_octets INTEGER NOT NULL
);
CREATE INDEX login_log_at ON login_log (at);
CREATE INDEX login_log_mac ON login_log (mac);

-- network: what is reachable before sign-in.
CREATE TABLE garden_entry (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    target VARCHAR(255) NOT NULL UNIQUE,     -- a name (with all below it) or an address or prefix
    created_at INTEGER NOT NULL
);

-- identity: keys and switches that are changed while the daemon runs.
CREATE TABLE api_access (
    id INTEGER NOT NULL PRIMARY KEY,         -- always 1
    post_enabled INTEGER NOT NULL,
    get_enabled INTEGER NOT NULL,
    key_fingerprint VARCHAR(64) NOT NULL,    -- SHA-256; empty until the first key is made
    key_sealed TEXT NOT NULL,                -- the key under the box's own key file, for showing it
    rotated_at INTEGER
);
