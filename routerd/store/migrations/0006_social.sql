-- social: since when an account has its grant. The holder is a fingerprint of provider and account.
CREATE TABLE social_grant (
    holder VARCHAR(64) NOT NULL PRIMARY KEY,
    starts_at INTEGER NOT NULL,
    over_at INTEGER NOT NULL
);
CREATE INDEX social_grant_over ON social_grant (over_at);
