-- Note for which commit the settled sites are as they stand there now.
INSERT INTO settled_state AS kept (commit_id, context, settled_on)
VALUES (%(commit_id)s, %(context)s, %(settled_on)s)
ON CONFLICT (single) DO UPDATE
SET commit_id = excluded.commit_id, context = excluded.context, settled_on = excluded.settled_on
WHERE (kept.commit_id, kept.context, kept.settled_on)
    IS DISTINCT FROM (excluded.commit_id, excluded.context, excluded.settled_on)
