// What an evil job is made of: each function is one behaviour, and gives the exit status. What one
// tries it prints, a line for each attempt: `what done` or `what EPERM`.
#pragma once

#include <string>
#include <vector>

namespace evil {

using Words = std::vector<std::string>;

void tell(const std::string& what, long result);  // of a system call: below 0 for errno

// ---- evil_job_trees.cpp: processes that want to stay
int daemons(const Words& words);     // FIFO COUNT
int storm(const Words& words);       // FIFO COUNT
int leaderless(const Words& words);  // FIFO
int ghosts(const Words& words);      // FIFO COUNT
int hold(const Words& words);        // FIFO: tells that it is there, and sleeps

// ---- evil_job_output.cpp: what it prints
int flood(const Words& words);         // BYTES
int progress(const Words& words);      // lines | endless | binary, COUNT
int close_output(const Words& words);  // FIFO
int give_output(const Words& words);   // SOCKET
int read_own_output(const Words& words);

// ---- evil_job_reach.cpp: what it wants of others
int descriptors(const Words& words);
int parent(const Words& words);
int signals(const Words& words);  // PID...
int peek(const Words& words);     // PID...
int walk(const Words& words);     // FOLDER...
int cgroups(const Words& words);  // FOLDER...

// ---- evil_job_kernel.cpp: what it wants of the kernel
int calls(const Words& words);
int calls_32(const Words& words);
int terminal(const Words& words);
int raise(const Words& words);        // limits, priorities
int become_root(const Words& words);  // PROGRAM...
int who(const Words& words);
int state(const Words& words);
int unlink_cwd(const Words& words);
int exec_deleted(const Words& words);  // FOLDER
int fill(const Words& words);          // FOLDER BYTES
int open_all(const Words& words);

}  // namespace evil
