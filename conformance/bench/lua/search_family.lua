require "common"
local function one() return wrk.format("GET", "/fhir/Patient?family=Namuna" .. math.random(1000, 9999) .. "&_count=20") end
function request() return cycled(one) end
