require "common"
local first = "10000000%-0000%-4000%-8000%-100000000001"
function request() return wrk.format("POST", "/fhir/Observation", nil, (body:gsub(first, patientId(math.random(patients))))) end
