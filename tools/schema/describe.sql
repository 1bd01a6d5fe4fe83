-- Prints the schema of the connected database as Markdown. Read-only; psql -X -q -At.

CREATE TEMP VIEW described_table AS
  SELECT c.oid, n.nspname AS schema, c.relname AS name, obj_description(c.oid, 'pg_class') AS comment,
         CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END AS title
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    -- schema_migration is the migrate command's own record.
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition  -- partitions are as the whole
      AND n.nspname IN ('public', 'fhir', 'history', 'smart') AND c.relname <> 'schema_migration';

CREATE TEMP VIEW described_column AS
  SELECT t.oid, a.attnum, a.attname AS name, a.attnotnull AS required,
         replace(regexp_replace(format_type(a.atttypid, a.atttypmod), '^timestamp(\(\d\))? with time zone', 'timestamptz\1'), 'character varying', 'varchar') AS type,
         pg_get_expr(d.adbin, d.adrelid) AS default_value, col_description(t.oid, a.attnum) AS comment,
         EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)) AS is_primary,
         EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype = 'f' AND a.attnum = ANY (k.conkey)) AS is_foreign,
         EXISTS (SELECT FROM pg_index i WHERE i.indrelid = t.oid AND i.indisunique AND i.indpred IS NULL AND i.indkey::text = a.attnum::text) AS is_unique
    FROM described_table t JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = t.oid AND d.adnum = a.attnum;

\qecho '# Schema'
\qecho
\qecho 'Generated from the live schema by `tools/schema/generate`; do not edit. The migrations are `schemas/platform`.'
\qecho
\qecho '## The platform''s tables'
\qecho
\qecho 'Without the columns that every table of resources has: version_id, created_at, updated_at, is_deleted, deleted_at, fhir_id, fhir_residual, fhir_indexed_whole.'
\qecho
\qecho '```mermaid'
\qecho 'erDiagram'
SELECT format('  %s %s--o%s %s : %s', p.relname, CASE WHEN c.required THEN '||' ELSE '|o' END, CASE WHEN c.is_unique THEN '|' ELSE '{' END, t.name, c.name)
  FROM described_table t JOIN pg_constraint k ON k.conrelid = t.oid AND k.contype = 'f'
  JOIN described_column c ON c.oid = t.oid AND c.attnum = k.conkey[1] JOIN pg_class p ON p.oid = k.confrelid
  WHERE t.schema = 'public' ORDER BY p.relname COLLATE "C", t.name COLLATE "C", c.attnum;
SELECT format(E'  %s {\n%s\n  }', t.name,
              string_agg(format('    %s %s%s', regexp_replace(c.type, '\(\d\)', ''), c.name,
                                CASE WHEN c.is_primary THEN ' PK' WHEN c.is_foreign AND c.is_unique THEN ' FK,UK' WHEN c.is_foreign THEN ' FK'
                                     WHEN c.is_unique THEN ' UK' ELSE '' END), E'\n' ORDER BY c.attnum))
  FROM described_table t JOIN described_column c USING (oid)
  WHERE t.schema = 'public' AND c.name NOT IN ('version_id', 'created_at', 'updated_at', 'is_deleted', 'deleted_at', 'fhir_id', 'fhir_residual', 'fhir_indexed_whole')
  GROUP BY t.name ORDER BY t.name COLLATE "C";
\qecho '```'
\qecho
\qecho '## Enumerations'
\qecho
\qecho '| Type | Values | Meaning |'
\qecho '|---|---|---|'
SELECT format('| `%s` | %s | %s |', CASE n.nspname WHEN 'public' THEN '' ELSE n.nspname || '.' END || y.typname, (SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = y.oid),
              obj_description(y.oid, 'pg_type'))
  FROM pg_type y JOIN pg_namespace n ON n.oid = y.typnamespace WHERE y.typtype = 'e' AND n.nspname IN ('public', 'smart') ORDER BY n.nspname, y.typname COLLATE "C";

CREATE TEMP VIEW chapter AS
  SELECT t.schema, t.name,
         format(E'\n### %s\n\n%s\n\n| Column | Type | Null | Default | Meaning |\n|---|---|---|---|---|\n%s%s%s', t.title, t.comment,
           (SELECT string_agg(format('| `%s` | %s | %s | %s | %s |', c.name, c.type, CASE WHEN c.required THEN 'no' ELSE 'yes' END,
                                     CASE WHEN c.default_value IS NULL THEN '' ELSE '`' || replace(c.default_value, '|', '\|') || '`' END,
                                     coalesce(replace(c.comment, '|', '\|'), '')), E'\n' ORDER BY c.attnum)
              FROM described_column c WHERE c.oid = t.oid),
           (SELECT E'\n\nRules:\n\n' || string_agg(format('- `%s`', pg_get_constraintdef(k.oid)), E'\n' ORDER BY k.contype, k.conkey, pg_get_constraintdef(k.oid) COLLATE "C")
              FROM pg_constraint k WHERE k.conrelid = t.oid AND k.contype IN ('p', 'f', 'u', 'c')),
           (SELECT E'\n\nIndexes:\n\n' || string_agg(format('- `%s`', regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE (UNIQUE )?INDEX (\S+) ON \S+ USING btree ', '\2: \1')), E'\n'
                                                  ORDER BY x.relname COLLATE "C")
              FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
              WHERE i.indrelid = t.oid AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u')))) AS text
    FROM described_table t;

\qecho
\qecho '## Tables of the platform'
SELECT text FROM chapter WHERE schema = 'public' ORDER BY name COLLATE "C";
\qecho
\qecho '## Tables of the FHIR server'
SELECT text FROM chapter WHERE schema = 'fhir' ORDER BY name COLLATE "C";
\qecho
\qecho '## Tables of the authorization server'
SELECT text FROM chapter WHERE schema = 'smart' ORDER BY name COLLATE "C";
\qecho
\qecho '## History'
\qecho
SELECT obj_description('history'::regnamespace, 'pg_namespace') || E' The key is the table''s key with version_id; an index serves (updated_at, id, version_id).\n';
SELECT '- `' || title || '`: ' || comment FROM described_table WHERE schema = 'history' ORDER BY name COLLATE "C";
\qecho
\qecho '## Triggers'
\qecho
\qecho '| Table | Trigger | When | Function |'
\qecho '|---|---|---|---|'
SELECT format('| %s | `%s` | %s | %s |', t.title, g.tgname,
              regexp_replace(pg_get_triggerdef(g.oid), '^CREATE (?:CONSTRAINT )?TRIGGER \S+ (BEFORE|AFTER) (.*?) ON .* FOR EACH (ROW|STATEMENT).*$', '\1 \2, each \3') ||
                CASE WHEN g.tginitdeferred THEN ', at commit' ELSE '' END,
              p.pronamespace::regnamespace || '.' || p.proname)
  FROM described_table t JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal JOIN pg_proc p ON p.oid = g.tgfoid
  WHERE t.schema <> 'history' ORDER BY t.schema COLLATE "C" DESC, t.name COLLATE "C", g.tgname COLLATE "C";
\qecho
\qecho '## Functions'
\qecho
\qecho '| Function | Promise |'
\qecho '|---|---|'
SELECT format('| `%s.%s(%s)` | %s |', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), obj_description(p.oid, 'pg_proc'))
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE n.nspname IN ('fhir', 'smart') ORDER BY n.nspname, p.proname COLLATE "C";
