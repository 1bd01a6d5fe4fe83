// What both clients' tests write.
import { randomUUID } from 'node:crypto';

export const baseUrl = process.env.HV_BASE_URL;
if (!baseUrl) throw new Error('HV_BASE_URL must name the FHIR base, such as http://localhost:8080/fhir');

// A family name that no other run has, so that a search finds just what this run wrote.
export const uniqueFamily = () => 'Probe' + randomUUID().replaceAll('-', '');

export const patient = (family, more = {}) => ({
  resourceType: 'Patient',
  name: [{ family, given: ['Asha'] }],
  gender: 'female',
  birthDate: '1980-05-01',
  ...more,
});
