// mgrctl, with the caller's own uid. What completion knows beside the command line. Distrusts the
// daemon's answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/binding.h"
#include "client/catalogue.h"
#include "client/jobs/job.h"

namespace mgr::client {

// Each is asked only where what it tells is needed. None fails: who cannot tell knows of nothing.
class Sources {
 public:
  Sources() = default;
  Sources(const Sources&) = delete;
  Sources& operator=(const Sources&) = delete;
  virtual ~Sources() = default;

  // The actions there are; the reference is good for as long as the source is.
  virtual const Catalogue& catalogue() = 0;
  // The jobs that the caller may see: those that have not ended first, then the newest.
  virtual std::vector<Job> jobs(bool only_living) = 0;
  // The values of an argument that the policy lists for the caller; ranges may be among them.
  virtual std::vector<std::string> listed(const ChosenAction& chosen,
                                          const std::string& argument) = 0;
  virtual std::vector<std::string> users() = 0;
  // The ids of the keys that have a record here.
  virtual std::vector<std::string> keys() = 0;
};

}  // namespace mgr::client
