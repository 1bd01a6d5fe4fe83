require "common"
function request() return wrk.format("POST", "/fhir/Patient", nil, body) end
