// mgrctl, with the caller's own uid.
#include "client/commands_help.h"

namespace mgr::client {

const char* const commands_help = R"(Commands:
  MODULE ACTION [VALUE…]        ask for any action: `net ping example.org 3`
  MODULE --help                 what the module can do; MODULE ACTION --help, what it wants
  ping                          is mgr there?
  version                       its version
  whoami                        who it takes the caller for
  modules                       all that can be asked for
  can-i [MODULE]                what you may do; can-i MODULE ACTION [VALUE…]: yes or no
  doctor                        what is wrong with mgr on this machine, and what to do about it
  stats                         what mgr has counted; --prometheus, for a monitoring system
  reload                        have the configuration read again; the old one stays where the
                                new one has a mistake, which is told

Commands for jobs (all but `jobs` may have `job` before them; show and prune must):
  jobs                          a table of the jobs; --watch keeps it up to date
  job ID                        all about one
  output ID                     what it printed, to standard output and standard error
  follow ID                     the same, and what it prints from now on until it has ended
  wait ID…                      until they have ended
  stop ID…                      or --key KEY, --module NAME, --mine
  job prune                     forget the jobs that have ended

Commands about the policy:
  setup                         asks which web user may ask for what, and writes the rules for it;
                                as root; --dry-run shows them
  explain MODULE ACTION [VALUE…]
                                what is decided for the caller, or --as USER, by which rule and why,
                                and the lines of policy.toml that would grant it
  policy check                  whether the files load as mgr would load them, and with what warnings
  policy lint                   what in the files is as good as root, or dead
  policy test FILE…             whether all that the files expect of the policy holds
  import FORMAT FILE…           takes over what another program's files allow, configd's or
                                sudoers'; --into DIR, else to standard output

Commands about keys, which requests are signed with:
  keygen [ID]                   makes a key for the caller, and says what root has to do with it
  key add ID ed25519:BASE64     lets requests that are signed with that key in; as root
  key add [ID] --from FILE      the same of a file that keygen wrote, as it must be with hmac-sha256
  key list                      the keys that mgr takes, until when, and whose they are
  key revoke ID                 lets it in no more; as root
  host HOST:PORT                the line about this machine for known_hosts of the others

Commands about the audit log, read from its files, as root (mgr-audit(5)):
  audit verify [FILE…]          whether it is as it was written; --key FILE, the first key, --head N:HASH
  audit tail                    the last lines; -n, -f
  audit search [FILE…]          the lines about --caller, --key, --module, --action, --event, --job,
                                --since, --until, --seq
  audit head                    N:HASH of the last line, to be noted elsewhere
  audit key                     shows the first key, once, to be kept elsewhere

explain and test look at the policy that is in force, for those who may ask for it (mgr policy);
check and lint at the files of /etc/mgr; all of them, with --files DIR, at the files there, such as a
working copy, without asking mgr.

A VALUE is name=value, or the value alone of the next argument; the last one, where it is a list,
takes all that are left. Behind `--` every word is a value alone, even a=b or -5. A secret is asked
for, or a line of standard input; never write one on the command line, where everybody can see it.

These words win over a module of the same name; write that one with a capital (STOP ACTION).
`job ACTION name=value…`, and an action of `job` that is not above, is the module's.

Who is asked is --host or --socket, else the socket below --root, else $MGR_HOST, else the socket
$MGR_SOCKET, else /run/mgr.sock. TIME is 2027-01-31, or 2027-01-31T12:00:00Z with its zone.

Requests are signed with the key of --key-file, else of $MGR_KEY (nothing: none), else of
~/.config/mgr/key where there is one; for root also of /etc/mgr/root.key.

Exit codes:
  0    success
  1    failed, conflict, not_found, timeout; what doctor, policy lint or audit verify found, or
       does not hold of policy test
  2    usage, unknown_action, malformed, invalid_argument, too_large; files that cannot be read, or
       have a mistake in them
  126  denied, unauthenticated, stale; a no of can-i, a denial that explain tells of
  127  unavailable, busy; no connection, or one lost before the reply

Exit codes of `wait`, with --wait, and of actions that answer with what their command prints:
  0–123  the job's exit status (one above is 123; of several jobs the highest code)
  124    a job ran out of time, or the wait did
  125    a job without an exit status: killed by a signal, stopped, lost, or never started;
         usage, and every other failure
  126    denied, unauthenticated, stale
  127    unavailable, busy; no connection, or one lost before the reply)";

}  // namespace mgr::client
