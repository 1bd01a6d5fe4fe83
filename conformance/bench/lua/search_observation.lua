require "common"
local function one() return wrk.format("GET", "/fhir/Observation?patient=" .. patientId(math.random(patients)) .. "&_count=20") end
function request() return cycled(one) end
