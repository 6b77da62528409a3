-- Move the audit rows from before a time into the archive.
SELECT reconciler_archive_audit(%(before)s)
