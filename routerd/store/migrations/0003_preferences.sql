-- preferences: what the owner has set on the page, over the file's settings.
CREATE TABLE preference (
    section VARCHAR(64) NOT NULL PRIMARY KEY,
    document TEXT NOT NULL,                  -- JSON object of keys and values; sealed when the section has secrets
    changed_at INTEGER NOT NULL,
    pending INTEGER NOT NULL,                -- 0 in use; 1 waits for the box to start with it; 2 the box is being started with it
    was TEXT                                 -- the document before, while pending; NULL when there was none
);
CREATE TABLE preference_failure (
    id INTEGER NOT NULL PRIMARY KEY,         -- 1: the last
    at INTEGER NOT NULL,
    message TEXT NOT NULL,
    sections TEXT NOT NULL                   -- names, space between
);

-- brand: how the portal looks.
CREATE TABLE brand (
    network VARCHAR(32) NOT NULL PRIMARY KEY, -- empty: all networks
    document TEXT NOT NULL,                  -- JSON
    changed_at INTEGER NOT NULL
);
CREATE TABLE picture (
    id VARCHAR(64) NOT NULL PRIMARY KEY,
    kind VARCHAR(16) NOT NULL,
    media_type VARCHAR(32) NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    content BLOB NOT NULL,
    created_at INTEGER NOT NULL
);
