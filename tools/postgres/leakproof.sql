-- For a superuser, in each database of the server: marks functions that tell nothing of their arguments, by an error or otherwise,
-- so that an index may decide by them before row security has (docs/access-database.md, "Leakproof functions").
ALTER FUNCTION numeric_eq(numeric, numeric) LEAKPROOF;
ALTER FUNCTION numeric_lt(numeric, numeric) LEAKPROOF;
ALTER FUNCTION numeric_le(numeric, numeric) LEAKPROOF;
ALTER FUNCTION numeric_gt(numeric, numeric) LEAKPROOF;
ALTER FUNCTION numeric_ge(numeric, numeric) LEAKPROOF;
ALTER FUNCTION enum_eq(anyenum, anyenum) LEAKPROOF;
ALTER FUNCTION arrayoverlap(anyarray, anyarray) LEAKPROOF;
ALTER FUNCTION ts_match_vq(tsvector, tsquery) LEAKPROOF;
ALTER FUNCTION "left"(text, integer) LEAKPROOF;
ALTER FUNCTION uuid_out(uuid) LEAKPROOF;
