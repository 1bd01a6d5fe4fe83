-- Pia and Otto, patients, and a doctor, who treats Otto.
INSERT INTO users (email, password_hash, role) VALUES
  ('patient@example.org', 'x', 'patient'), ('doctor@example.org', 'x', 'doctor'), ('unverified@example.org', 'x', 'admin');
INSERT INTO patient_profile (id, user_id, full_name)
  SELECT '00000000-0000-4000-8000-000000000001', id, 'Pia' FROM users WHERE email = 'patient@example.org';
INSERT INTO patient_profile (id, full_name) VALUES ('00000000-0000-4000-8000-000000000002', 'Otto');
INSERT INTO doctor_profile (user_id, full_name) SELECT id, 'Dora' FROM users WHERE email = 'doctor@example.org';
INSERT INTO care_relationships (patient_id, doctor_id, source)
  SELECT '00000000-0000-4000-8000-000000000002', id, 'assigned' FROM doctor_profile;
INSERT INTO electronic_health_records (patient_id, record_type, content) SELECT id, 'lab', '7' FROM patient_profile;
