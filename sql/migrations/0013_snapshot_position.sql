-- A snapshot says how far its site's audit log had come. So it can be compared with the history as
-- it was then: the times of two transactions do not tell which of them was first.
ALTER TABLE configuration_snapshots ADD COLUMN audit_position bigint;
