-- Shared by the scripts beside it. wrk gives what follows `--`: the number of patients and of observations.

-- Ids of the data set (data.sql): only decimal digits, so that pgbench can write them too.
function patientId(n) return string.format("10000000-0000-4000-8000-1%011d", n) end
function observationId(n) return string.format("20000000-0000-4000-8000-1%011d", n) end

function setup(thread)
  threads = (threads or 0) + 1
  thread:set("number", threads)
end

function init(args)
  patients, observations = tonumber(args[1]), tonumber(args[2])
  body = args[3] and io.open(args[3]):read("*a")
  math.randomseed(number)
  wrk.headers["Content-Type"] = "application/fhir+json"
end

-- Requests that are made beforehand, so that wrk spends the machine's time on sending them; each thread calls it once, after init.
local made
function cycled(makeOne, number)
  if not made then
    made, at = {}, 0
    for i = 1, number or 20000 do made[i] = makeOne() end
  end
  at = at % #made + 1
  return made[at]
end

-- One line for the driver: answers, answers other than 2xx, broken connections, microseconds, the 50th and 99th percentile.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d\n", summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, summary.duration, latency:percentile(50), latency:percentile(99)))
end
