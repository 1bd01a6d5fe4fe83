require "common"
local first = "10000000%-0000%-4000%-8000%-100000000001"
local function one()
  local entries = {}
  for i = 1, 100 do
    entries[i] = '{"request":{"method":"POST","url":"Observation"},"resource":' .. body:gsub(first, patientId(math.random(patients))) .. "}"
  end
  return wrk.format("POST", "/fhir", nil, '{"resourceType":"Bundle","type":"transaction","entry":[' .. table.concat(entries, ",") .. "]}")
end
function request() return cycled(one, 200) end
