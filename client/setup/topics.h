// mgrctl, with the caller's own uid. The built-in modules in plain words, and what of them is meant
// where an admin lets the web have them. Pure.
#pragma once

#include <span>
#include <string_view>

namespace mgr::client {

// An [[allow]] that setup writes.
struct TopicRule {
  std::string_view actions;   // with spaces between
  std::string_view argument;  // that its condition is about; "" for no condition
  std::string_view value;     // what that must be; "" for what the admin lists
  std::string_view rate;      // "" for any number of times
};

struct Topic {
  std::string_view module;
  std::string_view words;   // what is asked: "May it …?", or of what it may have
  bool is_usual = false;    // yes is the answer where nothing is typed
  std::string_view option;  // that lists the values; "" where it is a question of yes or no
  std::span<const TopicRule> rules;
};

// nullptr for a module that is not built in: then its actions are asked for by their names.
[[nodiscard]] const Topic* find_topic(std::string_view module);

// What every front end has beside what it may ask for: to see what it may, and its own jobs.
[[nodiscard]] std::span<const Topic> common_topics();

}  // namespace mgr::client
