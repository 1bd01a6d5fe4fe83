-- Full text search: the words of narratives (_text) and of whole resources (_content).
--
-- A lexeme is the parameter's number, a slash and a word without case and accents, as the server cuts it; no configuration of
-- text search takes part. A resource may have several rows of a parameter, and any of them may have any of its words.
--
-- An entry in a GIN index is dear to make one by one, so new ones wait in a list (fastupdate) that is merged when it is full,
-- by the writer that fills it, or by autovacuum. Each search reads that list from end to end: it is kept to 1 MB (some
-- milliseconds to read) rather than the 4 MB that PostgreSQL gives it.
CREATE TABLE fhir.idx_words (
  parameter smallint NOT NULL,
  words tsvector NOT NULL,
  key uuid NOT NULL
);
CREATE INDEX idx_words_words ON fhir.idx_words USING gin (words) WITH (gin_pending_list_limit = 1024);
-- PostgreSQL guesses how rare a word is that its statistics lack from the rarest that they have: 5,000 words instead of 1,000.
ALTER TABLE fhir.idx_words ALTER COLUMN words SET STATISTICS 500;
CREATE INDEX idx_words_key ON fhir.idx_words (key, parameter);
COMMENT ON TABLE fhir.idx_words IS 'Search values of _text and _content: the words that a resource has.';
COMMENT ON COLUMN fhir.idx_words.words IS 'Each with the parameter''s number before it: 17/liver.';
GRANT SELECT, INSERT, UPDATE, DELETE ON fhir.idx_words TO hv_server_access;
