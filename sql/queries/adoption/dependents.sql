-- What other people made that stands on what was set aside, and would be lost or left without it.
WITH aside AS (
    SELECT oid, reltype, relkind FROM pg_class
    WHERE relnamespace = 'reconciler_adopting'::regnamespace AND relkind IN ('r', 'm')
), dependent AS (
    SELECT pg_depend.classid, pg_depend.objid
    FROM pg_depend
    JOIN aside
        ON (refclassid = 'pg_class'::regclass AND refobjid = aside.oid)
        OR (refclassid = 'pg_type'::regclass AND refobjid = aside.reltype)
    WHERE pg_depend.deptype = 'n'
), described AS (
    -- A view stands on a table by its rule; of that rule a person has not heard.
    SELECT CASE
               WHEN rule.rulename = '_RETURN'
                   THEN pg_describe_object('pg_class'::regclass, rule.ev_class, 0)
               ELSE pg_describe_object(dependent.classid, dependent.objid, 0)
           END AS description
    FROM dependent
    LEFT JOIN pg_rewrite AS rule
        ON dependent.classid = 'pg_rewrite'::regclass AND rule.oid = dependent.objid
    LEFT JOIN pg_constraint AS held
        ON dependent.classid = 'pg_constraint'::regclass AND held.oid = dependent.objid
    LEFT JOIN pg_policy AS policy
        ON dependent.classid = 'pg_policy'::regclass AND policy.oid = dependent.objid
    WHERE coalesce(rule.ev_class, held.conrelid, policy.polrelid, 0)
          NOT IN (SELECT oid FROM aside)
    UNION
    SELECT pg_describe_object('pg_trigger'::regclass, trigger.oid, 0)
    FROM pg_trigger AS trigger JOIN aside ON aside.oid = trigger.tgrelid
    WHERE NOT trigger.tgisinternal
    UNION
    SELECT pg_describe_object('pg_rewrite'::regclass, rule.oid, 0)
    FROM pg_rewrite AS rule JOIN aside ON aside.oid = rule.ev_class AND aside.relkind = 'r'
    UNION
    SELECT format('table %s, by inheritance',
                  CASE WHEN kin.inhparent = aside.oid THEN kin.inhrelid
                       ELSE kin.inhparent END::regclass)
    FROM pg_inherits AS kin JOIN aside ON aside.oid IN (kin.inhparent, kin.inhrelid)
    UNION
    SELECT pg_describe_object('pg_publication_rel'::regclass, published.oid, 0)
    FROM pg_publication_rel AS published JOIN aside ON aside.oid = published.prrelid
)
SELECT description FROM described ORDER BY description COLLATE "C"
