// What the tests of a job's view of the machine run: each word of its command line is one
// behaviour, and what it found goes to a file. Runs as the job's user, in a leaf.
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

namespace {

const char* result_of(bool done) { return done ? "done" : strerrorname_np(errno); }

bool create(const std::string& path) {
  const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  return file >= 0 && close(file) == 0;
}

// Looks for a file of the outside, leaves one of its own, and waits for the test to look.
int tmp(const std::string& name, const char* out, const char* ready, const char* go) {
  std::ofstream results(out);
  for (const std::string folder : {"/tmp/", "/var/tmp/"}) {
    struct stat status {};
    results << folder << "outside "
            << result_of(stat((folder + name + "-outside").c_str(), &status) == 0) << '\n';
    results << folder << "inside " << result_of(create(folder + name + "-inside")) << '\n';
  }
  results << std::ifstream("/proc/self/mounts").rdbuf();
  results.close();
  std::ofstream(ready) << "r";
  std::ifstream(go).get();
  return results ? 0 : 1;
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool use(int (*call)(int, const sockaddr*, socklen_t), int port, int socket) {
  const sockaddr_in address = loopback(port);
  return call(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

// Whom it can reach, and whether it may listen on a port.
int network(int outside, int port, const char* out) {
  std::ofstream results(out);
  const struct if_nameindex* const all = if_nameindex();
  for (const auto* one = all; one != nullptr && one->if_index != 0; ++one) {
    results << "interface " << one->if_name << '\n';
  }
  results << "outside " << result_of(use(connect, outside, socket(AF_INET, SOCK_STREAM, 0)))
          << '\n';
  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  const bool listens = use(bind, port, listener) && listen(listener, 1) == 0;
  results << "bind " << result_of(listens) << '\n';
  if (listens) {
    results << "itself " << result_of(use(connect, port, socket(AF_INET, SOCK_STREAM, 0))) << '\n';
  }
  results.close();
  return results ? 0 : 1;
}

// Everything that would change what is in a folder, and everything that would make that possible.
int change(const std::string& folder, const char* out) {
  std::ofstream results(out);
  const std::string file = folder + "/file";
  const auto print = [&results](const char* what, bool done) {
    results << what << ' ' << result_of(done) << '\n';
  };
  print("create", create(folder + "/new"));
  print("create-below", create(folder + "/sub/new"));
  print("write", open(file.c_str(), O_WRONLY | O_CLOEXEC) >= 0);
  print("truncate", truncate(file.c_str(), 0) == 0);
  print("unlink", unlink(file.c_str()) == 0);
  print("rename", rename(file.c_str(), (folder + "/other").c_str()) == 0);
  print("chmod", chmod(file.c_str(), 0666) == 0);
  print("mkdir", mkdir((folder + "/new").c_str(), 0700) == 0);
  const char* const path = folder.c_str();
  print("remount", mount(nullptr, path, nullptr, MS_REMOUNT | MS_BIND, nullptr) == 0);
  print("bind", mount("/", path, nullptr, MS_BIND, nullptr) == 0);
  print("umount", umount2(path, 0) == 0);
  print("detach", umount2(path, MNT_DETACH) == 0);
  print("unshare", unshare(CLONE_NEWNS) == 0);
  print("unshare-user", unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0);
  mount_attr writable{};
  writable.attr_clr = MOUNT_ATTR_RDONLY;
  print("mount_setattr", mount_setattr(AT_FDCWD, path, 0, &writable, sizeof(writable)) == 0);
  print("open_tree", open_tree(AT_FDCWD, path, OPEN_TREE_CLONE) >= 0);
  print("open_tree_attr",
        syscall(467, AT_FDCWD, path, OPEN_TREE_CLONE, &writable, sizeof(writable)) >= 0);
  print("setns", setns(open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC), CLONE_NEWNS) == 0);
  print("create-again", create(folder + "/new"));
  results.close();
  return results ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const auto is = [argc, argv](const char* word, int words) {
    return argc == words + 1 && std::strcmp(argv[1], word) == 0;
  };
  if (is("tmp", 5)) return tmp(argv[2], argv[3], argv[4], argv[5]);
  if (is("network", 4)) return network(std::atoi(argv[2]), std::atoi(argv[3]), argv[4]);
  if (is("change", 3)) return change(argv[2], argv[3]);
  return 99;
}
