-- Numbers are found by their exact value, ranges by their ends: a row is one or the other, so each index has its own rows.

DROP INDEX fhir.idx_quantity_low, fhir.idx_quantity_high, fhir.idx_number_low, fhir.idx_number_high;

CREATE INDEX idx_quantity_value ON fhir.idx_quantity (parameter, value, key) WHERE value IS NOT NULL;
CREATE INDEX idx_quantity_low ON fhir.idx_quantity (parameter, low, high, key) WHERE value IS NULL;
CREATE INDEX idx_quantity_high ON fhir.idx_quantity (parameter, high, low, key) WHERE value IS NULL;
CREATE INDEX idx_number_value ON fhir.idx_number (parameter, value, key) WHERE value IS NOT NULL;
CREATE INDEX idx_number_low ON fhir.idx_number (parameter, low, high, key) WHERE value IS NULL;
CREATE INDEX idx_number_high ON fhir.idx_number (parameter, high, low, key) WHERE value IS NULL;
COMMENT ON TABLE fhir.idx_quantity IS 'Search values of type quantity: value, whose digits stand for [low, high); or the range between low and high, without value.';
COMMENT ON TABLE fhir.idx_number IS 'Search values of type number: value, whose digits stand for [low, high); or the range between low and high, without value.';

CREATE INDEX ehr_observations_value ON ehr_observations (value_number, id) WHERE value_number IS NOT NULL AND NOT is_deleted;
