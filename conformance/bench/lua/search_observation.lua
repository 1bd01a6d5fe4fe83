require "common"
function request() return wrk.format("GET", "/fhir/Observation?patient=" .. patientId(math.random(patients)) .. "&_count=20") end
