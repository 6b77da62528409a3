-- The triggers that run any of these functions; a partition's clones are their parent's trigger.
SELECT DISTINCT tgname, tgrelid::regclass::text
FROM pg_trigger
WHERE tgfoid = ANY (
          SELECT to_regprocedure(signature)::oid FROM unnest(%(functions)b::text[]) AS signature
      )
  AND NOT tgisinternal
  AND tgparentid = 0
ORDER BY 2, 1
