-- The two tables that belong to MachShop, for a database that does not have them yet.
-- `reconciler db bootstrap` runs this; where they exist, they are left as they are.

CREATE TABLE IF NOT EXISTS sites (
    id uuid PRIMARY KEY,
    name varchar(256) NOT NULL,
    status varchar(32) NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE IF NOT EXISTS users (
    id uuid PRIMARY KEY,
    username varchar(256) UNIQUE NOT NULL,
    email varchar(256)
);
