require "common"
local function one() return wrk.format("GET", "/fhir/Patient/" .. patientId(math.random(patients))) end
function request() return cycled(one) end
