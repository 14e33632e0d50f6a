// mgrctl, with the caller's own uid. What an import found, before it is written: modules and rules,
// and what it has to say about them. Its texts come from files that nobody vouches for; whoever
// writes them out escapes them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace mgr::client {

struct Source {
  std::string file;
  unsigned line = 0;
};

// What stands above a thing as comments. Whatever needs a human is one comment, however many
// reasons it has.
struct Remarks {
  std::vector<std::string> notes;
  std::vector<std::string> needs;
};

// Something of the source that became nothing else.
struct Aside {
  Source source;
  std::string text;
  bool needs_human = true;
};

struct ImportedArgument {
  std::string name;
  std::string type;  // "string", "unit" or "enum"
  std::string pattern;
  std::vector<std::string> values;
  std::int64_t max_length = 0;  // 0: not said
};

struct ImportedAction {
  Source source;
  std::string name;
  std::string summary;
  std::vector<std::string> command;
  std::string mode;
  std::string user;
  std::string cwd, timeout, cache;  // empty: not said
  bool confirm = false;
  std::vector<ImportedArgument> arguments;
  Remarks remarks;
  bool is_sketch = false;  // written as a comment, for a human to finish; without a command, none
};

struct ImportedModule {
  std::string name;
  std::string summary;
  std::vector<std::string> head;  // comments at the top of its file
  std::vector<ImportedAction> actions;
};

struct ImportedPrincipal {
  Source source;
  std::string name;
  std::vector<std::string> users, groups;
  std::vector<std::int64_t> uids;
  Remarks remarks;
};

struct ImportedRule {
  Source source;
  bool allow = true;
  std::vector<std::string> who;  // names of principals
  std::string module;
  std::vector<std::string> actions;
  Remarks remarks;
  bool is_sketch = false;  // written as a comment
};

struct Imported {
  std::string format;  // "configd" or "sudoers": the name of the file of its rules
  std::vector<ImportedModule> modules;
  std::vector<std::string> rules_head;
  std::vector<ImportedPrincipal> principals;
  std::vector<ImportedRule> rules;
  std::vector<Aside> asides;
};

// A file that is imported, read whole.
struct SourceFile {
  std::string name;
  std::string text;
};

}  // namespace mgr::client
