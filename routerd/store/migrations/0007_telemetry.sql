-- telemetry: traffic over time.
CREATE TABLE traffic_sample (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    step_s INTEGER NOT NULL,                 -- 60 or 3600
    at INTEGER NOT NULL,                     -- when the step began
    down_octets INTEGER NOT NULL,            -- in the step
    up_octets INTEGER NOT NULL,
    online INTEGER NOT NULL                  -- most guests at once
);
CREATE UNIQUE INDEX traffic_sample_step ON traffic_sample (step_s, at);

-- guests: names that owners give, and devices that need no portal.
ALTER TABLE host ADD COLUMN label VARCHAR(64) NOT NULL DEFAULT '';
CREATE TABLE bypass (
    mac VARCHAR(17) NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    created_by VARCHAR(64) NOT NULL
);

-- vouchers: what was added to valid_for.
ALTER TABLE voucher ADD COLUMN extra_s INTEGER NOT NULL DEFAULT 0;

-- sessions: what was added to a grant by hand, on top of its method's terms.
ALTER TABLE access_grant ADD COLUMN extra_s INTEGER NOT NULL DEFAULT 0;
ALTER TABLE access_grant ADD COLUMN extra_octets INTEGER NOT NULL DEFAULT 0;
