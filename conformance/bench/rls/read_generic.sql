SELECT r.id::text, r.fhir_id, r.version_id, r.updated_at, r.is_deleted, true, r.fhir_residual::text FROM fhir.resource r WHERE r.resource_type = 'Condition' AND r.id = md5('Condition' || :n)::uuid;
