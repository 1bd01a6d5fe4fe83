-- What follows `--`: patients, observations, what ("read", "search", "create"), whose ("nobody", "doctor", "patients"), the file of
-- tokens (the doctor's, then one for each of the first patients), and for "create" the body.
require "common"
local first = "10000000%-0000%-4000%-8000%-100000000001"

function init(args)
  patients, observations = tonumber(args[1]), tonumber(args[2])
  what, whose = args[3], args[4]
  tokens, own = {}, {}
  for line in io.lines(args[5]) do tokens[#tokens + 1] = line end
  body = args[6] and io.open(args[6]):read("*a")
  math.randomseed(number)
  for n = 1, #tokens - 1 do own[n] = {} end
  for n = 1, observations do
    local list = own[n * 7919 % patients + 1]
    if list then list[#list + 1] = n end
  end
end

local function one()
  local patient = math.random(#tokens - 1)
  local headers = { ["Content-Type"] = "application/fhir+json" }
  if whose == "doctor" then headers["Authorization"] = "Bearer " .. tokens[1] end
  if whose == "patients" then headers["Authorization"] = "Bearer " .. tokens[patient + 1] end
  if what == "read" then return wrk.format("GET", "/fhir/Observation/" .. observationId(own[patient][math.random(#own[patient])]), headers) end
  if what == "search" then return wrk.format("GET", "/fhir/Observation?patient=" .. patientId(patient) .. "&_count=20", headers) end
  return wrk.format("POST", "/fhir/Observation", headers, (body:gsub(first, patientId(patient))))
end
function request() return cycled(one) end
