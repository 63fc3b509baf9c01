-- wrk's part: GET with a sample token each, in turn, and the result as one line of JSON.
-- The requests are made before the run, so that making them is no part of it.
local requests, position = {}, 0

function init(arguments)
   for token in io.lines(arguments[1]) do
      requests[#requests + 1] = wrk.format("GET", nil, { Authorization = "Bearer " .. token })
   end
end

function request()
   position = position % #requests + 1
   return requests[position]
end

function done(summary, latency)
   local errors = summary.errors
   io.write(string.format(
      '{"requests":%d,"microseconds":%d,"p50":%f,"p99":%f,"errors":%d}\n',
      summary.requests, summary.duration, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
