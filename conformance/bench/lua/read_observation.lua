require "common"
function request() return wrk.format("GET", "/fhir/Observation/" .. observationId(math.random(observations))) end
