-- For which commit the settled sites were last written, and with what that they share.
SELECT commit_id, context, settled_on FROM settled_state
