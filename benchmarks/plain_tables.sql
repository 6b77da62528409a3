-- Tables of the same columns and indexes as the reconciler's, and nothing else: no trigger, no
-- check, no foreign key, no row security, no partition.
CREATE SCHEMA plain;
CREATE TABLE plain.site_extension_configs
    (LIKE site_extension_configs INCLUDING ALL EXCLUDING CONSTRAINTS);
CREATE TABLE plain.site_extension_config_versions
    (LIKE site_extension_config_versions INCLUDING ALL EXCLUDING CONSTRAINTS);
CREATE TABLE plain.configuration_audit_log
    (LIKE configuration_audit_log INCLUDING ALL EXCLUDING CONSTRAINTS);
CREATE SEQUENCE plain.configuration_audit_log_sequence;
ALTER TABLE plain.configuration_audit_log
    ALTER sequence SET DEFAULT nextval('plain.configuration_audit_log_sequence');
CREATE TABLE plain.configuration_snapshots
    (LIKE configuration_snapshots INCLUDING ALL EXCLUDING CONSTRAINTS);
