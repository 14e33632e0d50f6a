// What a job printed, as clients get it. mgr-broker; distrusts the bytes and the times.
#pragma once

#include "broker/job_output.h"
#include "protocol/json.h"

namespace mgr::broker {

// Appends the member "output", in an object that is open: an array of
//   {"time":"2026-01-31T12:00:00.000001Z","stream":"stdout","text":"…"}
// with "base64" instead of "text" where the bytes are not UTF-8. Before a record stands, where it
// is so, {"restarted":true}: what follows is of a new attempt; and {"skipped":N}: so many bytes are
// not kept.
void append_output(JsonWriter& json, const OutputBatch& batch);

}  // namespace mgr::broker
