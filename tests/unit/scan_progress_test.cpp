// Test · any uid · readers of the progress that go away or do not read.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <string>

#include "modules/mgr-scan/descriptor.h"
#include "modules/mgr-scan/progress.h"

namespace mgr_scan {
namespace {

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    reader = Descriptor(ends[0]);
    writer = Descriptor(ends[1]);
  }
  [[nodiscard]] std::string text() {
    writer = Descriptor();
    std::string all;
    std::array<char, 4096> buffer{};
    for (ssize_t got = 0; (got = ::read(reader.get(), buffer.data(), buffer.size())) > 0;) {
      all.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return all;
  }
  Descriptor reader;
  Descriptor writer;
};

TEST(ScanProgress, ManyStepsMakeFewLinesAndTheLastIsHundred) {
  Pipe pipe;
  Progress progress(pipe.writer.get());
  for (int step = 0; step < 10'000; ++step) progress.advance(0.0001);
  progress.finish("unchanged");
  const std::string text = pipe.text();
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 4);
  EXPECT_EQ(text.substr(text.size() - 14), "100 unchanged\n");
}

TEST(ScanProgress, NeverSaysHundredBeforeTheEnd) {
  Pipe pipe;
  Progress progress(pipe.writer.get());
  progress.advance(1.5);
  EXPECT_EQ(pipe.text(), "99 0 files, 0 MiB read\n");
}

TEST(ScanProgress, ReaderThatIsGoneDoesNoHarm) {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.reader = Descriptor();
  Progress progress(pipe.writer.get());
  progress.advance(0.5);
  progress.finish("unchanged");
}

TEST(ScanProgress, FullPipeDoesNotBlock) {
  Pipe pipe;
  const int size = ::fcntl(pipe.writer.get(), F_GETPIPE_SZ);
  const std::string fill(static_cast<std::size_t>(size), 'x');
  ASSERT_EQ(::write(pipe.writer.get(), fill.data(), fill.size()), size);
  Progress progress(pipe.writer.get());
  progress.advance(0.5);
  progress.finish("unchanged");  // waits a second and gives up
}

TEST(ScanProgress, NonsenseInTheEnvironmentMeansNone) {
  for (const char* value : {"", "x", "-1", "3x", "99999999999", "1000000"}) {
    ::setenv("MGR_PROGRESS_FD", value, 1);
    Progress progress = Progress::from_environment();
    progress.advance(0.5);
    progress.finish("unchanged");
  }
  ::unsetenv("MGR_PROGRESS_FD");
}

}  // namespace
}  // namespace mgr_scan
