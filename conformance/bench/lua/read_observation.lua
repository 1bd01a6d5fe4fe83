require "common"
local function one() return wrk.format("GET", "/fhir/Observation/" .. observationId(math.random(observations))) end
function request() return cycled(one) end
