-- sites: certificates that sites, the admin page and the portal show. The key is sealed by the box's own.
CREATE TABLE certificate (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(128) NOT NULL,
    self_signed INTEGER NOT NULL,            -- 1: made here, and made anew before it expires
    chain TEXT NOT NULL,                     -- PEM, the certificate itself first
    sealed_key TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX certificate_name ON certificate (name);

-- sites: those that are not given in the file.
CREATE TABLE site (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name VARCHAR(64) NOT NULL,
    domain TEXT NOT NULL,                    -- as requests bear them, commas between
    target_url TEXT NOT NULL,                -- commas between
    enabled INTEGER NOT NULL,
    mode VARCHAR(8) NOT NULL,                -- on, detect, off; empty: as [waf] says
    https INTEGER NOT NULL,
    force_https INTEGER NOT NULL,
    tls_min VARCHAR(4) NOT NULL,             -- 1.2, 1.3; empty: as [edge] says
    hsts_s INTEGER NOT NULL,
    http2_upstream INTEGER NOT NULL,
    verify_upstream INTEGER NOT NULL,
    sticky INTEGER NOT NULL,
    health_path TEXT NOT NULL,               -- empty: targets are not asked
    health_every_s INTEGER NOT NULL,
    certificate_id INTEGER REFERENCES certificate (id),
    created_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL
);
CREATE UNIQUE INDEX site_name ON site (name);
CREATE INDEX site_certificate ON site (certificate_id);
