require "common"
function request() return wrk.format("GET", "/fhir/Patient/" .. patientId(math.random(patients))) end
